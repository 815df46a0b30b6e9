package board_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/testkit/browser"
)

func TestBoardShowsEveryLineWithItsState(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	page := p.page("/chi-tieu")
	for _, id := range []string{"G1", "G1.dossiers", "G2.province", "G2.district", "G2.commune", "G3", "G4", "G5", "G6a", "G6b", "S1", "S2", "S3", "S4", "D1", "D2", "D3"} {
		has(t, page, `href="/chi-tieu/`+id+`"`)
	}
	has(t, page, "chưa kết luận được đạt hay chưa đạt", "Danh mục có 1 thủ tục", "100 trên 150 hồ sơ", "66,67%", "Đo từ hồ sơ", "Theo công bố", "Chưa đo được", "Thứ 51", "Đã dừng từ 30/06/2025", "Chờ Ban chỉ đạo công bố")
	lacks(t, page, "style=", "[board.", "[measures.")
	english := p.page("/chi-tieu?lang=en")
	has(t, english, "Measured from records", "66.67%", "Place 51")
	lacks(t, english, "[board.", "Đo từ hồ sơ")
}

func TestLineTellsWhatIsCountedAndLeadsToItsDefinition(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	page := p.page("/chi-tieu/G1.dossiers")
	has(t, page, "100 hồ sơ", "150 hồ sơ", "66,67%", "120 hồ sơ", "80%", "Đếm lúc", "12:00 ngày 23/11/2026", "từ 01/12/2025 đến 23/11/2026", "(174.411 / 229.704)", "75,93%", "Báo Đồng Khởi",
		`href="/chi-tieu/G1.dossiers/dossiers.online?phan=tu-so"`, `href="/chi-tieu/G1.dossiers/dossiers.online/dinh-nghia"`, `href="/chi-tieu/G1.dossiers/dossiers.online/phan-tich?theo=noi"`)
	lacks(t, page, "CODE-", "style=", "[board.")
	has(t, p.page("/chi-tieu/G1.dossiers/dossiers.online/dinh-nghia"), "Hồ sơ nộp trực tuyến", "Tất cả hồ sơ đã nộp", "Hồ sơ công chức nhập nhầm thủ tục", "Bản 2, áp dụng từ 25/11/2026", "Bản 1", "01/01/2020 – 24/11/2026", "12 tháng gần nhất")
	has(t, p.page("/chi-tieu/G2.district"), "Cấp huyện kết thúc hoạt động ngày 30/06/2025", "Suy ra từ chức năng")
	has(t, p.page("/chi-tieu/S3"), "Tỷ lệ dân số từ mức nào thì coi là phổ cập")
	has(t, p.page("/chi-tieu/G6a"), "Suy ra từ nguồn: năm 2021 tăng 2 bậc", "dti.gov.vn", "Thứ 51")
	has(t, p.page("/chi-tieu/G1"), "Danh mục có 1 thủ tục", "Hồ sơ của các dịch vụ công", "1.036 / 1.542")
	for _, path := range []string{"/chi-tieu/G9", "/chi-tieu/G1/dossiers.online", "/chi-tieu/G3/x.y", "/chi-tieu/G1.dossiers/dossiers.online?phan=x", "/chi-tieu/G1.dossiers/dossiers.online?trang=9", "/chi-tieu/G1.dossiers/dossiers.online?trang=-1",
		"/chi-tieu/G1.dossiers/dossiers.online?nam=2026", "/chi-tieu/G1.dossiers/dossiers.online/phan-tich?theo=x", "/chi-tieu/G1.dossiers/dossiers.online/phan-tich?nam=2019", "/chi-tieu/G1/dossiers.online/dinh-nghia", "/chi-tieu/G9/dossiers.online/dinh-nghia"} {
		if res := p.get(path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
}

func TestTableOfPlacesHasTheWorstFirst(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	has(t, p.page("/chi-tieu/G1.dossiers/dossiers.on_time/phan-tich?theo=noi"), "Từ 0 giờ hôm nay", "120 / 150")
	p.clock.Advance(24 * time.Hour)
	page := p.page("/chi-tieu/G1.dossiers/dossiers.on_time/phan-tich?theo=noi")
	has(t, page, "46 xã, phường chưa có hồ sơ nào được tính", "Phường Phú Khương", "80 / 100", "40 / 50", "120 / 150")
	p.source.dossiers = append(p.source.dossiers, dossiers("z", here, 30, func(d *dossier, i int) { d.late = i < 20 })...)
	p.tell("z")
	page = p.page("/chi-tieu/G1.dossiers/dossiers.on_time/phan-tich?theo=noi")
	if worst, best := strings.Index(page, "Phường Phú Khương"), strings.Index(page, "Phường Bến Tre"); worst < 0 || best < worst {
		t.Error("the place with the most late does not come first")
	}
	has(t, p.page("/chi-tieu/G1.dossiers/dossiers.online/phan-tich?theo=linh-vuc"), "Hộ tịch")
	has(t, p.page("/chi-tieu/G1.dossiers/dossiers.online/phan-tich?theo=thu-tuc"), "Thủ tục đăng ký khai sinh")
}

var numericCell = regexp.MustCompile(`govuk-table__cell--numeric">([0-9.]+)<`)

func TestPublicSeesCountsThatAddUpAndNoCodes(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	for path, want := range map[string]int{
		"/chi-tieu/G1.dossiers/dossiers.online?phan=tu-so":    100,
		"/chi-tieu/G1.dossiers/dossiers.online?phan=con-lai":  50,
		"/chi-tieu/G1.dossiers/dossiers.online?phan=mau-so":   150,
		"/chi-tieu/G1.dossiers/dossiers.on_time?phan=con-lai": 30,
		"/chi-tieu/G1.dossiers/dossiers.by_channel":           150,
	} {
		page := p.page(path)
		lacks(t, page, "CODE-", "d001", "/ban-lam-viec/")
		for _, table := range strings.Split(page, "<table")[1:] {
			var sum, last int
			for _, m := range numericCell.FindAllStringSubmatch(table, -1) {
				sum += last
				n, err := strconv.Atoi(m[1])
				if err != nil {
					t.Fatal(err)
				}
				last = n
			}
			if sum != want || last != want {
				t.Errorf("%s: the lines add up to %d under a total of %d, want %d", path, sum, last, want)
			}
		}
	}
	has(t, p.page("/chi-tieu/G1/services.full?phan=tu-so"), "1.001193", "Đăng ký khai sinh", `href="/thu-tuc/1.001193"`)
	if rows := journal(t, p.db); len(rows) != 0 {
		t.Errorf("what is public was journaled: %v", rows)
	}
}

// TestPublicNeverSeesASmallNumber: what few did is joined, for everybody but officials
// of the whole province.
func TestPublicNeverSeesASmallNumber(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	const third = "86/28810-2025/ubnd-28810-2025/"
	p.source.dossiers = append(p.source.dossiers, dossiers("z", third, 3, func(*dossier, int) {})...)
	p.tell("z")
	p.clock.Advance(24 * time.Hour)
	for _, path := range []string{"/chi-tieu/G1.dossiers/dossiers.by_channel/phan-tich?theo=noi", "/chi-tieu/G1.dossiers/dossiers.by_channel?phan=mau-so"} {
		page := p.page(path)
		has(t, page, "Xã Phú Túc", "Gộp 2 dòng có số nhỏ", "153")
		lacks(t, page, ">3<", "Từ 0 giờ hôm nay")
	}
	p.actor = leader("86/")
	has(t, p.page("/chi-tieu/G1.dossiers/dossiers.online/phan-tich?theo=noi"), "3 / 3")
	p.actor = leader(there)
	lacks(t, p.page("/chi-tieu/G1.dossiers/dossiers.online/phan-tich?theo=noi"), "3 / 3")
}

func TestOfficialSeesRecordsOfTheOwnScopeAndIsJournaled(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		p := newProvince(t, db)
		p.actor = leader(there)
		page := p.page("/chi-tieu/G1.dossiers/dossiers.online?phan=mau-so")
		has(t, page, "50 thuộc phạm vi của bạn", "100 ở ngoài phạm vi", "Cộng lại là 150", "CODE-d000", "CODE-d147", `href="/ban-lam-viec/d147"`)
		lacks(t, page, "CODE-d001", "CODE-d148")
		if n := strings.Count(page, "CODE-"); n != 50 {
			t.Errorf("%d records shown of 50", n)
		}
		rows := journal(t, db)
		if len(rows) != 1 || rows[0].Actor != "acc-leader" || rows[0].Action != "board.open" || rows[0].Path != there || len(rows[0].IDs) != 50 {
			t.Errorf("the opening is not journaled as one row with its ids: %+v", rows)
		}
		none := p.page("/chi-tieu/G1.dossiers/dossiers.online?phan=tu-so")
		lacks(t, none, "CODE-")
		has(t, none, "Công khai chỉ có số lượng")
		has(t, page, `href="/ban-lam-viec/so?nop-den=2026-11-23&amp;nop-tu=2025-12-01"`)
		counts := p.page("/chi-tieu/G1.dossiers/dossiers.online?phan=mau-so&xem=tong-hop")
		lacks(t, counts, "CODE-")
		has(t, counts, "Xem từng hồ sơ trong phạm vi của bạn")
		if rows := journal(t, db); len(rows) != 1 {
			t.Errorf("looking at counts was journaled: %v", rows)
		}

		p.actor = leader("86/")
		seen := map[string]bool{}
		code := regexp.MustCompile(`CODE-d\d+`)
		for _, n := range []string{"", "&trang=2"} {
			for _, c := range code.FindAllString(p.page("/chi-tieu/G1.dossiers/dossiers.online?phan=mau-so"+n), -1) {
				if seen[c] {
					t.Errorf("%s stands on two pages", c)
				}
				seen[c] = true
			}
		}
		if len(seen) != 150 {
			t.Errorf("%d records over the pages, 150 were counted", len(seen))
		}
	})
}

// TestNumberOpensToWhatItCountedWhenMoreHasHappened: what happened since the reading is not
// listed under it.
func TestNumberOpensToWhatItCountedWhenMoreHasHappened(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	p.clock.Advance(time.Hour)
	p.source.dossiers = append(p.source.dossiers, dossier{id: "new", path: there, channel: "online", filed: noon.Add(time.Minute)})
	p.actor = leader("86/")
	page := p.page("/chi-tieu/G1.dossiers/dossiers.online?phan=mau-so&trang=2")
	has(t, page, "150 hồ sơ")
	lacks(t, page, "CODE-new")
}

func journal(t testing.TB, db *database.DB) []audit.Row {
	t.Helper()
	rows, err := audit.About(t.Context(), db.Read(), "measure", "dossiers.online", 10)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestPagesOfTheBoardFitAPhoneAndAreAccessible(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	server := httptest.NewServer(p.handler)
	defer server.Close()
	for _, width := range []int{320, 360, 1280} {
		b := browser.New(t, browser.Options{Width: width, Height: 740})
		for name, path := range map[string]string{
			"board": "/chi-tieu", "line": "/chi-tieu/G1.dossiers", "full": "/chi-tieu/G1", "rank": "/chi-tieu/G6a", "open": "/chi-tieu/S3", "ended": "/chi-tieu/G2.district",
			"counts": "/chi-tieu/G1.dossiers/dossiers.on_time?phan=con-lai", "services": "/chi-tieu/G1/services.full?phan=tu-so",
			"parts": "/chi-tieu/G1.dossiers/dossiers.on_time/phan-tich?theo=noi", "definition": "/chi-tieu/G1.dossiers/dossiers.on_time/dinh-nghia",
		} {
			p.actor.Grants, p.actor.Account = nil, ""
			b.Open(server.URL + path)
			b.FitsWidth()
			if width != 320 {
				b.Axe()
			}
			b.Screenshot(fmt.Sprintf("board-%s-%d.png", name, width))
		}
		p.actor = leader("86/")
		b.Open(server.URL + "/chi-tieu/G1.dossiers/dossiers.on_time?phan=con-lai")
		b.FitsWidth()
		b.Axe()
		b.Screenshot(fmt.Sprintf("board-records-%d.png", width))
	}
}
