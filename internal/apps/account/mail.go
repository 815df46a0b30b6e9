package account

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/message"
	"benso/internal/kernel/notify"
	"benso/internal/kernel/web"
)

const (
	mailCodePath   = MailPath + "/ma"
	mailChoicePath = MailPath + "/nhan"
)

func (room *Room) mailRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + MailPath, Access: access.SignedIn, Handler: room.showMail},
		{Pattern: "POST " + MailPath, Access: access.SignedIn, Handler: room.askConfirm, MaxBody: most},
		{Pattern: "GET " + mailCodePath, Access: access.SignedIn, Handler: room.showMailCode},
		{Pattern: "POST " + mailCodePath, Access: access.SignedIn, Handler: room.confirmMail, MaxBody: most},
		{Pattern: "POST " + mailChoicePath, Access: access.SignedIn, Handler: room.chooseMail, MaxBody: most},
	}
}

// mailPage is where a person confirms an e-mail and says whether to be written to.
type mailPage struct {
	Mails     bool // letters can be sent at all
	Official  bool
	Confirmed string
	Claims    []string // e-mails given when registering, not confirmed yet
	Choice    notify.Choice
	Letters   []sentLetter
	Handle    string // as typed
	Errors    []fault.Field
}

// sentLetter is one letter that was sent, or should have been.
type sentLetter struct {
	When    time.Time
	Address string
	State   notify.State
}

func (room *Room) newMailPage(ctx context.Context) (mailPage, error) {
	account, err := room.Identity.Account(ctx, web.Actor(ctx).Account)
	if err != nil {
		return mailPage{}, err
	}
	page := mailPage{Mails: room.Notices.Mails(), Official: account.Kind == identity.Official}
	if page.Confirmed, err = identity.ConfirmedEmail(ctx, room.DB.Read(), account.ID); err != nil {
		return mailPage{}, err
	}
	for _, c := range account.Handles {
		if c.Kind == identity.Email && c.ConfirmedAt.IsZero() {
			page.Claims = append(page.Claims, c.Value)
		}
	}
	if page.Choice, err = room.Notices.Choice(ctx, account.ID); err != nil {
		return mailPage{}, err
	}
	letters, err := room.Notices.Letters(ctx, account.ID, 10)
	for _, l := range letters {
		at := l.DoneAt
		if at.IsZero() {
			at = l.CreatedAt
		}
		page.Letters = append(page.Letters, sentLetter{When: at, Address: l.Address, State: l.State})
	}
	return page, err
}

func (room *Room) showMail(w http.ResponseWriter, r *http.Request) error {
	page, err := room.newMailPage(r.Context())
	if err != nil {
		return err
	}
	return web.Render(w, r, http.StatusOK, showMail(page))
}

// askConfirm has a code sent to an e-mail, once for one form.
func (room *Room) askConfirm(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx, actor := r.Context(), web.Actor(r.Context())
	email := r.PostFormValue("handle")
	id, err := room.once(r, actor.Account, "POST "+MailPath, email, func() (string, error) {
		c, err := room.Identity.AskConfirm(ctx, profile(actor), email, r.PostFormValue("current"), room.Address(r), room.post)
		return c.ID, err
	})
	if err == nil {
		return web.Redirect(w, r, mailCodePath+"?ma="+url.QueryEscape(id))
	}
	page, failed := room.newMailPage(ctx)
	if failed != nil {
		return failed
	}
	status, wrong, err := again(w, err, "handle")
	if err != nil {
		return err
	}
	page.Handle, page.Errors = email, inOrder(wrong, "handle", "current")
	return web.Render(w, r, status, showMail(page))
}

// codePage is where a code is typed.
type codePage struct {
	ID     string
	Errors []fault.Field
}

func (room *Room) showMailCode(w http.ResponseWriter, r *http.Request) error {
	return web.Render(w, r, http.StatusOK, showMailCode(codePage{ID: r.URL.Query().Get("ma")}))
}

func (room *Room) confirmMail(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	ctx, actor := r.Context(), web.Actor(r.Context())
	page := codePage{ID: r.PostFormValue("ma")}
	err := room.Identity.Confirm(ctx, profile(actor), page.ID, r.PostFormValue("code"))
	if fault.Is(err, fault.Conflict) {
		f := fault.Of(err)
		err = fault.New(fault.Invalid, f.Key).WithField("code", f.Key)
	}
	if err != nil {
		status, wrong, err := again(w, err, "code")
		if err != nil {
			return err
		}
		page.Errors = wrong
		return web.Render(w, r, status, showMailCode(page))
	}
	// Letters come in the language in which the address was confirmed.
	choice, err := room.Notices.Choice(ctx, actor.Account)
	if err != nil {
		return err
	}
	choice.Lang = message.Lang(ctx)
	if err := room.keepChoice(ctx, actor.Account, choice); err != nil {
		return err
	}
	web.Flash(w, r, "account.mail_confirmed")
	return web.Redirect(w, r, MailPath)
}

func (room *Room) chooseMail(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	choice := notify.Choice{Wanted: r.PostFormValue("wanted") == "yes", Lang: "vi"}
	if r.PostFormValue("lang") == "en" {
		choice.Lang = "en"
	}
	if err := room.keepChoice(r.Context(), web.Actor(r.Context()).Account, choice); err != nil {
		return err
	}
	web.Flash(w, r, "account.mail_chosen")
	return web.Redirect(w, r, MailPath)
}

func (room *Room) keepChoice(ctx context.Context, account string, c notify.Choice) error {
	return room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return room.Notices.Choose(ctx, tx, account, c)
	})
}

// codeKind is the kind of letters that carry a code.
const codeKind = "code"

// post sends a code in the transaction that made it.
func (room *Room) post(ctx context.Context, tx *database.Tx, c identity.Code) error {
	return room.Notices.Post(ctx, tx, codeKind, c.ID, c.Account, c.Email)
}

// letter writes the letter that carries a code, when it leaves.
func (room *Room) letter(ctx context.Context, id string) (notify.Letter, error) {
	c, err := room.Identity.Outgoing(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return notify.Letter{}, notify.ErrUnwanted
	}
	if err != nil {
		return notify.Letter{}, err
	}
	choice, err := room.Notices.Choice(ctx, c.Account)
	if err != nil {
		return notify.Letter{}, err
	}
	ctx = message.WithLang(ctx, choice.Lang)
	l := notify.Letter{To: c.Email, Lang: choice.Lang, Foot: room.Notices.Foot(ctx)}
	digits := room.Identity.Digits(c)
	l.Code = digits[:len(digits)/2] + " " + digits[len(digits)/2:]
	switch c.Purpose {
	case identity.Recovering:
		l.Subject = message.T(ctx, "account.code_recover_subject")
		l.Lines = append(l.Lines, message.T(ctx, "account.code_recover_text"))
	default:
		l.Subject = message.T(ctx, "account.code_confirm_subject")
		l.Lines = append(l.Lines, message.T(ctx, "account.code_confirm_text"))
	}
	l.Lines = append(l.Lines, message.T(ctx, "account.code_until", "until", message.DateTime(ctx, c.Until)), message.T(ctx, "account.code_nobody"))
	return l, nil
}

// once does an act once for one form, and gives its result to the second click.
func (room *Room) once(r *http.Request, actor, route, input string, act func() (string, error)) (string, error) {
	ctx := r.Context()
	key, err := web.FormKey(r)
	if err != nil {
		return "", err
	}
	request := database.Request{Actor: actor, Route: route, Key: key, Input: database.Digest(input)}
	free, err := room.turns.take(ctx, key)
	if err != nil {
		return "", err
	}
	defer free()
	if result, done, err := room.done(ctx, request); err != nil || done {
		return result, err
	}
	result, err := act()
	if err != nil {
		return "", err
	}
	return result, room.remember(ctx, request, result)
}

// Tell tells account owners, in their inbox and by mail, what happened to their
// accounts.
func Tell(notices *notify.Room) identity.Announcer {
	return func(ctx context.Context, tx *database.Tx, account string, what identity.Announcement) error {
		texts := map[string]notify.Text{}
		for _, lang := range message.Languages {
			ctx := message.WithLang(ctx, lang)
			texts[lang] = notify.Text{
				Title: message.T(ctx, "account.told_"+string(what)),
				Lines: []string{message.T(ctx, "account.told_"+string(what)+"_text")},
				Link:  message.T(ctx, "account.title"),
			}
		}
		return notices.Tell(ctx, tx, notify.Notice{Account: account, Kind: "account", Subject: account, Cause: "account:" + string(what) + ":" + database.NewID(), Link: Path, Texts: texts})
	}
}
