package people

import (
	"testing"

	"benso/internal/apps/services/dossier"
)

func TestPeopleAreToldApartByAccountOrByNameAndPhone(t *testing.T) {
	made := func(id, account, name, phone string) dossier.Dossier {
		d := dossier.Dossier{Applicant: account, Name: name, Phone: phone, Procedure: "1"}
		d.ID = id
		return d
	}
	got := gather([]dossier.Dossier{
		made("a", "mai", "Nguyễn Thị Mai", "0912345678"),
		made("b", "", "NGUYỄN THỊ MAI", "0912345678"), // at the counter, without an account
		made("c", "mai", "Nguyễn Thị Mai", "0988888888"),
		made("d", "", "Trần Văn Bình", "0912345678"), // of one household
		made("e", "", "Lê Văn Không Số", ""),
		made("f", "", "Lê Văn Không Số", ""), // a name alone is many people's
	})
	var said []string
	for _, p := range got {
		said = append(said, p.Last)
	}
	if len(got) != 4 || got[0].Dossiers != 3 || got[0].Last != "a" || got[1].Last != "d" || got[2].Last != "e" || got[3].Last != "f" {
		t.Errorf("the people are %v, the first with %d dossiers", said, got[0].Dossiers)
	}
	known := dossier.Person{Who: made("a", "mai", "Nguyễn Thị Mai", "0912345678").Who(), Name: "Nguyễn Thị Mai", Phone: "0912345678"}
	for id, want := range map[string]bool{"b": true, "c": true, "d": false} {
		for _, d := range []dossier.Dossier{made("b", "", "NGUYỄN THỊ MAI", "0912345678"), made("c", "mai", "Nguyễn Thị Mai", "0988888888"), made("d", "", "Trần Văn Bình", "0912345678")} {
			if d.ID == id && Same(d, known) != want {
				t.Errorf("%s is theirs: %v", id, !want)
			}
		}
	}
}

func TestWhoeverHasTheWholeNameComesFirst(t *testing.T) {
	got := wholeFirst([]Person{{Name: "Nguyễn Thị Mai Anh", Last: "a"}, {Name: "Nguyễn Thị Mai", Last: "b"}, {Name: "Nguyễn Thị Mai Chi", Last: "c"}, {Name: "Nguyễn Thị Mãi", Last: "d"}}, " nguyen thi  MAI ")
	var order string
	for _, p := range got {
		order += p.Last
	}
	if order != "bdac" {
		t.Errorf("the order is %s", order)
	}
}

func TestNumbersAreReadAsPeopleTypeThem(t *testing.T) {
	for typed, want := range map[string][2]string{
		"0912 345 678": {"0912345678", ""}, "+84 912 345 678": {"0912345678", ""}, "083 198 004 321": {"", "083198004321"}, "083198004321": {"", "083198004321"},
		"321654987": {"0321654987", "321654987"}, "nguyễn thị mai": {}, "12a": {}, "": {},
	} {
		phone, citizen := numbers(typed)
		if phone != want[0] || citizen != want[1] {
			t.Errorf("%q is the phone %q and the citizen number %q, want %v", typed, phone, citizen, want)
		}
	}
}
