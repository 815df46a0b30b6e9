package catalogue

import (
	"testing"
	"unicode/utf8"
)

// The portal prints whole sentences as names of papers: on a phone the name comes
// first, in a few words, and the rest below it.
func TestPaperOfAGeneratedFormIsCalledByItsNameWithoutItsConditions(t *testing.T) {
	for long, want := range map[string]string{
		"Đơn đề nghị theo mẫu": "Đơn đề nghị theo mẫu",
		"Văn bản ủy quyền theo quy định của pháp luật trong trường hợp ủy quyền thực hiện yêu cầu cấp bản sao Trích lục hộ tịch.":                          "Văn bản ủy quyền…",
		"Bản sao có chứng thực giấy tờ về sử dụng đất để xây dựng bến thủy nội địa hoặc bản sao và xuất trình bản chính để đối chiếu;":                     "Bản sao có chứng thực giấy tờ về sử dụng đất để xây dựng bến thủy nội địa…",
		"Bản sao (có chứng thực) giấy phép hoạt động của phương tiện thủy nội địa, phương tiện cơ giới, xe mô tô, xe gắn máy và phương tiện thô sơ":        "Bản sao (có chứng thực) giấy phép hoạt động của phương tiện thủy nội địa…",
		"Hộ chiếu/Thẻ căn cước công dân/Thẻ căn cước/Căn cước điện tử/Giấy chứng nhận căn cước/Thẻ thường trú còn giá trị sử dụng để chứng minh nhân thân": "Hộ chiếu/Thẻ căn cước công dân/Thẻ căn cước/Căn cước điện tử/Giấy chứng nhận căn cước/Thẻ…",
	} {
		if got := cut(long); got != want {
			t.Errorf("%q is called %q, want %q", long, got, want)
		}
	}
	c, _ := real(t)
	for _, p := range c.Versions() {
		if !p.Record {
			continue
		}
		for _, page := range generate(p).All() {
			called := map[string]string{}
			for _, x := range page.Fields {
				if x.Kind != "file" {
					continue
				}
				if n := utf8.RuneCountInString(x.Label.Vi); n > labelRunes+1 {
					t.Errorf("%s: a paper is called by %d letters: %s", p.ID(), n, x.Label.Vi)
				}
				if other, ok := called[x.Label.Vi]; ok && shorten(other) != shorten(x.Hint.Vi) {
					t.Errorf("%s: two papers of one page are called %q", p.ID(), x.Label.Vi)
				}
				called[x.Label.Vi] = x.Hint.Vi
			}
		}
	}
}
