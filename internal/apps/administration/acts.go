package administration

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// AskPage is a page that asks before something is done, and its one form.
type AskPage struct {
	Title   string
	Name    string // of whom or what it is about
	Text    string
	Warning string
	Action  string
	Back    string
	Fields  []templ.Component
	Button  web.Action
	Errors  []fault.Field
	Here    string // the page of the section that it belongs to
}

// slip is what an official gets on paper.
type slip struct{ Name, Login, Password string }

type slipPage struct {
	Title, Text, Back, BackText string
	Slips                       []slip
	Until                       time.Time
	Others                      []string // who had an account already
}

// firstPassword is how long a one-time password waits to be changed.
var firstPassword = identity.DefaultPolicy().FirstPassword

// Form is what a form sent, and what is wrong with it; it draws its parts with both.
type Form struct {
	url.Values
	Errors []fault.Field
}

// Wrong notes what is wrong with a field.
func (f *Form) Wrong(name, key string, args ...any) {
	f.Errors = append(f.Errors, fault.Field{Name: name, Key: key, Args: args})
}

// Text is what was typed, without blanks around it.
func (f *Form) Text(name string) string { return strings.TrimSpace(f.Get(name)) }

// Needs asks for something that must be filled in.
func (f *Form) Needs(name, key string) string {
	v := f.Text(name)
	if v == "" {
		f.Wrong(name, key)
	}
	return v
}

// Day reads three boxes; all empty is no day.
func (f *Form) Day(name string) database.Date {
	boxes := []string{f.Text(name + "-day"), f.Text(name + "-month"), f.Text(name + "-year")}
	text := strings.Join(boxes, "/")
	if text == "//" {
		return ""
	}
	day, ok := readDay(text)
	if !ok {
		f.Wrong(name, "administration.day_unreadable", "day", text)
	}
	return day
}

// days reads from when (today when empty) until when.
func (f *Form) days(today database.Date) (from, last database.Date) {
	if from = f.Day("from"); from == "" {
		from = today
	}
	if last = f.Day("until"); last != "" && last < from {
		f.Wrong("until", "administration.days_backwards")
	}
	return from, last
}

// Parts of the forms.

// Input is a box of one line; hint is a message key, or empty.
func (f *Form) Input(ctx context.Context, name, label, hint string) templ.Component {
	field := web.Field{Name: name, Label: message.T(ctx, label), Value: f.Get(name), Error: web.ErrorAt(ctx, f.Errors, name), Autocomplete: "off", Plain: true}
	if hint != "" {
		field.Hint = message.T(ctx, hint)
	}
	return web.Input(field)
}

func (f *Form) reason(ctx context.Context) templ.Component {
	return web.Textarea(web.Field{Name: "reason", Label: message.T(ctx, "administration.reason"), Hint: message.T(ctx, "administration.reason_hint"),
		Value: f.Get("reason"), Error: web.ErrorAt(ctx, f.Errors, "reason"), Rows: 3, Most: mostOfReason})
}

// Date asks for a day in three boxes; hint is a message key, or empty.
func (f *Form) Date(ctx context.Context, name, label, hint string) templ.Component {
	d := web.DateField{Name: name, Label: message.T(ctx, label), Error: web.ErrorAt(ctx, f.Errors, name), Day: f.Get(name + "-day"), Month: f.Get(name + "-month"), Year: f.Get(name + "-year")}
	if hint != "" {
		d.Hint = message.T(ctx, hint)
	}
	return web.DateInput(d)
}

// Choice is a list to choose from.
func (f *Form) Choice(ctx context.Context, name, label string, options []web.Option) templ.Component {
	return web.Select(web.Field{Name: name, Label: message.T(ctx, label), Value: f.Get(name), Error: web.ErrorAt(ctx, f.Errors, name)}, options)
}

// Refused are the faults that a form shows beside what was typed; nil when the
// error is another.
func Refused(err error) []fault.Field {
	f := fault.Of(err)
	switch {
	case f.Kind != fault.Invalid && f.Kind != fault.Conflict:
		return nil
	case len(f.Fields) > 0:
		return f.Fields
	}
	return []fault.Field{{Key: f.Key, Args: f.Args}}
}

// question is one act on an official: how it asks, and how it is done.
type question struct {
	// page draws the form with what was typed.
	page func(ctx context.Context, h Hand, o official, f *Form) (AskPage, error)
	// may decides who is asked at all; whole when nil.
	may func(h Hand, o official) error
	// do reads the form and does it; it gives where to go on.
	do func(ctx context.Context, h Hand, o official, key string, f *Form) (next string, slip *slipPage, err error)
	// done is what the next page says.
	done string
}

// ask shows a question.
func (p Pages) ask(w http.ResponseWriter, r *http.Request, q question) error {
	ctx, h := r.Context(), hand(r.Context())
	o, err := p.asked(ctx, h, r.PathValue("id"), q)
	if err != nil {
		return err
	}
	page, err := q.page(ctx, h, o, &Form{Values: r.URL.Query()})
	if err != nil {
		return err
	}
	return p.draw(w, r, http.StatusOK, o, page)
}

func (p Pages) asked(ctx context.Context, h Hand, id string, q question) (official, error) {
	o, err := p.official(ctx, p.DB.Read(), h, id)
	if err != nil {
		return official{}, err
	}
	if q.may != nil {
		return o, q.may(h, o)
	}
	return o, p.whole(h, o)
}

func (p Pages) draw(w http.ResponseWriter, r *http.Request, status int, o official, page AskPage) error {
	page.Name, page.Action, page.Back, page.Here = o.Name, r.URL.Path, personPath+o.ID, Path
	return web.Render(w, r, status, AskView(page))
}

// answer does what a question asked: done, it leads on; refused, the form says why
// beside what was typed.
func (p Pages) answer(w http.ResponseWriter, r *http.Request, q question) error {
	ctx, h := r.Context(), hand(r.Context())
	key, err := web.FormKey(r)
	if err != nil {
		return err
	}
	f := &Form{Values: r.PostForm}
	// Whoever the act was about may be out of the scope by now, through the first
	// click: the act itself decides, and here only what the form needs is read.
	o, missing := p.official(ctx, p.DB.Read(), h, r.PathValue("id"))
	o.ID = r.PathValue("id")
	next, slip, err := q.do(ctx, h, o, key, f)
	switch {
	case err == nil && len(f.Errors) == 0 && slip != nil:
		return web.Render(w, r, http.StatusOK, slipView(*slip))
	case err == nil && len(f.Errors) == 0:
		web.Flash(w, r, q.done)
		return web.Redirect(w, r, next)
	case err != nil:
		wrong := Refused(err)
		if wrong == nil {
			return err
		}
		f.Errors = wrong
	}
	if missing != nil {
		return missing
	}
	if o, err = p.asked(ctx, h, o.ID, q); err != nil {
		return err
	}
	page, err := q.page(ctx, h, o, f)
	if err != nil {
		return err
	}
	page.Errors = f.Errors
	return p.draw(w, r, http.StatusUnprocessableEntity, o, page)
}

// sheetOf is where an act leads back to: the official's page, or the list when it
// is no longer in the scope.
func (p Pages) sheetOf(ctx context.Context, h Hand, id string) string {
	if _, err := p.official(ctx, p.DB.Read(), h, id); err != nil {
		return Path
	}
	return personPath + id
}

// acted runs an act when the form has no faults.
func acted(f *Form, act func() error) error {
	if len(f.Errors) > 0 {
		return nil
	}
	return act()
}

// The questions.

func (p Pages) giving() question {
	return question{
		may: func(h Hand, o official) error {
			switch {
			case !o.ClosedAt.IsZero():
				return fault.New(fault.Conflict, "administration.is_closed")
			case h.self(o.ID):
				return fault.New(fault.Forbidden, "administration.not_self")
			case o.Open && len(o.Elsewhere) > 0:
				return fault.New(fault.Forbidden, "administration.elsewhere_too")
			}
			return nil
		},
		page: func(ctx context.Context, h Hand, o official, f *Form) (AskPage, error) {
			f.fromAddress()
			if f.Get("agency") == "" && o.Open {
				f.Set("agency", o.Here[0].Agency)
			}
			return AskPage{Title: message.T(ctx, "administration.give_title"), Text: message.T(ctx, "administration.give_text"),
				Fields: p.postFields(ctx, h, f), Button: web.Action{Text: message.T(ctx, "administration.give")}}, nil
		},
		do: func(ctx context.Context, h Hand, o official, key string, f *Form) (string, *slipPage, error) {
			w := p.wish(f)
			return personPath + o.ID, nil, acted(f, func() error { return p.more(ctx, h, key, o.ID, w) })
		},
		done: "administration.done_give",
	}
}

// fromAddress takes over what a link to give a role again says.
func (f *Form) fromAddress() {
	for from, to := range map[string]string{"vai-tro": "role", "co-quan": "agency"} {
		if v := f.Get(from); v != "" && f.Get(to) == "" {
			f.Set(to, v)
		}
	}
}

// postFields ask for a role at an agency, with its days and its reason.
func (p Pages) postFields(ctx context.Context, h Hand, f *Form) []templ.Component {
	agencies := p.agencyOptions(ctx, p.living(h))
	agencies[0].Label = message.T(ctx, "administration.choose")
	return []templ.Component{
		f.Choice(ctx, "agency", "administration.agency", agencies), f.Choice(ctx, "role", "administration.role", p.giveable(ctx, h)),
		f.Date(ctx, "from", "administration.from", "administration.from_hint"), f.Date(ctx, "until", "administration.until", "administration.until_hint"),
		f.reason(ctx),
	}
}

// giveable are the roles that may be given at one agency or another of the scope.
func (p Pages) giveable(ctx context.Context, h Hand) []web.Option {
	may := map[string]bool{}
	for _, a := range p.living(h) {
		for _, role := range p.roles(h, a) {
			may[role.ID] = true
		}
	}
	options := []web.Option{{Label: message.T(ctx, "administration.choose")}}
	for _, role := range p.Roles.All() {
		if may[role.ID] {
			options = append(options, web.Option{Value: role.ID, Label: role.In(message.Lang(ctx))})
		}
	}
	return options
}

// wish reads the fields of postFields.
func (p Pages) wish(f *Form) Wish {
	w := Wish{Agency: f.Needs("agency", "administration.agency_needed"), Role: f.Needs("role", "administration.role_needed"), Reason: f.Get("reason")}
	w.From, w.Last = f.days(p.today())
	return w
}

func (p Pages) ending(assignment string) question {
	return question{
		may: func(h Hand, o official) error { _, err := p.endable(h, o, assignment); return err },
		page: func(ctx context.Context, h Hand, o official, f *Form) (AskPage, error) {
			post, err := p.endable(h, o, assignment)
			if err != nil {
				return AskPage{}, err
			}
			page := AskPage{Title: message.T(ctx, "administration.end_title"), Text: p.say(ctx, post), Button: web.Action{Text: message.T(ctx, "administration.end"), Style: web.Warning}}
			if page.Warning, err = p.heldText(ctx, o); err != nil {
				return AskPage{}, err
			}
			page.Fields = []templ.Component{
				web.Radios(web.Field{Name: "when", Label: message.T(ctx, "administration.when"), Error: web.ErrorAt(ctx, f.Errors, "when"), Value: f.Get("when")}, []web.Option{
					{Value: "now", Label: message.T(ctx, "administration.when_now"), Hint: message.T(ctx, "administration.when_now_hint")},
					{Value: "day", Label: message.T(ctx, "administration.when_day"), Reveal: f.Date(ctx, "last", "administration.last_day", "")},
				}),
				f.reason(ctx),
			}
			return page, nil
		},
		do: func(ctx context.Context, h Hand, o official, key string, f *Form) (string, *slipPage, error) {
			var last database.Date
			switch f.Needs("when", "administration.when_needed") {
			case "day":
				if last = f.Day("last"); last == "" && len(f.Errors) == 0 {
					f.Wrong("last", "administration.last_needed")
				}
			case "now", "":
			default:
				f.Wrong("when", "administration.when_needed")
			}
			err := acted(f, func() error { return p.end(ctx, h, key, o.ID, assignment, last, f.Get("reason")) })
			return p.sheetOf(ctx, h, o.ID), nil, err
		},
		done: "administration.done_end",
	}
}

// heldText warns when an official still has open dossiers; they are given to
// somebody else at the desk, not here.
func (p Pages) heldText(ctx context.Context, o official) (string, error) {
	n, err := p.held(ctx, o)
	if err != nil || n == 0 {
		return "", err
	}
	return message.T(ctx, "administration.holds", "n", message.Number(ctx, n)), nil
}

func (p Pages) renaming() question {
	return question{
		page: func(ctx context.Context, _ Hand, o official, f *Form) (AskPage, error) {
			if f.Get("name") == "" {
				f.Set("name", o.Name)
			}
			return AskPage{Title: message.T(ctx, "administration.rename_title"), Fields: []templ.Component{f.Input(ctx, "name", "administration.name", ""), f.reason(ctx)},
				Button: web.Action{Text: message.T(ctx, "administration.rename")}}, nil
		},
		do: func(ctx context.Context, h Hand, o official, key string, f *Form) (string, *slipPage, error) {
			name := f.Needs("name", "administration.name_needed")
			return personPath + o.ID, nil, acted(f, func() error { return p.Room.rename(ctx, h, key, o.ID, name, f.Get("reason")) })
		},
		done: "administration.done_rename",
	}
}

func (p Pages) resetting() question {
	return question{
		page: func(ctx context.Context, _ Hand, o official, f *Form) (AskPage, error) {
			if !o.ClosedAt.IsZero() {
				return AskPage{}, fault.New(fault.Conflict, "administration.is_closed")
			}
			return AskPage{Title: message.T(ctx, "administration.password_title"), Text: message.T(ctx, "administration.password_text"), Fields: []templ.Component{f.reason(ctx)},
				Button: web.Action{Text: message.T(ctx, "administration.password")}}, nil
		},
		do: func(ctx context.Context, h Hand, o official, key string, f *Form) (string, *slipPage, error) {
			plain, err := p.Room.password(ctx, h, key, o.ID, f.Get("reason"))
			return "", p.slip(ctx, o, plain), err
		},
	}
}

func (p Pages) closing() question {
	return question{
		page: func(ctx context.Context, _ Hand, o official, f *Form) (page AskPage, err error) {
			if !o.ClosedAt.IsZero() {
				return AskPage{}, fault.New(fault.Conflict, "administration.is_closed")
			}
			page = AskPage{Title: message.T(ctx, "administration.close_title"), Text: message.T(ctx, "administration.close_text"), Fields: []templ.Component{f.reason(ctx)},
				Button: web.Action{Text: message.T(ctx, "administration.close"), Style: web.Warning}}
			page.Warning, err = p.heldText(ctx, o)
			return page, err
		},
		do: func(ctx context.Context, h Hand, o official, key string, f *Form) (string, *slipPage, error) {
			err := p.Room.close(ctx, h, key, o.ID, f.Get("reason"))
			return p.sheetOf(ctx, h, o.ID), nil, err
		},
		done: "administration.done_close",
	}
}

func (p Pages) reopening() question {
	return question{
		page: func(ctx context.Context, _ Hand, o official, f *Form) (AskPage, error) {
			if o.ClosedAt.IsZero() {
				return AskPage{}, fault.New(fault.Conflict, "identity.not_closed")
			}
			return AskPage{Title: message.T(ctx, "administration.reopen_title"), Text: message.T(ctx, "administration.reopen_text"),
				Fields: []templ.Component{f.Input(ctx, "handle", "administration.handle", "administration.handle_hint"), f.reason(ctx)}, Button: web.Action{Text: message.T(ctx, "administration.reopen")}}, nil
		},
		do: func(ctx context.Context, h Hand, o official, key string, f *Form) (string, *slipPage, error) {
			plain, err := p.Room.reopen(ctx, h, key, o.ID, f.Text("handle"), f.Get("reason"))
			slip := p.slip(ctx, o, plain)
			slip.Slips[0].Login = f.Text("handle")
			return "", slip, err
		},
	}
}

// slip is the paper of one official.
func (p Pages) slip(ctx context.Context, o official, plain string) *slipPage {
	s := &slipPage{Title: message.T(ctx, "administration.slip_title"), Back: personPath + o.ID, BackText: message.T(ctx, "administration.slip_back"), Until: p.Clock.Now().Add(firstPassword)}
	s.Slips = []slip{{Name: o.Name, Login: handles(o.Account)[0], Password: plain}}
	return s
}

func (p Pages) leaving() question {
	return question{
		page: func(ctx context.Context, h Hand, o official, f *Form) (AskPage, error) {
			if !o.Open {
				return AskPage{}, fault.New(fault.Conflict, "administration.no_role")
			}
			colleagues, err := p.colleagues(ctx, h, o)
			if err != nil {
				return AskPage{}, err
			}
			page := AskPage{Title: message.T(ctx, "administration.absence_title"), Text: message.T(ctx, "administration.absence_text"), Button: web.Action{Text: message.T(ctx, "administration.absence_set")}}
			if len(colleagues) == 0 {
				page.Warning = message.T(ctx, "administration.no_colleague")
			}
			options := []web.Option{{Label: message.T(ctx, "administration.choose")}}
			for _, c := range colleagues {
				options = append(options, web.Option{Value: c.Account, Label: c.Name})
			}
			page.Fields = []templ.Component{f.Choice(ctx, "deputy", "administration.deputy", options), f.Date(ctx, "from", "administration.absent_from", "administration.from_hint"), f.Date(ctx, "until", "administration.absent_until", ""), f.reason(ctx)}
			return page, nil
		},
		do: func(ctx context.Context, h Hand, o official, key string, f *Form) (string, *slipPage, error) {
			a := identity.Absence{Account: o.ID, Deputy: f.Needs("deputy", "administration.deputy_needed")}
			if a.From, a.Last = f.days(p.today()); a.Last == "" && web.ErrorAt(ctx, f.Errors, "until") == "" {
				f.Wrong("until", "administration.until_needed")
			} else if a.Last != "" && a.Last < p.today() {
				f.Wrong("until", "administration.day_passed")
			}
			return personPath + o.ID, nil, acted(f, func() error { return p.Room.absent(ctx, h, key, a, f.Get("reason")) })
		},
		done: "administration.done_absence",
	}
}

func (p Pages) returning(absence string) question {
	return question{
		page: func(ctx context.Context, _ Hand, o official, f *Form) (AskPage, error) {
			return AskPage{Title: message.T(ctx, "administration.back_title"), Text: message.T(ctx, "administration.back_text"), Fields: []templ.Component{f.reason(ctx)},
				Button: web.Action{Text: message.T(ctx, "administration.back")}}, nil
		},
		do: func(ctx context.Context, h Hand, o official, key string, f *Form) (string, *slipPage, error) {
			return personPath + o.ID, nil, p.Room.back(ctx, h, key, o.ID, absence, f.Get("reason"))
		},
		done: "administration.done_back",
	}
}

func (p Pages) askRole(w http.ResponseWriter, r *http.Request) error { return p.ask(w, r, p.giving()) }
func (p Pages) doRole(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, p.giving())
}
func (p Pages) askEnd(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, p.ending(r.PathValue("assignment")))
}
func (p Pages) doEnd(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, p.ending(r.PathValue("assignment")))
}
func (p Pages) askName(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, p.renaming())
}
func (p Pages) doName(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, p.renaming())
}
func (p Pages) askPassword(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, p.resetting())
}
func (p Pages) doPassword(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, p.resetting())
}
func (p Pages) askClose(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, p.closing())
}
func (p Pages) doClose(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, p.closing())
}
func (p Pages) askReopen(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, p.reopening())
}
func (p Pages) doReopen(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, p.reopening())
}
func (p Pages) askAbsence(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, p.leaving())
}
func (p Pages) doAbsence(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, p.leaving())
}
func (p Pages) askBack(w http.ResponseWriter, r *http.Request) error {
	return p.ask(w, r, p.returning(r.PathValue("absence")))
}
func (p Pages) doBack(w http.ResponseWriter, r *http.Request) error {
	return p.answer(w, r, p.returning(r.PathValue("absence")))
}
