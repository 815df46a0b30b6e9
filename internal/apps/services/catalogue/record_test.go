package catalogue_test

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/worktime"
)

// whole is the catalogue of the real pack.
func whole(t *testing.T) *catalogue.Catalogue {
	t.Helper()
	r, _ := servicestest.NewWholeRoom(t, databasetest.SQLite(t))
	return r.Catalogue
}

// amountOf gives the fee where one amount holds for everybody.
func amountOf(p *catalogue.Procedure) *int64 {
	if len(p.Fee.Items) != 1 {
		return nil
	}
	return p.Fee.Items[0].Amount
}

// recordOf gives what the portal prints now, also where a guided form counts
// before it.
func recordOf(t *testing.T, c *catalogue.Catalogue, code string) *catalogue.Procedure {
	t.Helper()
	for _, p := range c.Versions() {
		if p.Code == code && p.Record && p.Effective.To == "" {
			return p
		}
	}
	t.Fatalf("there is no record of %s", code)
	return nil
}

const day = "2026-11-23"

func TestEachTrapOfTheCrawlIsShownAsNotKnown(t *testing.T) {
	c := whole(t)
	for _, x := range []struct {
		code, trap string
		want       worktime.Limit
		basis      string // part of it
		fee        string // printed
		amount     int64  // -1: not known
	}{
		{"1.000016", "a bare number has no unit", worktime.Limit{Unit: worktime.Unknown}, "“1”", "Miễn phí", 0},
		{"1.000894", "a bare number, also where the law is well known", worktime.Limit{Unit: worktime.Unknown}, "“1”", "Miễn phí", -1},
		{"2.002009", "1100 is a time and a fee run together", worktime.Limit{Unit: worktime.Unknown}, "không in", "", -1},
		{"1.001612", "no time is printed, two fees are", worktime.Limit{Unit: worktime.Unknown}, "không in", "150,000 Việt Nam Đồng", -1},
		{"2.000815", "2,000 is for one page, 10 USD for abroad", worktime.Limit{Unit: worktime.Unknown}, "không in", "2,000 Việt Nam Đồng", -1},
		{"1.000081", "“Ngày” alone is calendar days", worktime.Limit{Amount: 25, Unit: worktime.CalendarDays}, "25 Ngày", "", -1},
		{"1.013222", "“6 Ngày500 VNĐ” is a time and a fee that lost its thousands", worktime.Limit{Amount: 6, Unit: worktime.CalendarDays}, "6 Ngày", "500 VNĐ", -1},
		{"1.000049", "“Miễn phí (chưa quy định)” is not free", worktime.Limit{Amount: 7, Unit: worktime.WorkingDays}, "7 Ngày làm việc", "Miễn phí", -1},
		{"2.001428", "seven days in one place are seven working days in another", worktime.Limit{Unit: worktime.Unknown}, "ghi khác", "", -1},
		{"1.009646", "17 days in the box, 12 and 5 in some cases", worktime.Limit{Unit: worktime.Unknown}, "tùy trường hợp", "Miễn phí", 0},
		{"1.009729", "10 days in the box, 10 working days in the steps", worktime.Limit{Unit: worktime.Unknown}, "trình tự thực hiện ghi khác", "Miễn phí", 0},
		{"1.014966", "800,000 in the box, half of it and another 100,000 beside it", worktime.Limit{Amount: 6, Unit: worktime.WorkingDays}, "6 Ngày làm việc", "800,000 Việt Nam Đồng", -1},
		{"1.009444", "a bracket beside the amount that never closes", worktime.Limit{Amount: 5, Unit: worktime.WorkingDays}, "5 Ngày làm việc", "100,000 VNĐ", -1},
		{"1.003984", "hours: of the clock, or of the office?", worktime.Limit{Unit: worktime.Unknown}, "“24 Giờ”", "", -1},
	} {
		p := recordOf(t, c, x.code)
		if got := p.Limit; got.Unit != x.want.Unit || got.Amount != x.want.Amount || !strings.Contains(got.Basis, x.basis) {
			t.Errorf("%s (%s): limit %+v", x.code, x.trap, got)
		}
		if x.fee != "" && !slices.Contains(p.FeePrinted, x.fee) {
			t.Errorf("%s (%s): prints %q", x.code, x.trap, p.FeePrinted)
		}
		if amount := amountOf(p); x.amount < 0 && amount != nil || x.amount >= 0 && (amount == nil || *amount != x.amount) {
			t.Errorf("%s (%s): fee %v", x.code, x.trap, amount)
		}
	}
}

// This is the rule by which the importer works, held against all that it wrote.
func TestALimitIsKnownOnlyWhereEveryWayToFilePrintsItWithItsUnit(t *testing.T) {
	c := whole(t)
	shape := regexp.MustCompile(`^[1-9]\d* (Ngày làm việc|Ngày|Tháng)$`)
	unit := map[string]worktime.Unit{"Ngày làm việc": worktime.WorkingDays, "Ngày": worktime.CalendarDays, "Tháng": worktime.Months}
	known := 0
	for _, p := range c.Versions() {
		if !p.Record || p.Effective.From < "2025-07-01" || p.Limit.Unit == worktime.Unknown {
			continue
		}
		known++
		for _, w := range p.Ways {
			m := shape.FindStringSubmatch(w.Time)
			if m == nil || unit[m[1]] != p.Limit.Unit {
				t.Errorf("%s: limit %+v, but %v prints %q", p.ID(), p.Limit, w.Channels, w.Time)
			}
		}
	}
	if known < 700 {
		t.Errorf("only %d limits are known", known)
	}
}

// The words beside the box, and the steps, do not say otherwise.
func TestALimitIsKnownOnlyWhereTheWordsBesideItDoNotTakeItBack(t *testing.T) {
	inACase := regexp.MustCompile(`(?:^|[^\d/.,])(\d{1,3}) (?:\([^)]{1,25}\) ?)?(?:ngày|giờ|tháng)(?: làm việc)?,? (?:đối )?với `)
	for _, p := range whole(t).Versions() {
		if !p.Record || p.Effective.From < "2025-07-01" || p.Limit.Unit == worktime.Unknown {
			continue
		}
		for _, w := range p.Ways {
			for _, m := range inACase.FindAllStringSubmatch(oneLine(w.Note), -1) {
				if n, err := strconv.Atoi(m[1]); err != nil || n != p.Limit.Amount {
					t.Errorf("%s: %d %s, but in some case %q", p.ID(), p.Limit.Amount, p.Limit.Unit, m[0])
				}
			}
		}
		same := regexp.MustCompile(`(?:^|[^\d/.,])0?` + strconv.Itoa(p.Limit.Amount) + ` (?:\([^)]{1,20}\) ?)?ngày( làm việc)?`)
		working, calendar := 0, 0
		for _, m := range same.FindAllStringSubmatch(oneLine(p.Steps), -1) {
			if m[1] == "" {
				calendar++
			} else {
				working++
			}
		}
		if p.Limit.Unit == worktime.CalendarDays && working > 0 && calendar == 0 || p.Limit.Unit == worktime.WorkingDays && calendar > 0 && working == 0 {
			t.Errorf("%s: %d %s, but the steps count the same days otherwise", p.ID(), p.Limit.Amount, p.Limit.Unit)
		}
	}
}

func TestAnAmountIsKnownOnlyWhereNoOtherStandsBesideIt(t *testing.T) {
	sum := regexp.MustCompile(`(\d{1,3}(?:\.\d{3})+) ?(?:đồng|đ |VNĐ)`)
	known := 0
	for _, p := range whole(t).Versions() {
		if !p.Record || amountOf(p) == nil || *amountOf(p) == 0 || p.Effective.To != "" {
			continue
		}
		known++
		for _, w := range p.Ways {
			if w.FeeNote != "" || strings.HasPrefix(w.Note, "(") {
				t.Errorf("%s: %d, but beside it %q %q", p.ID(), *amountOf(p), w.FeeNote, w.Note)
			}
			for _, m := range sum.FindAllStringSubmatch(w.Note, -1) {
				if strings.ReplaceAll(m[1], ".", "") != strconv.FormatInt(*amountOf(p), 10) {
					t.Errorf("%s: %d, but beside it %s", p.ID(), *amountOf(p), m[1])
				}
			}
		}
		if *amountOf(p) < 1000 {
			t.Errorf("%s: %d lost its thousands", p.ID(), *amountOf(p))
		}
	}
	if known < 10 {
		t.Errorf("only %d amounts are known", known)
	}
}

func TestNobodyIsSentToAnAgencyOfAnotherProvince(t *testing.T) {
	place := regexp.MustCompile(`(?i:tỉnh|thành phố|tp\.) ?\p{Lu}`)
	named := 0
	for _, p := range whole(t).Versions() {
		if !p.Record {
			continue
		}
		if p.Authority.Name != "" {
			named++
		}
		if at := place.FindString(p.Authority.Name + "; " + p.Coordinating); at != "" && !strings.Contains(p.Decision, "QĐ-UBND") {
			t.Errorf("%s: %q %q", p.ID(), p.Authority.Name, p.Coordinating)
		}
	}
	if named < 900 {
		t.Errorf("only %d authorities are named", named)
	}
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func TestFreeIsSaidOnlyWhereTheWordsBesideItDoNotTakeItBack(t *testing.T) {
	free := 0
	for _, p := range whole(t).Versions() {
		if !p.Record || amountOf(p) == nil || *amountOf(p) != 0 || p.Effective.To != "" {
			continue
		}
		free++
		for _, w := range p.Ways {
			if w.Fee != "Miễn phí" || w.FeeNote == "" || strings.Contains(strings.ToLower(w.FeeNote), "quy định") || strings.Contains(w.FeeNote, "Hội đồng") {
				t.Errorf("%s is called free by %q (%q)", p.ID(), w.Fee, w.FeeNote)
			}
		}
	}
	if free == 0 {
		t.Error("nothing is free")
	}
}

func TestPapersAreNotCutInsideASentence(t *testing.T) {
	c := whole(t)
	p := recordOf(t, c, "1.001280")
	if got := p.Papers[0].Name.Vi; !strings.HasPrefix(got, "01 bản sao có chứng thực giấy tờ do cơ quan") || p.Papers[0].Quantity != "1 bản sao" {
		t.Errorf("%q, %q", got, p.Papers[0].Quantity)
	}
	p = recordOf(t, c, "1.003650")
	if !slices.ContainsFunc(p.Papers, func(x catalogue.Paper) bool {
		return strings.HasSuffix(x.Name.Vi, "ngày 01/01/2026") && x.Quantity == "1 bản chính, 1 bản sao"
	}) {
		t.Errorf("the year went to the quantity: %+v", p.Papers[0])
	}
	p = recordOf(t, c, "1.000058")
	if len(p.Papers) != 3 || p.Papers[0].Quantity != "" {
		t.Errorf("an application of which the portal prints no original is a note: %+v", p.Papers)
	}
	p = recordOf(t, c, "1.000894")
	if len(p.Notes) < 10 || slices.ContainsFunc(p.Papers, func(x catalogue.Paper) bool { return x.Group == "Lưu ý" }) {
		t.Errorf("%d notes; advice stands among the papers", len(p.Notes))
	}
}

func TestTextsOfTheCatalogueAreClean(t *testing.T) {
	for _, p := range whole(t).Versions() {
		texts := []string{p.Name.Vi, p.Field, p.Authority.Name, p.Steps, p.Conditions, p.Receiving}
		for _, x := range p.Papers {
			texts = append(texts, x.Name.Vi, x.Group)
		}
		for _, s := range texts {
			if !utf8.ValidString(s) || !norm.NFC.IsNormalString(s) || strings.ContainsAny(s, "\u00a0\u200b\t\r") || strings.Contains(s, "  ") || strings.TrimSpace(s) != s {
				t.Errorf("%s: %.80q", p.ID(), s)
			}
		}
	}
}

func TestWhatHeldBeforeStandsBesideWhatHoldsNow(t *testing.T) {
	c := whole(t)
	was, err := c.On("1.001612", "2021-07-05")
	if err != nil {
		t.Fatal(err)
	}
	now := recordOf(t, c, "1.001612")
	if was.Level != "district" || was.Limit.Amount != 3 || now.Level != "commune" || now.Limit.Unit != worktime.Unknown || was.ID() == now.ID() {
		t.Errorf("was %s %+v, is %s %+v", was.Level, was.Limit, now.Level, now.Limit)
	}
	if !strings.Contains(was.Sources[0], "chưa kiểm chứng") {
		t.Errorf("what nobody verified does not say so: %q", was.Sources)
	}
	if _, err := c.On("1.001776", day); err == nil {
		t.Error("what ended is offered")
	}
	if n := len(c.Offered("2024-01-01")); n != 16 {
		t.Errorf("%d procedures are known from before July 2025, want 16", n)
	}
	if n := len(c.Offered(day)); n != 1186 {
		t.Errorf("%d procedures are offered, want 1186", n)
	}
}

func TestAGuidedFormTakesTheRestFromTheRecord(t *testing.T) {
	p, err := whole(t).On(servicestest.Birth, day)
	if err != nil {
		t.Fatal(err)
	}
	if p.Record || p.Form == nil || p.Ministry != "Bộ Tư pháp" || p.URL == "" || p.Steps == "" || len(p.Audiences) == 0 || len(p.Notes) < 10 {
		t.Errorf("%+v", p)
	}
}

func TestAVersionStaysWhateverComesLater(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		r, _ := servicestest.NewWholeRoom(t, db)
		for _, p := range r.Catalogue.Versions() {
			if got, err := r.Catalogue.Version(p.Code, p.Version); err != nil || got != p {
				t.Fatalf("%s leads to %v (%v)", p.ID(), got, err)
			}
		}
	})
}
