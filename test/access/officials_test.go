package access

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"benso/internal/apps/administration/agencies"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
)

const (
	home       = "ubnd-28810-2025" // Xã Phú Túc
	chief      = "quantri.phutuc@benso.example"
	otherChief = "quantri.phukhuong@benso.example"
)

// employed is a new clerk of Xã Phú Túc, who is away, with a colleague who stands in.
func (w *world) employed() target {
	w.t.Helper()
	account, assignment := w.hire(database.NewID()+"@benso.example", "clerk", home, "")
	deputy, _ := w.hire(database.NewID()+"@benso.example", "clerk", home, "")
	t := target{"id": account, "assignment": assignment, "deputy": deputy}
	w.must(w.program.DB.Write(w.t.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
		t["absence"], err = w.program.Accounts.SetAbsence(ctx, tx, identity.By{Account: "system"}, identity.Absence{Account: account, Deputy: deputy, From: "2026-11-23", Last: "2026-11-25"})
		return err
	}))
	return t
}

// agency is a new office of Xã Phú Túc, since the beginning of the year.
func (w *world) agency() target {
	w.t.Helper()
	id, err := w.agencies().Add(w.t.Context(), w.actor("quantri@benso.example"), database.NewID(), agencies.New{
		Unit: "28810-2025", Name: "Phòng " + database.NewID(), From: "2026-01-01", Ground: "Quyết định 1"})
	w.must(err)
	return target{"agency": id, "unit": "28810-2025"}
}

func (w *world) agencies() agencies.Room { return agencies.Room{Room: w.program.Officials()} }

// The administrator of the commune is answered like that of the province; for the
// administrator of its neighbour nobody is there, whatever is asked or posted.
func TestAdministratorOfACommuneManagesItsOwnPeopleAndFindsNobodyElse(t *testing.T) {
	w := newWorld(t)
	w.crowd()
	w.hire(chief, "administrator", home, "")
	stranger, _ := w.hire(otherChief, "administrator", neighbourhood, "")
	w.must(w.program.DB.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error { // the header shows it
		return w.program.Accounts.Rename(ctx, tx, identity.By{Account: "system"}, stranger, "Người Láng Giềng")
	}))
	own, other := w.signedIn(chief), w.signedIn(otherChief)
	rows := 0
	for _, r := range table {
		method, path, _ := strings.Cut(r.pattern, " ")
		if !strings.HasPrefix(path, "/quan-tri/") || !strings.Contains(path, "{") {
			continue
		}
		rows++
		words, err := r.words()
		w.must(err)
		to := w.stand(w.fresh(r.kind))
		path, err = r.path(to)
		w.must(err)
		var form url.Values
		if r.form != nil {
			form = r.form(to)
		}
		before := w.state()
		if reply := other.send(method, path, form, nil); reply.status != http.StatusNotFound || w.state() != before {
			t.Errorf("%s as the neighbour's administrator: answered %d, and changed: %v", r.pattern, reply.status, w.state() != before)
		} else if strings.Contains(reply.body, "Trần Văn Mới") || strings.Contains(reply.body, "Phú Túc") {
			t.Errorf("%s as the neighbour's administrator tells the name", r.pattern)
		}
		reply := own.send(method, path, form, nil)
		if word := reply.word(w.state() != before); word != words[9] {
			t.Errorf("%s as the commune's administrator: %s, want %s: %.300s", r.pattern, word, words[9], reply.body)
		}
	}
	if rows < 24 {
		t.Fatalf("only %d rows are about one official, unit or agency", rows)
	}
	if r := other.get("/quan-tri?q=Moi"); r.status != http.StatusOK || strings.Contains(r.body, "/quan-tri/can-bo/"+w.account(chief)) || strings.Contains(r.body, home) {
		t.Errorf("the neighbour's list (%d) shows those of Xã Phú Túc", r.status)
	}
}

// A form of the own pages, filled in with what is another's, is refused and changes
// nothing.
func TestForgedFormsOfAnAdministratorChangeNothingElsewhere(t *testing.T) {
	w := newWorld(t)
	w.hire(chief, "administrator", home, "")
	own := w.signedIn(chief)
	mine := w.employed()
	_, theirs := w.hire("cua.nguoi@benso.example", "clerk", neighbourhood, "")
	me := w.account(chief)
	for _, c := range []struct {
		what, path string
		form       url.Values
		status     int
	}{
		{"add a clerk to the neighbour", "/quan-tri/can-bo/them", url.Values{"name": {"Lê Bình"}, "handle": {"0912345001"}, "agency": {neighbourhood}, "role": {"clerk"}}, 422},
		{"add a leader to the province", "/quan-tri/can-bo/them", url.Values{"name": {"Lê Bình"}, "handle": {"0912345001"}, "agency": {"ubnd-86"}, "role": {"leader"}}, 422},
		{"add a second administrator", "/quan-tri/can-bo/them", url.Values{"name": {"Lê Bình"}, "handle": {"0912345001"}, "agency": {home}, "role": {"administrator"}}, 422},
		{"add an inspector to a commune", "/quan-tri/can-bo/them", url.Values{"name": {"Lê Bình"}, "handle": {"0912345001"}, "agency": {home}, "role": {"inspector"}}, 422},
		{"take over the neighbour's clerk", "/quan-tri/can-bo/them", url.Values{"name": {"Trần Văn Mới"}, "handle": {"cua.nguoi@benso.example"}, "agency": {home}, "role": {"clerk"}}, 422},
		{"give oneself a role", "/quan-tri/can-bo/them", url.Values{"name": {"Trần Văn Mới"}, "handle": {chief}, "agency": {home}, "role": {"signer"}}, 422},
		{"give oneself a role", "/quan-tri/can-bo/" + me + "/vai-tro", url.Values{"agency": {home}, "role": {"specialist"}}, 403},
		{"give a friend to manage", "/quan-tri/can-bo/" + mine["id"] + "/vai-tro", url.Values{"agency": {home}, "role": {"administrator"}}, 422},
		{"give a friend a role above", "/quan-tri/can-bo/" + mine["id"] + "/vai-tro", url.Values{"agency": {"ubnd-86"}, "role": {"leader"}}, 422},
		{"end the neighbour's role", "/quan-tri/can-bo/" + mine["id"] + "/vai-tro/" + theirs + "/ket-thuc", url.Values{"when": {"now"}}, 404},
		{"end one's own role", "/quan-tri/can-bo/" + me + "/vai-tro/" + w.text(`SELECT id FROM assignments WHERE account = $1`, me) + "/ket-thuc", url.Values{"when": {"now"}}, 403},
		{"become a deputy", "/quan-tri/can-bo/" + mine["id"] + "/vang-mat", url.Values{"deputy": {me}, "until-day": {"27"}, "until-month": {"11"}, "until-year": {"2026"}}, 422},
		{"have the neighbour's clerk stand in", "/quan-tri/can-bo/" + mine["id"] + "/vang-mat", url.Values{"deputy": {w.account("cua.nguoi@benso.example")}, "until-day": {"27"}, "until-month": {"11"}, "until-year": {"2026"}}, 422},
		{"one's own password", "/quan-tri/can-bo/" + me + "/mat-khau", url.Values{}, 403},
		{"an applicant's password", "/quan-tri/can-bo/" + w.account("nguoidan@benso.example") + "/mat-khau", url.Values{}, 404},
		{"a file for the neighbour", "/quan-tri/nhap/ghi", url.Values{"text": {"login,name,role,agency\n0912345001,Lê Bình,clerk," + neighbourhood + "\n"}}, 422},
		{"without a key", "/quan-tri/can-bo/" + mine["id"] + "/mat-khau", url.Values{"key": {""}}, 422},
	} {
		if c.form.Get("key") == "" && c.what != "without a key" {
			c.form.Set("key", database.NewID())
		}
		c.form.Set("reason", "Quyết định 1")
		before := w.state()
		r := own.send(http.MethodPost, c.path, c.form, nil)
		if r.status != c.status || w.state() != before {
			t.Errorf("%s: answered %d, want %d, and changed: %v", c.what, r.status, c.status, w.state() != before)
		}
	}
}

func TestOfficialWhoseRoleAnAdministratorEndsIsOutWithTheNextRequest(t *testing.T) {
	w := newWorld(t)
	w.hire(chief, "administrator", home, "")
	account, assignment := w.hire("tamthoi@benso.example", "clerk", home, "")
	c := w.signedIn("tamthoi@benso.example")
	if r := c.get("/ban-lam-viec"); r.status != http.StatusOK {
		t.Fatalf("a clerk's desk answered %d", r.status)
	}
	form := url.Values{"key": {database.NewID()}, "when": {"now"}, "reason": {"Quyết định 1"}}
	if r := w.signedIn(chief).send(http.MethodPost, "/quan-tri/can-bo/"+account+"/vai-tro/"+assignment+"/ket-thuc", form, nil); r.status != http.StatusSeeOther {
		t.Fatalf("ending the role answered %d %.300s", r.status, r.body)
	}
	if r := c.get("/ban-lam-viec"); r.status != http.StatusForbidden {
		t.Errorf("afterwards the desk answered %d", r.status)
	}
}

// An agency that still has a dossier does not end; the page says how many there are,
// and what to do.
func TestAgencyWithAnOpenDossierDoesNotEnd(t *testing.T) {
	w := newWorld(t)
	w.crowd()
	w.hire(chief, "administrator", home, "")
	own := w.signedIn(chief)
	to, office := w.filed(), w.agency()["agency"]
	path, err := w.program.Dossiers.Units.AgencyPath(office)
	w.must(err)
	w.must(w.program.DB.Write(t.Context(), func(ctx context.Context, tx *database.Tx) error {
		c, err := cases.Get(ctx, tx, access.Within("86/"), to["id"])
		if err != nil {
			return err
		}
		_, err = cases.Transfer(ctx, tx, c, cases.Seat{Agency: office, Holder: path}, cases.By{Account: "system", At: morning}, nil)
		return err
	}))
	if r := own.get("/quan-tri/co-quan/" + office); r.status != http.StatusOK || !strings.Contains(r.body, "Hồ sơ chưa xong") {
		t.Errorf("its page answered %d", r.status)
	}
	before := w.state()
	r := own.send(http.MethodPost, "/quan-tri/co-quan/"+office+"/ket-thuc", url.Values{"key": {database.NewID()}, "ground": {"Quyết định 1"}}, nil)
	if r.status != http.StatusUnprocessableEntity || !strings.Contains(r.body, "Cơ quan còn 1 hồ sơ chưa xong.") || w.state() != before {
		t.Errorf("ending it answered %d, and changed: %v", r.status, w.state() != before)
	}
}

// The list of a whole province has pages; their addresses keep what was asked for.
func TestListOfOfficialsHasPagesThatKeepTheFilter(t *testing.T) {
	w := newWorld(t)
	c := w.signedIn("quantri@benso.example")
	all := c.get("/quan-tri")
	if strings.Count(all.body, "<th scope=\"row\"") != 50 || !strings.Contains(all.body, "/quan-tri?trang=2") {
		t.Errorf("everybody: %d rows", strings.Count(all.body, "<th scope=\"row\""))
	}
	if r := c.get("/quan-tri?q=nguyen&trang=99"); r.status == http.StatusSeeOther && !strings.HasPrefix(r.location, "/quan-tri?q=nguyen") || r.status != http.StatusSeeOther {
		t.Errorf("a page too far: %d %s", r.status, r.location)
	}
	two := c.get("/quan-tri?trang-thai=dang-lam&trang=2")
	if two.status != http.StatusOK || !strings.Contains(two.body, "/quan-tri?trang=3&amp;trang-thai=dang-lam") {
		t.Errorf("the second page (%d) does not lead to the third with its filter", two.status)
	}
}
