package pdf

import (
	"fmt"

	"github.com/yeqown/go-qrcode/v2"
)

// matrixOf takes the matrix out of the library's one way to give it.
type matrixOf struct{ dark [][]bool }

func (m *matrixOf) Write(mat qrcode.Matrix) error {
	m.dark = mat.Bitmap()
	return nil
}

func (m *matrixOf) Close() error { return nil }

// qrMatrix encodes a text; [y][x] is true where the code is dark. A quarter of
// a folded, stained paper may be unreadable (level Q: 25 %).
func qrMatrix(text string) ([][]bool, error) {
	code, err := qrcode.NewWith(text, qrcode.WithEncodingMode(qrcode.EncModeByte), qrcode.WithErrorCorrectionLevel(qrcode.ErrorCorrectionQuart))
	if err != nil {
		return nil, fmt.Errorf("make a QR code: %w", err)
	}
	var m matrixOf
	if err := code.Save(&m); err != nil {
		return nil, fmt.Errorf("make a QR code: %w", err)
	}
	return m.dark, nil
}

// qr draws the code as squares. The white of the paper is its quiet zone, four
// modules wide, within the size given.
func (s *sheet) qr(text string, x, y, size float64) error {
	dark, err := qrMatrix(text)
	if err != nil {
		return err
	}
	unit := size / float64(len(dark)+8)
	s.f.SetFillColor(0, 0, 0)
	for r, row := range dark {
		for c := 0; c < len(row); c++ {
			from := c
			for c < len(row) && row[c] {
				c++
			}
			if c > from {
				// A hair higher than a module: no white seam between rows.
				s.f.Rect(x+unit*float64(from+4), y+unit*float64(r+4), unit*float64(c-from), unit*1.02, "F")
			}
		}
	}
	return nil
}
