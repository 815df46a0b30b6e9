package administration

import (
	"context"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// addPage asks who is to be added.
func (p Pages) addPage(ctx context.Context, h Hand, f *Form) AskPage {
	f.fromAddress()
	fields := []templ.Component{f.Input(ctx, "name", "administration.name", ""), f.Input(ctx, "handle", "administration.handle", "administration.handle_hint")}
	return AskPage{Title: message.T(ctx, "administration.add_title"), Text: message.T(ctx, "administration.add_text"), Fields: append(fields, p.postFields(ctx, h, f)...),
		Action: addPath, Back: Path, Here: Path, Button: web.Action{Text: message.T(ctx, "administration.add")}, Errors: f.Errors}
}

func (p Pages) askAdd(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	return web.Render(w, r, http.StatusOK, AskView(p.addPage(ctx, hand(ctx), &Form{Values: r.URL.Query()})))
}

func (p Pages) doAdd(w http.ResponseWriter, r *http.Request) error {
	ctx, h := r.Context(), hand(r.Context())
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	f := &Form{Values: r.PostForm}
	wish := p.wish(f)
	wish.Name, wish.Handle = f.Needs("name", "administration.name_needed"), f.Needs("handle", "administration.handle_needed")
	if len(f.Errors) == 0 {
		out, err := p.add(ctx, h, key, wish)
		if err == nil {
			return p.added(w, r, out)
		}
		if f.Errors = Refused(err); f.Errors == nil {
			return err
		}
	}
	return web.Render(w, r, http.StatusUnprocessableEntity, AskView(p.addPage(ctx, h, f)))
}

func (p Pages) added(w http.ResponseWriter, r *http.Request, out Outcome) error {
	ctx := r.Context()
	if !out.Created {
		web.Flash(w, r, "administration.done_existing")
		return web.Redirect(w, r, personPath+out.Account)
	}
	return web.Render(w, r, http.StatusOK, slipView(slipPage{
		Title: message.T(ctx, "administration.added_title"), Back: personPath + out.Account, BackText: message.T(ctx, "administration.slip_back"),
		Until: p.Clock.Now().Add(firstPassword), Slips: []slip{{Name: out.Name, Login: out.Handle, Password: out.Password}},
	}))
}

// sheetPage asks for a file, or says what is wrong with one.
type sheetPage struct {
	Text   string // pasted
	Faults []Fault
	Errors []fault.Field
	Most   int
}

// previewPage says what a file would do.
type previewPage struct {
	Text                 string
	Lines                []previewLine
	New, More, Unchanged int
	Reason               string
	Errors               []fault.Field
}

type previewLine struct {
	Line                     int
	Name, Login, Post, Words string
}

func (p Pages) askSheet(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, sheetView(sheetPage{Most: mostRowsPage}))
}

// sample is a file with the columns' names, for a spreadsheet to open.
func (p Pages) sample(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="can-bo.csv"`)
	// The mark in front tells a spreadsheet that this is Unicode.
	if _, err := io.WriteString(w, "\uFEFF"); err != nil {
		return err
	}
	var heads []string
	for _, c := range columns {
		heads = append(heads, message.T(r.Context(), "administration.column_"+c.id))
	}
	out := csv.NewWriter(w)
	if err := out.Write(heads); err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// text reads the file, or what was pasted instead.
func text(r *http.Request) (string, error) {
	if err := web.ParseForm(r); err != nil {
		return "", err
	}
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 || r.MultipartForm.File["file"][0].Size == 0 {
		return r.PostForm.Get("text"), nil
	}
	head := r.MultipartForm.File["file"][0]
	if head.Size > mostSheet {
		return "", fault.New(fault.Invalid, "administration.sheet_large").WithField("file", "administration.sheet_large")
	}
	f, err := head.Open()
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(f)
	return string(b), errors.Join(err, f.Close())
}

// lines writes line ends one way: a browser sends those of a form as CR LF, whatever
// the file had.
func lines(s string) string { return strings.ReplaceAll(s, "\r\n", "\n") }

func (p Pages) checkSheet(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := text(r)
	if err != nil {
		if wrong := Refused(err); wrong != nil {
			return web.Render(w, r, http.StatusUnprocessableEntity, sheetView(sheetPage{Errors: wrong, Most: mostRowsPage}))
		}
		return err
	}
	if len(s) > mostSheet {
		return web.Render(w, r, http.StatusUnprocessableEntity, sheetView(sheetPage{Errors: []fault.Field{{Name: "text", Key: "administration.sheet_large"}}, Most: mostRowsPage}))
	}
	return p.preview(w, r, http.StatusOK, hand(ctx), lines(s), "", nil)
}

// preview shows what a file would do, or what is wrong with it.
func (p Pages) preview(w http.ResponseWriter, r *http.Request, status int, h Hand, s, reason string, wrong []fault.Field) error {
	ctx := r.Context()
	would, faults, err := p.Preview(ctx, h, s)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return p.faulty(w, r, s, faults)
	}
	page := previewPage{Text: s, Reason: reason, Errors: wrong}
	for _, d := range would {
		words := "administration.would_nothing"
		switch letter(d.Outcome) {
		case 'n':
			words = "administration.would_add"
			page.New++
		case '+':
			words = "administration.would_give"
			page.More++
		default:
			page.Unchanged++
		}
		page.Lines = append(page.Lines, previewLine{Line: d.Row.Line, Name: d.Row.Name, Login: d.Row.Handle, Post: p.sayRow(ctx, d.Row), Words: message.T(ctx, words)})
	}
	return web.Render(w, r, status, previewView(page))
}

// sayRow names the role that a line gives, with its days.
func (p Pages) sayRow(ctx context.Context, row Row) string {
	text := message.T(ctx, "administration.role_at", "role", row.Role.In(message.Lang(ctx)), "agency", p.agencyName(row.Agency))
	from := message.DateText(ctx, string(row.From))
	if row.Last == "" {
		return text + " (" + message.T(ctx, "administration.period_open", "from", from) + ")"
	}
	return text + " (" + message.T(ctx, "administration.period", "from", from, "last", message.DateText(ctx, string(row.Last))) + ")"
}

func (p Pages) faulty(w http.ResponseWriter, r *http.Request, s string, faults []Fault) error {
	page := sheetPage{Text: s, Faults: faults, Most: mostRowsPage, Errors: []fault.Field{{Name: "faults", Key: "administration.sheet_faults", Args: []any{"n", len(faults)}}}}
	if unreadable(s) != "" {
		page.Text = ""
	}
	return web.Render(w, r, http.StatusUnprocessableEntity, sheetView(page))
}

func (p Pages) saveSheet(w http.ResponseWriter, r *http.Request) error {
	ctx, h := r.Context(), hand(r.Context())
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	s := lines(r.PostForm.Get("text"))
	reason, err := checkReason(r.PostForm.Get("reason"))
	if err != nil {
		return p.preview(w, r, http.StatusUnprocessableEntity, h, s, r.PostForm.Get("reason"), Refused(err))
	}
	done, faults, err := p.TakeIn(ctx, h, key, reason, s)
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return p.faulty(w, r, s, faults)
	}
	page := slipPage{Title: message.T(ctx, "administration.sheet_done", "n", len(done)), Back: Path, BackText: message.T(ctx, "administration.officials"), Until: p.Clock.Now().Add(firstPassword)}
	for _, d := range done {
		if d.Password == "" {
			page.Others = append(page.Others, d.Row.Name+" · "+p.sayRow(ctx, d.Row))
			continue
		}
		page.Slips = append(page.Slips, slip{Name: d.Row.Name, Login: d.Row.Handle, Password: d.Password})
	}
	return web.Render(w, r, http.StatusOK, slipView(page))
}

// where says where in a file a fault is.
func (f Fault) where(ctx context.Context) string {
	if f.Column == "" {
		return message.T(ctx, "administration.cell_line", "line", strconv.Itoa(f.Line))
	}
	return message.T(ctx, "administration.cell", "line", strconv.Itoa(f.Line), "column", f.Column)
}
