package dossier_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
	"benso/internal/testkit/robot"
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
