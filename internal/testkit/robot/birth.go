package robot

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"strings"
)

// Birth are the inputs of the birth registration form, by name, for a child of
// Xã Phú Túc.
func Birth(child string) map[string]string {
	return map[string]string{
		"relation": "mother", "phone": "0912345678", "commune-commune": "28810-2025",
		"child_name": child, "child_sex": "female", "birth_place": "Trạm y tế xã Phú Túc, tỉnh Vĩnh Long",
		"child_born-day": "10", "child_born-month": "11", "child_born-year": "2026",
		"parents": "mother", "mother-name": "Nguyễn Thị Mai", "mother-born-day": "2", "mother-born-month": "5", "mother-born-year": "1998",
		"mother-citizen": "083198004321", "mother-ethnicity": "Kinh", "mother-nationality": "Việt Nam",
		"mother-residence-commune": "28810-2025", "mother-residence-street": "Ấp 3",
		"home_town-commune": "28810-2025", "child_ethnicity": "Kinh", "child_nationality": "Việt Nam",
		"proof": "certificate", "by_surrogacy": "no", "receive": "desk",
	}
}

// Photo is a picture that any phone could have taken; seed makes each another.
func Photo(seed int) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 96, 128))
	for i := range 96 * 128 {
		img.Set(i%96, i/96, color.RGBA{uint8(i * (seed%250 + 3)), uint8(i >> 5), uint8(seed), uint8(255)})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		panic(err) // a picture in memory always encodes
	}
	return append(b.Bytes(), []byte(fmt.Sprint(seed))...)
}

// Walk answers the pages of a form, from where the page stands, until the page
// where the answers are checked; photos are given to the first input for files.
func Walk(p Page, answers map[string]string, photos ...[]byte) (Page, error) {
	for range 40 {
		if strings.HasSuffix(p.URL.Path, "/kiem-tra") {
			return p, nil
		}
		f, err := p.Form("/nop-ho-so/")
		if err != nil {
			return Page{}, err
		}
		for name, value := range answers {
			if f.Has(name) {
				f.Set(name, value)
			}
		}
		if f.Has("birth_certificate") && !strings.Contains(p.Text(), "anh-1.jpg") {
			for i, data := range photos {
				f = f.Attach("birth_certificate", fmt.Sprintf("anh-%d.jpg", i+1), data)
			}
		}
		before := p.URL.Path
		if p, err = f.Submit(); err != nil {
			return Page{}, err
		}
		if p.Status != 200 {
			return Page{}, fmt.Errorf("%s answered %d: %.500s", before, p.Status, p.Text())
		}
	}
	return Page{}, fmt.Errorf("the form has no end: stands at %s", p.URL.Path)
}
