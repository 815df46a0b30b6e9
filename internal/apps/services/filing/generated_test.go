package filing

import (
	"net/http"
	"strings"
	"testing"

	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/database/databasetest"
)

// surveyor is a procedure without a guided form: a certificate for one person, with
// a paper, decided by a department.
const surveyor = "1.000049"

// generated is the whole generated form, page by page, with what somebody else
// answers to the same page.
var generated = []struct {
	page          string
	mine, theirs  map[string]string
	saved, typed  string // as the page that shows both says it
	input, chosen string // what stands there once one chose one's own
}{
	{"applicant", map[string]string{"applicant-citizen": "083198004321"}, map[string]string{"applicant-name": "Nguyễn Thị Mai Lan", "applicant-citizen": "083198004321"}, "Nguyễn Thị Mai", "Nguyễn Thị Mai Lan", "applicant-name", "Nguyễn Thị Mai Lan"},
	{"contact", map[string]string{"phone": "0912345678"}, map[string]string{"phone": "0912345679"}, "0912345678", "0912345679", "phone", "0912345679"},
	{"commune", map[string]string{"commune-commune": servicestest.Commune}, map[string]string{"commune-commune": "28756-2025"}, "Phường", "Phường", "commune-commune", "28756-2025"},
	{"request", map[string]string{"request": "Cấp mới\nchứng chỉ hạng II"}, map[string]string{"request": "Gia hạn chứng chỉ"}, "chứng chỉ hạng II", "Gia hạn chứng chỉ", "request", "Gia hạn chứng chỉ"},
	{"papers_1", nil, map[string]string{"paper_p1-desk": "yes"}, "", "Sẽ mang bản chính", "paper_p1-desk", "yes"},
	{"receive", map[string]string{"receive": "desk"}, map[string]string{"receive": "post"}, "một cửa", "bưu chính", "receive", "post"},
}

// A draft that goes on at the computer while the phone still shows its page: neither
// overwrites the other unseen, whatever a page of a generated form asks for.
func TestPageOfAGeneratedFormChangedOnAnotherDeviceShowsBothValues(t *testing.T) {
	room, now := servicestest.NewWholeRoom(t, databasetest.SQLite(t))
	w := townOf(t, room, now)
	phone := w.person(t, "mai").open("/thu-tuc/"+surveyor).press(begin, nil)
	draft := strings.TrimSuffix(phone.url.Path, "/applicant")
	for _, c := range generated {
		page := phone.at("/" + c.page).url.Path
		computer := w.person(t, "mai").open(page)
		phone.press(goOn, c.mine)
		next := phone.url.Path
		computer.press(goOn, c.theirs).gets(http.StatusConflict).sees("Trang này đã được sửa ở nơi khác", c.saved, c.typed)
		keep := computer.tab()
		keep.open(keep.link("Giữ nội dung đang lưu")).at(next)
		computer.press("Dùng nội dung tôi vừa nhập", nil)
		if got := computer.open(page).value(c.input); got != c.chosen {
			t.Errorf("%s: %s is %q, and %q was chosen", c.page, c.input, got, c.chosen)
		}
		for phone.open(next); strings.Contains(phone.url.Path, "/papers_") && c.page == "papers_1"; {
			phone.press(goOn, nil)
		}
	}
	phone.open(draft).at("/post_address") // the choice of the computer counts
}

func TestWhatIsKnownOfTheApplicantStandsInTheFormAndOverwritesNothing(t *testing.T) {
	room, now := servicestest.NewWholeRoom(t, databasetest.SQLite(t))
	w := townOf(t, room, now)
	p := w.person(t, "mai").open("/thu-tuc/"+surveyor).press(begin, nil).at("/applicant")
	if p.value("applicant-name") != "Nguyễn Thị Mai" || p.value("applicant-citizen") != "" {
		t.Errorf("the form begins with %q and %q", p.value("applicant-name"), p.value("applicant-citizen"))
	}
	applicant := p.url.Path
	p.press(goOn, map[string]string{"applicant-name": "Nguyễn Thị Mai Hương", "applicant-citizen": "083198004321"}).at("/contact")
	if p.value("phone") != "0987654321" || p.value("email") != "mai@benso.example" {
		t.Errorf("the form begins with %q and %q", p.value("phone"), p.value("email"))
	}
	contact := p.url.Path
	p.press(goOn, map[string]string{"phone": "0912345678", "email": ""}).at("/commune")
	if v := p.open(contact); v.value("phone") != "0912345678" || v.value("email") != "" {
		t.Errorf("an answer was overwritten by %q, %q", v.value("phone"), v.value("email"))
	}
	if v := p.open(applicant).value("applicant-name"); v != "Nguyễn Thị Mai Hương" {
		t.Errorf("an answer was overwritten by %q", v)
	}
	// What she said of herself under her own name stands in her next form; what she
	// said of somebody else does not.
	w.files(t, "mai", "Nguyễn Thị Ánh")
	p = w.person(t, "mai").open("/thu-tuc/"+surveyor).press(begin, nil).press("Bắt đầu hồ sơ mới", nil).at("/applicant")
	if v := p.value("applicant-citizen"); v != "083198004321" {
		t.Errorf("her number is asked for again: %q", v)
	}
	other := w.person(t, "hoa").open("/thu-tuc/"+surveyor).press(begin, nil).at("/applicant")
	if v := other.value("applicant-citizen"); v != "" {
		t.Errorf("somebody else's form begins with %q", v)
	}
}
