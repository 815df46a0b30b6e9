package web

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"benso/internal/kernel/access"
	"benso/internal/kernel/fault"
)

// trial is a site with the routes of a test, and its log.
type trial struct {
	*Site
	log bytes.Buffer
}

func newTrial(who Sessions, routes ...Route) *trial {
	tr := &trial{}
	tr.Site = New(Config{Province: "Tỉnh Vĩnh Long", Sessions: who, Secure: true, Timeout: 50 * time.Millisecond, Log: slog.New(slog.NewTextHandler(&tr.log, nil))})
	tr.Handler(Routes(routes))
	return tr
}

func (tr *trial) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	tr.ServeHTTP(w, r)
	return w
}

func failing(err error) Handler {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

var stranger = sessions{}

func TestEachFaultHasItsPageAndStatus(t *testing.T) {
	for kind, want := range map[fault.Kind]int{
		fault.Internal: 500, fault.Invalid: 422, fault.NotFound: 404, fault.Forbidden: 403, fault.Conflict: 409,
		fault.TooLarge: 413, fault.TooMany: 429, fault.Exhausted: 507, fault.Unavailable: 503, fault.SignIn: 401,
	} {
		t.Run(kind.String(), func(t *testing.T) {
			err := fault.New(kind, "fault.busy").With(errors.New("secret of the cause")).WithField("x", "web.bad_form")
			tr := newTrial(stranger, Route{Pattern: "POST /ho-so/{code}", Access: access.Public, Handler: failing(err)})
			w := tr.do(httptest.NewRequest("POST", "/ho-so/000.00.16.H07-261123-0001?ten=Diem", nil))
			if w.Code != want {
				t.Fatalf("status %d, want %d", w.Code, want)
			}
			doc, perr := html.Parse(bytes.NewReader(w.Body.Bytes()))
			if perr != nil {
				t.Fatal(perr)
			}
			checkPage(t, doc, "vi")
			page := w.Body.String()
			id := w.Header().Get("X-Request-Id")
			for _, part := range []string{id, "Hệ thống đang bận. Hãy thử lại sau ít phút.", "Biểu mẫu gửi đến không đọc được."} {
				if part == "" || !strings.Contains(page, part) {
					t.Errorf("the page does not say %q", part)
				}
			}
			for _, part := range []string{"secret", "[web.", "[fault."} {
				if strings.Contains(page, part) {
					t.Errorf("the page says %q", part)
				}
			}
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("Cache-Control %q", got)
			}
			log := tr.log.String()
			if !strings.Contains(log, "secret of the cause") || !strings.Contains(log, id) || !strings.Contains(log, `"POST /ho-so/{code}"`) {
				t.Errorf("the log lacks the cause, the id or the route: %s", log)
			}
			if strings.Contains(log, "261123") || strings.Contains(log, "Diem") {
				t.Errorf("the log tells what was asked for: %s", log)
			}
		})
	}
}

func TestMachinesGetAProblem(t *testing.T) {
	err := fault.New(fault.Invalid, "fault.key_missing").WithField("key", "web.bad_form")
	tr := newTrial(stranger, Route{Pattern: "POST /api/v1/x", Access: access.Public, Handler: failing(err)},
		Route{Pattern: "GET /api/v1/mine", Access: access.SignedIn, Handler: failing(nil)})
	w := tr.do(httptest.NewRequest("POST", "/api/v1/x", nil))
	var p problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if w.Code != 422 || p.Status != 422 || p.Code != "fault.key_missing" || p.Detail == "" || p.Request == "" || len(p.Errors) != 1 || p.Errors[0].Name != "key" {
		t.Errorf("got %d %+v", w.Code, p)
	}
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		t.Errorf("Content-Type %q", got)
	}
	for path, want := range map[string]int{"/api/v1/mine": 401, "/api/v2": 404} {
		if w := tr.do(httptest.NewRequest("GET", path, nil)); w.Code != want || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
	}
}

func TestAStrangerIsLedToSignInAndBack(t *testing.T) {
	ok := func(w http.ResponseWriter, r *http.Request) error {
		_, err := io.WriteString(w, Actor(r.Context()).Name)
		return err
	}
	routes := Routes{{Pattern: "/ban/{id}", Access: access.DossierIntake, Handler: ok}}
	w := newTrial(stranger, routes...).do(httptest.NewRequest("GET", "/ban/7?trang=2", nil))
	if w.Code != 303 || w.Header().Get("Location") != "/dang-nhap?tiep=%2Fban%2F7%3Ftrang%3D2" {
		t.Errorf("%d %s", w.Code, w.Header().Get("Location"))
	}
	if w := newTrial(stranger, routes...).do(httptest.NewRequest("POST", "/ban/7", nil)); w.Code != 401 || !strings.Contains(w.Body.String(), `target="_blank"`) {
		t.Errorf("a form is answered %d, without a way to sign in beside it", w.Code)
	}
	if w := newTrial(sessions{actor: access.Actor{Account: "p1"}}, routes...).do(httptest.NewRequest("GET", "/ban/7", nil)); w.Code != 403 {
		t.Errorf("without the permission: %d", w.Code)
	}
	once := access.Actor{Account: "o1", MustChangePassword: true}
	if w := newTrial(sessions{actor: once}, routes...).do(httptest.NewRequest("GET", "/ban/7", nil)); w.Header().Get("Location") != "/tai-khoan/mat-khau?tiep=%2Fban%2F7" {
		t.Errorf("with a one-time password: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := newTrial(sessions{actor: clerk}, routes...).do(httptest.NewRequest("GET", "/ban/7", nil)); w.Code != 200 || w.Body.String() != clerk.Name {
		t.Errorf("the clerk: %d %s", w.Code, w.Body)
	}
}

func TestPublicPagesSurviveWithoutSessions(t *testing.T) {
	down := sessions{err: fault.New(fault.Unavailable, "fault.busy")}
	tr := newTrial(down, Route{Pattern: "GET /thu-tuc", Access: access.Public, Handler: failing(nil)}, Route{Pattern: "GET /toi", Access: access.SignedIn, Handler: failing(nil)})
	if w := tr.do(httptest.NewRequest("GET", "/thu-tuc", nil)); w.Code != 200 {
		t.Errorf("public: %d", w.Code)
	}
	if w := tr.do(httptest.NewRequest("GET", "/toi", nil)); w.Code != 503 || w.Header().Get("Retry-After") == "" {
		t.Errorf("signed in: %d", w.Code)
	}
}

func TestWiringRefusesUnsafeRoutes(t *testing.T) {
	h := failing(nil)
	for want, route := range map[string]Route{
		`"GET /x" declares no Access`: {Pattern: "GET /x", Handler: h},
		`"GET /x" has no Handler`:     {Pattern: "GET /x", Access: access.Public},
		`no Pattern`:                  {Access: access.Public, Handler: h},
		`which is no permission`:      {Pattern: "GET /x", Access: access.Permission("dossier.sing"), Handler: h},
		`can only be access.Public`:   {Pattern: "GET /x", Access: access.SignedIn, Bare: true, Handler: h},
	} {
		func() {
			defer func() {
				if text, ok := recover().(string); !ok || !strings.Contains(text, want) {
					t.Errorf("want a panic that says %q, got %q", want, text)
				}
			}()
			newTrial(stranger, route)
		}()
	}
	tr := newTrial(stranger, Route{Pattern: "POST /b", Access: access.SignedIn, Handler: h}, Route{Pattern: "GET /b", Access: access.Public, Handler: h})
	var got []string
	for _, r := range tr.Routes() {
		got = append(got, r.Pattern+" "+r.Access.String())
	}
	if want := "GET /assets/{hash}/{name} public|GET /b public|POST /b signed in|GET /favicon.ico public"; strings.Join(got, "|") != want {
		t.Errorf("got %s", strings.Join(got, "|"))
	}
}

func TestHeadersForbidWhatIsInline(t *testing.T) {
	w := newTrial(stranger).do(httptest.NewRequest("GET", "/khong-co", nil))
	policy := w.Header().Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self';"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy lacks %s: %s", part, policy)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
		t.Errorf("the policy is open: %s", policy)
	}
	for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Strict-Transport-Security": "max-age=31536000", "Referrer-Policy": "same-origin"} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s is %q", name, got)
		}
	}
}

func TestAnotherSiteCannotPost(t *testing.T) {
	done := 0
	tr := newTrial(sessions{actor: clerk}, Route{Pattern: "POST /nop", Access: access.SignedIn, Handler: func(http.ResponseWriter, *http.Request) error { done++; return nil }})
	for name, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://elsewhere.example"} {
		r := httptest.NewRequest("POST", "/nop", nil)
		r.Header.Set(name, value)
		if w := tr.do(r); w.Code != 403 || done != 0 {
			t.Errorf("%s: %d, done %d times", name, w.Code, done)
		}
	}
	r := httptest.NewRequest("POST", "/nop", nil)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if w := tr.do(r); w.Code != 200 || done != 1 {
		t.Errorf("our own form: %d, done %d times", w.Code, done)
	}
}

func TestAPanicIsAnErrorPageWithoutDetails(t *testing.T) {
	tr := newTrial(stranger, Route{Pattern: "GET /x", Access: access.Public, Handler: func(http.ResponseWriter, *http.Request) error { panic("the wire is loose") }})
	w := tr.do(httptest.NewRequest("GET", "/x", nil))
	if w.Code != 500 || strings.Contains(w.Body.String(), "wire") || strings.Contains(w.Body.String(), "goroutine") || !strings.Contains(w.Body.String(), w.Header().Get("X-Request-Id")) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(tr.log.String(), "the wire is loose") {
		t.Error("the log does not know why")
	}
}

func TestASlowHandlerIsBusyNotBroken(t *testing.T) {
	tr := newTrial(stranger, Route{Pattern: "GET /x", Access: access.Public, Handler: func(_ http.ResponseWriter, r *http.Request) error {
		<-r.Context().Done()
		return r.Context().Err()
	}})
	if w := tr.do(httptest.NewRequest("GET", "/x", nil)); w.Code != 503 || !strings.Contains(w.Body.String(), "<h1 class=\"govuk-heading-l\">Hệ thống đang bận</h1>") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestTooLargeABodyGetsItsPageOverTheWire(t *testing.T) {
	tr := newTrial(stranger, Route{Pattern: "POST /tep", Access: access.Public, MaxBody: 1000, Handler: func(_ http.ResponseWriter, r *http.Request) error { return ParseForm(r) }})
	server := httptest.NewServer(tr)
	t.Cleanup(server.Close)
	big := strings.Repeat("a", 5<<20)
	for name, body := range map[string]io.Reader{"announced": strings.NewReader("x=" + big), "in pieces": io.MultiReader(strings.NewReader("x="), strings.NewReader(big))} {
		resp, err := http.Post(server.URL+"/tep", "application/x-www-form-urlencoded", body)
		if err != nil {
			t.Fatalf("%s: the sender gets no answer: %v", name, err)
		}
		page, err := io.ReadAll(resp.Body)
		if err = errors.Join(err, resp.Body.Close()); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != 413 || !strings.Contains(string(page), "Tệp quá lớn") {
			t.Errorf("%s: %d", name, resp.StatusCode)
		}
	}
	resp, err := http.Post(server.URL+"/tep", "application/x-www-form-urlencoded", strings.NewReader("x=1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != 200 {
		t.Errorf("a small one: %d %v", resp.StatusCode, err)
	}
}

func TestUploadsLeaveNoFilesBehind(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	during := 0
	tr := newTrial(stranger, Route{Pattern: "POST /tep", Access: access.Public, MaxBody: 8 << 20, Handler: func(_ http.ResponseWriter, r *http.Request) error {
		err := ParseForm(r)
		files, lerr := os.ReadDir(dir)
		during = len(files)
		return errors.Join(err, lerr)
	}})
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	part, err := m.CreateFormFile("anh", "a.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = part.Write(bytes.Repeat([]byte{1}, 4<<20)); err == nil {
		err = m.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/tep", &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	w := tr.do(r)
	after, err := os.ReadDir(dir)
	if w.Code != 200 || during != 1 || len(after) != 0 || err != nil {
		t.Errorf("%d, %d files during, %d after, %v", w.Code, during, len(after), err)
	}
}

func TestPagesAreCompressedAndWhole(t *testing.T) {
	site := New(galleryConfig(clerk)).Handler(galleryRoutes())
	plain := httptest.NewRecorder()
	site.ServeHTTP(plain, httptest.NewRequest("GET", "/cau-hoi", nil))
	r := httptest.NewRequest("GET", "/cau-hoi", nil)
	r.Header.Set("Accept-Encoding", "br, gzip;q=0.8")
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	if w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > plain.Body.Len()/2 {
		t.Fatalf("%s, %d bytes of %d", w.Header().Get("Content-Encoding"), w.Body.Len(), plain.Body.Len())
	}
	z, err := gzip.NewReader(w.Body)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(z)
	if err != nil || !strings.HasSuffix(string(page), "</html>") {
		t.Errorf("not whole: %v", err)
	}
	if w.Header().Get("Cache-Control") != "no-store" {
		t.Error("the page of somebody signed in is kept")
	}
	r.Header.Set("Accept-Encoding", "gzip;q=0")
	w = httptest.NewRecorder()
	site.ServeHTTP(w, r)
	if w.Header().Get("Content-Encoding") != "" {
		t.Error("compressed for somebody who refuses it")
	}
}

func TestLanguageIsVietnameseUntilAskedFor(t *testing.T) {
	tr := newTrial(stranger)
	r := httptest.NewRequest("GET", "/x", nil)
	r.Header.Set("Accept-Language", "en")
	if w := tr.do(r); !strings.Contains(w.Body.String(), `<html lang="vi"`) {
		t.Error("not Vietnamese")
	}
	w := tr.do(httptest.NewRequest("GET", "/x?lang=en&a=1", nil))
	if !strings.Contains(w.Body.String(), `<html lang="en"`) || !strings.Contains(w.Body.String(), `href="/x?a=1&amp;lang=vi"`) {
		t.Error("not English, or no way back")
	}
	r = httptest.NewRequest("GET", "/x", nil)
	r.AddCookie(w.Result().Cookies()[0])
	if w := tr.do(r); !strings.Contains(w.Body.String(), "Page not found") {
		t.Error("English is not kept")
	}
}

func TestWhatWasDoneIsSaidOnce(t *testing.T) {
	page := func(w http.ResponseWriter, r *http.Request) error {
		return Render(w, r, 200, in(Layout(Page{}), heading("Hồ sơ")))
	}
	tr := newTrial(stranger, Route{Pattern: "POST /luu", Access: access.Public, Handler: func(w http.ResponseWriter, r *http.Request) error {
		Flash(w, r, "web.success")
		return Redirect(w, r, "/xem")
	}}, Route{Pattern: "GET /xem", Access: access.Public, Handler: page})
	w := tr.do(httptest.NewRequest("POST", "/luu", nil))
	if w.Code != 303 || w.Header().Get("Location") != "/xem" {
		t.Fatalf("%d %s", w.Code, w.Header().Get("Location"))
	}
	r := httptest.NewRequest("GET", "/xem", nil)
	r.AddCookie(w.Result().Cookies()[0])
	w = tr.do(r)
	if !strings.Contains(w.Body.String(), `role="alert"`) || len(w.Result().Cookies()) != 1 || w.Result().Cookies()[0].MaxAge >= 0 {
		t.Errorf("not said, or said again: %v", w.Result().Cookies())
	}
	forged := httptest.NewRequest("GET", "/xem", nil)
	forged.AddCookie(&http.Cookie{Name: flashCookie, Value: "no.such_key"})
	if w := tr.do(forged); strings.Contains(w.Body.String(), "no.such_key") || strings.Contains(w.Body.String(), "alert") {
		t.Error("a made-up message is shown")
	}
}

func TestFormsCarryAFreshKey(t *testing.T) {
	_, a := fetch(t, clerk, "/cau-hoi")
	_, b := fetch(t, clerk, "/cau-hoi")
	key := func(n *html.Node) string {
		return attr(find(n, func(n *html.Node) bool { return attr(n, "name") == "key" })[1], "value")
	}
	if key(a) == key(b) {
		t.Error("two pages carry the same key")
	}
	for value, ok := range map[string]bool{key(a): true, "": false, "ngắn": false, strings.Repeat("a", 65): false} {
		r := httptest.NewRequest("POST", "/", strings.NewReader("key="+value))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if _, err := FormKey(r); (err == nil) != ok {
			t.Errorf("key %q: %v", value, err)
		}
	}
}

func TestAddressesThatAreNearlyRight(t *testing.T) {
	tr := newTrial(stranger, Route{Pattern: "GET /thu-tuc", Access: access.Public, Handler: failing(nil)}, Route{Pattern: "POST /luu", Access: access.Public, Handler: failing(nil)})
	if w := tr.do(httptest.NewRequest("GET", "/thu-tuc/?q=a", nil)); w.Code != 301 || w.Header().Get("Location") != "/thu-tuc?q=a" {
		t.Errorf("a slash too many: %d %s", w.Code, w.Header().Get("Location"))
	}
	if w := tr.do(httptest.NewRequest("GET", "/luu", nil)); w.Code != 405 || w.Header().Get("Allow") != "POST" || !strings.Contains(w.Body.String(), "Không mở được trang này") {
		t.Errorf("the wrong method: %d %s", w.Code, w.Header().Get("Allow"))
	}
	if w := tr.do(httptest.NewRequest("GET", "/khong-co", nil)); w.Code != 404 || !strings.Contains(w.Body.String(), "Không tìm thấy trang") {
		t.Errorf("nothing there: %d", w.Code)
	}
	for target, want := range map[string]string{"/a?b=1": "/a?b=1", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/", "": "/", "a": "/"} {
		if got := LocalPath(target, "/"); got != want {
			t.Errorf("LocalPath(%q) is %q", target, got)
		}
	}
}

func TestMetricsNameRoutesNotPaths(t *testing.T) {
	tr := newTrial(stranger, Route{Pattern: "GET /ho-so/{code}", Access: access.Public, Handler: failing(nil)})
	tr.do(httptest.NewRequest("GET", "/ho-so/H07-261123-0001", nil))
	tr.do(httptest.NewRequest("BREW", "/khong-co-0001", nil))
	w := httptest.NewRecorder()
	tr.Metrics().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	text := w.Body.String()
	if !strings.Contains(text, `benso_http_requests_total{method="GET",route="GET /ho-so/{code}",status="200"} 1`) || !strings.Contains(text, `method="other",route="none"`) {
		t.Error(text)
	}
	if strings.Contains(text, "261123") || strings.Contains(text, "BREW") {
		t.Error("the metrics tell what was asked for")
	}
}
