package account

import (
	"net/http"
	"net/url"

	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/web"
)

// Where a forgotten password is replaced.
const (
	ForgottenPath = "/quen-mat-khau"
	recoverPath   = ForgottenPath + "/ma"
)

func (room *Room) forgottenRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + ForgottenPath, Access: access.Public, Handler: room.showForgotten},
		{Pattern: "POST " + ForgottenPath, Access: access.Public, Handler: room.askRecovery, MaxBody: most, Throttled: true},
		{Pattern: "GET " + recoverPath, Access: access.Public, Handler: room.showRecover},
		{Pattern: "POST " + recoverPath, Access: access.Public, Handler: room.recoverPassword, MaxBody: most, Throttled: true},
	}
}

// forgottenPage asks whose password it is.
type forgottenPage struct {
	Mails  bool
	Handle string
	Errors []fault.Field
}

func (room *Room) showForgotten(w http.ResponseWriter, r *http.Request) error {
	if actor := web.Actor(r.Context()); !actor.Stranger() {
		return web.Redirect(w, r, Path)
	}
	return web.Render(w, r, http.StatusOK, showForgotten(forgottenPage{Mails: room.Notices.Mails()}))
}

// askRecovery answers the same whether or not there is an account to recover.
func (room *Room) askRecovery(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	page := forgottenPage{Mails: room.Notices.Mails(), Handle: r.PostFormValue("handle")}
	id, err := room.once(r, "stranger", "POST "+ForgottenPath, page.Handle, func() (string, error) {
		c, err := room.Identity.AskRecovery(r.Context(), page.Handle, room.Address(r), room.post)
		return c.ID, err
	})
	if err == nil {
		return web.Redirect(w, r, recoverPath+"?ma="+url.QueryEscape(id))
	}
	status, wrong, err := again(w, err, "handle")
	if err != nil {
		return err
	}
	page.Errors = wrong
	return web.Render(w, r, status, showForgotten(page))
}

func (room *Room) showRecover(w http.ResponseWriter, r *http.Request) error {
	if actor := web.Actor(r.Context()); !actor.Stranger() {
		return web.Redirect(w, r, Path)
	}
	return web.Render(w, r, http.StatusOK, showRecover(codePage{ID: r.URL.Query().Get("ma")}))
}

// recoverPassword replaces the password once for one form, and leads to signing in:
// the new password is tried at once, and the browser offers to keep it.
func (room *Room) recoverPassword(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	page := codePage{ID: r.PostFormValue("ma")}
	_, err := room.once(r, "stranger", "POST "+recoverPath, page.ID, func() (string, error) {
		return "", room.Identity.Recover(r.Context(), page.ID, r.PostFormValue("code"), r.PostFormValue("password"), room.Address(r))
	})
	if err == nil {
		web.Flash(w, r, "account.recovered")
		return web.Redirect(w, r, SignInPath)
	}
	status, wrong, err := again(w, err, "code")
	if err != nil {
		return err
	}
	page.Errors = inOrder(wrong, "code", "password")
	return web.Render(w, r, status, showRecover(page))
}
