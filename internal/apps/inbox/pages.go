package inbox

import (
	"context"
	"net/http"
	"strconv"

	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/message"
	"benso/internal/kernel/notify"
	"benso/internal/kernel/web"
)

// Path is where the inbox stands.
const Path = "/hop-thu"

// Pages are the inbox's.
type Pages struct{ Notices *notify.Room }

// Routes lists them.
func (p Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + Path, Access: access.SignedIn, Handler: p.show},
		{Pattern: "POST " + Path + "/{id}/mo", Access: access.SignedIn, Handler: p.open},
		{Pattern: "POST " + Path + "/da-doc", Access: access.SignedIn, Handler: p.readAll},
	}
}

// perPage is how many notices a page shows.
const perPage = 20

// page is the inbox as its owner sees it.
type page struct {
	Notices []line
	Unread  int64
	Seen    string // the latest notice on the page
	Pages   web.Pages
	Mails   bool
}

// line is one notice.
type line struct {
	ID, When string
	To       string // where it leads; none when empty
	notify.Text
	Unread bool
}

func (p Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	account := web.Actor(ctx).Account
	at, err := strconv.Atoi(r.URL.Query().Get("trang"))
	if err != nil || at < 1 || at > 1000 {
		at = 1
	}
	found, more, err := p.Notices.Inbox(ctx, account, perPage, (at-1)*perPage)
	if err != nil {
		return err
	}
	shown := page{Mails: p.Notices.Mails()}
	if shown.Unread, err = p.Notices.Unread(ctx, account); err != nil {
		return err
	}
	for _, n := range found {
		shown.Notices = append(shown.Notices, line{ID: n.ID, To: n.Link, When: message.DateTime(ctx, n.At), Text: n.In(message.Lang(ctx)), Unread: n.ReadAt.IsZero()})
	}
	if len(found) > 0 {
		shown.Seen = found[0].ID
	}
	if at > 1 {
		shown.Pages.Previous = Path + "?trang=" + strconv.Itoa(at-1)
	}
	if more {
		shown.Pages.Next = Path + "?trang=" + strconv.Itoa(at+1)
	}
	return web.Render(w, r, http.StatusOK, show(shown))
}

// open marks a notice as read and leads to what it is about.
func (p Pages) open(w http.ResponseWriter, r *http.Request) error {
	link, err := p.Notices.Read(r.Context(), web.Actor(r.Context()).Account, r.PathValue("id"))
	if err != nil {
		return err
	}
	return web.Redirect(w, r, web.LocalPath(link, Path))
}

// readAll marks what the page showed, and what is older.
func (p Pages) readAll(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	err := p.Notices.ReadAll(r.Context(), web.Actor(r.Context()).Account, r.PostFormValue("seen"))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err // a notice that is not theirs, or none: there is nothing to mark
	}
	web.Flash(w, r, "inbox.all_read")
	return web.Redirect(w, r, Path)
}

// unreadText says how many there are.
func unreadText(ctx context.Context, n int64) string {
	if n == 0 {
		return message.T(ctx, "inbox.none_unread")
	}
	return message.T(ctx, "inbox.unread", "n", message.Number(ctx, n))
}
