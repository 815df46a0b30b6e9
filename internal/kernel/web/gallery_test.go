package web

import (
	"context"
	"io"
	"log/slog"
	"net/http"

	"github.com/a-h/templ"

	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
)

// The gallery shows every part on pages like those of the rooms. It exists in
// tests only: to be looked at, and to be checked as a whole.

// all draws components one after the other.
func all(cs ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, c := range cs {
			if err := c.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

// in puts components between the tags of a part.
func in(part templ.Component, cs ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return part.Render(templ.WithChildren(ctx, all(cs...)), w)
	})
}

func words(s string) templ.Component { return templ.Raw(templ.EscapeString(s)) }
func heading(s string) templ.Component {
	return templ.Raw(`<h1 class="govuk-heading-l">` + templ.EscapeString(s) + `</h1>`)
}
func heading2(s string) templ.Component {
	return templ.Raw(`<h2 class="govuk-heading-m">` + templ.EscapeString(s) + `</h2>`)
}
func body(s string) templ.Component {
	return templ.Raw(`<p class="govuk-body">` + templ.EscapeString(s) + `</p>`)
}
func form(cs ...templ.Component) templ.Component {
	return all(templ.Raw(`<form method="post" novalidate>`), Key(), all(cs...), templ.Raw(`</form>`))
}

var galleryErrors = []fault.Field{
	{Name: "ho_ten", Key: "web.bad_form"},
	{Name: "ngay_sinh-month", Key: "web.bad_form"},
	{Name: "quan_he", Key: "web.bad_form"},
	{Name: "dong_y", Key: "web.bad_form"},
	{Key: "fault.stale"},
}

// gallery are the pages by their names.
var gallery = map[string]templ.Component{
	"dau": in(Layout(Page{Title: "Đăng ký khai sinh", Section: "thu-tuc", Crumbs: []Link{{Text: "Trang chủ", URL: "/"}, {Text: "Thủ tục", URL: "/thu-tuc"}, {Text: "Đăng ký khai sinh"}}}),
		heading("Đăng ký khai sinh"),
		body("Dùng dịch vụ này để đăng ký khai sinh cho con tại Ủy ban nhân dân xã, phường nơi cha hoặc mẹ cư trú. Không mất phí nếu đăng ký đúng hạn."),
		in(InsetText(), words("Bạn cần giấy chứng sinh do cơ sở y tế cấp. Có thể chụp bằng điện thoại.")),
		LinkButton(Action{Text: "Bắt đầu", URL: "/nop-ho-so", Start: true}),
		in(Details("Nếu chưa có giấy chứng sinh"), words("Hãy mang văn bản của người làm chứng; nếu không có người làm chứng thì viết giấy cam đoan về việc sinh.")),
		WarningText("Bạn có thể bị phạt nếu khai sai sự thật."),
		heading2("Khi nào xong"),
		SummaryList([]Row{{Key: "Thời hạn", Value: "Ngay trong ngày làm việc; nhận sau 15:00 thì trả vào ngày làm việc tiếp theo"}, {Key: "Lệ phí", Value: "0 ₫"}, {Key: "Kết quả", Value: "Giấy khai sinh"}}),
		Pagination(Pages{Previous: "/truoc", Next: "/sau"}),
	),
	"cau-hoi": in(Layout(Page{Title: "Họ, chữ đệm, tên của trẻ", Back: "/truoc", Section: "thu-tuc"}),
		form(
			Input(Field{Name: "ten", Label: "Họ, chữ đệm, tên của trẻ", Hint: "Viết đúng như muốn ghi trên giấy khai sinh, ví dụ Nguyễn Thị Ngọc Diễm", Heading: true}),
			Button(Action{Text: "Tiếp tục"}),
		)),
	"bieu-mau": in(Layout(Page{Title: "Thông tin người yêu cầu", Back: "/truoc", Section: "thu-tuc", Errors: galleryErrors}),
		heading("Thông tin người yêu cầu"),
		form(
			Input(Field{Name: "ho_ten", Label: "Họ và tên", Hint: "Như trên căn cước", Error: "Hãy ghi họ và tên", Autocomplete: "name"}),
			Input(Field{Name: "so_cc", Label: "Số căn cước", Value: "083199000123", InputMode: "numeric", Width: 20, Plain: true}),
			Input(Field{Name: "so_tien", Label: "Số tiền", Suffix: "₫", Width: 10, InputMode: "numeric", Value: "150000"}),
			DateInput(DateField{Name: "ngay_sinh", Label: "Ngày sinh", Hint: "Ví dụ 5 7 2021", Day: "31", Month: "13", Year: "2021", Error: "Tháng phải từ 1 đến 12", Wrong: []string{"month"}, Birthday: true}),
			Radios(Field{Name: "quan_he", Label: "Bạn là gì của trẻ?", Error: "Hãy chọn một mục"}, []Option{
				{Value: "cha", Label: "Cha"}, {Value: "me", Label: "Mẹ"},
				{Value: "khac", Label: "Người khác", Hint: "Ông, bà hoặc người thân thích", Checked: true, Reveal: Input(Field{Name: "quan_he_khac", Label: "Quan hệ với trẻ"})},
			}),
			Checkboxes(Field{Name: "giay_to", Label: "Giấy tờ bạn có", Hint: "Chọn tất cả các mục đúng"}, []Option{
				{Value: "a", Label: "Giấy chứng sinh", Checked: true}, {Value: "b", Label: "Giấy chứng nhận kết hôn", Hint: "Nếu cha mẹ đã kết hôn"},
				{Value: "c", Label: "Giấy tờ khác", Reveal: Input(Field{Name: "giay_to_khac", Label: "Tên giấy tờ"})},
			}),
			Select(Field{Name: "xa", Label: "Xã, phường", Value: "2"}, []Option{{Label: "Chọn xã, phường"}, {Value: "1", Label: "Phường An Hội"}, {Value: "2", Label: "Xã Mỏ Cày"}}),
			Textarea(Field{Name: "ghi_chu", Label: "Ghi chú", Most: 200, Rows: 3, Value: "Cháu sinh tại nhà."}),
			Textarea(Field{Name: "ly_do", Label: "Lý do"}),
			FileUpload(Field{Name: "anh", Label: "Ảnh giấy chứng sinh", Hint: "Chụp rõ, đủ bốn góc. Ảnh hoặc PDF, không quá 10 MB.", Accept: "image/*,application/pdf", Multiple: true}),
			Password(Field{Name: "mat_khau", Label: "Mật khẩu", Autocomplete: "current-password"}),
			Checkbox(Field{Name: "dong_y", Label: "Tôi cam đoan những điều khai trên là đúng sự thật", Error: "Hãy xác nhận lời cam đoan"}),
			in(ButtonGroup(), Button(Action{Text: "Lưu và tiếp tục"}), Button(Action{Text: "Lưu lại, làm sau", Style: Secondary, Name: "viec", Value: "luu"}), Button(Action{Text: "Xóa bản nháp", Style: Warning, Name: "viec", Value: "xoa"})),
		)),
	"xong": in(Layout(Page{Title: "Đã nộp hồ sơ", Section: "thu-tuc"}),
		in(Panel("Đã nộp hồ sơ"), words("Mã số nộp"), templ.Raw("<br><strong>NOP-261123-7K3M-9QXA</strong>")),
		heading2("Việc tiếp theo"),
		body("Bộ phận một cửa kiểm tra hồ sơ trong giờ làm việc hôm nay. Khi hồ sơ đủ, bạn nhận được mã hồ sơ và ngày hẹn trả."),
		SummaryCard("Những gì bạn đã nộp", []Row{{Key: "Họ, chữ đệm, tên của trẻ", Value: "Nguyễn Thị Ngọc Diễm", Change: "/sua"}, {Key: "Nơi nộp", Value: "Ủy ban nhân dân xã Mỏ Cày\nấp Thị, xã Mỏ Cày"}}),
		TaskList("viec", []Task{{Title: "Thông tin của trẻ", URL: "/1", State: StateTag(Done, "")}, {Title: "Thông tin của cha mẹ", Hint: "Cần căn cước của cả hai người", URL: "/2", State: StateTag(WaitingYou, "")}, {Title: "Giấy tờ", State: words("Chưa làm được")}}),
		PrintButton(),
	),
	"trang-thai": in(Layout(Page{Title: "Hồ sơ của tôi", Section: "ho-so"}),
		in(NotificationBanner(Success), templ.Raw(`<p class="govuk-notification-banner__heading">Đã gửi bổ sung.</p>`)),
		heading("Hồ sơ của tôi"),
		templ.Raw("<p>"), StateTag(OnTime, "còn 2 ngày 3 giờ làm việc"), templ.Raw("</p><p>"), StateTag(Soon, "còn 3 giờ làm việc"), templ.Raw("</p><p>"),
		StateTag(Late, "1 ngày làm việc"), templ.Raw("</p><p>"), StateTag(WaitingYou, "bổ sung giấy chứng sinh"), templ.Raw("</p><p>"), StateTag(WaitingThem, "Công an xã xác minh"),
		templ.Raw("</p><p>"), StateTag(Paused, ""), templ.Raw("</p><p>"), StateTag(Done, ""), templ.Raw("</p><p>"), StateTag(Ended, "bị từ chối"), templ.Raw("</p>"),
		in(EmptyState("Chưa có hồ sơ nào"), body("Hồ sơ bạn nộp sẽ hiện ở đây."), LinkButton(Action{Text: "Tìm thủ tục", URL: "/thu-tuc"})),
		Pagination(Pages{Current: 5, Count: 12, URL: func(n int) string { return "/ho-so-cua-toi" }}),
	),
	"ban-lam-viec": in(Layout(Page{Title: "Bàn làm việc", Section: "ban", Dense: true, SubNav: []Link{{Text: "Chờ tiếp nhận (12)", URL: "/a", Current: true}, {Text: "Đang giải quyết (48)", URL: "/b"}, {Text: "Trả kết quả hôm nay (7)", URL: "/c"}}}),
		heading("Chờ tiếp nhận"),
		templ.Raw(`<form method="get" role="search">`), in(Inline(), Input(Field{Name: "q", Label: "Tìm theo mã, họ tên", Shortcut: "/"}), Button(Action{Text: "Tìm", Style: Secondary})), templ.Raw("</form>"),
		in(DataTable("cho", "12 hồ sơ, gấp nhất trước", []Column{{Text: "Mã"}, {Text: "Người nộp"}, {Text: "Thủ tục"}, {Text: "Hạn"}, {Text: "Phí", Numeric: true}, {Text: "Việc", Hidden: true}}),
			galleryRow("000.00.16.H07-261123-0001", "Nguyễn Thị Ngọc Diễm", StateTag(Late, "3 giờ làm việc"), "0 ₫"),
			galleryRow("000.00.16.H07-261123-0002", "Trần Văn Lượng", StateTag(Soon, "còn 2 giờ làm việc"), "150.000 ₫"),
			galleryRow("000.00.16.H07-261123-0003", "Lê Hoàng Phúc", StateTag(OnTime, "còn 3 ngày 2 giờ làm việc"), "8.000 ₫"),
		),
		in(ButtonGroup(), LinkButton(Action{Text: "Hồ sơ mới tại quầy", URL: "/moi", Shortcut: "n"}), LinkButton(Action{Text: "Mở hồ sơ đầu tiên", URL: "/dau", Style: Secondary, Shortcut: "o"})),
		in(NotificationBanner(Important), templ.Raw(`<p class="govuk-notification-banner__heading">Ngày mai 24/11 là ngày nghỉ; hạn đã được tính lại.</p>`)),
	),
}

func galleryRow(code, who string, state templ.Component, fee string) templ.Component {
	return in(TableRow(), in(RowHead(), templ.Raw(`<span class="bs-code">`+code+`</span>`)), in(Cell(), words(who)), in(Cell(), words("Đăng ký khai sinh")),
		in(Cell(), state), NumberCell(fee), in(Cell(), templ.Raw(`<a class="govuk-link" href="/mo">Mở<span class="govuk-visually-hidden"> hồ sơ `+code+`</span></a>`)))
}

// stranger and clerk are who may ask.
type sessions struct {
	actor access.Actor
	err   error
}

func (s sessions) Actor(*http.Request) (access.Actor, error) { return s.actor, s.err }

var clerk = access.Actor{Account: "a1", Name: "Trần Thị Kim Ngân", Grants: []access.Grant{{Path: "86/", Permissions: []access.Permission{access.DossierIntake}}}}

func galleryConfig(actor access.Actor) Config {
	return Config{
		Province: "Tỉnh Vĩnh Long", Simulated: true, Log: slog.New(slog.DiscardHandler), Sessions: sessions{actor: actor},
		Sections: []Section{
			{ID: "thu-tuc", Key: "web.product", URL: "/thu-tuc", Access: access.Public},
			{ID: "ho-so", Key: "web.success", URL: "/ho-so-cua-toi", Access: access.SignedIn},
			{ID: "ban", Key: "web.shortcuts", URL: "/ban-lam-viec", Access: access.DossierIntake},
		},
		Footer: []Section{{ID: "x", Key: "web.home", URL: "/", Access: access.Public}},
	}
}

func galleryRoutes() Routes {
	routes := Routes{}
	for name, page := range gallery {
		routes = append(routes, Route{Pattern: "GET /" + name, Access: access.Public, Handler: func(w http.ResponseWriter, r *http.Request) error {
			return Render(w, r, http.StatusOK, page)
		}})
	}
	return routes
}
