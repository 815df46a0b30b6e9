package file

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/image/webp"
)

// The look at a picture tells what may keep it from being read. It only warns: a
// blank back page, a pale stamp or a receipt from a telephone may be just what is
// asked for, and a person decides.

const (
	lookSide   = 700       // pixels of the longer side of what is looked at, or up to twice that
	lookPixels = 8_000_000 // of a picture that must be decoded whole to be looked at
	tile       = 16        // pixels of what is looked at

	smallSide = 400  // pixels of the longer side, below which letters of a page are not to be read
	contrast  = 40   // of a tile on which there is something to read, out of 255
	faint     = 20   // of a tile on which there is anything
	even      = 3    // of a tile that no camera gives: it never is quite without noise
	edge      = 0.27 // sharpest step of a tile as a share of its contrast; see TestBlurredPageIsDoubted

	lookBurst = 2 * time.Second // of looking that may come at once
	lookShare = 5               // one part in so many of the time is given to it
)

// spare is the time that may be given to looking: under a crowd of uploads papers
// are kept, and looked at only as far as there is time.
type spare struct {
	mu   sync.Mutex
	left time.Duration
	at   time.Time
}

// take says whether a picture may be looked at now.
func (s *spare) take(now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.at.IsZero() {
		s.left, s.at = lookBurst, now
	}
	if passed := now.Sub(s.at); passed > 0 {
		s.left, s.at = min(lookBurst, s.left+passed/lookShare), now
	}
	return s.left > 0
}

func (s *spare) spend(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.left -= d
}

// look gives the doubts of a picture that was judged.
func (s *Store) look(p part, b Blob) (Doubts, error) {
	begun := s.clock.Now()
	if !s.spare.take(begun) {
		return "", nil
	}
	defer func() { s.spare.spend(s.clock.Now().Sub(begun)) }()
	data := make([]byte, b.Size)
	if _, err := p.ReadAt(data, 0); err != nil {
		return "", diskFault(err)
	}
	return looks(data, b.Type, b.Width, b.Height), nil
}

// looks gives the doubts of a picture that is whole by its format. What cannot be
// looked at gives none.
func looks(data []byte, t Type, w, h int) Doubts {
	var doubts []string
	if max(w, h) < smallSide {
		doubts = append(doubts, "small")
	}
	g, err := brightness(data, t, w, h)
	if err == nil {
		doubts = append(doubts, g.doubts(w, h)...)
	}
	return Doubts(strings.Join(doubts, " "))
}

// brightness gives a small grey picture.
func brightness(data []byte, t Type, w, h int) (g grey, err error) {
	defer func() {
		if p := recover(); p != nil { // a decoder stumbled over hostile bytes
			err = fmt.Errorf("%w: %v", errBadPicture, p)
		}
	}()
	if t == JPEG {
		if g, err = greyJPEG(data); err == nil {
			return g, nil
		}
	}
	if w*h > lookPixels {
		return grey{}, errNoLook
	}
	var img image.Image
	switch t {
	case JPEG:
		img, err = jpeg.Decode(bytes.NewReader(data))
	case PNG:
		img, err = png.Decode(bytes.NewReader(data))
	case WebP:
		img, err = webp.Decode(bytes.NewReader(data))
	default:
		return grey{}, errNoLook
	}
	if err != nil {
		return grey{}, err
	}
	return shrunk(img), nil
}

// shrunk averages a picture down to about lookSide.
func shrunk(img image.Image) grey {
	b := img.Bounds()
	by := max(1, max(b.Dx(), b.Dy())/lookSide)
	g := grey{w: max(1, b.Dx()/by), h: max(1, b.Dy()/by)}
	g.pix = make([]uint8, g.w*g.h)
	light := func(x, y int) int {
		switch m := img.(type) {
		case *image.YCbCr:
			return int(m.Y[m.YOffset(x, y)])
		case *image.Gray:
			return int(m.Pix[m.PixOffset(x, y)])
		}
		r, gr, bl, _ := img.At(x, y).RGBA()
		return int((299*r + 587*gr + 114*bl) / 1000 >> 8)
	}
	for y := range g.h {
		for x := range g.w {
			sum, n := 0, 0
			for dy := range by {
				for dx := range by {
					if px, py := b.Min.X+x*by+dx, b.Min.Y+y*by+dy; px < b.Max.X && py < b.Max.Y {
						sum += light(px, py)
						n++
					}
				}
			}
			g.pix[y*g.w+x] = uint8(sum / max(1, n))
		}
	}
	return g
}

// measure is what the tiles of a picture tell.
type measure struct {
	tiles, written, touched, flat int
	edges, pale                   []float64 // of written tiles, of touched ones: sharpest step / contrast
}

func (g grey) measure() measure {
	var m measure
	for y := 1; y+tile+1 <= g.h; y += tile {
		for x := 1; x+tile+1 <= g.w; x += tile {
			low, high := uint8(255), uint8(0)
			for py := y; py < y+tile; py++ {
				for _, v := range g.pix[py*g.w+x : py*g.w+x+tile] {
					low, high = min(low, v), max(high, v)
				}
			}
			m.tiles++
			c := int(high) - int(low)
			if c <= even {
				m.flat++
			}
			if c < faint {
				continue
			}
			m.touched++
			sharp := float64(g.step(x, y)) / 2 / float64(c)
			m.pale = append(m.pale, sharp)
			if c >= contrast {
				m.written++
				m.edges = append(m.edges, sharp)
			}
		}
	}
	return m
}

// step is the sharpest step inside a tile: between the neighbours of a pixel.
func (g grey) step(x, y int) int {
	step := 0
	for py := y; py < y+tile; py++ {
		for px := x; px < x+tile; px++ {
			step = max(step, distance(g.at(px+1, py), g.at(px-1, py)), distance(g.at(px, py+1), g.at(px, py-1)))
		}
	}
	return step
}

func distance(a, b int) int { return max(a-b, b-a) }

// sharpness is the step that a tenth of the tiles reach.
func sharpness(edges []float64) float64 {
	if len(edges) == 0 {
		return 1
	}
	slices.Sort(edges)
	return edges[len(edges)*9/10]
}

func (g grey) doubts(w, h int) []string {
	var doubts []string
	m := g.measure()
	if g.lost > 0.01 {
		doubts = append(doubts, "damaged")
	}
	if m.tiles < 30 {
		return doubts // too little to tell
	}
	share := func(n int) float64 { return float64(n) / float64(m.tiles) }
	long := float64(max(w, h)) / float64(min(w, h))
	switch {
	case share(m.touched) < 0.005:
		doubts = append(doubts, "blank")
	case long >= 1.9 && long <= 2.5 && share(m.flat) >= 0.55:
		doubts = append(doubts, "screenshot")
	case share(m.written) >= 0.01 && sharpness(m.edges) < edge, share(m.written) < 0.01 && share(m.touched) >= 0.03 && sharpness(m.pale) < edge:
		doubts = append(doubts, "blurred")
	}
	return doubts
}
