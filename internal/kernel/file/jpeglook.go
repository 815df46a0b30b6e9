package file

import (
	"encoding/binary"
	"errors"
	"math"
)

// A JPEG is looked at without being decoded whole: only its brightness, and of each
// block of 8 by 8 only the low frequencies that a smaller picture needs. A page of
// 200 kB takes some milliseconds so, and tens by the standard library.

var (
	errNoLook = errors.New("a kind of JPEG that is not looked at")
	errOddJPG = errors.New("not a JPEG as the standard wants it")
)

// grey is a small picture in brightness.
type grey struct {
	w, h int
	pix  []uint8
	lost float64 // share of the picture whose bytes are missing or broken
}

func (g grey) at(x, y int) int { return int(g.pix[y*g.w+x]) }

const fastBits = 10

// huffman is a Huffman table (T.81, Annex C and F.2.2.3).
type huffman struct {
	fast    [1 << fastBits]uint16 // length << 8 | value; 0: longer
	maxCode [18]int32             // left-aligned to 16 bits, of each length
	first   [17]int32
	offset  [17]int32
	values  []byte
}

func (c *huffman) build(counts []byte, values []byte) error {
	c.values = values
	code, k := int32(0), int32(0)
	clear(c.fast[:])
	for n := 1; n <= 16; n++ {
		c.first[n], c.offset[n] = code, k
		for range counts[n-1] {
			if int(k) >= len(values) || code >= 1<<n {
				return errOddJPG
			}
			if n <= fastBits {
				from := code << (fastBits - n)
				for i := range int32(1) << (fastBits - n) {
					c.fast[from+i] = uint16(n)<<8 | uint16(values[k])
				}
			}
			code++
			k++
		}
		c.maxCode[n] = code << (16 - n)
		code <<= 1
	}
	c.maxCode[17] = math.MaxInt32
	return nil
}

// bitReader reads entropy-coded bytes; after their end it gives zeros, and counts.
type bitReader struct {
	data []byte
	at   int
	acc  uint64
	n    uint
	over int
}

func (b *bitReader) fill() {
	for b.n <= 56 {
		var c byte
		switch {
		case b.at >= len(b.data):
			b.over++
		case b.data[b.at] != 0xFF:
			c = b.data[b.at]
			b.at++
		case b.at+1 < len(b.data) && b.data[b.at+1] == 0:
			c = 0xFF
			b.at += 2
		default:
			b.over++ // a marker: it stays
		}
		b.acc |= uint64(c) << (56 - b.n)
		b.n += 8
	}
}

func (b *bitReader) symbol(c *huffman) (byte, error) {
	if b.n < 16 {
		b.fill()
	}
	if e := c.fast[b.acc>>(64-fastBits)]; e != 0 {
		n := uint(e >> 8)
		b.acc <<= n
		b.n -= n
		return byte(e), nil
	}
	peek := int32(b.acc >> 48)
	for n := fastBits + 1; n <= 16; n++ {
		if peek < c.maxCode[n] {
			i := c.offset[n] + peek>>(16-n) - c.first[n]
			if i < 0 || int(i) >= len(c.values) {
				return 0, errOddJPG
			}
			b.acc <<= uint(n)
			b.n -= uint(n)
			return c.values[i], nil
		}
	}
	return 0, errOddJPG
}

// extend reads s bits as a signed number (F.2.2.1).
func (b *bitReader) extend(s uint) int32 {
	if s == 0 {
		return 0
	}
	if b.n < s {
		b.fill()
	}
	v := int32(b.acc >> (64 - s))
	b.acc <<= s
	b.n -= s
	if v < 1<<(s-1) {
		v += -1<<s + 1
	}
	return v
}

// restart goes on after a restart marker; false when none is there.
func (b *bitReader) restart() bool {
	b.acc, b.n, b.over = 0, 0, 0
	for ; b.at+1 < len(b.data); b.at++ {
		if b.data[b.at] != 0xFF || b.data[b.at+1] == 0 || b.data[b.at+1] == 0xFF {
			continue
		}
		if m := b.data[b.at+1]; m < 0xD0 || m > 0xD7 {
			return false
		}
		b.at += 2
		return true
	}
	return false
}

type component struct {
	id, h, v, table byte
	dc, ac          *huffman
	last            int32
}

// jpegScan is a JPEG while it is looked at.
type jpegScan struct {
	w, h     int
	parts    []component
	quant    [4][64]int32
	dc, ac   [4]huffman
	interval int
	bits     bitReader
	n        int // pixels of a block's side in the small picture
}

// zigzag gives the place of the k-th coefficient in its block.
var zigzag = [64]uint8{
	0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
	35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
}

// greyJPEG gives a small picture of a baseline JPEG.
func greyJPEG(data []byte) (grey, error) {
	var s jpegScan
	at := 2
	for at+4 <= len(data) {
		if data[at] != 0xFF {
			at++
			continue
		}
		m := data[at+1]
		if m == 0xFF || m == 0 || m == 1 || m >= 0xD0 && m <= 0xD8 {
			at++
			continue
		}
		length := int(binary.BigEndian.Uint16(data[at+2:]))
		if length < 2 || at+2+length > len(data) {
			return grey{}, errOddJPG
		}
		body := data[at+4 : at+2+length]
		at += 2 + length
		var err error
		switch {
		case m == 0xC0 || m == 0xC1:
			err = s.frame(body)
		case m == 0xC4:
			err = s.tables(body)
		case m > 0xC1 && m <= 0xCF && m != 0xC8:
			err = errNoLook
		case m == 0xDB:
			err = s.quants(body)
		case m == 0xDD && len(body) >= 2:
			s.interval = int(binary.BigEndian.Uint16(body))
		case m == 0xDA:
			if err = s.begin(body); err == nil {
				s.bits = bitReader{data: data, at: at}
				return s.run()
			}
		}
		if err != nil {
			return grey{}, err
		}
	}
	return grey{}, errOddJPG
}

func (s *jpegScan) frame(b []byte) error {
	if len(b) < 6 || b[0] != 8 || len(b) < 6+3*int(b[5]) {
		return errNoLook
	}
	s.h, s.w = int(binary.BigEndian.Uint16(b[1:])), int(binary.BigEndian.Uint16(b[3:]))
	for i := range int(b[5]) {
		c := b[6+3*i:]
		p := component{id: c[0], h: c[1] >> 4, v: c[1] & 15, table: c[2] & 3}
		if p.h < 1 || p.h > 4 || p.v < 1 || p.v > 4 {
			return errOddJPG
		}
		s.parts = append(s.parts, p)
	}
	if len(s.parts) == 0 || len(s.parts) > 4 || s.w == 0 || s.h == 0 {
		return errNoLook
	}
	return nil
}

func (s *jpegScan) quants(b []byte) error {
	for len(b) > 0 {
		wide, id := b[0]>>4 > 0, b[0]&3
		b = b[1:]
		size := 64
		if wide {
			size = 128
		}
		if len(b) < size {
			return errOddJPG
		}
		for k := range 64 {
			if wide {
				s.quant[id][k] = int32(binary.BigEndian.Uint16(b[2*k:]))
			} else {
				s.quant[id][k] = int32(b[k])
			}
		}
		b = b[size:]
	}
	return nil
}

func (s *jpegScan) tables(b []byte) error {
	for len(b) > 17 {
		to := &s.dc[b[0]&3]
		if b[0]>>4 > 0 {
			to = &s.ac[b[0]&3]
		}
		sum := 0
		for _, n := range b[1:17] {
			sum += int(n)
		}
		if len(b) < 17+sum {
			return errOddJPG
		}
		if err := to.build(b[1:17], b[17:17+sum]); err != nil {
			return err
		}
		b = b[17+sum:]
	}
	return nil
}

// begin reads the head of the only scan, which must hold all components.
func (s *jpegScan) begin(b []byte) error {
	if len(s.parts) == 0 || len(b) < 1 || int(b[0]) != len(s.parts) || len(b) < 1+2*len(s.parts) {
		return errNoLook
	}
	for i := range s.parts {
		if b[1+2*i] != s.parts[i].id {
			return errNoLook
		}
		s.parts[i].dc, s.parts[i].ac = &s.dc[b[2+2*i]>>4&3], &s.ac[b[2+2*i]&3]
	}
	if len(s.parts) == 1 {
		s.parts[0].h, s.parts[0].v = 1, 1 // its blocks stand in order (A.2.2)
	}
	for s.n = 1; s.n < 8 && max(s.w, s.h)*s.n/8 < lookSide; s.n *= 2 {
	}
	return nil
}

// run decodes the blocks of brightness into a small picture.
func (s *jpegScan) run() (grey, error) {
	hMax, vMax := 1, 1
	for _, p := range s.parts {
		hMax, vMax = max(hMax, int(p.h)), max(vMax, int(p.v))
	}
	if int(s.parts[0].h) != hMax || int(s.parts[0].v) != vMax {
		return grey{}, errNoLook
	}
	across, down := (s.w+8*hMax-1)/(8*hMax), (s.h+8*vMax-1)/(8*vMax)
	stride := across * hMax * s.n
	full := make([]uint8, stride*down*vMax*s.n)
	total, done := across*down, 0
	broken := false
scan:
	for ; done < total; done++ {
		if s.interval > 0 && done > 0 && done%s.interval == 0 {
			if !s.bits.restart() {
				broken = true
				break
			}
			for i := range s.parts {
				s.parts[i].last = 0
			}
		}
		for i := range s.parts {
			p := &s.parts[i]
			for v := range int(p.v) {
				for h := range int(p.h) {
					var coefs [64]int32
					if err := s.block(p, &coefs, i == 0); err != nil {
						broken = true
						break scan
					}
					if i == 0 {
						x, y := (done%across*hMax+h)*s.n, (done/across*vMax+v)*s.n
						small(full[y*stride+x:], stride, s.n, &coefs)
					}
				}
			}
		}
		if s.bits.over > 16 {
			broken = true
			break
		}
	}
	w, h := max(1, s.w*s.n/8), max(1, s.h*s.n/8)
	g := grey{w: w, h: h, pix: make([]uint8, w*h)}
	if broken {
		g.lost = float64(total-done) / float64(total)
	}
	for y := range h {
		copy(g.pix[y*w:(y+1)*w], full[y*stride:y*stride+w])
	}
	return g, nil
}

// block decodes one block; only of brightness the coefficients are wanted.
func (s *jpegScan) block(p *component, coefs *[64]int32, wanted bool) error {
	t, err := s.bits.symbol(p.dc)
	if err != nil || t > 15 {
		return errOddJPG
	}
	p.last += s.bits.extend(uint(t))
	quant := &s.quant[p.table]
	coefs[0] = p.last * quant[0]
	for k := 1; k < 64; k++ {
		rs, err := s.bits.symbol(p.ac)
		if err != nil {
			return err
		}
		run, size := int(rs>>4), uint(rs&15)
		if size == 0 {
			if run != 15 {
				return nil
			}
			k += 15
			continue
		}
		if k += run; k > 63 {
			return errOddJPG
		}
		if v := s.bits.extend(size); wanted {
			coefs[zigzag[k]] = v * quant[k]
		}
	}
	return nil
}

// cosines are the n-point inverse transforms, orthonormal, by n.
var cosines = func() (all [9][64]float32) {
	for _, n := range []int{1, 2, 4, 8} {
		for x := range n {
			for u := range n {
				c := math.Sqrt(2 / float64(n))
				if u == 0 {
					c = math.Sqrt(1 / float64(n))
				}
				all[n][x*n+u] = float32(c * math.Cos(float64(2*x+1)*float64(u)*math.Pi/float64(2*n)))
			}
		}
	}
	return all
}()

// small writes n by n pixels of a block from its n by n lowest coefficients.
func small(to []uint8, stride, n int, coefs *[64]int32) {
	plain := true
	for v := range n {
		for u := range n {
			plain = plain && (coefs[v*8+u] == 0 || u+v == 0)
		}
	}
	if plain {
		light := clamp(float32(coefs[0])/8 + 128)
		for y := range n {
			for x := range n {
				to[y*stride+x] = light
			}
		}
		return
	}
	table := &cosines[n]
	scale := float32(n) / 8
	var rows [64]float32
	for v := range n {
		for x := range n {
			sum := float32(0)
			for u := range n {
				if c := coefs[v*8+u]; c != 0 {
					sum += float32(c) * table[x*n+u]
				}
			}
			rows[v*n+x] = sum * scale
		}
	}
	for y := range n {
		for x := range n {
			sum := float32(0)
			for v := range n {
				sum += rows[v*n+x] * table[y*n+v]
			}
			to[y*stride+x] = clamp(sum + 128)
		}
	}
}

func clamp(v float32) uint8 { return uint8(min(255, max(0, v+0.5))) }
