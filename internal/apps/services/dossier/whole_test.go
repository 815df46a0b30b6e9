package dossier_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/portal"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/kernel/web"
	"benso/internal/kernel/web/machine"
	"benso/internal/testkit/robot"
	"benso/packs"
)

// answerer answers any form: it takes the first option, the longest way and the
// shortest valid text, and gives a photo for each paper.
type answerer struct {
	paper  func(slot string) form.File
	people *int // how many citizen numbers were given: no two are one person
}

func (w answerer) value(x *form.Field, today string) form.Value {
	switch x.Kind {
	case form.KindText:
		switch x.Pattern {
		case "person_name":
			return form.Value{Text: "Nguyễn Thị Mai"}
		case "phone":
			return form.Value{Text: "0912345678"}
		case "email":
			return form.Value{Text: "mai@benso.example"}
		case "citizen_number":
			*w.people++
			return form.Value{Text: fmt.Sprintf("0831980%05d", *w.people)}
		}
		return form.Value{Text: strings.Repeat("1", max(x.Min, min(x.Max, 8)))}
	case form.KindNumber:
		if x.Least != nil {
			return form.Value{Text: x.Least.String()}
		}
		return form.Value{Text: "1"}
	case form.KindDate:
		if x.NotBefore != nil {
			return form.Value{Text: today}
		}
		return form.Value{Text: "1998-05-02"}
	case form.KindChoice:
		return form.Value{Text: x.Options[0].ID}
	case form.KindAddress:
		v := form.Value{Parts: form.Answers{"province": {Text: servicestest.Province}, "commune": {Text: servicestest.Commune}}}
		if x.Street != form.None {
			v.Parts["street"] = form.Value{Text: "Ấp 3"}
		}
		return v
	case form.KindPerson:
		v := form.Value{Parts: form.Answers{}}
		for _, s := range x.Fields {
			v.Parts[s.ID] = w.value(s, today)
		}
		return v
	case form.KindGroup:
		row := form.Answers{}
		for _, s := range x.Fields {
			row[s.ID] = w.value(s, today)
		}
		return form.Value{Rows: slices.Repeat([]form.Answers{row}, max(1, x.Min))}
	case form.KindFile:
		if f := w.paper(x.Paper); f.ID != "" {
			return form.Value{Files: []form.File{f}}
		}
		return form.Value{Desk: x.Desk}
	}
	return form.Value{}
}

// answers walks the form from page to page, as a person does.
func (w answerer) answers(f *form.Form, env form.Env) form.Answers {
	a := form.Answers{}
	for page, ok := f.First(), true; ok; page, ok = f.Next(page, a) {
		for _, x := range page.Fields {
			if v := w.value(x, env.Today); !v.IsZero() {
				a[x.ID] = v
			}
		}
	}
	return a
}

func TestEveryFileableProcedureIsFiledThroughItsOwnForm(t *testing.T) {
	databasetest.Each(t, func(t *testing.T, db *database.DB) {
		r, now := servicestest.NewWholeRoom(t, db)
		day := now.Now().Format("2006-01-02")
		blob, err := r.Files.Receive(t.Context(), bytes.NewReader(robot.Photo(1)), file.Meta{Name: "anh.jpg", MaxBytes: 10 << 20, Accept: []file.Type{"image/jpeg"}})
		if err != nil {
			t.Fatal(err)
		}
		fileable := r.Catalogue.Fileable(day)
		told, page := counts(t, r, now)
		var codes []string
		for _, p := range fileable {
			codes = append(codes, p.Code)
		}
		if slices.Sort(told); !slices.Equal(told, codes) || page != len(codes) {
			t.Errorf("%d procedures can be filed, the API lists %d of them, and the page says %d", len(codes), len(told), page)
		}
		filed, handlers := map[string]bool{}, map[string]int{}
		for _, p := range fileable {
			d, err := fileOne(t, r, p, blob)
			if err != nil {
				t.Errorf("%s (%s): %v", p.ID(), p.Name.Vi, err)
				continue
			}
			a, err := r.Units.Agency(d.Agency)
			if err != nil {
				t.Fatal(err)
			}
			if !r.Handles(a, p) {
				t.Errorf("%s went to %s, which does not handle it", p.ID(), a.Name)
			}
			handlers[a.Kind]++
			filed[d.FilingNumber] = true
		}
		if len(filed) != len(fileable) {
			t.Errorf("%d of %d procedures were filed", len(filed), len(fileable))
		}
		t.Logf("%d procedures filed: %v", len(filed), handlers)
		if len(filed) < 850 || len(handlers) < 6 {
			t.Errorf("only %d procedures, by %v", len(filed), handlers)
		}
	})
}

// counts gives the procedures that the API lists as those that can be filed here
// today, and how many the page of that filter says there are.
func counts(t *testing.T, r *dossier.Room, now clock.Clock) (codes []string, page int) {
	t.Helper()
	guide, problems := portal.Load(packs.Bentre(), r.Catalogue.Has)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	log, mux := slog.New(slog.DiscardHandler), http.NewServeMux()
	room := portal.New(r.Catalogue, guide, now)
	room.API(humago.NewWithPrefix(mux, "/api", machine.Config("t", "1")), log)
	site := web.New(web.Config{Sessions: strangers{}, Log: log, Clock: now}).Handler(room, web.Routes{{Pattern: "GET /api/", Access: access.Public, Handler: web.Wrap(mux), Bare: true}})
	get := func(path string) []byte {
		w := httptest.NewRecorder()
		site.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != http.StatusOK {
			t.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		return w.Body.Bytes()
	}
	for cursor := ""; ; {
		var list portal.ProcedureList
		if err := json.Unmarshal(get("/api/v1/procedures?fileable=true&limit=200&cursor="+cursor), &list); err != nil {
			t.Fatal(err)
		}
		for _, x := range list.Items {
			codes = append(codes, x.Code)
		}
		if list.NextCursor == nil {
			break
		}
		cursor = *list.NextCursor
	}
	said := regexp.MustCompile(`id="found">\s*([\d.]+) `).FindSubmatch(get("/thu-tuc?cach-nop=here"))
	if said == nil {
		t.Fatal("the page does not say how many there are")
	}
	page, err := strconv.Atoi(strings.ReplaceAll(string(said[1]), ".", ""))
	if err != nil {
		t.Fatal(err)
	}
	return codes, page
}

type strangers struct{}

func (strangers) Actor(*http.Request) (access.Actor, error) { return access.Actor{}, nil }

func fileOne(t *testing.T, r *dossier.Room, p *catalogue.Procedure, blob file.Blob) (dossier.Dossier, error) {
	mai := servicestest.Applicant("mai")
	draft, err := r.Start(t.Context(), mai, p, dossier.Online, "", database.NewID())
	if err != nil {
		return dossier.Dossier{}, err
	}
	papers := 0
	w := answerer{people: new(int), paper: func(slot string) form.File {
		// One photo a dossier is enough to see that papers go along; the others are
		// brought to the desk.
		if papers++; papers > 1 {
			return form.File{}
		}
		f, err := r.AttachPaper(t.Context(), mai, draft.ID, dossier.SlotPaper+slot, blob)
		if err != nil {
			t.Fatal(err)
		}
		return servicestest.FormFile(f)
	}}
	answers := w.answers(p.Form, r.Env("vi"))
	if _, faults := p.Form.CheckAll(answers, r.Env("vi")); len(faults) > 0 {
		return dossier.Dossier{}, fmt.Errorf("answers are refused: %+v", faults)
	}
	draft, err = r.SavePage(t.Context(), mai, draft.ID, p.Form.First().ID, 0, func(form.Answers) form.Answers { return answers })
	if err != nil {
		return dossier.Dossier{}, err
	}
	return r.Send(t.Context(), mai, draft.ID, draft.Version, "vi")
}
