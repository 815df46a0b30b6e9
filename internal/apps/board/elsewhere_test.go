package board_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/identity"
	"benso/internal/testkit/browser"
)

// years gives the province dossiers in every month since 2024, of which more and more
// come online, and seals them.
func years(t testing.TB, p *province) {
	t.Helper()
	month := time.Date(2024, 1, 10, 3, 0, 0, 0, time.UTC)
	for m := 0; month.Before(noon); m++ {
		for i := range 40 {
			d := dossier{id: fmt.Sprintf("m%02d-%02d", m, i), path: here, channel: "counter", filed: month.Add(time.Duration(i) * time.Hour), late: i%8 == 0}
			d.resolved = d.filed.Add(48 * time.Hour)
			if i%2 == 0 {
				d.path = there
			}
			if i < 5+m { // one more each month
				d.channel = "online"
			}
			if month.Before(time.Date(2025, 7, 1, 0, 0, 0, 0, clock.Zone)) {
				d.path = "83/829/28756/ubnd-28756/"
			}
			p.source.dossiers = append(p.source.dossiers, d)
		}
		month = month.AddDate(0, 1, 0)
	}
	time.Sleep(time.Second) // countings begin a second apart
	p.tell("m")
}

func (p *province) body(path string, header ...string) (string, *http.Response) {
	p.t.Helper()
	res := p.get(path, header...)
	body, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return string(body), res
}

func TestLineHasAChartWithItsTableAProjectionAndItsAssumption(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	years(t, p)
	page := p.page("/chi-tieu/G1.dossiers")
	has(t, page, `role="img"`, "<title id=", "<desc id=", "Xem số liệu của biểu đồ", "12 tháng", "Dự báo đến 12/2030", "Giả định: 12 tháng gần nhất", "Đây là phép kéo dài, không phải lời hứa", "(chưa chốt)", "01/2024")
	lacks(t, page, "style=", "NaN", "[board.")
	has(t, p.page("/chi-tieu"), `role="img"`)
	if n := len(p.page("/chi-tieu")); n > 80_000 {
		t.Errorf("the board weighs %d bytes", n)
	}
	has(t, p.page("/chi-tieu/G1.dossiers?lang=en"), "Assumption: the last 12 months")
}

var totalRow = regexp.MustCompile(`Tổng</th><td[^>]*>([\d.]+) / ([\d.]+)<`)

// TestPlacesStandUnderTheTreeOfTheDateAndOfTodayAndBothAddUp: a year before the
// reform, under its own communes and under those of today.
func TestPlacesStandUnderTheTreeOfTheDateAndOfTodayAndBothAddUp(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	years(t, p)
	const address = "/chi-tieu/G1.dossiers/dossiers.online/phan-tich?theo=noi&nam=2024"
	then := p.page(address)
	has(t, then, "Phường Phú Khương", "Bản đồ các xã, phường", `aria-labelledby="ban-do-t ban-do-d"`, "huyện")
	today := p.page(address + "&cay=nay")
	lacks(t, today, "cap=huyen")
	districts := p.page(address + "&cap=huyen")
	has(t, districts, "Thành phố Bến Tre")
	want := ""
	for name, page := range map[string]string{"then": then, "today": today, "districts": districts} {
		m := totalRow.FindStringSubmatch(strings.Join(strings.Fields(page), " "))
		if m == nil {
			m = totalRow.FindStringSubmatch(strings.ReplaceAll(strings.Join(strings.Fields(page), " "), "> ", ">"))
		}
		if m == nil {
			t.Fatalf("%s: no total", name)
		}
		if want == "" {
			want = m[0]
		}
		if m[0] != want {
			t.Errorf("%s adds up to %s, another to %s", name, m[0], want)
		}
	}
	for name, page := range map[string]string{"then": then, "today": today} {
		if n := len(page); n > 80_000 {
			t.Errorf("the page of %s weighs %d bytes", name, n)
		}
	}
	lacks(t, then, "NaN", "style=")
}

// TestEditorReproducesANumberFromTheCSVAlone: the months of the span add up to the
// value that the board shows, and so does each axis.
func TestEditorReproducesANumberFromTheCSVAlone(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	years(t, p)
	text, res := p.body("/chi-tieu/G1.dossiers/dossiers.online/so-lieu.csv")
	if res.Header.Get("Content-Type") != "text/csv; charset=utf-8" || res.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Error(res.Header)
	}
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	sums, span := map[string][2]int{}, rows[1]
	if span[2] != "span" {
		t.Fatalf("the first row is %v", span)
	}
	for _, r := range rows[2:] {
		if r[2] == "month" && (r[5] < span[5] || r[5] > span[6]) {
			continue // before the span
		}
		sums[r[2]] = [2]int{sums[r[2]][0] + number(r[7]), sums[r[2]][1] + number(r[8])}
	}
	want := [2]int{number(span[7]), number(span[8])}
	for _, by := range []string{"month", "unit", "field", "subject"} {
		if sums[by] != want {
			t.Errorf("by %s the rows make %v, the value is %v", by, sums[by], want)
		}
	}
	has(t, p.page("/chi-tieu/G1.dossiers"), strconv.Itoa(want[0])+" hồ sơ")
}

func TestReadingsArePagedAndSealedOnesHaveTheirDigest(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	years(t, p)
	type answer struct {
		Items []struct {
			ID, Measure, Month, Digest string
			Sealed                     bool
			Numerator, Denominator     int64
		}
		Total int
		Next  string
	}
	seen, total, sealed := map[string]bool{}, 0, 0
	for address := "/api/v1/targets/G1.dossiers/readings?measure=dossiers.online&per_page=10"; address != ""; {
		text, res := p.body(address)
		var a answer
		if err := json.Unmarshal([]byte(text), &a); err != nil || res.StatusCode != http.StatusOK || res.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Fatalf("%s: %v %s %s", address, err, res.Status, text)
		}
		for _, i := range a.Items {
			if seen[i.ID] || i.Measure != "dossiers.online" || len(i.Digest) != 64 {
				t.Errorf("%+v", i)
			}
			if seen[i.ID] = true; i.Sealed {
				sealed++
			}
		}
		total, address = a.Total, a.Next
	}
	if len(seen) != total || total != 35 || sealed != 34 {
		t.Errorf("%d readings of %d, %d sealed; from January 2024 to November 2026 there are 35 months", len(seen), total, sealed)
	}
	for _, address := range []string{"/api/v1/targets/G9/readings", "/api/v1/targets/G1.dossiers/readings?measure=x"} {
		if _, res := p.body(address); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", address, res.Status)
		}
	}
}

func TestChartIsFramedByOthersAndNothingElseIs(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	years(t, p)
	page, res := p.body("/nhung/chi-tieu/G1.dossiers/dossiers.online")
	if res.StatusCode != http.StatusOK || !strings.Contains(res.Header.Get("Content-Security-Policy"), "frame-ancestors *") || res.Header.Get("X-Frame-Options") != "" {
		t.Errorf("%s %v", res.Status, res.Header)
	}
	has(t, page, "<svg", "https://dichvu.example.vn/chi-tieu/G1.dossiers", "Nguồn và cách tính")
	lacks(t, page, "<script", "<form", "CODE-")
	for _, other := range []string{"/chi-tieu", "/chi-tieu/G1.dossiers"} {
		if _, res := p.body(other); !strings.Contains(res.Header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s may be framed", other)
		}
	}
}

func TestFeedTellsWhatWasSealedAndCorrected(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	years(t, p)
	text, res := p.body("/chi-tieu/thay-doi.atom")
	var feed struct {
		Entries []struct {
			ID      string `xml:"id"`
			Title   string `xml:"title"`
			Updated string `xml:"updated"`
		} `xml:"entry"`
	}
	if err := xml.Unmarshal([]byte(text), &feed); err != nil || res.Header.Get("Content-Type") != "application/atom+xml; charset=utf-8" {
		t.Fatal(err, res.Header)
	}
	if len(feed.Entries) != 60 || !strings.HasPrefix(feed.Entries[0].ID, "urn:benso:reading:") {
		t.Errorf("%d entries", len(feed.Entries))
	}
	has(t, text, "Chốt số liệu tháng 10/2026: Hồ sơ nộp trực tuyến")
}

var pdfPage = regexp.MustCompile(`/Type\s*/Page\b[^s]`)

// printed is a page as Chromium prints it.
func printed(t testing.TB, address string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "page.pdf")
	chromium := exec.CommandContext(t.Context(), "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", "--user-data-dir="+t.TempDir(), "--print-to-pdf="+out, address)
	if text, err := chromium.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	pdf, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	return string(pdf)
}

// TestLeadersPagePrintsOnOneSheet prints it in Chromium and counts the pages.
func TestLeadersPagePrintsOnOneSheet(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	years(t, p)
	p.actor = access.Actor{Account: "acc", Name: "Trần Văn Lãnh Đạo", Kind: identity.Official, Grants: []access.Grant{{Role: "leader", Path: "86/", Permissions: []access.Permission{access.BoardOpen, access.DossierRead}}}}
	page := p.page("/chi-tieu/lanh-dao")
	has(t, page, "Trang cho lãnh đạo", "Nơi cần xem trước", "Phường Bến Tre", "Đơn vị chịu trách nhiệm", "/ban-lam-viec/so?han=tre")
	server := httptest.NewServer(p.handler)
	defer server.Close()
	for _, lang := range []string{"vi", "en"} {
		pdf := printed(t, server.URL+"/chi-tieu/lanh-dao?lang="+lang)
		if n := len(pdfPage.FindAllString(pdf, -1)); n != 1 {
			t.Errorf("in %s it prints on %d sheets", lang, n)
		}
		if dir := os.Getenv("BENSO_SCREENSHOTS"); dir != "" {
			if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(dir+"/board-leaders-"+lang+".pdf", []byte(pdf), 0o644)); err != nil {
				t.Error(err)
			}
		}
	}
	p.actor = access.Actor{}
	if res := p.get("/chi-tieu/lanh-dao"); res.StatusCode == http.StatusOK {
		t.Error("everybody sees the page for leaders")
	}
}

// TestChartsMapsAndTheLeadersPageFitAPhoneAndAreAccessible looks at the pages with years
// of records.
func TestChartsMapsAndTheLeadersPageFitAPhoneAndAreAccessible(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	years(t, p)
	server := httptest.NewServer(p.handler)
	defer server.Close()
	for _, width := range []int{360, 1280} {
		b := browser.New(t, browser.Options{Width: width, Height: 740})
		for name, path := range map[string]string{
			"years-board": "/chi-tieu", "years-line": "/chi-tieu/G1.dossiers", "years-parts": "/chi-tieu/G1.dossiers/dossiers.online/phan-tich?theo=noi&nam=2024",
			"years-today": "/chi-tieu/G1.dossiers/dossiers.online/phan-tich?theo=noi&nam=2024&cay=nay", "years-embed": "/nhung/chi-tieu/G1.dossiers/dossiers.on_time", "years-english": "/chi-tieu/G1.dossiers?lang=en",
		} {
			p.actor = access.Actor{}
			b.Open(server.URL + path)
			b.FitsWidth()
			b.Axe()
			b.Screenshot(fmt.Sprintf("board-%s-%d.png", name, width))
		}
		p.actor = access.Actor{Account: "acc", Name: "Trần Văn Lãnh Đạo", Kind: identity.Official, Grants: []access.Grant{{Role: "leader", Path: "86/", Permissions: []access.Permission{access.BoardOpen, access.DossierRead}}}}
		b.Open(server.URL + "/chi-tieu/lanh-dao?lang=vi")
		b.FitsWidth()
		b.Axe()
		b.Screenshot(fmt.Sprintf("board-years-leaders-%d.png", width))
	}
}
