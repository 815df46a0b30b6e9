package file

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
)

// written draws a page of letters of so many pixels, as a phone takes it: a sheet
// that is darker at one end.
func written(t testing.TB, w, h, letters int, lines int) *image.Gray {
	t.Helper()
	parsed, err := opentype.Parse(goregular.TTF)
	if err != nil {
		t.Fatal(err)
	}
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: float64(letters), DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetGray(x, y, color.Gray{Y: uint8(225 - 60*y/h - 20*x/w)})
		}
	}
	d := font.Drawer{Dst: img, Src: image.NewUniform(color.Gray{Y: 45}), Face: face}
	for i := range lines {
		y := letters*3 + i*letters*3/2
		if y > h-letters {
			break
		}
		d.Dot = fixed.P(w/10, y)
		d.DrawString(fmt.Sprintf("%d. Cong hoa xa hoi chu nghia Viet Nam, doc lap tu do hanh phuc", i))
	}
	return img
}

// blur is a Gaussian of so many pixels, and noise what a sensor adds.
func blur(img *image.Gray, sigma float64, noise int) *image.Gray {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	r := rand.New(rand.NewPCG(1, 2))
	if sigma > 0 {
		n := int(3*sigma) + 1
		kernel, sum := make([]float64, 2*n+1), 0.0
		for i := range kernel {
			kernel[i] = math.Exp(-float64((i-n)*(i-n)) / (2 * sigma * sigma))
			sum += kernel[i]
		}
		for _, across := range []bool{true, false} {
			next := image.NewGray(img.Rect)
			for y := range h {
				for x := range w {
					v := 0.0
					for i, k := range kernel {
						px, py := x, y
						if across {
							px = min(w-1, max(0, x+i-n))
						} else {
							py = min(h-1, max(0, y+i-n))
						}
						v += k * float64(img.Pix[py*img.Stride+px])
					}
					next.Pix[y*next.Stride+x] = uint8(v/sum + 0.5)
				}
			}
			img = next
		}
	}
	out := image.NewGray(img.Rect)
	for i, v := range img.Pix {
		out.Pix[i] = uint8(min(255, max(0, int(v)+int(r.NormFloat64()*float64(noise)))))
	}
	return out
}

func encoded(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	if quality == 0 {
		err = png.Encode(&b, img)
	} else {
		err = jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func coloured(g *image.Gray) image.Image {
	img := image.NewRGBA(g.Rect)
	draw.Draw(img, img.Rect, g, image.Point{}, draw.Src)
	return img
}

func seen(t *testing.T, img image.Image, quality int) string {
	t.Helper()
	typ := JPEG
	if quality == 0 {
		typ = PNG
	}
	return string(looks(encoded(t, img, quality), typ, img.Bounds().Dx(), img.Bounds().Dy()))
}

// A page of 1,600 pixels with letters of 20 (11 points on A4). Blurred by 1.5 pixels
// it is read, by 2.2 with an effort, by 4.4 not any more.
func TestBlurredPageIsDoubted(t *testing.T) {
	page := written(t, 1200, 1600, 20, 60)
	for _, c := range []struct {
		sigma float64
		noise int
		want  string
	}{{0, 0, ""}, {0, 6, ""}, {0.8, 4, ""}, {1.5, 0, ""}, {1.5, 4, ""}, {2.2, 0, ""}, {4.4, 0, "blurred"}, {4.4, 4, "blurred"}, {5.8, 0, "blurred"}, {9, 0, "blurred"}} {
		for _, quality := range []int{60, 85} {
			if got := seen(t, coloured(blur(page, c.sigma, c.noise)), quality); got != c.want {
				t.Errorf("blurred by %.1f with noise %d at quality %d: %q, want %q", c.sigma, c.noise, quality, got, c.want)
			}
		}
	}
	if got := seen(t, blur(page, 4.4, 0), 0); got != "blurred" {
		t.Errorf("as PNG: %q", got)
	}
}

func TestPageWithNextToNothingOnItIsDoubted(t *testing.T) {
	for name, img := range map[string]*image.Gray{
		"an empty sheet": blur(written(t, 1200, 1600, 20, 0), 0, 3), "a covered lens": image.NewGray(image.Rect(0, 0, 800, 600)),
	} {
		if got := seen(t, img, 80); got != "blank" {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := seen(t, blur(written(t, 1200, 1600, 24, 2), 0, 3), 80); got != "" {
		t.Errorf("two lines on a sheet: %q", got)
	}
}

func TestScreenshotOfATelephoneIsDoubted(t *testing.T) {
	shot := image.NewGray(image.Rect(0, 0, 1080, 2340))
	draw.Draw(shot, shot.Rect, image.NewUniform(color.Gray{Y: 250}), image.Point{}, draw.Src)
	draw.Draw(shot, image.Rect(0, 900, 1080, 1400), written(t, 1080, 500, 40, 6), image.Point{}, draw.Src)
	for _, quality := range []int{0, 85} {
		if got := seen(t, shot, quality); got != "screenshot" {
			t.Errorf("at quality %d: %q", quality, got)
		}
	}
	// A long receipt, taken with a camera.
	if got := seen(t, blur(written(t, 1080, 2340, 30, 60), 0.7, 3), 85); got != "" {
		t.Errorf("a long paper: %q", got)
	}
}

func TestSmallAndHalfLostPicturesAreDoubted(t *testing.T) {
	if got := seen(t, written(t, 300, 390, 12, 10), 90); got != "small" {
		t.Errorf("a small one: %q", got)
	}
	data := encoded(t, blur(written(t, 1200, 1600, 20, 60), 0, 2), 80)
	half := append(append([]byte{}, data[:len(data)*2/3]...), 0xFF, 0xD9)
	if got := looks(half, JPEG, 1200, 1600); got != "damaged" {
		t.Errorf("a third is lost: %q", got)
	}
}

// What is looked at is what the standard library sees.
func TestSmallGreyPictureIsThePicture(t *testing.T) {
	for _, size := range [][2]int{{1200, 1600}, {1201, 893}, {640, 480}, {2600, 300}} {
		page := blur(written(t, size[0], size[1], 22, 60), 2, 0)
		for name, img := range map[string]image.Image{"grey": page, "coloured": coloured(page)} {
			data := encoded(t, img, 90)
			got, err := greyJPEG(data)
			if err != nil {
				t.Fatal(err)
			}
			by := float64(size[0]) / float64(got.w)
			sum := 0.0
			for y := range got.h - 1 {
				for x := range got.w - 1 {
					want, n := 0.0, 0.0
					for sy := int(float64(y) * by); sy < int(float64(y+1)*by); sy++ {
						for sx := int(float64(x) * by); sx < int(float64(x+1)*by); sx++ {
							want += float64(page.Pix[sy*page.Stride+sx])
							n++
						}
					}
					sum += math.Abs(want/n - float64(got.at(x, y)))
				}
			}
			if off := sum / float64(got.w*got.h); off > 3 || got.lost > 0 {
				t.Errorf("%s of %v: off by %.1f, lost %.2f", name, size, off, got.lost)
			}
		}
	}
}

func TestDamagedPicturesAreLookedAtInTimeAndNeverPanic(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	whole := encoded(t, coloured(written(t, 240, 200, 14, 8)), 70)
	for range 3000 {
		data := bytes.Clone(whole)
		for range 1 + r.IntN(6) {
			data[r.IntN(len(data))] = byte(r.IntN(256))
		}
		looks(data[:len(data)-r.IntN(len(data)/2)], JPEG, 240, 200)
	}
}

func TestCrowdOfPicturesIsLookedAtOnlyAsFarAsThereIsTime(t *testing.T) {
	var s spare
	now := noon
	for range 20 {
		if !s.take(now) {
			t.Fatal("a few at once are not looked at")
		}
		s.spend(lookBurst / 20)
	}
	if s.take(now) {
		t.Error("more than the burst is looked at")
	}
	if now = now.Add(time.Second); !s.take(now) {
		t.Error("a second later none is looked at")
	}
	s.spend(time.Second / lookShare)
	if s.take(now) {
		t.Error("more than its share is looked at")
	}
}

func BenchmarkLook(b *testing.B) {
	data := encoded(b, coloured(blur(written(b, 1200, 1600, 20, 60), 0.5, 3)), 60)
	b.Logf("%d bytes", len(data))
	b.Run("own", func(b *testing.B) {
		for b.Loop() {
			if g, err := greyJPEG(data); err != nil {
				b.Fatal(err)
			} else {
				g.doubts(1200, 1600)
			}
		}
	})
	b.Run("std", func(b *testing.B) {
		for b.Loop() {
			if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
