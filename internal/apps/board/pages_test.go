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

func TestLineTellsWhatIsCountedAndTheWorstPlaceFirst(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	page := p.page("/chi-tieu/G1.dossiers")
	has(t, page, "100 hồ sơ", "150 hồ sơ", "66,67%", "120 hồ sơ", "80%", "Đếm lúc", "12:00 ngày 23/11/2026", "(174.411 / 229.704)", "75,93%", "Báo Đồng Khởi", "Thủ tục đăng ký khai sinh",
		"46 xã, phường chưa có hồ sơ nào được tính", `href="/chi-tieu/G1.dossiers/dossiers.online?phan=tu-so"`, "Tại bộ phận một cửa")
	lacks(t, page, "CODE-", "style=")
	table := page[strings.Index(page, `id="dossiers.online-unit"`):]
	if worst, best := strings.Index(table, "Phường Bến Tre"), strings.Index(table, "Phường Phú Khương"); worst < 0 || best < worst {
		t.Error("the place with the least filed online does not come first")
	}
	has(t, p.page("/chi-tieu/G2.district"), "Cấp huyện kết thúc hoạt động ngày 30/06/2025")
	has(t, p.page("/chi-tieu/S3"), "Tỷ lệ dân số từ mức nào thì coi là phổ cập")
	has(t, p.page("/chi-tieu/G6a"), "Suy ra từ nguồn: năm 2021 tăng 2 bậc", "dti.gov.vn", "Thứ 51")
	has(t, p.page("/chi-tieu/G1"), "Danh mục có 1 thủ tục", "Hồ sơ của các dịch vụ công", "1.036 / 1.542")
	for _, path := range []string{"/chi-tieu/G9", "/chi-tieu/G1/dossiers.online", "/chi-tieu/G3/x.y", "/chi-tieu/G1.dossiers/dossiers.online?phan=x", "/chi-tieu/G1.dossiers/dossiers.online?trang=9", "/chi-tieu/G1.dossiers/dossiers.online?trang=-1"} {
		if res := p.get(path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", path, res.Status)
		}
	}
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
		var sum, last int
		for _, m := range numericCell.FindAllStringSubmatch(page, -1) {
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
	has(t, p.page("/chi-tieu/G1/services.full?phan=tu-so"), "1.001193", "Đăng ký khai sinh", `href="/thu-tuc/1.001193"`)
	if rows := journal(t, p.db); len(rows) != 0 {
		t.Errorf("what is public was journaled: %v", rows)
	}
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
