package account

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/notify"
	"benso/internal/kernel/web"
)

// Where the pages stand.
const (
	SignInPath   = "/dang-nhap"
	RegisterPath = "/dang-ky"
	SignOutPath  = "/dang-xuat"
	Path         = "/tai-khoan"
	PasswordPath = Path + "/mat-khau"
	MailPath     = Path + "/thu-dien-tu"

	donePath     = RegisterPath + "/xong"
	sessionsPath = Path + "/phien"
)

// Where people land who have just signed in.
const (
	myMatters = "/ho-so-cua-toi"
)

// Section is what the header calls the account when a page belongs to it.
const Section = "account"

// Config is what the room is made from.
type Config struct {
	DB       *database.DB
	Identity *identity.Store
	Cookie   identity.Cookie
	Clock    clock.Clock
	Roles    access.Roles
	Notices  *notify.Room
	// AgencyName names an agency; the id itself when it does not know it.
	AgencyName func(id string) string
	// Home is where an official lands: a queue, or what they manage.
	Home func(ctx context.Context, account string) string
	// Address is the client's, as far as it can be trusted; the other end of the
	// connection when nil, which behind a proxy is the proxy.
	Address func(*http.Request) string
}

// Room has the pages.
type Room struct {
	Config
	turns turns
}

// New makes the room.
func New(c Config) *Room {
	if c.Address == nil {
		c.Address = peer
	}
	room := &Room{Config: c, turns: newTurns()}
	c.Notices.Compose(codeKind, room.letter)
	return room
}

func peer(r *http.Request) string {
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		return host
	}
	return r.RemoteAddr
}

// most is the size of the largest form here: a name, a handle and passwords.
const most = 16 << 10

// Routes lists the pages. Signing out is open to everybody, so that a second
// click on it is no refusal.
func (room *Room) Routes() []web.Route {
	return slices.Concat(room.mailRoutes(), room.forgottenRoutes(), []web.Route{
		{Pattern: "GET " + SignInPath, Access: access.Public, Handler: room.showSignIn},
		{Pattern: "POST " + SignInPath, Access: access.Public, Handler: room.signIn, MaxBody: most, Throttled: true},
		{Pattern: "GET " + RegisterPath, Access: access.Public, Handler: room.showRegister},
		{Pattern: "POST " + RegisterPath, Access: access.Public, Handler: room.register, MaxBody: most, Throttled: true},
		{Pattern: "GET " + donePath, Access: access.SignedIn, Handler: room.showDone},
		{Pattern: "POST " + SignOutPath, Access: access.Public, Handler: room.signOut, MaxBody: most},
		{Pattern: "GET " + Path, Access: access.SignedIn, Handler: room.showAccount},
		{Pattern: "GET " + PasswordPath, Access: access.AnySession, Handler: room.showPassword},
		{Pattern: "POST " + PasswordPath, Access: access.AnySession, Handler: room.changePassword, MaxBody: most},
		{Pattern: "POST " + sessionsPath + "/{id}/ket-thuc", Access: access.SignedIn, Handler: room.endSession, MaxBody: most},
		{Pattern: "POST " + sessionsPath + "/ket-thuc-khac", Access: access.SignedIn, Handler: room.endOthers, MaxBody: most},
	})
}

// next is the address of ours that the request asks to be led to; "" when it
// asks for none, for one elsewhere, or for one of the pages on the way there.
func next(r *http.Request) string {
	to := web.LocalPath(r.FormValue("tiep"), "")
	u, err := url.Parse(to)
	if to == "" || err != nil {
		return ""
	}
	switch p := path.Clean(u.Path); {
	case p == SignInPath, p == RegisterPath, p == SignOutPath, p == PasswordPath, p == ForgottenPath, p == recoverPath, strings.HasPrefix(p, sessionsPath+"/"):
		return ""
	}
	return to
}

// landing is where somebody goes who is signed in. Officials go to their desk
// (an administrator to the officials), and elsewhere only within it: they mostly sign in from a page for the public.
func (room *Room) landing(ctx context.Context, account string, kind identity.Kind, to string) string {
	if kind == identity.Official {
		home := room.Home(ctx, account)
		if u, err := url.Parse(to); err == nil && home != Path && strings.HasPrefix(path.Clean(u.Path)+"/", home+"/") {
			return to
		}
		return home
	}
	if to == "" {
		return myMatters
	}
	return to
}

// withNext carries the address on to another of our pages.
func withNext(address, to string) string {
	if to == "" {
		return address
	}
	return address + "?tiep=" + url.QueryEscape(to)
}

func (room *Room) attempt(r *http.Request) identity.Attempt {
	return identity.Attempt{
		Handle: r.PostFormValue("handle"), Password: r.PostFormValue("password"),
		Address: room.Address(r), Agent: r.UserAgent(), Previous: room.Cookie.Token(r),
	}
}

// welcome hands out the session and leads to where its owner wants to go.
func (room *Room) welcome(w http.ResponseWriter, r *http.Request, s identity.Signed, to string) error {
	room.Cookie.Set(w, s, room.Clock.Now())
	if s.MustChangePassword {
		to = withNext(PasswordPath, to)
	}
	return web.Redirect(w, r, to)
}

// signInPage asks who somebody is.
type signInPage struct {
	Handle string
	Next   string
	Errors []fault.Field
}

func (room *Room) showSignIn(w http.ResponseWriter, r *http.Request) error {
	if actor := web.Actor(r.Context()); !actor.Stranger() {
		return web.Redirect(w, r, room.landing(r.Context(), actor.Account, actor.Kind, next(r)))
	}
	return web.Render(w, r, http.StatusOK, showSignIn(signInPage{Next: next(r)}))
}

func (room *Room) signIn(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	page := signInPage{Handle: r.PostFormValue("handle"), Next: next(r)}
	signed, err := room.enter(r)
	if err == nil {
		return room.welcome(w, r, signed, room.landing(r.Context(), signed.Account, signed.Kind, page.Next))
	}
	status, wrong, err := again(w, err, "handle")
	if err != nil {
		return err
	}
	page.Errors = inOtherWords(wrong, "identity.wrong", "account.no_match") // what to do then stands below the form
	return web.Render(w, r, status, showSignIn(page))
}

// enter refuses a form that is not filled in before it counts as an attempt.
func (room *Room) enter(r *http.Request) (identity.Signed, error) {
	a := room.attempt(r)
	_, err := identity.ParseHandle(a.Handle)
	if a.Password == "" {
		missing := fault.New(fault.Invalid, "account.password_missing")
		if err != nil {
			missing = fault.Of(err)
		}
		err = missing.WithField("password", "account.password_missing")
	}
	if err != nil {
		return identity.Signed{}, err
	}
	return room.Identity.SignIn(r.Context(), a)
}

// again says how a form comes back that was refused for what was typed, for
// haste, or for a crowd: with which status and which errors. Other errors are
// given back. What is wrong with no field in particular is said at the first.
func again(w http.ResponseWriter, err error, first string) (status int, wrong []fault.Field, _ error) {
	f := fault.Of(err)
	switch f.Kind {
	case fault.Invalid:
		if len(f.Fields) == 0 {
			return http.StatusUnprocessableEntity, []fault.Field{{Name: first, Key: f.Key, Args: f.Args}}, nil
		}
		return http.StatusUnprocessableEntity, f.Fields, nil
	case fault.TooMany:
		seconds := waiting(f)
		w.Header().Set("Retry-After", strconv.FormatInt(seconds, 10))
		if seconds < 90 {
			return http.StatusTooManyRequests, []fault.Field{{Key: "account.wait_seconds", Args: []any{"seconds", seconds}}}, nil
		}
		return http.StatusTooManyRequests, []fault.Field{{Key: "account.wait_minutes", Args: []any{"minutes", (seconds + 59) / 60}}}, nil
	case fault.Unavailable:
		w.Header().Set("Retry-After", "10")
		return http.StatusServiceUnavailable, []fault.Field{{Key: f.Key, Args: f.Args}}, nil
	}
	return 0, nil, err
}

// waiting reads the seconds to wait; a minute when the fault does not say.
func waiting(f *fault.Error) int64 {
	for i := 0; i+1 < len(f.Args); i += 2 {
		if seconds, ok := f.Args[i+1].(int64); ok && f.Args[i] == "seconds" {
			return seconds
		}
	}
	return int64(time.Minute / time.Second)
}

func (room *Room) signOut(w http.ResponseWriter, r *http.Request) error {
	if err := room.Identity.SignOut(r.Context(), room.Cookie.Token(r)); err != nil {
		return err
	}
	room.Cookie.Clear(w)
	// Papers that were on their way wait in the browser for two days (upload.mjs): on a
	// computer that others use, they must not outlast the person. Cookies stay: they
	// hold the language, not a person.
	w.Header().Set("Clear-Site-Data", `"storage"`)
	web.Flash(w, r, "account.signed_out")
	return web.Redirect(w, r, "/")
}

// registerPage asks for what an account needs.
type registerPage struct {
	Name   string
	Handle string
	Next   string
	Errors []fault.Field
}

func (room *Room) showRegister(w http.ResponseWriter, r *http.Request) error {
	if actor := web.Actor(r.Context()); !actor.Stranger() {
		return web.Redirect(w, r, room.landing(r.Context(), actor.Account, actor.Kind, next(r)))
	}
	return web.Render(w, r, http.StatusOK, showRegister(registerPage{Next: next(r)}))
}

func (room *Room) register(w http.ResponseWriter, r *http.Request) error {
	if err := web.ParseForm(r); err != nil {
		return err
	}
	page := registerPage{Name: r.PostFormValue("name"), Handle: r.PostFormValue("handle"), Next: next(r)}
	signed, err := room.enroll(r, page.Name)
	if err == nil {
		to := withNext(donePath, page.Next)
		if signed.Kind == identity.Official || signed.MustChangePassword {
			to = room.landing(r.Context(), signed.Account, signed.Kind, page.Next)
		}
		return room.welcome(w, r, signed, to)
	}
	status, wrong, err := again(w, err, "name")
	if err != nil {
		return err
	}
	// A new account has no number to be named by yet.
	wrong = inOtherWords(wrong, "identity.handle_invalid", "identity.handle_contact")
	page.Errors = inOrder(wrong, "name", "handle", "password")
	return web.Render(w, r, status, showRegister(page))
}

// enroll registers once for one form. Where the phone has no room for another
// account nothing but the form's key knows the second click again; it signs in,
// with the password that came with it, to the account of the first.
func (room *Room) enroll(r *http.Request, name string) (identity.Signed, error) {
	a, ctx := room.attempt(r), r.Context()
	key, err := web.FormKey(r)
	if err != nil {
		return identity.Signed{}, err
	}
	request := database.Request{Actor: "stranger", Route: "POST " + RegisterPath, Key: key, Input: database.Digest(name, a.Handle)}
	free, err := room.turns.take(ctx, key)
	if err != nil {
		return identity.Signed{}, err
	}
	defer free()
	number, done, err := room.done(ctx, request)
	if err != nil {
		return identity.Signed{}, err
	}
	if done {
		a.Handle = number
		return room.Identity.SignIn(ctx, a)
	}
	welcome, err := room.Identity.Register(ctx, a, name)
	if err == nil && welcome.Number != "" {
		err = room.remember(ctx, request, welcome.Number)
	}
	return welcome.Signed, err
}

// inOrder sorts errors as the fields stand on the page, those of no field first.
func inOrder(wrong []fault.Field, names ...string) []fault.Field {
	return slices.SortedStableFunc(slices.Values(wrong), func(a, b fault.Field) int {
		return slices.Index(names, a.Name) - slices.Index(names, b.Name)
	})
}

// inOtherWords replaces a message by the one that fits the page.
func inOtherWords(wrong []fault.Field, key, other string) []fault.Field {
	said := slices.Clone(wrong)
	for i := range said {
		if said[i].Key == key {
			said[i].Key = other
		}
	}
	return said
}

// donePage tells a person the number of the account.
type donePage struct {
	Number   string
	Contacts []string // phones and e-mails that it signs in with, too
	Next     string
}

func (room *Room) showDone(w http.ResponseWriter, r *http.Request) error {
	account, err := room.Identity.Account(r.Context(), web.Actor(r.Context()).Account)
	if err != nil {
		return err
	}
	page := donePage{Number: spaced(account.Number()), Next: room.landing(r.Context(), account.ID, account.Kind, next(r))}
	for _, c := range account.Handles {
		if c.Kind != identity.Number {
			page.Contacts = append(page.Contacts, c.Value)
		}
	}
	return web.Render(w, r, http.StatusOK, showDone(page))
}

// spaced writes a number as people read it out: 123 456 782.
func spaced(number string) string {
	var b strings.Builder
	for i, digit := range number {
		if i > 0 && i%3 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(digit)
	}
	return b.String()
}

// done says whether a form was met before, and with which result. It leaves no
// trace of one that was not: a form that is refused may be sent again.
func (room *Room) done(ctx context.Context, request database.Request) (result string, done bool, err error) {
	err = room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		var err error
		result, done, err = database.Once(ctx, tx, request, room.Clock.Now())
		if err == nil && !done {
			return errNew
		}
		return err
	})
	if errors.Is(err, errNew) {
		return "", false, nil
	}
	return result, done, err
}

// errNew undoes the transaction in which done asked.
var errNew = errors.New("account: the form was not met before")

func (room *Room) remember(ctx context.Context, request database.Request, result string) error {
	return room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		if _, _, err := database.Once(ctx, tx, request, room.Clock.Now()); err != nil {
			return err
		}
		return database.Done(ctx, tx, request, result)
	})
}

// turns lets the second click on a button wait for the first.
type turns []chan struct{}

func newTurns() turns {
	all := make(turns, 64)
	for i := range all {
		all[i] = make(chan struct{}, 1)
	}
	return all
}

func (t turns) take(ctx context.Context, key string) (free func(), err error) {
	sum := 0
	for i := range len(key) {
		sum = (sum*31 + int(key[i])) % len(t)
	}
	select {
	case t[sum] <- struct{}{}:
		return func() { <-t[sum] }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
