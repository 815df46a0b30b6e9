package main

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	mathrand "math/rand/v2"
	"slices"
	"sync"
)

// photoSize is about the size of a paper: a photo that the phone made smaller.
const photoSize = 200_000

// sheet is a picture of a written page, as a phone takes it: a grey sheet with
// lines of strokes and some noise, encoded at about photoSize.
var sheet = sync.OnceValue(func() []byte {
	const w, h = 1200, 1600
	r := mathrand.New(mathrand.NewPCG(7, 7))
	img := image.NewGray(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			v := 215 - y/40 + r.IntN(9)
			if y%40 > 12 && y%40 < 28 && x > 90 && x < w-90 && (x/7+y/3*5+x*y/997)%3 == 0 {
				v = 40 + r.IntN(30)
			}
			img.SetGray(x, y, color.Gray{Y: uint8(v)})
		}
	}
	var best []byte
	for quality := 20; quality <= 95; quality += 5 {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
			panic(err) // a picture in memory always encodes
		}
		if best != nil && b.Len() > photoSize {
			break
		}
		best = b.Bytes()
	}
	return best
})

// photo gives a picture that nobody sent before: the same sheet, with a comment
// of its own.
func photo() []byte {
	mark := make([]byte, 16)
	if _, err := rand.Read(mark); err != nil {
		panic(err)
	}
	text := hex.EncodeToString(mark)
	comment := append([]byte{0xFF, 0xFE, 0, byte(len(text) + 2)}, text...)
	whole := slices.Concat(sheet()[:2], comment, sheet()[2:])
	if short := photoSize - len(whole); short > 0 {
		whole = append(whole, make([]byte, short)...) // what some phones leave behind the picture
	}
	return whole
}
