package journeys

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"benso/internal/apps/services/dossier"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/server/demo"
	"benso/internal/testkit/browser"
)

// A clerk with many dossiers finds one with a slip, filters the register, keeps the
// filter, takes the list home as a spreadsheet; the head gives a page of them to a
// specialist at once.
func TestClerkFindsFiltersSavesAndExportsAndTheHeadGivesManyAtOnce(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		names := []string{"Trần Văn Bình", "Lê Thị Cúc", "Phạm Gia Hân", "Huỳnh Ngọc Lan", "Võ Minh Khang", "Đặng Kim Ngân"}
		for i := range 54 {
			w.filed(names[i%len(names)]+" "+string(rune('A'+i/len(names))), 100+i)
		}
		wanted := w.filed("Nguyễn Thị Tuyết Sương", 99)
		room, clerkActor := w.program.Dossiers, w.actor("motcua@benso.example")
		for _, d := range w.list(cases.Filter{Words: "tran van binh"}) {
			_, err := room.Accept(t.Context(), clerkActor, dossier.Act{ID: d.ID, Version: d.Version, Key: database.NewID()}, dossier.Given{}, nil)
			w.must(err)
		}

		clerk := w.official("motcua@benso.example", browser.Options{Width: 1280, Height: 900, JavaScript: false})
		clerk.Open(w.base + "/ban-lam-viec")
		clerk.Fill("so", "nguyen thi tuyte suong")
		clerk.Within("main").Click("Mở")
		w.see(clerk, "Đang tìm “nguyen thi tuyet suong”", "Nguyễn Thị Tuyết Sương", "1 hồ sơ")
		w.look(clerk)
		clerk.Click(wanted.FilingNumber)
		w.see(clerk, "Nguyễn Thị Tuyết Sương", "Việc cần làm")

		clerk.Open(w.base + "/ban-lam-viec/so")
		w.see(clerk, "55 hồ sơ", "Thẩm tra (9)")
		clerk.Click("Thêm điều kiện")
		clerk.Fill("tiep-tu", "23/11/2026")
		clerk.Fill("thu-tuc", "khai sinh")
		clerk.Select("xep", "Cũ trước")
		clerk.Click("Lọc")
		w.see(clerk, "9 hồ sơ", "Trần Văn Bình")
		if at := clerk.URL(); !strings.Contains(at, "tiep-tu=23%2F11%2F2026") && !strings.Contains(at, "tiep-tu=2026-11-23") {
			t.Errorf("the filters do not stand in the address: %s", at)
		}
		w.look(clerk)
		clerk.Click("Lưu bộ lọc này")
		clerk.Fill("name", "Tiếp nhận hôm nay")
		clerk.Choose("Đồng nghiệp trong cơ quan cũng thấy")
		clerk.Click("Lưu")
		w.see(clerk, "Đã lưu bộ lọc", "Tiếp nhận hôm nay", "9 hồ sơ")

		// The spreadsheet is the list: the same dossiers in the same order.
		kept := clerk.URL()[strings.Index(clerk.URL(), "?"):]
		want := w.list(cases.Filter{Scope: clerkActor.Scope(access.DossierRead), Accepted: cases.Period{From: time.Unix(1, 0)}, Order: cases.Oldest})
		rows := w.spreadsheet("motcua@benso.example", "/ban-lam-viec/so/tep.xlsx"+kept)
		if len(rows) != len(want)+1 || len(want) != 9 {
			t.Fatalf("the spreadsheet has %d rows, the list %d", len(rows), len(want))
		}
		for i, d := range want {
			if row := rows[i+1]; row[0] != d.Code || row[5] != d.Title || row[6] != d.Name || row[10] != d.AcceptedAt.In(clock.Zone).Format("02/01/2006 15:04") {
				t.Errorf("row %d is %v, and the dossier is %s %s", i+1, row, d.Code, d.Title)
			}
		}
		if rows := w.spreadsheet("motcua.phukhuong@benso.example", "/ban-lam-viec/so/tep.xlsx"+kept); len(rows) != 1 {
			t.Errorf("the neighbour's spreadsheet has %d rows", len(rows))
		}

		head := w.official("thutruong@benso.example", office)
		head.Open(w.base + "/ban-lam-viec/so")
		head.Click("Tiếp nhận hôm nay") // the colleague's filter
		w.see(head, "9 hồ sơ")
		head.Click("Chọn hết trang này")
		head.Click("Giao các hồ sơ đã chọn")
		w.see(head, "Giao 9 hồ sơ cho")
		w.look(head)
		specialist := w.actor("chuyenvien@benso.example")
		head.Select("to", specialist.Name)
		head.DoubleClick("Giao 9 hồ sơ")
		w.see(head, "Đã giao 9 trong 9 hồ sơ cho: "+specialist.Name)
		w.look(head)
		for _, d := range want {
			if now, err := dossier.ByID(t.Context(), w.program.DB.Read(), d.ID); err != nil || now.Assignee != specialist.Account || now.Version != d.Version+1 {
				t.Errorf("%s is held by %q at version %d (%v)", d.Code, now.Assignee, now.Version, err)
			}
		}
		theirs := w.official("chuyenvien@benso.example", office)
		theirs.Open(w.base + "/ban-lam-viec")
		w.see(theirs, "Hồ sơ của tôi", "Của tôi (9)")
	})
}

// list reads dossiers as a list would, of the whole province when no scope is given.
func (w world) list(f cases.Filter) []dossier.Dossier {
	w.t.Helper()
	if f.Scope.Empty() {
		f.Scope = access.Within("86/")
	}
	f.Kind, f.State = dossier.Kind, cases.Every
	ids, err := cases.IDs(w.t.Context(), w.program.DB.Read(), f, 1000)
	w.must(err)
	found, err := dossier.Among(w.t.Context(), w.program.DB.Read(), f.Scope, ids)
	w.must(err)
	return found
}

// spreadsheet downloads a workbook as an official and gives its rows.
func (w world) spreadsheet(handle, path string) [][]string {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	w.must(err)
	client := &http.Client{Jar: jar}
	signed, err := client.PostForm(w.base+"/dang-nhap", url.Values{"key": {database.NewID()}, "handle": {handle}, "password": {demo.Password}})
	w.must(err)
	w.must(signed.Body.Close())
	got, err := client.Get(w.base + path)
	w.must(err)
	body, err := io.ReadAll(got.Body)
	w.must(err)
	w.must(got.Body.Close())
	if got.StatusCode != http.StatusOK {
		w.t.Fatalf("%s answered %d", path, got.StatusCode)
	}
	f, err := excelize.OpenReader(bytes.NewReader(body))
	w.must(err)
	rows, err := f.GetRows(f.GetSheetName(0))
	w.must(err)
	w.must(f.Close())
	return rows
}
