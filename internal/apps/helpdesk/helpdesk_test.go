package helpdesk_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"benso/internal/apps/helpdesk"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/web"
	"benso/internal/testkit/robot"
)

// clerks is a site whose every visitor is a clerk of one agency.
type clerks struct{}

func (clerks) Actor(*http.Request) (access.Actor, error) {
	return access.Actor{Account: "clerk", Name: "Trần Văn Đức", Kind: identity.Official, Grants: []access.Grant{
		{Role: "clerk", Agency: "ubnd", Path: "86/1/ubnd/", Permissions: []access.Permission{access.AccountRecover}}}}, nil
}

type world struct {
	*identity.Store
	t     *testing.T
	db    *database.DB
	told  []string
	robot *robot.Robot
}

func newWorld(t *testing.T, db *database.DB) *world {
	t.Helper()
	now := clock.NewFake(time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC))
	store, err := identity.New(t.Context(), db, now, identity.Config{Secret: make([]byte, 32), Hashing: identity.Hashing{Memory: 8, Passes: 1, Threads: 1, AtOnce: 4, Patience: 30 * time.Second}})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Store: store, t: t, db: db}
	store.Announce(func(_ context.Context, _ *database.Tx, account string, what identity.Announcement) error {
		w.told = append(w.told, account+" "+string(what))
		return nil
	})
	site := web.New(web.Config{Sessions: clerks{}, Clock: now, Log: slog.New(slog.DiscardHandler)})
	server := httptest.NewServer(site.Handler(helpdesk.Pages{DB: db, Clock: now, Accounts: store, AgencyPath: func(a string) (string, bool) { return "86/1/" + a + "/", true }}))
	t.Cleanup(server.Close)
	if w.robot, err = robot.New(server.URL); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) register(handle string) identity.Welcome {
	w.t.Helper()
	who, err := w.Register(w.t.Context(), identity.Attempt{Handle: handle, Password: "cau rach mieu 2009"}, "Nguyễn Thị Lan")
	if err != nil {
		w.t.Fatal(err)
	}
	return who
}

func (w *world) find(who string) robot.Page {
	w.t.Helper()
	p, err := w.robot.Get(helpdesk.Path)
	if err != nil {
		w.t.Fatal(err)
	}
	f, err := p.Form(helpdesk.Path)
	if err != nil {
		w.t.Fatal(err)
	}
	if p, err = f.Set("who", who).Submit(); err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) reset(p robot.Page, values ...string) robot.Page {
	w.t.Helper()
	f, err := p.Form("/cap-lai")
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i+1 < len(values); i += 2 {
		f = f.Set(values[i], values[i+1])
	}
	if p, err = f.Submit(); err != nil {
		w.t.Fatal(err)
	}
	return p
}

func (w *world) says(p robot.Page, status int, wants ...string) {
	w.t.Helper()
	if p.Status != status {
		w.t.Errorf("answered %d, not %d", p.Status, status)
	}
	for _, want := range wants {
		if !strings.Contains(p.Text(), want) {
			w.t.Errorf("the page does not say %q: %.1500s", want, p.Text())
		}
	}
}

func (w *world) count(query string, args ...any) (n int) {
	w.t.Helper()
	if err := w.db.Read().QueryRowContext(w.t.Context(), query, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

var slip = regexp.MustCompile(`Mật khẩu ([0-9a-z]{10}) Dùng trước`)

func TestClerkGivesAPersonAPasswordAfterLookingAtTheCard(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		w := newWorld(t, db)
		lan := w.register("0912345678")
		found := w.find("0912 345 678")
		w.says(found, 200, "Nguyễn Thị Lan", "0912345678 (chưa xác nhận)", "số trên giấy tờ sẽ được gắn")
		w.says(w.reset(found), 422, "Chọn giấy tờ bạn đã đối chiếu.", "Chọn lý do cấp lại.", "Nguyễn Thị Lan")
		w.says(w.reset(found, "proof", "card", "reason", "forgotten", "citizen", "12"), 422, "Số căn cước gồm 12 chữ số")
		done := w.reset(found, "proof", "card", "reason", "forgotten", "citizen", "083198004321")
		w.says(done, 200, "Mật khẩu dùng một lần", "07/12/2026", "Mật khẩu chỉ hiện trên trang này.")
		again := w.reset(found, "proof", "card", "reason", "forgotten", "citizen", "083198004321")
		once := slip.FindStringSubmatch(done.Text())
		if len(once) != 2 || slip.FindString(again.Text()) != slip.FindString(done.Text()) {
			t.Fatalf("the slip reads %q, and after a second click %q", done.Text(), again.Text())
		}
		if done.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("the slip is kept: %s", done.Header.Get("Cache-Control"))
		}
		if signed, err := w.SignIn(t.Context(), identity.Attempt{Handle: lan.Number, Password: once[1]}); err != nil || !signed.MustChangePassword {
			t.Errorf("signed in %+v, %v", signed, err)
		}
		if len(w.told) != 1 || w.told[0] != lan.Account+" password_reset" {
			t.Errorf("told was %v", w.told)
		}
		if n := w.count(`SELECT count(*) FROM recoveries WHERE account = $1 AND agency = 'ubnd' AND reason = 'forgotten'`, lan.Account); n != 1 {
			t.Errorf("kept are %d recoveries", n)
		}
		if n := w.count(`SELECT count(*) FROM journal WHERE action = 'password.reset' AND object_id = $1 AND actor = 'clerk' AND path = '86/1/ubnd/'`, lan.Account); n != 1 {
			t.Errorf("the journal says it %d times", n)
		}
		w.says(w.find("083198004321"), 200, "Nguyễn Thị Lan", "số trên giấy tờ phải trùng")
		if n := w.count(`SELECT count(*) FROM journal WHERE action = 'account.looked_up' AND actor = 'clerk'`); n != 2 {
			t.Errorf("%d look-ups are journaled", n)
		}
		w.says(w.reset(w.find(lan.Number), "proof", "card", "reason", "misused", "citizen", "083198009999"), 422, "Số này không phải của chủ tài khoản.")
	})
}

func TestClerkFindsNoOfficialsAndNoParts(t *testing.T) {
	w := newWorld(t, databasetest.SQLite(t))
	w.register("lan@benso.example")
	h, err := identity.ParseHandle("duc@benso.example")
	if err != nil {
		t.Fatal(err)
	}
	once, err := w.OneTime(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var duc string
	err = w.db.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		duc, _, err = w.SaveOfficial(ctx, tx, identity.By{Account: "system"}, h, "Trần Văn Đức", once)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	official := w.find("duc@benso.example")
	w.says(official, 200, "Đây là tài khoản của cán bộ, công chức.")
	if _, err := official.Form("/cap-lai"); err == nil {
		t.Error("an official's password is offered anew")
	}
	forged, err := w.robot.Post(helpdesk.Path+"/cap-lai", url.Values{"key": {database.NewID()}, "account": {duc}, "proof": {"card"}, "citizen": {"083198004321"}, "reason": {"forgotten"}})
	if err != nil || forged.Status != http.StatusForbidden {
		t.Errorf("a forged form was answered with %d, %v", forged.Status, err)
	}
	w.says(w.find("khong-ai@benso.example"), 200, "Không có tài khoản nào.")
	for _, part := range []string{"", "lan", "Nguyễn", "0912"} {
		w.says(w.find(part), 422, "Nhập đủ số căn cước")
	}
}

func TestOfTwoWhoClaimAPhoneOneIsNamedByNumber(t *testing.T) {
	w := newWorld(t, databasetest.SQLite(t))
	w.register("0912345678")
	if _, err := w.Register(t.Context(), identity.Attempt{Handle: "0912345678", Password: "mot mat khau khac"}, "Lê Văn Khác"); err != nil {
		t.Fatal(err)
	}
	p := w.find("0912345678")
	w.says(p, 200, "Nguyễn Thị Lan", "Lê Văn Khác", "bạn tìm lại bằng số tài khoản")
	if n := strings.Count(p.Body, `action="/ban-lam-viec/tai-khoan/cap-lai"`); n != 1 {
		t.Errorf("%d forms are offered", n)
	}
}
