package payment

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/fees"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
)

func TestFeeIsTakenWholeAndTheReceiptHasTheNextNumber(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted(inTime)
		if a := w.account(d); a.Standing() != Owed || a.Warning(t.Context()) != "Phí, lệ phí: Chưa nộp 8.000 ₫" {
			t.Errorf("%+v", a)
		}
		p := w.pay(w.clerk, due(d))
		if p.Text() != "0000001/2026" || p.Amount != 8000 || p.Payer != "Nguyễn Văn Ba" || p.On != "2026-11-23" || p.By != "clerk" || p.Code != d.Code || p.Agency != servicestest.Agency {
			t.Errorf("%+v", p)
		}
		if a := w.account(d); a.Standing() != Settled || a.Paid() != 8000 || a.Warning(t.Context()) != "" || a.Line(t.Context()) != "Đã nộp 8.000 ₫" {
			t.Errorf("%+v", a)
		}
		if p = w.pay(w.cashier, due(w.accepted(inTime))); p.Text() != "0000002/2026" {
			t.Errorf("the second receipt is %s", p.Text())
		}
		w.clock.Set(time.Date(2027, 1, 4, 9, 0, 0, 0, servicestest.Morning.Location()))
		if p = w.pay(w.clerk, due(w.accepted("2026-12-20"))); p.Text() != "0000001/2027" {
			t.Errorf("the first receipt of a year is %s", p.Text())
		}
		if n := w.count(`SELECT count(*) FROM journal WHERE action = $1 AND object_id = $2`, "payment.collect", d.ID); n != 1 {
			t.Errorf("%d lines in the journal", n)
		}
		if n := w.count(`SELECT count(*) FROM events WHERE kind = $1`, EventTaken); n != 0 { // nobody listens, so nothing waits
			t.Errorf("%d events wait for nobody", n)
		}
	})
}

func TestPartOfAFeeIsNotTaken(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted(inTime)
		for _, c := range []struct {
			change func(*Collection)
			field  string
		}{
			{func(c *Collection) { c.Amount = "5.000" }, "amount"},
			{func(c *Collection) { c.Amount = "10000" }, "amount"},
			{func(c *Collection) { c.Amount = "" }, "amount"},
			{func(c *Collection) { c.Amount = "-8000" }, "amount"},
			{func(c *Collection) { c.Method = "card" }, "method"},
			{func(c *Collection) { c.Payer = "   " }, "payer"},
			{func(c *Collection) { c.Payer = strings.Repeat("ă", 101) }, "payer"},
		} {
			in := due(d)
			c.change(&in)
			_, _, err := w.Collect(t.Context(), w.clerk, in)
			if f := fault.Of(err); !fault.Is(err, fault.Invalid) || len(f.Fields) != 1 || f.Fields[0].Name != c.field {
				t.Errorf("%+v: %v", in, err)
			}
		}
		if n := w.count(`SELECT count(*) FROM payments`); n != 0 || w.account(d).Standing() != Owed {
			t.Errorf("%d payments", n)
		}
		if p := w.pay(w.clerk, due(d)); p.Number != 1 {
			t.Errorf("refusals used up numbers: %s", p.Text())
		}
	})
}

func TestDoubleClickTakesOnce(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted(inTime)
		c := due(d)
		first := w.pay(w.clerk, c)
		again := w.pay(w.clerk, c)
		if first.ID != again.ID || again.Amount != 8000 || w.count(`SELECT count(*) FROM payments`) != 1 {
			t.Errorf("%+v and %+v", first, again)
		}
		_, _, err := w.Collect(t.Context(), w.cashier, due(d)) // a colleague with an old page
		if !fault.Is(err, fault.Conflict) || fault.Of(err).Key != "payment.nothing_owed" {
			t.Error(err)
		}
		c.Payer = "Người khác"
		if _, _, err = w.Collect(t.Context(), w.clerk, c); fault.Of(err).Key != "fault.key_reused" {
			t.Error(err)
		}
	})
}

func TestManyHandsTakeEachFeeOnceAndLeaveNoGap(t *testing.T) {
	each(t, func(w world) {
		const dossiers, hands = 6, 4
		var all []dossier.Dossier
		for range dossiers {
			all = append(all, w.accepted(inTime))
		}
		var wg sync.WaitGroup
		for h := range hands {
			wg.Go(func() {
				actor := []access.Actor{w.clerk, w.cashier}[h%2]
				for _, d := range all {
					if _, _, err := w.Collect(t.Context(), actor, due(d)); err != nil && !fault.Is(err, fault.Conflict) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if n := w.count(`SELECT count(*) FROM payments`); n != dossiers {
			t.Errorf("%d receipts for %d dossiers", n, dossiers)
		}
		if n := w.count(`SELECT max(p.number) FROM payments p`); n != dossiers {
			t.Errorf("the last number is %d", n)
		}
		if n := w.count(`SELECT CAST(sum(p.amount) AS BIGINT) FROM payments p`); n != dossiers*8000 {
			t.Errorf("%d ₫ were taken", n)
		}
	})
}

func TestUnknownFeeIsDeterminedByWhoeverTakesIt(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted(late)
		if a := w.account(d); a.Standing() != Unknown || !strings.HasPrefix(a.Warning(t.Context()), "Phí, lệ phí: Chưa rõ") {
			t.Errorf("%+v", a)
		}
		c := due(d)
		_, _, err := w.Collect(t.Context(), w.clerk, c)
		if f := fault.Of(err); !fault.Is(err, fault.Invalid) || len(f.Fields) != 2 || f.Fields[0].Name != "amount-0" || f.Fields[1].Name != "basis-0" {
			t.Errorf("without amount and basis: %v", err)
		}
		c.Given = map[int]Given{0: {Amount: "15.000", Basis: "Nghị quyết của Hội đồng nhân dân tỉnh"}}
		p := w.pay(w.clerk, c)
		a := w.account(d)
		if p.Amount != 15_000 || p.Fee != 2 || a.Standing() != Settled || a.Fee.Cause != dossier.FeeDetermined || a.Fee.By != "clerk" || a.Fee.Lines[0].Basis != "Nghị quyết của Hội đồng nhân dân tỉnh" || a.Fee.Lines[0].Reason.Vi == "" {
			t.Errorf("%+v %+v", p, a)
		}
		all, err := dossier.Fees(t.Context(), w.Dossiers.DB.Read(), d.ID)
		if _, known := all[0].Total(); err != nil || len(all) != 2 || known {
			t.Errorf("the first assessment was changed: %+v %v", all, err)
		}
	})
}

func TestDeskCountsAgainWhatWasDeclared(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted(inTime)
		c := due(d)
		c.Given = map[int]Given{0: {Amount: "12.000"}}
		if _, _, err := w.Collect(t.Context(), w.clerk, c); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[0].Name != "basis-0" {
			t.Errorf("without a basis: %v", err)
		}
		c.Given = map[int]Given{0: {Amount: "12.000", Basis: "Đếm tại quầy: 6 trang"}}
		p := w.pay(w.clerk, c)
		all, err := dossier.Fees(t.Context(), w.Dossiers.DB.Read(), d.ID)
		if err != nil || p.Amount != 12_000 || p.Fee != 2 || len(all) != 2 || *all[0].Lines[0].Amount != 8000 || all[1].Lines[0].Basis != "Đếm tại quầy: 6 trang" {
			t.Errorf("%+v %+v %v", p, all, err)
		}
		if _, _, err := w.Collect(t.Context(), w.clerk, Collection{Dossier: d.ID, Fee: 2, Key: database.NewID(), Given: c.Given, Method: Cash, Payer: "Ba"}); fault.Of(err).Key != "payment.nothing_owed" {
			t.Errorf("counted again after it was paid: %v", err)
		}
	})
}

func TestExemptionIsWrittenDownAndHasNoReceipt(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted(late)
		c := Collection{Dossier: d.ID, Fee: 1, Key: database.NewID(), Given: map[int]Given{0: {Amount: "0", Basis: "Hộ nghèo"}}}
		for range 2 { // the second is a double click
			p, ok, err := w.Collect(t.Context(), w.clerk, c)
			if err != nil || ok || p.ID != "" {
				t.Errorf("%+v %v %v", p, ok, err)
			}
		}
		if a := w.account(d); a.Standing() != Free || a.Warning(t.Context()) != "" || w.count(`SELECT count(*) FROM payments`) != 0 {
			t.Errorf("%+v", a)
		}
		if p := w.pay(w.clerk, due(w.accepted(inTime))); p.Number != 1 {
			t.Errorf("an exemption used up a number: %s", p.Text())
		}
	})
}

func TestNothingIsTakenBeforeAcceptanceNorForOneRefusedNorElsewhere(t *testing.T) {
	each(t, func(w world) {
		d := w.filed(inTime)
		_, _, err := w.Collect(t.Context(), w.clerk, due(d))
		if fault.Of(err).Key != "payment.not_accepted" || w.account(d).Standing() != Expected {
			t.Error(err)
		}
		d = w.must(w.Dossiers.Accept(t.Context(), w.clerk, w.act(d), dossier.Given{}, nil))
		for _, actor := range []access.Actor{w.other, w.checker, w.owner, {}} {
			if _, _, err := w.Collect(t.Context(), actor, due(d)); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", actor.Account, err)
			}
		}
		stale := due(d)
		stale.Fee = 7
		if _, _, err := w.Collect(t.Context(), w.clerk, stale); fault.Of(err).Key != "payment.fee_changed" {
			t.Error(err)
		}
		d = w.must(w.Dossiers.Withdraw(t.Context(), w.owner, w.act(d)))
		if _, _, err := w.Collect(t.Context(), w.clerk, due(d)); fault.Of(err).Key != "payment.ended" {
			t.Error(err)
		}
	})
}

func TestWrongReceiptIsCancelledTheSameDayByWhoeverWroteIt(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted(inTime)
		p := w.pay(w.clerk, due(d))
		if _, err := w.Cancel(t.Context(), w.cashier, p.ID, database.NewID(), "Nhầm người nộp"); fault.Of(err).Key != "payment.not_yours_today" {
			t.Errorf("a colleague: %v", err)
		}
		if _, err := w.Cancel(t.Context(), w.other, p.ID, database.NewID(), "Nhầm"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a neighbour: %v", err)
		}
		if _, err := w.Cancel(t.Context(), w.clerk, p.ID, database.NewID(), " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v", err)
		}
		w.clock.Advance(24 * time.Hour)
		if _, err := w.Cancel(t.Context(), w.clerk, p.ID, database.NewID(), "Nhầm"); fault.Of(err).Key != "payment.not_yours_today" {
			t.Errorf("the day after: %v", err)
		}
		w.clock.Set(servicestest.Morning.Add(time.Hour))
		key := database.NewID()
		for range 2 { // the second is a double click
			gone, err := w.Cancel(t.Context(), w.clerk, p.ID, key, "Nhầm người nộp")
			if err != nil || gone.Status != Cancelled || gone.Reason != "Nhầm người nộp" || gone.Text() != p.Text() {
				t.Fatalf("%+v %v", gone, err)
			}
		}
		if a := w.account(d); a.Standing() != Owed || a.Paid() != 0 {
			t.Errorf("%+v", a)
		}
		if _, err := w.Cancel(t.Context(), w.clerk, p.ID, database.NewID(), "Lần nữa"); !fault.Is(err, fault.Conflict) {
			t.Errorf("cancelled twice: %v", err)
		}
		again := w.pay(w.clerk, due(d))
		a := w.account(d)
		if again.Number != 2 || a.Standing() != Settled || len(a.Payments) != 2 || a.Payments[0].Status != Cancelled || a.Payments[0].Number != 1 {
			t.Errorf("%+v", a)
		}
	})
}

func TestWhatWasPaidUnderAnUndoneAcceptanceCountsWhenItIsAcceptedAgain(t *testing.T) {
	each(t, func(w world) {
		ctx := t.Context()
		d := w.accepted(inTime)
		w.pay(w.clerk, due(d))
		w.clock.Advance(time.Hour)
		d = w.must(w.Dossiers.UndoAcceptance(ctx, w.clerk, w.act(d), "Nhầm hồ sơ."))
		if a := w.account(d); a.Standing() != Expected || a.Line(ctx) != "Đã nộp 8.000 ₫. Cơ quan xác định lại mức phải nộp khi tiếp nhận hồ sơ." {
			t.Errorf("%s: %s", a.Standing(), a.Line(ctx))
		}
		if _, _, err := w.Collect(ctx, w.clerk, due(d)); fault.Of(err).Key != "payment.not_accepted" {
			t.Errorf("taken before it is accepted again: %v", err)
		}
		w.clock.Advance(time.Hour)
		d = w.must(w.Dossiers.Accept(ctx, w.clerk, w.act(d), dossier.Given{}, nil))
		if a := w.account(d); a.Standing() != Settled || a.Fee.N != 2 {
			t.Errorf("%s: %+v", a.Standing(), a.Fee)
		}
		again := due(d)
		again.Fee = 2
		if _, _, err := w.Collect(ctx, w.clerk, again); fault.Of(err).Key != "payment.nothing_owed" {
			t.Errorf("taken a second time: %v", err)
		}
	})
}

func TestSupplementThatCostsMoreOwesTheRest(t *testing.T) {
	each(t, func(w world) {
		d := w.accepted(inTime)
		w.pay(w.clerk, due(d))
		d = w.must(w.Dossiers.AskSupplement(t.Context(), w.checker, w.act(d), []dossier.Defect{{Subject: "Ngày sinh", Wrong: "Sai", Mend: "Ghi lại"}}))
		draft, err := w.Dossiers.StartAnswer(t.Context(), w.owner, d.ID)
		if err != nil {
			t.Fatal(err)
		}
		draft, err = w.Dossiers.SavePage(t.Context(), w.owner, draft.ID, "all", 0, func(a form.Answers) form.Answers {
			a["child_born"] = form.Value{Text: late}
			return a
		})
		if err != nil {
			t.Fatal(err)
		}
		d = w.must(w.Dossiers.Send(t.Context(), w.owner, draft.ID, draft.Version, "vi"))
		if a := w.account(d); a.Standing() != Unknown || a.Line(t.Context()) != "Đã nộp 8.000 ₫. Chưa rõ còn phải nộp bao nhiêu." {
			t.Errorf("%s: %s", a.Standing(), a.Line(t.Context()))
		}
		c := due(d)
		c.Fee, c.Given = 2, map[int]Given{0: {Amount: "20000", Basis: "Nghị quyết"}}
		if p := w.pay(w.clerk, c); p.Amount != 12_000 || p.Fee != 3 {
			t.Errorf("%+v", p)
		}
		if a := w.account(d); a.Standing() != Settled || a.Paid() != 20_000 {
			t.Errorf("%+v", a)
		}
	})
}

func TestReceiptsOfADayAreThoseOfOnesOwnPlace(t *testing.T) {
	each(t, func(w world) {
		for i := range 3 {
			c := due(w.accepted(inTime))
			if i == 1 {
				c.Method = Transfer
			}
			p := w.pay(w.clerk, c)
			if i == 2 {
				if _, err := w.Cancel(t.Context(), w.clerk, p.ID, database.NewID(), "Nhầm"); err != nil {
					t.Fatal(err)
				}
			}
		}
		ctx, q := t.Context(), w.Dossiers.DB.Read()
		for _, c := range []struct {
			actor access.Actor
			day   string
			n     int
			total int64
		}{{w.clerk, "2026-11-23", 3, 16_000}, {w.cashier, "2026-11-23", 3, 16_000}, {w.clerk, "2026-11-24", 0, 0}, {w.other, "2026-11-23", 0, 0}, {w.checker, "2026-11-23", 0, 0}, {access.Actor{}, "2026-11-23", 0, 0}} {
			found, err := onDay(ctx, q, c.actor.Scope(access.PaymentCollect), c.day)
			if err != nil {
				t.Fatal(err)
			}
			added, err := sums(ctx, q, c.actor.Scope(access.PaymentCollect), c.day)
			if err != nil {
				t.Fatal(err)
			}
			var total int64
			for _, s := range added {
				total += s.Amount
			}
			if len(found) != c.n || total != c.total {
				t.Errorf("%s on %s: %d receipts, %d ₫", c.actor.Account, c.day, len(found), total)
			}
		}
	})
}

// Whatever is determined and taken, what is owed and what was paid add up to the
// fee, and nothing is taken beyond it.
func TestWhatIsTakenIsWhatIsOwed(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := Account{Final: true, Fee: dossier.Fee{N: 1}}
		given := map[int]Given{}
		for i := range rapid.IntRange(1, 4).Draw(rt, "lines") {
			l := fees.Line{ID: fmt.Sprint(i)}
			n := rapid.Int64Range(0, 1_000_000).Draw(rt, fmt.Sprint("amount", i))
			if rapid.Bool().Draw(rt, fmt.Sprint("known", i)) {
				l.Amount = &n
			} else {
				given[i] = Given{Amount: fmt.Sprint(n), Basis: "Nghị quyết"}
			}
			a.Fee.Lines = append(a.Fee.Lines, l)
		}
		for i := range rapid.IntRange(0, 3).Draw(rt, "paid before") {
			status := rapid.SampledFrom([]Status{Paid, Cancelled}).Draw(rt, fmt.Sprint("status", i))
			a.Payments = append(a.Payments, Payment{Amount: rapid.Int64Range(1, 900_000).Draw(rt, fmt.Sprint("before", i)), Status: status})
		}
		owed, _ := a.Owed()
		c := Collection{Fee: 1, Amount: fmt.Sprint(owed), Given: given, Method: Cash, Payer: "Ba"}
		determined, amount, err := a.take(c)
		if err != nil {
			if fault.Is(err, fault.Conflict) && owed <= 0 {
				return
			}
			rt.Fatal(err)
		}
		if determined != nil {
			a.Fee.Assessment = *determined
		}
		before := a.Paid()
		if amount > 0 {
			a.Payments = append(a.Payments, Payment{Amount: amount, Status: Paid})
		}
		total, known := a.Fee.Total()
		switch {
		case !known, amount < 0:
			rt.Fatalf("%d of %+v", amount, a)
		case before < total && a.Paid() != total, before >= total && amount != 0:
			rt.Fatalf("took %d, after %d of %d", amount, before, total)
		}
	})
}

func TestAmountsAreReadAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string]int64{"8000": 8000, "8.000": 8000, " 8.000 ₫ ": 8000, "1 000 000": 1_000_000, "0": 0} {
		if got, ok := parseDong(typed); !ok || got != want {
			t.Errorf("%q: %d %v", typed, got, ok)
		}
	}
	for _, typed := range []string{"", "-5", "+5", "8,5", "8k", "₫", "99999999999999999999"} {
		if got, ok := parseDong(typed); ok {
			t.Errorf("%q was read as %d", typed, got)
		}
	}
}
