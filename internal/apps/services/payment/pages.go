package payment

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Pages are the pages of the counter, and the receipts for applicants.
type Pages struct {
	Room    Room
	Printer Printer
	// Names gives the names of officials' accounts.
	Names func(ctx context.Context, accounts ...string) (map[string]string, error)
}

// Addresses.
const (
	pathDesk = "/ban-lam-viec/"
	pathMine = "/ho-so-cua-toi/"
	pathDay  = "/bien-lai"
)

// Receipts gives the address of the receipts of a dossier at the desk.
func Receipts(dossier string) string { return pathDesk + dossier + "/bien-lai" }

// OwnReceipts gives it for the applicant.
func OwnReceipts(dossier string) string { return pathMine + dossier + "/bien-lai" }

// CollectURL gives the address where the fee of a dossier is taken.
func CollectURL(dossier string) string { return pathDesk + dossier + "/thu-phi" }

// Routes lists the pages.
func (p Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + pathDesk + "{id}/thu-phi", Access: access.PaymentCollect, Handler: p.collect},
		{Pattern: "POST " + pathDesk + "{id}/thu-phi", Access: access.PaymentCollect, Handler: p.take},
		{Pattern: "GET " + pathDesk + "{id}/bien-lai/{receipt}", Access: access.DossierRead, Handler: p.receipt},
		{Pattern: "GET " + pathDesk + "{id}/bien-lai/{receipt}/huy", Access: access.PaymentCollect, Handler: p.askCancel},
		{Pattern: "POST " + pathDesk + "{id}/bien-lai/{receipt}/huy", Access: access.PaymentCollect, Handler: p.cancel},
		{Pattern: "GET " + pathMine + "{id}/bien-lai/{receipt}", Access: access.SignedIn, Handler: p.ownReceipt},
		{Pattern: "GET " + pathDay, Access: access.PaymentCollect, Handler: p.day},
		{Pattern: "GET " + pathDay + ".csv", Access: access.PaymentCollect, Handler: p.export},
	}
}

// collectPage takes a fee, and shows what was taken.
type collectPage struct {
	dossier.Dossier
	View
	Procedure string
	Errors    []fault.Field
	Typed     url.Values
	Cancel    map[string]bool // receipts that this clerk may still cancel
}

func (p Pages) collect(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := dossier.Within(ctx, p.db().Read(), web.Actor(ctx).Scope(access.PaymentCollect), r.PathValue("id"))
	if err != nil {
		return err
	}
	return p.showCollect(w, r, http.StatusOK, d, nil, nil)
}

func (p Pages) showCollect(w http.ResponseWriter, r *http.Request, status int, d dossier.Dossier, wrong []fault.Field, typed url.Values) error {
	ctx, actor := r.Context(), web.Actor(r.Context())
	v, err := p.Room.View(ctx, d, Receipts(d.ID))
	if err != nil {
		return err
	}
	proc, err := p.Room.Dossiers.Catalogue.Version(d.Procedure, d.ProcedureVersion)
	if err != nil {
		return err
	}
	page := collectPage{Dossier: d, View: v, Procedure: proc.Name.In(message.Lang(ctx)), Errors: wrong, Typed: typed, Cancel: map[string]bool{}}
	for _, x := range v.Payments {
		page.Cancel[x.ID] = x.MayCancel(actor.Account, p.now())
	}
	return web.Render(w, r, status, collectView(page))
}

func (p Pages) take(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), web.Actor(r.Context())
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	in := r.PostForm
	fee, err := strconv.ParseInt(in.Get("fee"), 10, 64)
	if err != nil {
		return fault.New(fault.Invalid, "fault.key_missing")
	}
	c := Collection{Dossier: r.PathValue("id"), Fee: fee, Key: key, Amount: in.Get("amount"), Method: Method(in.Get("method")), Payer: in.Get("payer"), Given: map[int]Given{}}
	for name := range in {
		if i, err := strconv.Atoi(strings.TrimPrefix(name, "amount-")); err == nil {
			c.Given[i] = Given{Amount: in.Get(name), Basis: in.Get(fmt.Sprintf("basis-%d", i))}
		}
	}
	_, ok, err := p.Room.Collect(ctx, actor, c)
	switch {
	case err == nil && ok:
		web.Flash(w, r, "payment.done")
	case err == nil:
		web.Flash(w, r, "payment.done_free")
	case fault.Is(err, fault.Invalid) && len(fault.Of(err).Fields) > 0, fault.Is(err, fault.Conflict):
		// Read again: what is shown is what is.
		d, again := dossier.Within(ctx, p.db().Read(), actor.Scope(access.PaymentCollect), c.Dossier)
		if again != nil {
			return again
		}
		f := fault.Of(err)
		if len(f.Fields) == 0 {
			return p.showCollect(w, r, http.StatusConflict, d, []fault.Field{{Key: f.Key, Args: f.Args}}, in)
		}
		return p.showCollect(w, r, http.StatusUnprocessableEntity, d, f.Fields, in)
	default:
		return err
	}
	return web.Redirect(w, r, CollectURL(c.Dossier))
}

// cancelPage asks why a receipt is cancelled.
type cancelPage struct {
	Payment
	Errors []fault.Field
	Typed  string
}

// at reads the receipt of an address within the clerk's scope.
func (p Pages) at(r *http.Request) (Payment, error) {
	found, err := byID(r.Context(), p.db().Read(), web.Actor(r.Context()).Scope(access.PaymentCollect), r.PathValue("receipt"))
	if err == nil && found.Dossier != r.PathValue("id") {
		return Payment{}, fault.Missing(Kind, found.ID)
	}
	return found, err
}

func (p Pages) askCancel(w http.ResponseWriter, r *http.Request) error {
	found, err := p.at(r)
	if err != nil {
		return err
	}
	if !found.MayCancel(web.Actor(r.Context()).Account, p.now()) {
		return web.Redirect(w, r, CollectURL(found.Dossier))
	}
	return web.Render(w, r, http.StatusOK, cancelView(cancelPage{Payment: found}))
}

func (p Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	found, err := p.at(r)
	if err != nil {
		return err
	}
	reason := r.PostFormValue("reason")
	_, err = p.Room.Cancel(r.Context(), web.Actor(r.Context()), found.ID, key, reason)
	if f := fault.Of(err); err != nil && len(f.Fields) > 0 {
		return web.Render(w, r, http.StatusUnprocessableEntity, cancelView(cancelPage{Payment: found, Errors: f.Fields, Typed: reason}))
	}
	if err != nil {
		return err
	}
	web.Flash(w, r, "payment.cancelled")
	return web.Redirect(w, r, CollectURL(found.Dossier))
}

// receipt gives a receipt as a PDF, as it stands now: one that was cancelled says
// so.
func (p Pages) receipt(w http.ResponseWriter, r *http.Request) error {
	ctx, actor := r.Context(), web.Actor(r.Context())
	d, err := dossier.Within(ctx, p.db().Read(), actor.Scope(access.DossierRead), r.PathValue("id"))
	if err != nil {
		return err
	}
	content, number, err := p.print(ctx, d, r.PathValue("receipt"))
	if err != nil {
		return err
	}
	entry := audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.DossierRead, d.Holder), Action: dossier.ReadPaper, ObjectKind: dossier.Kind, ObjectID: d.ID, Path: d.Holder, IDs: []string{r.PathValue("receipt")}}
	if err := p.journal(ctx, entry); err != nil {
		return err
	}
	return give(w, content, number)
}

func (p Pages) ownReceipt(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := dossier.Own(ctx, p.db().Read(), web.Actor(ctx).Account, r.PathValue("id"))
	if err != nil {
		return err
	}
	content, number, err := p.print(ctx, d, r.PathValue("receipt"))
	if err != nil {
		return err
	}
	return give(w, content, number)
}

func give(w http.ResponseWriter, content []byte, name string) error {
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Disposition", `inline; filename="`+name+`.pdf"`)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(content)))
	_, err := w.Write(content)
	return err
}

// dayPage is what was taken on a day.
type dayPage struct {
	Day      string
	Payments []Payment
	Names    map[string]string
	Sums     []dayLine
	Total    int64
	Count    int64
	Errors   []fault.Field
	Typed    url.Values
}

// dayLine is what one agency took by one method.
type dayLine struct {
	Sum
	Name string
}

func (p Pages) readDay(ctx context.Context, r *http.Request, action string) (page dayPage, err error) {
	actor, q := web.Actor(ctx), p.db().Read()
	page = dayPage{Day: clock.Day(p.now()), Typed: r.URL.Query()}
	if in := page.Typed; in.Get("ngay") != "" || in.Has("ngay-day") {
		day := in.Get("ngay")
		if day == "" {
			day = fmt.Sprintf("%04d-%02d-%02d", small(in.Get("ngay-year")), small(in.Get("ngay-month")), small(in.Get("ngay-day")))
		}
		if _, err := time.Parse(time.DateOnly, day); err == nil {
			page.Day = day
		} else {
			page.Errors = []fault.Field{{Name: "ngay-day", Key: "payment.day_wrong"}}
		}
	}
	scope := actor.Scope(access.PaymentCollect)
	if page.Payments, err = onDay(ctx, q, scope, page.Day); err != nil {
		return page, err
	}
	totals, err := sums(ctx, q, scope, page.Day)
	if err != nil {
		return page, err
	}
	for _, s := range totals {
		line := dayLine{Sum: s, Name: s.Agency}
		if a, err := p.Room.Dossiers.Units.Agency(s.Agency); err == nil {
			line.Name = a.Name
		}
		page.Sums = append(page.Sums, line)
		page.Total += s.Amount
		page.Count += s.Count
	}
	accounts, ids := make([]string, len(page.Payments)), make([]string, len(page.Payments))
	for i, x := range page.Payments {
		accounts[i], ids[i] = x.By, x.ID
	}
	slices.Sort(accounts)
	if accounts = slices.Compact(accounts); len(accounts) > 0 {
		if page.Names, err = p.Names(ctx, accounts...); err != nil {
			return page, err
		}
	}
	var path string
	for _, g := range actor.Grants {
		if g.Allows(access.PaymentCollect) {
			path = g.Path
			break
		}
	}
	return page, p.journal(ctx, audit.Entry{Actor: actor.Account, ActingFor: actor.ActsFor(access.PaymentCollect, path), Action: action, ObjectKind: Kind, Path: path, IDs: ids})
}

func (p Pages) day(w http.ResponseWriter, r *http.Request) error {
	page, err := p.readDay(r.Context(), r, "payment.list")
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(page.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return web.Render(w, r, status, dayView(page))
}

// export gives the same list as a file for a spreadsheet: UTF-8 with its mark, so
// that Excel reads the letters, and no cell that it would take for a formula.
func (p Pages) export(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	page, err := p.readDay(ctx, r, "payment.export")
	if err != nil {
		return err
	}
	if len(page.Errors) > 0 {
		return fault.New(fault.Invalid, "payment.day_wrong")
	}
	var b bytes.Buffer
	b.WriteString("\ufeff")
	out := csv.NewWriter(&b)
	rows := [][]string{{message.T(ctx, "payment.col_number"), message.T(ctx, "payment.col_at"), message.T(ctx, "payment.col_dossier"), message.T(ctx, "payment.col_payer"),
		message.T(ctx, "payment.col_method"), message.T(ctx, "payment.col_amount"), message.T(ctx, "payment.col_status"), message.T(ctx, "payment.col_by"), message.T(ctx, "payment.reason")}}
	for _, x := range page.Payments {
		rows = append(rows, []string{x.Text(), message.DateTime(ctx, x.At), x.Code, plain(x.Payer), x.Method.text(ctx), strconv.FormatInt(x.Amount, 10), x.Status.text(ctx), plain(page.Names[x.By]), plain(x.Reason)})
	}
	if err := out.WriteAll(rows); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="bien-lai-`+page.Day+`.csv"`)
	h.Set("Cache-Control", "no-store")
	_, err = w.Write(b.Bytes())
	return err
}

// plain keeps a spreadsheet from reading a cell as a formula.
func plain(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}

func (s Status) text(ctx context.Context) string {
	if s == Cancelled {
		return message.T(ctx, "payment.status_cancelled")
	}
	return message.T(ctx, "payment.status_paid")
}

func (p Pages) db() *database.DB { return p.Room.Dossiers.DB }

func (p Pages) now() time.Time { return p.Room.Dossiers.Clock.Now() }

func (p Pages) journal(ctx context.Context, e audit.Entry) error {
	return p.db().Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return audit.Record(ctx, tx, p.now(), e)
	})
}

func small(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 || n > 9999 {
		return 0
	}
	return n
}

// value gives what was typed, or what stands there at first.
func (p collectPage) value(name, start string) string {
	if p.Typed.Has(name) {
		return p.Typed.Get(name)
	}
	return start
}

func (p collectPage) field(ctx context.Context, name, label, hint, start string) web.Field {
	return web.Field{Name: name, Label: label, Hint: hint, Value: p.value(name, start), Error: web.ErrorAt(ctx, p.Errors, name)}
}

func (p collectPage) money(ctx context.Context, name, label, hint, start string) web.Field {
	f := p.field(ctx, name, label, hint, start)
	f.InputMode, f.Width, f.Suffix, f.Plain = "numeric", 10, "₫", true
	return f
}

// owing is what stands in the box of the amount at first.
func (p collectPage) owing(ctx context.Context) string {
	owed, _ := p.Owed()
	return message.Number(ctx, owed)
}

func (p collectPage) title() string {
	if p.Code != "" {
		return p.Code
	}
	return p.FilingNumber
}

func (p collectPage) crumbs(ctx context.Context) []web.Link {
	return []web.Link{{Text: message.T(ctx, "payment.desk"), URL: "/ban-lam-viec"}, {Text: p.title(), URL: pathDesk + p.ID}, {Text: message.T(ctx, "payment.collect"), Current: true}}
}

// unknown lists the lines that the clerk determines, by their place.
func (p collectPage) unknown() []int {
	var found []int
	for i, l := range p.Fee.Lines {
		if l.Amount == nil {
			found = append(found, i)
		}
	}
	return found
}

// why says what the fee knows of a line, under its box.
func (p collectPage) why(ctx context.Context, i int) string {
	l := p.Fee.Lines[i]
	lines := []string{l.Unknown.In(message.Lang(ctx))}
	if l.Basis != "" {
		lines = append(lines, message.T(ctx, "payment.line_basis", "basis", l.Basis))
	}
	return strings.Join(lines, " ")
}

// dateField is the day of the list.
func (p dayPage) dateField(ctx context.Context) web.DateField {
	at := func(name string, from, to int) string {
		if p.Typed.Has(name) {
			return p.Typed.Get(name)
		}
		return p.Day[from:to]
	}
	return web.DateField{Name: "ngay", Label: message.T(ctx, "payment.day"), Error: web.ErrorAt(ctx, p.Errors, "ngay-day"), Day: at("ngay-day", 8, 10), Month: at("ngay-month", 5, 7), Year: at("ngay-year", 0, 4)}
}

// printKey gives the last receipt a key on the keyboard.
func printKey(i, n int) templ.Attributes {
	if i != n-1 {
		return nil
	}
	return templ.Attributes{"data-shortcut": "p", "aria-keyshortcuts": "p"}
}

// cancelled counts the receipts of the day that do not stand.
func (p dayPage) cancelled() (n int) {
	for _, x := range p.Payments {
		if x.Status == Cancelled {
			n++
		}
	}
	return n
}
