package catalogue

import (
	"context"
	"io/fs"
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"benso/internal/apps/services/fees"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/packs"
)

type communes struct{}

func (communes) Provinces() []form.Place { return []form.Place{{ID: "86", Name: "tỉnh Vĩnh Long"}} }
func (communes) Communes(string) []form.Place {
	return []form.Place{{ID: "28810-2025", Name: "Xã Phú Túc"}}
}
func (communes) Name(string) string { return "Xã Phú Túc" }

// monday is when the answers are given.
var monday = form.Env{Today: "2026-11-23", Places: communes{}}

// typed is what a browser sends, by the name of the input.
type typed map[string]string

// person is what is typed about somebody.
func person(id, name, born, citizen string, more typed) typed {
	year, rest, _ := strings.Cut(born, "-")
	month, day, _ := strings.Cut(rest, "-")
	in := typed{id + "-name": name, id + "-citizen": citizen}
	if born != "" {
		maps.Copy(in, typed{id + "-born-day": day, id + "-born-month": month, id + "-born-year": year})
	}
	for part, v := range more {
		in[id+"-"+part] = v
	}
	return in
}

func joined(parts ...typed) typed {
	all := typed{}
	for _, p := range parts {
		maps.Copy(all, p)
	}
	return all
}

const here = "28810-2025"

var atHome = typed{"residence-commune": here, "ethnicity": "Kinh", "nationality": "Việt Nam"}

// right are whole answers to each guided form: the simplest way through it, and
// what its other pages ask.
var right = map[string]typed{
	"1.000894": joined(
		typed{"citizens": "yes", "commune-commune": here, "him_before": "never", "her_before": "never", "who": "her", "phone": "0912 345 678"},
		person("him", "Trần Văn Bình", "2000-03-04", "083200001111", typed{"residence-commune": here, "ethnicity": "Kinh"}),
		person("her", "Nguyễn Thị Mai", "2002-05-06", "083302002222", typed{"residence-commune": here, "ethnicity": "Kinh"}),
		typed{"him_times": "2", "him_divorce": "12/2020/QĐST-HNGĐ, 03/04/2020, TAND huyện", "him_death": "5/2021", "her_times": "2", "her_divorce": "7/2022", "her_death": "8/2022"},
	),
	"1.004873": joined(
		typed{"for_whom": "self", "commune-commune": here, "status": "never", "moved": "no", "purpose": "other", "other_purpose": "bổ sung hồ sơ vay vốn", "copies": "2", "again": "no", "phone": "0912345678", "receive": "desk"},
		person("whose", "Nguyễn Thị Mai", "1998-05-02", "083198004321", atHome),
		person("requester", "Nguyễn Văn Hai", "", "083070001111", nil),
		typed{"spouse": "Trần Văn Bình", "divorce_number": "12/2020", "divorce_day-year": "2020", "divorce_court": "TAND huyện", "death_name": "Trần Văn Bình", "death_number": "5/2021", "death_day-year": "2021", "death_place": "Xã Phú Túc"},
		typed{"places-count": "1", "places-0-where-outside": "Thành phố Cần Thơ", "places-0-until-year": "2020", "marry_at": "here", "lost_reason": "Bị cháy", "post_name": "Nguyễn Thị Mai", "post_address-street": "Ấp 3", "post_address-commune": here},
		person("partner", "Trần Văn Bình", "1997-01-01", "083097001234", typed{"nationality": "Việt Nam"}),
	),
	"2.000815": {"commune-commune": here, "documents-count": "2", "documents-0-name": "Bằng tốt nghiệp", "documents-0-pages": "1", "documents-0-copies": "3", "documents-1-name": "Sổ hộ khẩu", "documents-1-pages": "16", "documents-1-copies": "1",
		"state": "good", "foreign": "no", "name": "Nguyễn Thị Mai", "phone": "0912345678"},
	"1.001612": joined(
		typed{"founders": "one", "files": "owner", "owner_account": "yes", "members-count": "1", "members-0-name": "Trần Văn Bình", "members-0-citizen": "083097001234", "business": "Tạp hóa Ánh Dương",
			"site-street": "Ấp 3", "site-commune": here, "lines-count": "1", "lines-0-what": "Bán lẻ thực phẩm", "capital": "50.000.000", "workers": "2", "begins-day": "1", "begins-month": "12", "begins-year": "2026", "tax_at": "site", "receive": "desk"},
		person("owner", "Nguyễn Thị Mai", "1998-05-02", "083198004321", typed{"residence-commune": here, "phone": "0912345678"}),
		person("filer", "Nguyễn Văn Hai", "", "083070001111", nil),
		typed{"tax_address-street": "Ấp 1", "tax_address-commune": here, "post_name": "Nguyễn Thị Mai", "post_address-street": "Ấp 3", "post_address-commune": here},
	),
	"2.000884": {"commune-commune": here, "what": "own", "documents": "2", "foreign": "no", "name": "Nguyễn Thị Mai", "phone": "0912345678"},
	"1.013225": joined(
		typed{"what": "new", "owner": "person", "organisation": "Công ty Ánh Dương", "site-street": "Ấp 3", "site-commune": here, "map_sheet": "12", "plot_number": "345", "plot_area": "200", "storeys": "2", "built_area": "80,5", "floor_area": "161", "height": "7,5",
			"land_kind": "certificate", "rented": "no", "neighbours": "no", "extra": "none"},
		person("builder", "Nguyễn Thị Mai", "", "083198004321", typed{"residence-commune": here, "phone": "0912345678"}),
	),
}

// guidedForm reads the form of a procedure of the pack.
func guidedForm(t *testing.T, code string) *form.Form {
	t.Helper()
	file := procedures + code + ".yaml"
	body, err := fs.ReadFile(packs.Bentre(), file)
	if err != nil {
		t.Fatal(err)
	}
	p, problems := Parse(file, body, 1)
	for _, x := range problems {
		t.Error(x)
	}
	if p == nil {
		t.FailNow()
	}
	return p.Form
}

// walked is a walk through a form that ends where a page is refused.
type walked struct {
	pages   []string
	papers  []string          // that were asked for
	refused map[string]string // input → what was said, on the last of the pages
	answers form.Answers
}

// walk answers a form page by page, with a photo of each paper that it asks for.
func walk(f *form.Form, in typed) walked {
	values := url.Values{}
	for k, v := range in {
		values.Set(k, v)
	}
	w := walked{answers: form.Answers{}}
	for p, ok := f.First(), true; ok; p, ok = f.Next(p, w.answers) {
		w.pages = append(w.pages, p.ID)
		page := p.Read(values)
		for _, x := range p.Fields {
			if x.Kind == form.KindFile && in[x.ID] != "none" {
				page.Files[x.ID] = []form.File{{ID: x.ID, Name: x.ID + ".jpg", Type: "image/jpeg", Size: 1000}}
			}
		}
		next, faults := f.Check(p, page, w.answers, monday)
		if len(faults) > 0 {
			w.refused = map[string]string{}
			for _, x := range faults {
				w.refused[x.Name] = message.T(message.WithLang(context.Background(), "vi"), x.Key, x.Args...)
			}
			return w
		}
		w.answers = next
	}
	for _, x := range f.Papers(w.answers) {
		w.papers = append(w.papers, x.Paper)
	}
	return w
}

// Each case changes a few answers of a right walk: pages and papers come and go,
// or a page is refused in plain words.
func TestGuidedFormAsksWhatTheAnswersCallFor(t *testing.T) {
	for _, c := range []struct {
		code, name string
		change     typed
		pages      string // the pages that are asked; with refused, only the last
		papers     string
		refused    map[string]string
	}{
		{"1.000894", "two who marry for the first time", nil, "citizens commune him her before contact notes", "", nil},
		{"1.000894", "a divorced man and a widow", typed{"him_before": "divorced", "her_before": "widowed"}, "citizens commune him her before him_earlier her_earlier contact notes", "", nil},
		{"1.000894", "one is a foreigner", typed{"citizens": "no"}, "citizens", "", map[string]string{"citizens": "Thủ tục này dành cho hai công dân Việt Nam cư trú trong nước: chọn thủ tục Đăng ký kết hôn có yếu tố nước ngoài (2.000806)"}},
		{"1.000894", "he is 20 on the day", typed{"him-born-day": "23", "him-born-month": "11", "him-born-year": "2006"}, "citizens commune him her before contact notes", "", nil},
		{"1.000894", "he is 20 tomorrow", typed{"him-born-day": "24", "him-born-month": "11", "him-born-year": "2006"}, "him", "", map[string]string{"him-born-day": "Bên nam phải đủ 20 tuổi mới được kết hôn; xem lại ngày sinh"}},
		{"1.000894", "she is 18 on the day", typed{"her-born-day": "23", "her-born-month": "11", "her-born-year": "2008"}, "citizens commune him her before contact notes", "", nil},
		{"1.000894", "she is 18 tomorrow", typed{"her-born-day": "24", "her-born-month": "11", "her-born-year": "2008"}, "her", "", map[string]string{"her-born-day": "Bên nữ phải đủ 18 tuổi mới được kết hôn; xem lại ngày sinh"}},
		{"1.000894", "one number typed twice", typed{"her-citizen": "083200001111"}, "her", "", map[string]string{"her-citizen": "Số định danh của bên nữ trùng với số của bên nam; xem lại trên thẻ căn cước"}},
		{"1.000894", "divorced, without the decree", typed{"him_before": "divorced", "him_divorce": ""}, "him_earlier", "", map[string]string{"him_divorce": "Nhập bản án hoặc quyết định ly hôn của bên nam"}},
		{"1.000894", "a second marriage that is the first", typed{"him_before": "widowed", "him_times": "1"}, "him_earlier", "", map[string]string{"him_times": "Đây là lần kết hôn thứ mấy của bên nam phải từ 2 trở lên"}},

		{"1.004873", "for myself, for a loan", nil, "for_whom commune whose status elsewhere purpose use again contact receive", "", nil},
		{"1.004873", "for somebody else", typed{"for_whom": "other"}, "for_whom requester commune whose status elsewhere purpose use again contact receive", "authorisation", nil},
		{"1.004873", "for somebody else, without a paper", typed{"for_whom": "other", "authorisation": "none"}, "requester", "", map[string]string{"authorisation": "Tải lên ảnh văn bản ủy quyền, hoặc đánh dấu là sẽ mang bản chính đến bộ phận một cửa"}},
		{"1.004873", "married", typed{"status": "married"}, "for_whom commune whose status spouse elsewhere purpose use again contact receive", "", nil},
		{"1.004873", "divorced", typed{"status": "divorced"}, "for_whom commune whose status divorce elsewhere purpose use again contact receive", "", nil},
		{"1.004873", "divorced before being born", typed{"status": "divorced", "divorce_day-year": "1990"}, "divorce", "", map[string]string{"divorce_day-day": "Ngày ban hành bản án hoặc quyết định ly hôn không được trước ngày sinh của người được xác nhận (02/05/1998); xem lại cả hai ngày"}},
		{"1.004873", "widowed", typed{"status": "widowed"}, "for_whom commune whose status death elsewhere purpose use again contact receive", "", nil},
		{"1.004873", "lived elsewhere", typed{"moved": "yes"}, "for_whom commune whose status elsewhere places purpose use again contact receive", "elsewhere", nil},
		{"1.004873", "lived elsewhere, no place", typed{"moved": "yes", "places-0-where-outside": ""}, "places", "", map[string]string{"places-0-where-commune": "Chọn xã, phường trong nơi thường trú (nơi thường trú 1), hoặc ghi nơi khác nếu ở ngoài danh sách"}},
		{"1.004873", "to marry", typed{"purpose": "marry"}, "for_whom commune whose status elsewhere purpose partner again contact receive", "", nil},
		{"1.004873", "to marry at a foreign mission", typed{"purpose": "marry", "marry_at": "mission"}, "partner", "", map[string]string{"marry_at": "Cơ quan không cấp giấy để kết hôn với người nước ngoài tại cơ quan đại diện nước ngoài ở Việt Nam; chọn nơi khác"}},
		{"1.004873", "to marry oneself", typed{"purpose": "marry", "partner-citizen": "083198004321"}, "partner", "", map[string]string{"partner-citizen": "Số định danh của người sẽ kết hôn trùng với số của người được xác nhận; xem lại trên thẻ căn cước"}},
		{"1.004873", "no copy at all", typed{"copies": "0"}, "use", "", map[string]string{"copies": "Số bản cần cấp phải từ 1 trở lên"}},
		{"1.004873", "an old certificate is there", typed{"again": "have"}, "for_whom commune whose status elsewhere purpose use again earlier_certificate contact receive", "earlier_certificate", nil},
		{"1.004873", "an old certificate is lost", typed{"again": "lost"}, "for_whom commune whose status elsewhere purpose use again lost contact receive", "", nil},
		{"1.004873", "by post", typed{"receive": "post"}, "for_whom commune whose status elsewhere purpose use again contact receive post_address", "", nil},

		{"2.000815", "two documents", nil, "commune documents state foreign contact", "", nil},
		{"2.000815", "a document without its pages", typed{"documents-1-pages": ""}, "documents", "", map[string]string{"documents-1-pages": "Nhập số trang của bản chính (giấy tờ 2)"}},
		{"2.000815", "half a page", typed{"documents-0-pages": "1,5"}, "documents", "", map[string]string{"documents-0-pages": "Số trang của bản chính (giấy tờ 1) phải là số nguyên, không có phần lẻ"}},
		{"2.000815", "nothing to certify", typed{"documents-count": "1", "documents-0-name": "", "documents-0-pages": "", "documents-0-copies": ""}, "documents", "", map[string]string{
			"documents-0-name": "Nhập tên giấy tờ (giấy tờ 1)", "documents-0-pages": "Nhập số trang của bản chính (giấy tờ 1)", "documents-0-copies": "Nhập số bản sao cần (giấy tờ 1)"}},
		{"2.000815", "an altered original", typed{"state": "altered"}, "state", "", map[string]string{"state": originals}},
		{"2.000815", "a worn original", typed{"state": "worn"}, "state", "", map[string]string{"state": originals}},
		{"2.000815", "a closed original", typed{"state": "closed"}, "state", "", map[string]string{"state": originals}},
		{"2.000815", "a private note", typed{"state": "own"}, "state", "", map[string]string{"state": originals}},
		{"2.000815", "a foreign diploma", typed{"foreign": "exempt"}, "commune documents state foreign contact", "", nil},
		{"2.000815", "a foreign paper without legalisation", typed{"foreign": "plain"}, "foreign", "", map[string]string{"foreign": "Giấy tờ nước ngoài phải được hợp pháp hóa lãnh sự trước (Điều 20 khoản 1): bỏ giấy tờ đó ra khỏi danh sách, hoặc làm hợp pháp hóa trước"}},

		{"2.000884", "a declaration", nil, "commune what language contact", "", nil},
		{"2.000884", "in a foreign language", typed{"foreign": "yes"}, "commune what language translation contact", "translation", nil},
		{"2.000884", "in a foreign language, without a translation", typed{"foreign": "yes", "translation": "none"}, "commune what language translation contact", "translation", nil},
		{"2.000884", "a contract", typed{"what": "contract"}, "what", "", map[string]string{"what": "Hợp đồng, giao dịch không được chứng thực chữ ký (Nghị định 23/2015/NĐ-CP, Điều 25 khoản 4): hỏi thủ tục chứng thực hợp đồng, giao dịch"}},

		{"1.001612", "one person who files", nil, "founders owner business site lines size tax receive", "", nil},
		{"1.001612", "a household", typed{"founders": "household"}, "founders owner members business site lines size tax papers receive", "household_authorisation", nil},
		{"1.001612", "a household without members", typed{"founders": "household", "members-0-name": "", "members-0-citizen": ""}, "members", "", map[string]string{"members-0-name": "Nhập họ, chữ đệm và tên (thành viên 1)", "members-0-citizen": "Nhập số định danh cá nhân (thành viên 1)"}},
		{"1.001612", "another person files", typed{"files": "person"}, "founders filer owner business site lines size tax papers receive", "authorisation", nil},
		{"1.001612", "a firm files for an owner without an account", typed{"files": "firm", "owner_account": "no"}, "founders filer owner business site lines size tax papers receive", "contract owner_card", nil},
		{"1.001612", "the post files for a household", typed{"founders": "household", "files": "post"}, "founders filer owner members business site lines size tax papers receive", "household_authorisation postal_slip", nil},
		{"1.001612", "another person, without authorisation", typed{"files": "person", "authorisation": "none"}, "papers", "", map[string]string{"authorisation": "Tải lên văn bản ủy quyền cho bạn: ảnh chụp hoặc tệp PDF"}},
		{"1.001612", "capital in words", typed{"capital": "năm mươi triệu"}, "size", "", map[string]string{"capital": "Vốn kinh doanh phải là số; số lẻ viết bằng dấu phẩy, ví dụ 1.234,5"}},
		{"1.001612", "nobody works", typed{"workers": "0"}, "size", "", map[string]string{"workers": "Số lao động phải từ 1 trở lên"}},
		{"1.001612", "no street", typed{"site-street": ""}, "site", "", map[string]string{"site-street": "Nhập số nhà, đường hoặc ấp trong trụ sở hộ kinh doanh"}},
		{"1.001612", "tax notices elsewhere", typed{"tax_at": "other"}, "founders owner business site lines size tax tax_address receive", "", nil},
		{"1.001612", "by post", typed{"receive": "post"}, "founders owner business site lines size tax receive post_address", "", nil},

		{"1.013225", "a house of a household", nil, "what builder site plot house land land_papers drawings around", "land drawings", nil},
		{"1.013225", "a repair", typed{"what": "repair"}, "what", "", map[string]string{"what": "Sửa chữa, cải tạo là thủ tục khác: chọn thủ tục 1.013229"}},
		{"1.013225", "an old permit", typed{"what": "change"}, "what", "", map[string]string{"what": "Đây là thủ tục xây mới: điều chỉnh là 1.013226, gia hạn là 1.013227, cấp lại là 1.013228"}},
		{"1.013225", "a house of an organisation", typed{"owner": "organisation"}, "what organisation builder site plot house land land_papers drawings around", "land drawings", nil},
		{"1.013225", "on rented land", typed{"rented": "yes"}, "what builder site plot house land land_papers drawings around", "land lease drawings", nil},
		{"1.013225", "beside other houses", typed{"neighbours": "yes"}, "what builder site plot house land land_papers drawings around around_papers", "land drawings neighbours", nil},
		{"1.013225", "with fire safety", typed{"extra": "fire"}, "what builder site plot house land land_papers drawings around around_papers", "land drawings fire", nil},
		{"1.013225", "with everything", typed{"neighbours": "yes", "extra": "both"}, "what builder site plot house land land_papers drawings around around_papers", "land drawings neighbours fire review", nil},
		{"1.013225", "larger than the plot", typed{"built_area": "200,5", "floor_area": "300"}, "house", "", map[string]string{"built_area": "Diện tích xây dựng lớn hơn diện tích thửa đất; xem lại cả hai số"}},
		{"1.013225", "as large as the plot", typed{"built_area": "200", "floor_area": "400"}, "what builder site plot house land land_papers drawings around", "land drawings", nil},
		{"1.013225", "less in all than below", typed{"floor_area": "80"}, "house", "", map[string]string{"floor_area": "Tổng diện tích sàn nhỏ hơn diện tích tầng một; xem lại cả hai số"}},
		{"1.013225", "one storey with the area of two", typed{"storeys": "1"}, "house", "", map[string]string{"storeys": "Nhà một tầng thì tổng diện tích sàn bằng diện tích tầng một; xem lại số tầng"}},
		{"1.013225", "without drawings", typed{"drawings": "none"}, "drawings", "", map[string]string{"drawings": "Tải lên bản vẽ thiết kế xây dựng, hoặc đánh dấu là sẽ mang bản chính đến bộ phận một cửa"}},
	} {
		t.Run(c.code+" "+c.name, func(t *testing.T) {
			got := walk(guidedForm(t, c.code), joined(right[c.code], c.change))
			if diff := cmp.Diff(c.refused, got.refused); diff != "" {
				t.Fatalf("refused on %v (-want +got):\n%s", got.pages, diff)
			}
			if c.refused != nil {
				got.pages = got.pages[len(got.pages)-1:]
			}
			if pages := strings.Join(got.pages, " "); pages != c.pages {
				t.Errorf("pages %q,\nwant  %q", pages, c.pages)
			}
			if papers := strings.Join(got.papers, " "); papers != c.papers {
				t.Errorf("papers %q, want %q", papers, c.papers)
			}
		})
	}
}

const originals = "Bản chính như vậy không được chứng thực (Nghị định 23/2015/NĐ-CP, Điều 22): bỏ giấy tờ đó ra khỏi danh sách rồi chọn mục đầu"

// What a dossier is called in lists, where it goes, and how its applicant is
// reached, is said by the answers.
func TestGuidedFormSaysWhereItGoesAndWhoseItIs(t *testing.T) {
	for _, c := range []struct {
		code   string
		change typed
		want   map[string]string
	}{
		{"1.000894", nil, map[string]string{"name": "Nguyễn Thị Mai", "subject": "Trần Văn Bình"}},
		{"1.000894", typed{"who": "him"}, map[string]string{"name": "Trần Văn Bình", "subject": "Nguyễn Thị Mai"}},
		{"1.004873", nil, map[string]string{"name": "Nguyễn Thị Mai", "subject": "Nguyễn Thị Mai", "receive": "desk"}},
		{"1.004873", typed{"for_whom": "other"}, map[string]string{"name": "Nguyễn Văn Hai", "subject": "Nguyễn Thị Mai"}},
		{"2.000815", nil, map[string]string{"name": "Nguyễn Thị Mai"}},
		{"1.001612", nil, map[string]string{"name": "Nguyễn Thị Mai", "subject": "Tạp hóa Ánh Dương", "receive": "desk"}},
		{"1.001612", typed{"files": "firm"}, map[string]string{"name": "Nguyễn Văn Hai"}},
		{"2.000884", nil, map[string]string{"name": "Nguyễn Thị Mai"}},
		{"1.013225", nil, map[string]string{"name": "Nguyễn Thị Mai"}},
	} {
		f := guidedForm(t, c.code)
		w := walk(f, joined(right[c.code], c.change))
		for use, want := range joined(typed(c.want), typed{"place": here, "phone": "0912345678"}) {
			if got := f.Use(w.answers, use); got != want {
				t.Errorf("%s %v: %s is %q, want %q", c.code, c.change, use, got, want)
			}
		}
	}
}

// What was said once stands in the box where it is asked for again.
func TestGuidedFormAsksNothingTwice(t *testing.T) {
	for _, c := range []struct {
		code, page string
		change     typed
		input      string
		want       string
	}{
		{"1.000894", "him", nil, "him-residence-commune", here},
		{"1.000894", "her", nil, "her-residence-commune", here},
		{"1.004873", "whose", nil, "whose-residence-commune", here},
		{"1.004873", "post_address", typed{"receive": "post"}, "post_name", "Nguyễn Thị Mai"},
		{"1.004873", "post_address", typed{"receive": "post"}, "post_address-commune", here},
		{"1.001612", "post_address", typed{"receive": "post"}, "post_address-street", "Ấp 3"},
	} {
		f := guidedForm(t, c.code)
		page, ok := f.Page(c.page)
		if !ok {
			t.Fatal(c.page)
		}
		answers := walk(f, joined(right[c.code], c.change)).answers
		for _, x := range page.Fields {
			delete(answers, x.ID)
		}
		if got := f.Input(page, answers, "vi").Get(c.input); got != c.want {
			t.Errorf("%s: %s begins with %q, want %q", c.code, c.input, got, c.want)
		}
	}
}

// Circular 226/2016/TT-BTC, as procedure 2.000815 gives it: 2,000 đ a page, from
// the third page 1,000 đ, at most 200,000 đ a copy.
func TestCertifiedCopiesCostByThePage(t *testing.T) {
	file := procedures + "2.000815.yaml"
	body, err := fs.ReadFile(packs.Bentre(), file)
	if err != nil {
		t.Fatal(err)
	}
	p, problems := Parse(file, body, 1)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for _, c := range []struct {
		pages, copies string // of the second document; of the first 3 copies of one page
		want          int64
	}{
		{"1", "1", 6000 + 2000},
		{"2", "1", 6000 + 4000},
		{"3", "1", 6000 + 5000},
		{"16", "1", 6000 + 18_000},
		{"16", "5", 6000 + 90_000},
		{"198", "1", 6000 + 200_000},
		{"199", "1", 6000 + 200_000},
		{"1.000", "2", 6000 + 400_000},
	} {
		w := walk(p.Form, joined(right["2.000815"], typed{"documents-1-pages": c.pages, "documents-1-copies": c.copies}))
		a, err := p.Fee.Assess(t.Context(), w.answers, fees.Facts{Today: monday.Today, Channel: "online"})
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := a.Total(); !ok || got != c.want {
			t.Errorf("%s pages, %s copies: %d (%v), want %d", c.pages, c.copies, got, ok, c.want)
		}
	}
}
