package account

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/html"

	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/job"
	"benso/internal/kernel/notify"
	"benso/internal/kernel/web"
	"benso/packs"
)

const desk = "/ban-lam-viec"

const (
	good   = "bến phà rạch miễu"
	other  = "cầu hàm luông xanh"
	phone  = "0912345678"
	agency = "ubnd-28756-2025"
	chief  = "Trần Văn Đức"
)

// wharf is a site that has these pages, and marks where people land.
type wharf struct {
	*identity.Store
	t      *testing.T
	db     *database.DB
	clock  *clock.Fake
	server *httptest.Server
	room   *Room
	told   *notify.Room
	post   *post
	jobs   *job.Queue
}

func open(t *testing.T) *wharf {
	t.Helper()
	db := databasetest.SQLite(t)
	w := &wharf{t: t, db: db, clock: clock.NewFake(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))}
	var err error
	w.Store, err = identity.New(t.Context(), db, w.clock, identity.Config{
		Secret:  make([]byte, 32),
		Hashing: identity.Hashing{Memory: 8, Passes: 1, Threads: 1, AtOnce: 4, Patience: 30 * time.Second},
	})
	if err != nil {
		t.Fatal(err)
	}
	roles, problems := access.Load(packs.Bentre())
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	path := func(id string) (string, bool) { return "86/28756-2025/" + id + "/", id == agency }
	room := New(Config{
		DB: db, Identity: w.Store, Clock: w.clock, Roles: roles, Notices: w.notices(),
		Home:       func(context.Context, string) string { return "/ban-lam-viec" },
		AgencyName: func(string) string { return "Ủy ban nhân dân xã An Hiệp" },
	})
	w.room = room
	mark := func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, "landed on "+r.URL.RequestURI())
		return err
	}
	var landings web.Routes
	for _, p := range []string{"/{$}", desk, desk + "/{rest...}", myMatters, "/nop-ho-so/{code}"} {
		rule := access.SignedIn
		if p == "/{$}" {
			rule = access.Public
		}
		landings = append(landings, web.Route{Pattern: "GET " + p, Access: rule, Handler: mark})
	}
	site := web.New(web.Config{
		Province: "Tỉnh Vĩnh Long", Simulated: true, Clock: w.clock, Log: slog.New(slog.DiscardHandler),
		Sessions: Sessions{Identity: w.Store, Roles: roles, Path: path},
	})
	w.server = httptest.NewServer(site.Handler(room, landings))
	t.Cleanup(w.server.Close)
	return w
}

// person is a browser with cookies of its own.
type person struct {
	t      *testing.T
	client *http.Client
	site   string
}

// page is an answer.
type page struct {
	t      *testing.T
	status int
	at     string // the address it came from, after redirects
	body   string
}

func (w *wharf) person(t *testing.T) *person {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &person{t, &http.Client{Jar: jar}, w.server.URL}
}

func (p *person) do(r *http.Request, err error) page {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (Linux; Android 14) Chrome/130.0 Mobile")
	answer, err := p.client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil {
		p.t.Fatal(err)
	}
	return page{p.t, answer.StatusCode, answer.Request.URL.RequestURI(), string(body)}
}

func (p *person) get(path string) page {
	p.t.Helper()
	return p.do(http.NewRequestWithContext(p.t.Context(), "GET", p.site+path, nil))
}

// post sends a form with a key of its own; fields alternate name and value.
func (p *person) post(path string, fields ...string) page {
	p.t.Helper()
	form := url.Values{"key": {database.NewID()}}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	r, err := http.NewRequestWithContext(p.t.Context(), "POST", p.site+path, strings.NewReader(form.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return p.do(r, err)
}

func (p *person) signIn(handle, password string, more ...string) page {
	p.t.Helper()
	return p.post(SignInPath, append([]string{"handle", handle, "password", password}, more...)...)
}

func (p *person) register(handle, password string, more ...string) page {
	p.t.Helper()
	return p.post(RegisterPath, append([]string{"name", "Nguyễn Thị Lan", "handle", handle, "password", password}, more...)...)
}

// is holds where the answer came from, and with which status.
func (p page) is(status int, at string) page {
	p.t.Helper()
	if p.status != status || p.at != at {
		p.t.Fatalf("got %d from %s, want %d from %s\n%s", p.status, p.at, status, at, p.words())
	}
	return p
}

func (p page) says(texts ...string) page {
	p.t.Helper()
	for _, text := range texts {
		if !strings.Contains(p.words(), text) {
			p.t.Errorf("%s does not say %q:\n%s", p.at, text, p.words())
		}
	}
	return p
}

func (p page) keepsQuietAbout(texts ...string) page {
	p.t.Helper()
	for _, text := range texts {
		if strings.Contains(p.body, text) {
			p.t.Errorf("%s says %q", p.at, text)
		}
	}
	return p
}

// words is the text of the page's own part.
func (p page) words() string {
	doc, err := html.Parse(strings.NewReader(p.body))
	if err != nil {
		p.t.Fatal(err)
	}
	var b bytes.Buffer
	for n := range doc.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "script" {
			b.WriteString(n.Data)
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// official makes an official and gives the account and the one-time password.
func (w *wharf) official(t *testing.T, handle, name, role string) (account, password string) {
	t.Helper()
	h, err := identity.ParseHandle(handle)
	if err != nil {
		t.Fatal(err)
	}
	once, err := w.OneTime(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	err = w.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		var err error
		if account, _, err = w.SaveOfficial(ctx, tx, identity.By{Account: "system"}, h, name, once); err != nil {
			return err
		}
		_, err = w.Give(ctx, tx, identity.By{Account: "system"}, identity.Assignment{Account: account, Role: role, Agency: agency, From: "2026-01-01"},
			func([]string) error { return nil })
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return account, once.Plain()
}

// settled is an official who has chosen a password, signed in.
func (w *wharf) settled(t *testing.T, handle, name, role string) (account string, p *person) {
	t.Helper()
	account, once := w.official(t, handle, name, role)
	p = w.person(t)
	p.signIn(handle, once)
	p.post(PasswordPath, "current", once, "password", good).is(200, desk)
	return account, p
}

func TestRegisteredPersonIsSignedInAndToldTheNumber(t *testing.T) {
	w := open(t)
	lan := w.person(t)
	told := lan.register(phone, good, "tiep", "/nop-ho-so/1.001193").is(200, donePath+"?tiep=%2Fnop-ho-so%2F1.001193").says("Số tài khoản của bạn", phone)
	if !regexp.MustCompile(`\b\d{3} \d{3} \d{3}\b`).MatchString(told.words()) {
		t.Errorf("the number is not told: %s", told.words())
	}
	if !strings.Contains(told.body, `href="/nop-ho-so/1.001193"`) {
		t.Error("the page does not lead on to where the person was going")
	}
	lan.get(Path).is(200, Path).says("Nguyễn Thị Lan", phone, "Chưa xác nhận", "Chrome, Android", "Máy này")
	w.person(t).signIn(phone, good).is(200, myMatters)
	w.person(t).signIn(phone, good, "tiep", "/nop-ho-so/x?a=b").is(200, "/nop-ho-so/x?a=b")
}

func TestFormSentTwiceMakesOneAccount(t *testing.T) {
	w := open(t)
	for _, taken := range []string{good, other} {
		w.person(t).register(phone, taken)
	}
	// The phone has no room left: only the key tells the second click.
	key := database.NewID()
	third := func() string {
		p := w.person(t).register(phone, "ba lai bến tre", "key", key).is(200, donePath).says("Bạn đăng nhập bằng số tài khoản này", "bộ phận một cửa")
		return regexp.MustCompile(`\d{3} \d{3} \d{3}`).FindString(p.words())
	}
	if first, second := third(), third(); first == "" || first != second {
		t.Errorf("two clicks made %q and %q", first, second)
	}
	w.person(t).register(phone, "mật khẩu của kẻ khác", "key", key).is(422, RegisterPath)
	w.person(t).post(RegisterPath, "name", "Ai Đó", "handle", "0912345670", "password", good, "key", key).is(422, RegisterPath).says("đã được gửi trước đó")
}

func TestTwoClicksAtOnceMakeOneAccount(t *testing.T) {
	w := open(t)
	for _, taken := range []string{good, other} {
		w.person(t).register(phone, taken)
	}
	key, told := database.NewID(), make([]page, 2)
	var clicks sync.WaitGroup
	for i := range told {
		hurried := w.person(t)
		clicks.Go(func() { told[i] = hurried.register(phone, "ba lai bến tre", "key", key) })
	}
	clicks.Wait()
	if t.Failed() {
		return
	}
	first, second := told[0], told[1]
	number := regexp.MustCompile(`\d{3} \d{3} \d{3}`)
	if a, b := number.FindString(first.is(200, donePath).words()), number.FindString(second.is(200, donePath).words()); a == "" || a != b {
		t.Errorf("two clicks made %q and %q", a, b)
	}
}

var nonce = regexp.MustCompile(`name="key" value="[0-9a-z]+"`)

func TestRefusalTellsNothingAboutAccounts(t *testing.T) {
	w := open(t)
	w.person(t).register(phone, good)
	answer := func(handle string) string {
		p := w.person(t).signIn(handle, "sai mật khẩu rồi").is(422, SignInPath).says("không khớp")
		return nonce.ReplaceAllString(strings.ReplaceAll(p.body, handle, "HANDLE"), "KEY")
	}
	if known, unknown := answer(phone), answer("0987654321"); known != unknown {
		t.Errorf("a wrong password and no account answer differently:\n%s\n%s", known, unknown)
	}
	register := func(handle string) string {
		p := w.person(t).register(handle, other).is(200, donePath)
		number := regexp.MustCompile(`\d{3} \d{3} \d{3}`).FindString(p.words())
		return nonce.ReplaceAllString(strings.NewReplacer(handle, "HANDLE", number, "NUMBER").Replace(p.body), "KEY")
	}
	if taken, free := register(phone), register("0987654320"); taken != free {
		t.Errorf("registering a taken and a free phone answer differently:\n%s\n%s", taken, free)
	}
}

func TestRefusedFormKeepsWhatWasTypedExceptThePassword(t *testing.T) {
	w := open(t)
	w.person(t).signIn("chị Lan", "").is(422, SignInPath).says("Cần sửa các mục sau", "Nhập mật khẩu.", "Nhập số điện thoại")
	w.person(t).signIn(phone, "sai mật khẩu rồi", "tiep", "/nop-ho-so/x").keepsQuietAbout("sai mật khẩu").hasInput("tiep", "/nop-ho-so/x").hasInput("handle", phone)
	p := w.person(t).post(RegisterPath, "name", "Nguyễn Thị Lan", "handle", "09", "password", "12345678", "tiep", "/nop-ho-so/x").is(422, RegisterPath)
	p.says("Số điện thoại chưa đúng", "quá dễ đoán").keepsQuietAbout("12345678").hasInput("name", "Nguyễn Thị Lan").hasInput("handle", "09").hasInput("tiep", "/nop-ho-so/x")
	w.person(t).register("chị Lan", good).is(422, RegisterPath).says("Nhập số điện thoại hoặc địa chỉ thư điện tử.")
	if i, j := strings.Index(p.body, `href="#handle"`), strings.Index(p.body, `href="#password"`); i < 0 || j < i {
		t.Error("the summary does not lead to the fields in their order")
	}
}

func (p page) hasInput(name, value string) page {
	p.t.Helper()
	doc, err := html.Parse(strings.NewReader(p.body))
	if err != nil {
		p.t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Data == "input" && slices.Contains(n.Attr, html.Attribute{Key: "name", Val: name}) && slices.Contains(n.Attr, html.Attribute{Key: "value", Val: value}) {
			return p
		}
	}
	p.t.Errorf("%s has no input %s with %q", p.at, name, value)
	return p
}

func TestHastyGuesserIsToldToWait(t *testing.T) {
	w := open(t)
	stranger := w.person(t)
	for range 5 {
		stranger.signIn(phone, "sai mật khẩu rồi").is(422, SignInPath)
	}
	stranger.signIn(phone, "sai mật khẩu rồi").is(429, SignInPath).says("Bạn đợi 2 giây rồi thử lại").hasInput("handle", phone)
	for range 8 {
		w.clock.Advance(5 * time.Minute)
		stranger.signIn(phone, "sai mật khẩu rồi").is(422, SignInPath)
	}
	stranger.signIn(phone, "sai mật khẩu rồi").is(429, SignInPath).says("Bạn đợi 5 phút rồi thử lại")
}

func TestNobodyIsLedOffTheSite(t *testing.T) {
	w := open(t)
	lan := w.person(t)
	lan.register(phone, good)
	for _, to := range []string{
		"https://example.com/", "//example.com", "/\\example.com", "\\\\example.com", "javascript:alert(1)", "/\t/example.com", "example.com",
		SignInPath, SignOutPath, PasswordPath + "?tiep=/x", "/./dang-nhap", sessionsPath + "/ket-thuc-khac",
	} {
		w.person(t).signIn(phone, good, "tiep", to).is(200, myMatters)
		lan.get(SignInPath+"?tiep="+url.QueryEscape(to)).is(200, myMatters)
		w.person(t).get(SignInPath + "?tiep=" + url.QueryEscape(to)).keepsQuietAbout(`name="tiep"`)
	}
}

func TestSignedOutBrowserIsAStrangerAtOnce(t *testing.T) {
	w := open(t)
	lan := w.person(t)
	lan.register(phone, good)
	at, err := url.Parse(w.server.URL)
	if err != nil {
		t.Fatal(err)
	}
	kept := lan.client.Jar.Cookies(at)
	lan.post(SignOutPath).is(200, "/")
	lan.post(SignOutPath).is(200, "/") // a second click is no refusal
	thief := w.person(t)
	thief.client.Jar.SetCookies(at, kept)
	thief.get(Path).is(200, SignInPath+"?tiep=%2Ftai-khoan")
}

// Papers on their way wait in the browser: they go with the person. The language and
// what else a cookie holds stay.
func TestSigningOutHasTheBrowserForgetWhatItKeeps(t *testing.T) {
	w := open(t)
	lan := w.person(t)
	lan.register(phone, good)
	lan.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, c := range []struct{ path, want string }{{sessionsPath + "/ket-thuc-khac", ""}, {SignOutPath, `"storage"`}} { // signing out others clears nothing here
		res, err := lan.client.PostForm(lan.site+c.path, url.Values{})
		if err != nil {
			t.Fatal(err)
		}
		if err := res.Body.Close(); err != nil {
			t.Fatal(err)
		}
		if got := res.Header.Get("Clear-Site-Data"); res.StatusCode != http.StatusSeeOther || got != c.want {
			t.Errorf("%s: %s, Clear-Site-Data %q, want %q", c.path, res.Status, got, c.want)
		}
	}
}

var endButton = regexp.MustCompile(`action="(/tai-khoan/phien/[0-9a-z]+/ket-thuc)"`)

func TestOwnerEndsOneSessionAndAllOthers(t *testing.T) {
	w := open(t)
	phoneOfLan, desktop, cafe := w.person(t), w.person(t), w.person(t)
	phoneOfLan.register(phone, good)
	desktop.signIn(phone, good)
	buttons := endButton.FindAllStringSubmatch(phoneOfLan.get(Path).body, -1)
	if len(buttons) != 1 {
		t.Fatalf("%d sessions to end, want the other one alone", len(buttons))
	}
	for range 2 { // twice is once
		phoneOfLan.post(buttons[0][1]).is(200, Path).says("Đã kết thúc phiên đăng nhập.")
	}
	desktop.get(Path).is(200, SignInPath+"?tiep=%2Ftai-khoan")

	desktop.signIn(phone, good)
	cafe.signIn(phone, good)
	phoneOfLan.post(sessionsPath+"/ket-thuc-khac").is(200, Path).keepsQuietAbout(sessionsPath)
	for _, ended := range []*person{desktop, cafe} {
		ended.get(Path).is(200, SignInPath+"?tiep=%2Ftai-khoan")
	}
}

func TestNobodyEndsAStrangersSession(t *testing.T) {
	w := open(t)
	lan, desktop, eve := w.person(t), w.person(t), w.person(t)
	lan.register(phone, good)
	desktop.signIn(phone, good)
	button := endButton.FindStringSubmatch(lan.get(Path).body)
	eve.register("0987654321", other)
	eve.post(button[1]).is(200, Path)
	desktop.get(Path).is(200, Path)
}

func TestOneTimePasswordMustBeChangedFirst(t *testing.T) {
	w := open(t)
	_, once := w.official(t, "duc@example.com", chief, "signer")
	duc := w.person(t)
	duc.signIn("duc@example.com", once).is(200, PasswordPath+"?tiep=%2Fban-lam-viec").says("Đặt mật khẩu của riêng bạn", "Mật khẩu được cấp")
	duc.get(desk+"/x").is(200, PasswordPath+"?tiep=%2Fban-lam-viec%2Fx")
	duc.get(Path).is(200, PasswordPath+"?tiep=%2Ftai-khoan")
	duc.post(PasswordPath, "current", "", "password", good).is(422, PasswordPath).says("Nhập mật khẩu bạn đang dùng.")
	duc.post(PasswordPath, "current", once, "password", "ngắn").is(422, PasswordPath).says("ít nhất 8 ký tự")
	key := database.NewID()
	for range 2 { // the second click finds the first one's password, and is no mistake
		duc.post(PasswordPath, "current", once, "password", good, "tiep", desk+"/x", "key", key).is(200, desk+"/x")
	}
	duc.get(desk).is(200, desk)
	w.person(t).signIn("duc@example.com", once).is(422, SignInPath)
	w.person(t).signIn("duc@example.com", good).is(200, desk)
}

func TestChangedPasswordEndsOtherSessions(t *testing.T) {
	w := open(t)
	lan, desktop := w.person(t), w.person(t)
	lan.register(phone, good)
	desktop.signIn(phone, good)
	lan.post(PasswordPath, "current", "không phải", "password", other).is(422, PasswordPath).says("Mật khẩu hiện tại chưa đúng")
	lan.post(PasswordPath, "current", good, "password", other).is(200, Path).says("Đã đổi mật khẩu")
	desktop.get(Path).is(200, SignInPath+"?tiep=%2Ftai-khoan")
	w.person(t).signIn(phone, other).is(200, myMatters)
}

func TestOfficialsLandOnTheirDesk(t *testing.T) {
	w := open(t)
	w.settled(t, "duc@example.com", chief, "signer")
	for to, want := range map[string]string{
		"": desk, "/nop-ho-so/x": desk, desk + "/ho-so/7?a=b": desk + "/ho-so/7?a=b", desk + "/../nop-ho-so/x": desk, desk + "x": desk,
	} {
		w.person(t).signIn("duc@example.com", good, "tiep", to).is(200, want)
	}
}

func TestOfficialSeesOwnRolesAndThoseOfTheAbsent(t *testing.T) {
	w := open(t)
	duc, _ := w.settled(t, "duc@example.com", chief, "signer")
	mai, desktop := w.settled(t, "mai@example.com", "Lê Thị Mai", "specialist")
	desktop.get(Path).says("Vai trò và cơ quan", "Chuyên viên", "Ủy ban nhân dân xã An Hiệp").keepsQuietAbout(chief)
	err := w.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		_, err := w.SetAbsence(ctx, tx, identity.By{Account: "system"}, identity.Absence{Account: duc, Deputy: mai, From: "2026-11-23", Last: "2026-11-25"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	desktop.get(Path).says("Người ký", "Làm thay "+chief)
	desktop.get(Path+"?lang=en").is(200, Path+"?lang=en").says("Signer", "Acting for "+chief)
}
