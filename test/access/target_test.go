package access

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/payment"
	"benso/internal/core/cases"
	"benso/internal/kernel/database"
	"benso/internal/kernel/file"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/worktime"
	"benso/internal/testkit/robot"
)

// target is what a route is tried on: the values of its pattern's wildcards, and
// whatever its form needs.
type target map[string]string

// kinds make the targets: a dossier or a draft in the state that a route needs,
// each a new one.
func kinds() map[string]func(*world) target {
	return map[string]func(*world) target{
		"filed": (*world).filed,
		"waiting": func(w *world) target {
			t := w.filed()
			_, err := w.program.Dossiers.AskCompletion(w.t.Context(), w.actor("motcua@benso.example"), w.act(t), []dossier.Defect{{Subject: "Giấy chứng sinh", Wrong: "Ảnh mờ", Mend: "Chụp lại"}})
			w.must(err)
			return w.slip(t, dossier.SlotRequest)
		},
		"accepted": (*world).accepted,
		"checked":  (*world).checked,
		"late":     (*world).late,
		"paid":     (*world).paid,
		// A dossier, and the receipt of another one of the same applicant and agency.
		"strange receipt": func(w *world) target {
			t := maps.Clone(w.of("filed"))
			t["receipt"] = w.of("paid")["receipt"]
			return t
		},
		"proposed": (*world).proposed,
		"doubted": func(w *world) target {
			t := w.accepted()
			_, err := w.program.Dossiers.ProposeRefusal(w.t.Context(), w.actor("chuyenvien@benso.example"), w.act(t), "Không thuộc thẩm quyền.")
			w.must(err)
			return t
		},
		"signed": func(w *world) target {
			t := w.proposed()
			_, err := w.program.Dossiers.Approve(w.t.Context(), w.actor("lanhdao@benso.example"), w.act(t))
			w.must(err)
			return t
		},
		"kept": func(w *world) target {
			t := w.filed()
			_, err := w.program.Dossiers.Accept(w.t.Context(), w.actor("motcua@benso.example"), w.act(t), dossier.Given{Kept: []string{"birth_certificate"}}, nil)
			w.must(err)
			return w.slip(t, dossier.SlotReceipt)
		},
		"controlled": func(w *world) target {
			t := maps.Clone(w.of("accepted"))
			t["slot"] = "control"
			return t
		},
		"to sign":   (*world).proposed, // by itself: whoever may sign it does
		"consulted": (*world).consulted,
		// A question, and a paper of another dossier than it is about.
		"strangely consulted": func(w *world) target {
			t := maps.Clone(w.of("consulted"))
			t["file"] = w.of("accepted")["file"]
			return t
		},
		"opined": func(w *world) target {
			t := w.consulted()
			neighbour := w.actor("chuyenvien.phukhuong@benso.example")
			f, err := w.program.Dossiers.AttachOpinion(w.t.Context(), neighbour, t["consult"], w.photo())
			w.must(err)
			_, err = w.program.Dossiers.AnswerConsult(w.t.Context(), neighbour, t["consult"], database.NewID(), cases.Reply{Opinion: cases.Agree, Text: "Có thường trú."})
			w.must(err)
			t["file"] = f.ID
			return t
		},
		"draft": (*world).draft,
		// A draft, and a paper that has begun to come for it.
		"upload": func(w *world) target {
			t := w.draft()
			r := w.clients["owner"].send("POST", "/nop-ho-so/"+t["draft"]+"/tai-len/birth_certificate", nil, tus.Clone())
			if r.status != http.StatusCreated {
				w.t.Fatalf("an upload was not begun: %d %.300s", r.status, r.body)
			}
			t["upload"] = path.Base(r.location)
			return t
		},
		// A dossier, and a paper of another dossier of the same applicant and agency.
		"strange": func(w *world) target {
			t := maps.Clone(w.of("filed"))
			t["file"] = w.of("accepted")["file"]
			return t
		},
		// What the owner was told of filing a dossier.
		"notice": func(w *world) target {
			id := w.filed()["id"]
			w.until("the notice", func() bool {
				var n int
				w.row([]any{&n}, `SELECT count(*) FROM notices WHERE subject = $1`, id)
				return n == 1
			})
			return target{"id": w.text(`SELECT id FROM notices WHERE subject = $1`, id)}
		},
		// A filter that the clerk keeps.
		"view": func(w *world) target {
			v := view(target{"key": database.NewID()})
			if r := w.clients["clerk"].send("POST", "/ban-lam-viec/so/bo-loc", v, nil); r.status != 303 {
				w.t.Fatalf("the filter was not kept: %d", r.status)
			}
			return target{"view": w.text(`SELECT id FROM saved_views WHERE name = $1`, v.Get("name"))}
		},
		// A person whom nothing else here needs.
		"forgetful": func(w *world) target {
			pass, err := w.program.Accounts.OneTime(w.t.Context())
			w.must(err)
			var made identity.Issued
			w.must(w.program.DB.Write(w.t.Context(), func(ctx context.Context, tx *database.Tx) (err error) {
				made, err = w.program.Accounts.CreateAtDesk(ctx, tx, identity.By{Account: "system"}, identity.NewPerson{Name: "Phạm Thị Quên"}, pass)
				return err
			}))
			return target{"account": made.Account}
		},
		"employed": (*world).employed,
		"agency":   (*world).agency,
		"ended agency": func(w *world) target {
			t := w.agency()
			w.must(w.agencies().End(w.t.Context(), w.actor("quantri@benso.example"), database.NewID(), t["agency"], "2026-11-23", "Quyết định 2"))
			return t
		},
		"closed": func(w *world) target {
			t := w.employed()
			w.must(w.program.DB.Write(w.t.Context(), func(ctx context.Context, tx *database.Tx) error {
				return w.program.Accounts.Close(ctx, tx, identity.By{Account: "system"}, t["id"])
			}))
			return t
		},
		"procedure": func(*world) target { return target{"code": "1.001193"} },
		"event":     func(*world) target { return target{"id": "sinh-con"} },
		"session": func(w *world) target {
			before := w.sessions()
			w.signedIn("nguoidan@benso.example")
			for id := range w.sessions() {
				if !before[id] {
					return target{"id": id}
				}
			}
			w.t.Fatal("signing in made no session")
			return nil
		},
		"asset": func(w *world) target {
			_, rest, ok := strings.Cut(w.clients["stranger"].get("/").body, `href="/assets/`)
			hash, rest, ok2 := strings.Cut(rest, "/")
			name, _, ok3 := strings.Cut(rest, `"`)
			if !ok || !ok2 || !ok3 {
				w.t.Fatal("the home page names no style sheet")
			}
			return target{"hash": hash, "name": name}
		},
		"measured": func(w *world) target {
			// The count follows the filing through a job.
			w.of("filed")
			w.until("the board to count", func() bool {
				return w.clients["stranger"].get("/chi-tieu/G1.dossiers/dossiers.online").status == 200
			})
			return target{"id": "G1.dossiers", "measure": "dossiers.online"}
		},
	}
}

// of gives the target of a kind that all share who may change nothing.
func (w *world) of(kind string) target {
	w.t.Helper()
	if kind == "" {
		return target{}
	}
	if _, ok := w.shared[kind]; !ok {
		w.shared[kind] = w.fresh(kind)
	}
	return w.shared[kind]
}

func (w *world) fresh(kind string) target {
	w.t.Helper()
	if kind == "" {
		return target{}
	}
	made, ok := kinds()[kind]
	if !ok {
		w.t.Fatalf("no kind of target is called %q", kind)
	}
	return made(w)
}

func (w *world) sessions() map[string]bool {
	w.t.Helper()
	rows, err := w.program.DB.Read().QueryContext(w.t.Context(), `SELECT id FROM sessions`)
	w.must(err)
	ids := map[string]bool{}
	for rows.Next() {
		var id string
		w.must(rows.Scan(&id))
		ids[id] = true
	}
	w.must(rows.Err())
	w.must(rows.Close())
	return ids
}

// draft has the owner answer every page, and send nothing.
func (w *world) draft() target {
	w.t.Helper()
	p, err := w.writer.Post("/nop-ho-so", url.Values{"key": {database.NewID()}, "thu-tuc": {"1.001193"}, "moi": {"1"}})
	w.must(err)
	answers := robot.Birth(child)
	if w.born != "" {
		answers["child_born-month"], answers["child_born-year"] = w.born, "2026"
	}
	answers["mother-name"], answers["phone"], answers["mother-citizen"] = mother, phone, number
	w.photos++
	p, err = robot.Walk(p, answers, robot.Photo(w.photos))
	w.must(err)
	t := target{"draft": path.Base(path.Dir(p.URL.Path)), "page": "child", "field": "birth_certificate"}
	t["id"] = t["draft"] // for the routes that look for a dossier
	t["file"] = w.text(`SELECT id FROM files WHERE owner_kind = $1 AND owner_id = $2`, dossier.OwnerDraft, t["draft"])
	return t
}

func (w *world) filed() target {
	w.t.Helper()
	t := w.draft()
	p, err := w.writer.Get("/nop-ho-so/" + t["draft"] + "/kiem-tra")
	w.must(err)
	f, err := p.Form("/gui")
	w.must(err)
	p, err = f.Submit()
	w.must(err)
	t = target{"id": path.Base(path.Dir(p.URL.Path))}
	t["file"] = w.text(`SELECT id FROM files WHERE owner_kind = $1 AND owner_id = $2`, dossier.OwnerDossier, t["id"])
	t["number"] = w.text(`SELECT filing_number FROM dossiers WHERE case_id = $1`, t["id"])
	t["secret"] = w.text(`SELECT secret FROM dossiers WHERE case_id = $1`, t["id"])
	t["to"] = w.account("motcua@benso.example")
	return t
}

func (w *world) accepted() target {
	w.t.Helper()
	t := w.filed()
	_, err := w.program.Dossiers.Accept(w.t.Context(), w.actor("motcua@benso.example"), w.act(t), dossier.Given{}, []string{"identity"})
	w.must(err)
	return w.slip(t, dossier.SlotReceipt)
}

// late is accepted, and its fee is owed and not known: the child is older than 60
// days.
func (w *world) late() target {
	w.t.Helper()
	w.born = "5"
	defer func() { w.born = "" }()
	return w.accepted()
}

func (w *world) paid() target {
	w.t.Helper()
	t := w.late()
	p, _, err := payment.Room{Dossiers: w.program.Dossiers}.Collect(w.t.Context(), w.actor("motcua@benso.example"), payment.Collection{
		Dossier: t["id"], Fee: 1, Key: database.NewID(), Given: map[int]payment.Given{0: {Amount: "15000", Basis: "Nghị quyết"}}, Method: payment.Cash, Payer: mother})
	w.must(err)
	t["receipt"] = p.ID
	return t
}

// photo is a paper that nobody has handed in before.
func (w *world) photo() file.Blob {
	w.t.Helper()
	w.photos++
	blob, err := w.program.Files.Receive(w.t.Context(), bytes.NewReader(robot.Photo(w.photos)), file.Meta{Name: "giấy khai sinh.jpg"})
	w.must(err)
	return blob
}

// consulted asks the neighbour about an accepted dossier.
func (w *world) consulted() target {
	w.t.Helper()
	t := w.accepted()
	_, err := w.program.Dossiers.Consult(w.t.Context(), w.actor("chuyenvien@benso.example"), w.act(t), []dossier.Question{{Agency: neighbourhood, Text: "Người này có thường trú không?", Amount: 4, Unit: worktime.WorkingHours}})
	w.must(err)
	t["consult"] = w.text(`SELECT id FROM case_consults WHERE case_id = $1`, t["id"])
	return t
}

func (w *world) checked() target {
	w.t.Helper()
	t := w.accepted()
	f, err := w.program.Dossiers.AttachResult(w.t.Context(), w.actor("chuyenvien@benso.example"), t["id"], w.photo())
	w.must(err)
	t["result"] = f.ID
	return t
}

func (w *world) proposed() target {
	w.t.Helper()
	t := w.checked()
	_, err := w.program.Dossiers.Propose(w.t.Context(), w.actor("chuyenvien@benso.example"), w.act(t), dossier.Result{Number: "15/2026", Book: "01/2026", On: "2026-11-23"})
	w.must(err)
	return t
}

// slip waits until the job has written a form into the dossier.
func (w *world) slip(t target, slot string) target {
	w.t.Helper()
	t["slot"] = slot
	w.until("the slip "+slot, func() bool {
		var n int
		w.row([]any{&n}, `SELECT count(*) FROM files WHERE owner_kind = $1 AND owner_id = $2 AND slot = $3`, dossier.OwnerDossier, t["id"], slot)
		return n == 1
	})
	return t
}

func (w *world) until(what string, ready func() bool) {
	w.t.Helper()
	for range 3000 {
		if ready() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	w.t.Fatalf("waited in vain for %s", what)
}

func (w *world) act(t target) dossier.Act {
	w.t.Helper()
	d, err := dossier.ByID(w.t.Context(), w.program.DB.Read(), t["id"])
	w.must(err)
	return dossier.Act{ID: d.ID, Version: d.Version, Key: database.NewID()}
}

// stand adds the version at which the target stands now, and a fresh key: what an
// honest form would carry.
func (w *world) stand(t target) target {
	w.t.Helper()
	t = maps.Clone(t)
	t["key"] = database.NewID()
	switch {
	case t["draft"] != "":
		var revisions database.JSON[map[string]int64]
		w.row([]any{&revisions}, `SELECT revisions FROM drafts WHERE id = $1`, t["draft"])
		t["version"] = w.text(`SELECT version FROM drafts WHERE id = $1`, t["draft"])
		t["revision"] = strconv.FormatInt(revisions.V[t["page"]], 10)
	case t["number"] != "":
		t["version"] = w.text(`SELECT version FROM cases WHERE id = $1`, t["id"])
	}
	return t
}

// state is everything that a route can change, in one text. Sessions that come,
// notices, and the slips that jobs write are left out: they come by themselves.
func (w *world) state() string {
	w.t.Helper()
	var text strings.Builder
	for _, query := range []string{
		`SELECT count(*), sum(version), min(id) FROM cases`,
		`SELECT count(*), count(DISTINCT act), min(act) FROM case_events`,
		`SELECT count(*), sum(version), min(id) FROM drafts`,
		`SELECT count(*), count(ended_at), min(id) FROM uploads`,
		`SELECT count(*), count(answered_at), min(kind) FROM dossier_requests`,
		`SELECT count(*), max(seq), min(case_id) FROM dossier_answers`,
		`SELECT count(*), count(DISTINCT paper), min(paper) FROM dossier_originals`,
		`SELECT count(*), count(answered_at), count(withdrawn_at) FROM case_consults`,
		`SELECT count(*), sum(n), min(case_id) FROM dossier_fees`,
		`SELECT count(*), count(cancelled_at), min(id) FROM payments`,
		`SELECT count(*), count(given_back_at), max(given_back_by) FROM dossier_originals`,
		`SELECT count(*), max(reason), min(case_id) FROM dossier_undone`,
		`SELECT count(*), max(reason), min(case_id) FROM dossier_apologies`,
		`SELECT count(*), count(closed_at), max(password_hash) FROM accounts`,
		`SELECT count(*), count(ended_at), max(id) FROM assignments`,
		`SELECT count(*), count(cancelled_at), max(id) FROM absences`,
		`SELECT count(*), count(DISTINCT kind), max(id) FROM official_acts`,
		`SELECT count(*), max(version), max(digest) FROM pack_files WHERE path = 'agencies.csv'`,
		`SELECT count(*), count(ended_at), max(id) FROM files WHERE slot NOT IN ('receipt', 'request', 'refusal')`,
		`SELECT count(*), count(DISTINCT account), min(id) FROM sessions`,
		`SELECT count(read_at), count(DISTINCT read_at), min(id) FROM notices WHERE read_at IS NOT NULL`,
		`SELECT count(*), max(name), min(id) FROM saved_views`,
		`SELECT count(*), count(DISTINCT wanted), max(account) FROM mail_choices`,
	} {
		var a, b, c *string
		w.row([]any{&a, &b, &c}, query)
		for _, part := range []*string{a, b, c} {
			if part != nil {
				text.WriteString(*part)
			}
			text.WriteByte(' ')
		}
		text.WriteByte('\n')
	}
	return text.String()
}
