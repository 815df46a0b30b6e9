package register

import (
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/form"
)

func TestAddressSaysAllThatIsAskedAndIsReadBack(t *testing.T) {
	days := rapid.SampledFrom([]string{"", "2026-11-01", "2026-11-23"})
	text := rapid.SampledFrom([]string{"", "nguyễn & ánh", "a=b", "đăng ký khai sinh", "100% +1"})
	rapid.Check(t, func(r *rapid.T) {
		q := Query{Words: text.Draw(r, "words"), State: rapid.SampledFrom([]string{"", "mo", "dong"}).Draw(r, "state"), Step: rapid.SampledFrom([]string{"", "check"}).Draw(r, "step"),
			Procedure: text.Draw(r, "procedure"), Field: text.Draw(r, "field"), Channel: rapid.SampledFrom([]string{"", "online", "counter"}).Draw(r, "channel"),
			Outcome: rapid.SampledFrom(append([]string{""}, outcomes...)).Draw(r, "outcome"), Timing: rapid.SampledFrom([]string{"", "tre", "dung"}).Draw(r, "timing"),
			Who: rapid.SampledFrom([]string{"", whoMine, whoNobody, "someone"}).Draw(r, "who"), Commune: rapid.SampledFrom([]string{"", servicestest.Commune}).Draw(r, "commune"),
			Filed: Days{days.Draw(r, "a"), days.Draw(r, "b")}, Accepted: Days{days.Draw(r, "c"), days.Draw(r, "d")}, Resolved: Days{days.Draw(r, "e"), days.Draw(r, "f")},
			Sort: rapid.SampledFrom([]string{"", "cu", "han"}).Draw(r, "sort"), Page: rapid.SampledFrom([]int{0, 2, 17}).Draw(r, "page")}
		at, err := url.Parse(q.at(office.PathRegister))
		if err != nil {
			r.Fatal(err)
		}
		back, wrong := parse(at.Query())
		if back != q || len(wrong) > 0 {
			r.Fatalf("%s is read as %+v (%v), and was %+v", at, back, wrong, q)
		}
	})
}

func TestWhatAnAddressDoesNotKnowIsLeftOutAndADayThatIsNoneIsSaid(t *testing.T) {
	q, wrong := parse(url.Values{"trang-thai": {"x"}, "han": {"x"}, "xep": {"x"}, "ket-qua": {"x"}, "kenh": {"x"}, "trang": {"-1"}, "nop-tu": {"31/02/2026"}, "nop-den": {"1/9/2026"}, "q": {strings.Repeat("a", 300)}, "moi": {"1"}})
	if q != (Query{Filed: Days{To: "2026-09-01"}}) {
		t.Errorf("read as %+v", q)
	}
	if len(wrong) != 1 || wrong[0].Name != "nop-tu" {
		t.Errorf("wrong are %v", wrong)
	}
}

func TestRegisterHasOpenAndClosedDossiersOfTheScopeByWhatTheAddressAsks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.filed("Lê Thị Cúc")
		accepted := w.accepted("Phạm Văn Dũng")
		gone := w.filed("Trần Thị Rút")
		_, err := w.room.Withdraw(t.Context(), servicestest.Applicant("mai"), dossier.Act{ID: gone.ID, Version: gone.Version, Key: database.NewID()})
		w.must(err)
		for _, c := range []struct {
			query string
			want  []string
		}{
			{"", []string{"Lê Thị Cúc", "Phạm Văn Dũng", "Trần Thị Rút"}},
			{"?trang-thai=mo", []string{"Lê Thị Cúc", "Phạm Văn Dũng"}},
			{"?trang-thai=dong&ket-qua=withdrawn", []string{"Trần Thị Rút"}},
			{"?buoc=check", []string{"Phạm Văn Dũng"}},
			{"?q=dung", []string{"Phạm Văn Dũng"}},
			{"?q=" + accepted.Code, []string{"Phạm Văn Dũng"}},
			{"?tiep-tu=2026-11-23&tiep-den=23/11/2026", []string{"Phạm Văn Dũng"}},
			{"?tiep-tu=2026-11-24", nil},
			{"?nop-den=2026-11-22", nil},
			{"?thu-tuc=khai+sinh&kenh=online", []string{"Lê Thị Cúc", "Phạm Văn Dũng", "Trần Thị Rút"}},
			{"?thu-tuc=ket+hon+khong+co", nil},
			{"?thu-tuc=" + servicestest.Birth, []string{"Lê Thị Cúc", "Phạm Văn Dũng", "Trần Thị Rút"}},
			{"?han=dung", []string{"Phạm Văn Dũng"}},
			{"?han=tre", nil},
			{"?giu=toi", nil},
			{"?giu=khong&trang-thai=mo", []string{"Lê Thị Cúc", "Phạm Văn Dũng"}},
		} {
			p := w.clerk.open(office.PathRegister + c.query)
			if got := p.rows("dossiers"); got != len(c.want) {
				t.Errorf("%s lists %d, want %d: %s", c.query, got, len(c.want), p.text())
			}
			p.has(c.want...)
			w.other.open(office.PathRegister+c.query).hasNot("Lê Thị Cúc", "Phạm Văn Dũng", "Trần Thị Rút")
		}
		w.clerk.open(office.PathRegister+"?q=phan+van+dugn").has("Đang tìm “pham van dung”", "Phạm Văn Dũng")
		w.clerk.open(office.PathRegister + "?nop-tu=x").has("Không đọc được ngày “x”")
		w.clock.Set(servicestest.Morning.AddDate(0, 0, 9))
		w.clerk.open(office.PathRegister + "?han=tre").has("Phạm Văn Dũng").hasNot("Lê Thị Cúc")
		// A leader reads every commune, with a column that says which.
		w.leader.open(office.PathRegister).has("Phạm Văn Dũng", "Cơ quan", "Ủy ban nhân dân")
		w.leader.open(office.PathRegister + "?xa=" + servicestest.Commune).has("Phạm Văn Dũng")
		w.leader.open(office.PathRegister + "?xa=28756-2025").hasNot("Phạm Văn Dũng")
		w.other.open(office.PathRegister + "?xa=" + servicestest.Commune).hasNot("Phạm Văn Dũng")
	})
}

func TestPagesOfTheRegisterDoNotRepeatAndEachReadingIsOneRow(t *testing.T) {
	w := newWorld(t, databasetest.SQLite(t))
	all := w.many(perPage + 7)
	first, second := w.clerk.open(office.PathRegister), w.clerk.open(office.PathRegister+"?trang=2")
	if first.rows("dossiers") != perPage || second.rows("dossiers") != 7 {
		t.Errorf("the pages have %d and %d", first.rows("dossiers"), second.rows("dossiers"))
	}
	rows := w.journaled("dossier.list")
	if len(rows) != 2 || len(strings.Fields(rows[0])) != perPage || len(strings.Fields(rows[1])) != 7 {
		t.Fatalf("journaled %d rows", len(rows))
	}
	seen := map[string]bool{}
	for _, id := range strings.Fields(strings.Join(rows, " ")) {
		seen[id] = true
	}
	if len(seen) != len(all) {
		t.Errorf("both pages show %d dossiers of %d", len(seen), len(all))
	}
	w.clerk.open(office.PathRegister + "?trang=99").has("57 hồ sơ")
}

func TestViewIsKeptUnderANameSharedRenamedAndDeleted(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		save := func(p person, name, query, shared string) answer {
			return p.post(pathViews, url.Values{"name": {name}, "loc": {query}, "shared": {shared}})
		}
		done := save(w.clerk, " Tuần  này ", "han=tre&giu=toi&la=1", "")
		if done.must(http.StatusSeeOther).To != office.PathRegister+"?han=tre&giu=toi" {
			t.Errorf("led to %s", done.To)
		}
		save(w.clerk, "Chung", "trang-thai=mo", "yes").must(http.StatusSeeOther)
		save(w.clerk, "Chung", "trang-thai=dong", "yes").must(http.StatusSeeOther) // replaces
		w.clerk.open(office.PathRegister).has("Tuần này", "Chung")
		w.checker.open(office.PathRegister).has("Chung").hasNot("Tuần này")
		w.other.open(office.PathRegister).hasNot("Chung", "Tuần này")
		save(w.clerk, "", "q=a", "").must(http.StatusUnprocessableEntity).has("Nhập tên bộ lọc")
		save(w.clerk, strings.Repeat("ê", 61), "q=a", "").must(http.StatusUnprocessableEntity)

		own, _, err := views(t.Context(), w.room.DB.Read(), "clerk", nil)
		w.must(err)
		if len(own) != 2 || own[0].Name != "Chung" || own[0].Query != "trang-thai=dong" {
			t.Fatalf("kept %+v", own)
		}
		mine := own[1].ID
		w.checker.post(pathViews+"/"+mine+"/doi-ten", url.Values{"name": {"Của người khác"}}).must(http.StatusNotFound)
		w.checker.post(pathViews+"/"+mine+"/xoa", url.Values{}).must(http.StatusSeeOther)
		w.clerk.post(pathViews+"/"+mine+"/doi-ten", url.Values{"name": {"Chung"}}).must(http.StatusUnprocessableEntity).has("Bạn đã có bộ lọc tên này")
		w.clerk.post(pathViews+"/"+mine+"/doi-ten", url.Values{"name": {"Gấp"}, "shared": {"yes"}}).must(http.StatusSeeOther)
		w.clerk.open(pathViews).has("Gấp", "Chung")
		w.checker.open(pathViews).has("Gấp")
		key := database.NewID()
		for range 2 {
			w.clerk.post(pathViews+"/"+mine+"/xoa", url.Values{"key": {key}}).must(http.StatusSeeOther)
		}
		w.clerk.open(pathViews).hasNot("Gấp")
		for i := range mostViews - 1 {
			save(w.clerk, fmt.Sprintf("Số %d", i), "q=a", "").must(http.StatusSeeOther)
		}
		save(w.clerk, "Một nữa", "q=a", "").must(http.StatusUnprocessableEntity).has("Hãy xóa bớt trước")
		save(w.clerk, "Chung", "q=b", "").must(http.StatusSeeOther) // replacing is no more
	})
}

func TestExportIsTheFilteredListAndNothingElse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.filed("Lê Thị Cúc")
		d := w.accepted("Phạm Văn Dũng")
		w.must(w.room.DB.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE dossiers SET name = $2 WHERE case_id = $1`, d.ID, `=HYPERLINK("http://x","y")`)
			return err
		}))
		got := w.clerk.open(pathCSV + "?buoc=check")
		if got.Head.Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(got.Head.Get("Content-Disposition"), "so-theo-doi-ho-so-20261123-0900.csv") || got.Head.Get("Cache-Control") != "no-store" {
			t.Errorf("the head is %v", got.Head)
		}
		text, ok := strings.CutPrefix(got.Body, "\ufeff")
		if !ok || !strings.Contains(text, "\r\n") {
			t.Errorf("Excel would not know it: %.40q", got.Body)
		}
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		w.must(err)
		if len(rows) != 2 || len(rows[0]) != len(rows[1]) {
			t.Fatalf("the file has %v", rows)
		}
		at := func(head string) string { return rows[1][slices.Index(rows[0], head)] }
		for head, want := range map[string]string{"Mã hồ sơ": d.Code, "Nội dung": "Phạm Văn Dũng", "Người nộp": `'=HYPERLINK("http://x","y")`, "Điện thoại": "0912345678", "Nộp lúc": "2026-11-23 09:00",
			"Tiếp nhận lúc": "2026-11-23 09:00", "Hạn trả": "2026-11-23 17:00", "Có kết quả lúc": "", "Đúng hạn": "Đúng hạn", "Mã thủ tục": servicestest.Birth} {
			if at(head) != want {
				t.Errorf("%s is %q, want %q", head, at(head), want)
			}
		}
		head, ids := w.journaled("dossier.export_csv"), w.journaled("dossier.export_csv_ids")
		if len(head) != 1 || head[0] != "n=1" || len(ids) != 1 || ids[0] != d.ID {
			t.Errorf("journaled %v and %v", head, ids)
		}
		// What is elsewhere does not leave, whatever the address says.
		for _, who := range []person{w.other} {
			for _, path := range []string{pathCSV, pathCSV + "?buoc=check", pathXLSX + "?xa=" + servicestest.Commune, pathXLSX + "?q=" + d.Code} {
				if got := who.open(path); strings.Contains(got.Body, "Cúc") || strings.Contains(got.Body, d.Code) || strings.Count(got.Body, "\r\n") != 1 {
					t.Errorf("%s gives %s", path, got.Body)
				}
			}
		}
		if got := w.leader.open(pathXLSX + "?xa=" + servicestest.Commune); strings.Count(got.Body, "\r\n") != 3 {
			t.Errorf("the leader's file has %q", got.Body)
		}
	})
}

func TestListThatIsTooLongIsNotExportedByHalf(t *testing.T) {
	w := newWorld(t, databasetest.SQLite(t))
	w.many(3)
	f := (Pages{Office: w.pages().Office}).filter(w.clerk.actor, &Query{})
	if ids, ok, err := w.pages().taken(t.Context(), w.clerk.actor, Query{}, f, "dossier.export_csv", 2); err != nil || ok || ids != nil {
		t.Errorf("took %v, %v, %v", ids, ok, err)
	}
	if rows := w.journaled("dossier.export_csv"); len(rows) != 0 {
		t.Errorf("journaled %v", rows)
	}
}

func TestBookHasWhatWasReceivedInThePeriod(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.filed("Lê Thị Cúc")
		d := w.accepted("Phạm Văn Dũng")
		got := w.clerk.open(pathBook + "?tiep-tu=2026-11-01&tiep-den=2026-11-30")
		b := w.printed.book
		if got.Head.Get("Content-Type") != "application/pdf" || len(b.Rows) != 1 || b.Rows[0].Code != d.Code || b.Period != "Tiếp nhận từ ngày 01/11/2026 đến ngày 30/11/2026" {
			t.Errorf("the book is %+v", b)
		}
		if r := b.Rows[0]; r.Received != "09:00 23/11/2026" || r.Due != "17:00 23/11/2026" || r.Returned != "" || r.Way != "Tại Bộ phận Một cửa" || r.Applicant != "Nguyễn Thị Mai\n0912345678" {
			t.Errorf("the row is %+v", r)
		}
		if !strings.Contains(b.Agency, "ỦY BAN NHÂN DÂN") || !strings.Contains(b.Parent, "VĨNH LONG") {
			t.Errorf("the head is %q of %q", b.Agency, b.Parent)
		}
		if ids := w.journaled("dossier.print_register_ids"); len(ids) != 1 || ids[0] != d.ID {
			t.Errorf("journaled %v", ids)
		}
		w.other.open(pathBook)
		if len(w.printed.book.Rows) != 0 {
			t.Errorf("the neighbour's book has %+v", w.printed.book.Rows)
		}
	})
}

func TestDossiersAreGivenManyAtOnceAndEachSaysWhatHappened(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		one, two, moved, intake := w.accepted("Trẻ Một"), w.accepted("Trẻ Hai"), w.accepted("Trẻ Ba"), w.filed("Trẻ Tư")
		boxes := w.head.open(office.PathRegister + "?chon=het").values("chon")
		if len(boxes) != 4 {
			t.Fatalf("%d boxes", len(boxes))
		}
		_, err := w.room.Take(t.Context(), w.second.actor, dossier.Act{ID: moved.ID, Version: moved.Version, Key: database.NewID()})
		w.must(err)
		v := url.Values{"chon": append(boxes, "01arz3ndektsv4rrffq69g5fav.1"), "ve": {office.PathRegister + "?trang-thai=mo"}}
		asked := w.head.post(office.PathGive, v).must(http.StatusOK).has("Trẻ Một", "Trẻ Tư", "Trần Văn checker")
		if w.now(one.ID).Assignee != "" {
			t.Fatal("given before it was confirmed")
		}
		v.Set("to", "checker")
		v.Set("sure", "1")
		v.Set("key", asked.values("key")[0])
		for range 2 { // a second click answers the same
			w.head.post(office.PathGive, v).must(http.StatusOK).has("Đã giao 2 trong 5 hồ sơ cho: Trần Văn checker", "Trần Văn second vừa làm trước bạn (Nhận việc)", "người này không làm được bước hiện tại", "Hồ sơ không tìm thấy")
		}
		for id, want := range map[string]string{one.ID: "checker", two.ID: "checker", moved.ID: "second", intake.ID: ""} {
			if got := w.now(id).Assignee; got != want {
				t.Errorf("%s is held by %q, want %q", w.now(id).Title, got, want)
			}
		}
		if got := w.now(one.ID).Version; got != one.Version+1 {
			t.Errorf("two clicks made version %d of %d", got, one.Version)
		}
		w.head.post(office.PathGive, url.Values{"chon": {office.Box(one.ID, one.Version+1)}, "to": {""}, "sure": {"1"}}).has("Đã giao 1 trong 1 hồ sơ cho: Chưa ai nhận")
		if got := w.now(one.ID).Assignee; got != "" {
			t.Errorf("taken from the official, it is held by %q", got)
		}
		// What one may not give is not given, and tells nothing.
		w.clerk.post(office.PathGive, v).must(http.StatusForbidden)
		w.head.post(office.PathGive, url.Values{}).must(http.StatusUnprocessableEntity).has("Chọn ít nhất một hồ sơ")
		w.head.post(office.PathGive, url.Values{"chon": {office.Box(two.ID, two.Version+1)}, "to": {"stranger"}, "sure": {"1"}}).must(http.StatusUnprocessableEntity).has("Chọn một người trong danh sách")
		many := make([]string, mostGiven+1)
		for i := range many {
			many[i] = fmt.Sprintf("%026d.1", i)
		}
		w.head.post(office.PathGive, url.Values{"chon": many}).must(http.StatusUnprocessableEntity).has("nhiều nhất 200")
	})
}

func TestPersonIsFoundByNameWithoutMarksAndByExactNumbersWithinTheDesk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.filed("Lê Thị Cúc")
		w.filed("Lê Văn Danh")
		d := w.filedBy("Trẻ Khác", "ba", "Nguyễn Thị Mãi", "0933333333")
		w.clerk.open(office.PathPeople+"?q=nguyen+thi+mai").has("Nguyễn Thị Mai", "Nguyễn Thị Mãi", "2 người")
		w.clerk.open(office.PathPeople+"?q=nguyn+thi+mai").has("Đang tìm “nguyen thi mai”", "Nguyễn Thị Mai")
		w.clerk.open(office.PathPeople + "?q=le+thi+cuc").has("Không tìm thấy ai") // a child, no applicant
		w.clerk.open(office.PathPeople + "?q=0933+333+333").has("Nguyễn Thị Mãi").hasNot("0912345678")
		w.clerk.open(office.PathPeople + "?q=%2B84912345678").has("Nguyễn Thị Mai")
		w.clerk.open(office.PathPeople + "?q=083198004321").has("Nguyễn Thị Mai").hasNot("Mãi")
		w.clerk.open(office.PathPeople + "?q=0977777777").has("Lê Văn Khác có tài khoản với số này")
		w.clerk.open(office.PathPeople + "?q=09333").has("Không tìm thấy ai")
		w.other.open(office.PathPeople + "?q=nguyen+thi+mai").has("Không tìm thấy ai").hasNot("Nguyễn Thị Mai")
		w.other.open(office.PathPeople + "?q=0933333333").has("Không tìm thấy ai").hasNot("Nguyễn Thị Mãi")
		rows := w.journaled("person.search")
		if len(rows) != 10 || !slices.ContainsFunc(rows, func(ids string) bool { return len(strings.Fields(ids)) == 3 }) || !slices.Contains(rows, "") {
			t.Errorf("journaled %q", rows)
		}
		page := w.clerk.open(pathPerson+"/"+d.ID).has("Nguyễn Thị Mãi", "0933333333", "083••••••321", "Ấp 3", "1 hồ sơ tại cơ quan của bạn", "Trẻ Khác").hasNot("083190000321", "Lê Thị Cúc")
		if !strings.Contains(page.Body, "tiep-nhan-tai-quay?nguoi="+d.ID) {
			t.Error("no way to receive them again")
		}
		w.other.get(pathPerson + "/" + d.ID).must(http.StatusNotFound).hasNot("Nguyễn Thị Mãi")
		w.checker.get(office.PathPeople + "?q=mai").must(http.StatusForbidden)
	})
}

func TestKnownPersonBeginsANewDossierWithWhatTheySaidBefore(t *testing.T) {
	w := newWorld(t, databasetest.SQLite(t))
	d := w.filedBy("Trẻ Khác", "ba", "Nguyễn Thị Mãi", "0933333333")
	known, err := w.room.KnownPerson(t.Context(), w.clerk.actor, d.ID)
	w.must(err)
	p, err := w.room.Catalogue.Procedure(servicestest.Birth)
	w.must(err)
	filled := known.Fill(p.Form)
	if filled["phone"].Text != "0933333333" || filled["mother"].Parts["citizen"].Text != "083190000321" || len(filled["child_name"].Text) != 0 {
		t.Errorf("filled in %+v", filled)
	}
	var none form.Answers = (dossier.Person{}).Fill(p.Form)
	if len(none) != 0 {
		t.Errorf("of nobody is known %+v", none)
	}
	if _, err := w.room.KnownPerson(t.Context(), w.other.actor, d.ID); err == nil {
		t.Error("another desk knows them")
	}
	if _, err := w.room.KnownPerson(t.Context(), w.checker.actor, d.ID); err == nil {
		t.Error("who receives nobody knows them")
	}
	if rows := w.journaled("dossier.read_person"); len(rows) != 1 {
		t.Errorf("journaled %v", rows)
	}
}

// pages are the pages as the world's site has them.
func (w *world) pages() Pages {
	roles := access.Roles{}
	p := Pages{NewSheet: newCSV, Print: w.printed}
	p.Room, p.Roles, p.Officials = w.room, roles, staff{}
	return p
}

func TestTimingIsSaidAsTheLawCounts(t *testing.T) {
	yes, no := true, false
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	d := dossier.Dossier{}
	for _, c := range []struct {
		on       *bool
		due      time.Time
		resolved time.Time
		want     string
	}{
		{&yes, now, now, "Đúng hạn"}, {&no, now, now, "Trễ hạn"}, {nil, now.Add(time.Hour), time.Time{}, "Đúng hạn"}, {nil, now.Add(-time.Hour), time.Time{}, "Trễ hạn"},
		{nil, time.Time{}, time.Time{}, ""}, {nil, now.Add(-time.Hour), now, ""},
	} {
		d.OnTime, d.DueAt, d.ResolvedAt = c.on, c.due, c.resolved
		if got := timing(t.Context(), d.Case, now); got != c.want {
			t.Errorf("%+v is %q, want %q", c, got, c.want)
		}
	}
}
