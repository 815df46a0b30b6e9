package journeys

import (
	"strings"
	"testing"

	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/servicestest"
	"benso/internal/kernel/database"
	"benso/internal/kernel/form"
)

// walkedIn is a dossier of a mother who came to the counter and has no account.
func (w world) walkedIn(mother, phone, citizen, child string) dossier.Dossier {
	w.t.Helper()
	ctx, room, clerk := w.t.Context(), w.program.Dossiers, w.actor("motcua@benso.example")
	p, err := room.Catalogue.Procedure(servicestest.Birth)
	w.must(err)
	d, err := room.Start(ctx, clerk, p, dossier.Counter, servicestest.Agency, database.NewID())
	w.must(err)
	d, err = room.SavePage(ctx, clerk, d.ID, "all", 0, func(form.Answers) form.Answers {
		answers := servicestest.BirthAnswers(child, form.File{})
		answers["phone"] = form.Value{Text: phone}
		answers["mother"].Parts["name"], answers["mother"].Parts["citizen"] = form.Value{Text: mother}, form.Value{Text: citizen}
		return answers
	})
	w.must(err)
	filed, err := room.Send(ctx, clerk, d.ID, d.Version, "vi")
	w.must(err)
	return filed
}

func TestClerkFindsOneOfSeveralPeopleAndGoesOnInANarrowListByKeys(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		w.walkedIn("Nguyễn Thị Mai Hương", "0912345601", "083190000321", "Trẻ Chung Một")
		w.walkedIn("Nguyễn Thị Mai Anh", "0912345602", "083190000322", "Trẻ Chung Hai")
		w.walkedIn("Lê Thị Cúc", "0912345603", "083190000323", "Trẻ Riêng")
		clerk := w.official("motcua@benso.example", office)
		choose := func(person string) {
			clerk.Open(w.base + "/ban-lam-viec/tiep-nhan-tai-quay?doi=1")
			clerk.Press("j")
			clerk.Type(person)
			clerk.Press("Tab")
			clerk.Type("1.001193")
			clerk.Press("Enter")
		}
		choose("nguyen thi mai")
		w.see(clerk, "Nguyễn Thị Mai Hương", "Nguyễn Thị Mai Anh")
		w.look(clerk)
		w.picture(clerk, "several")
		second := clerk.Text("a[data-shortcut=a]")
		clerk.Press("a") // the second line
		w.see(clerk, "Đã điền sẵn những gì "+second+" khai lần trước")
		for _, typed := range []string{"083190000322", "0912345602", "nguyn thi mai anh"} {
			choose(typed)
			w.see(clerk, "Đã điền sẵn những gì Nguyễn Thị Mai Anh khai lần trước")
		}
		clerk.Open(w.base + "/ban-lam-viec/nguoi")
		clerk.Press("/")
		clerk.Type("083190000323")
		clerk.Press("Enter")
		w.see(clerk, "Lê Thị Cúc", "1 người")
		w.look(clerk)
		w.picture(clerk, "person")
		clerk.Press("m")
		w.see(clerk, "Lê Thị Cúc, 0912345603")

		clerk.Open(w.base + "/ban-lam-viec?hang=tat-ca&buoc=intake&q=tre+chung")
		clerk.Press("o")
		w.see(clerk, "Trẻ Chung Một")
		clerk.Press("a")
		w.see(clerk, "Hồ sơ đã có mã và ngày hẹn")
		clerk.Press("n")
		w.see(clerk, "Trẻ Chung Hai")
		if at := clerk.URL(); !strings.HasSuffix(at, "?hang=tat-ca&buoc=intake&q=tre+chung") {
			t.Errorf("the list is lost on the way: %s", at)
		}
		clerk.Press("a")
		w.see(clerk, "Hồ sơ đã có mã và ngày hẹn")
		clerk.Press("n")
		w.see(clerk, "Trẻ Riêng")

		head := w.official("thutruong@benso.example", office)
		head.Open(w.base + "/ban-lam-viec?hang=tat-ca")
		head.Press("a")
		w.look(head)
		w.picture(head, "ticked")
		head.Press("g")
		w.see(head, "Giao 3 hồ sơ cho")
		head.Click("Thôi, quay lại")
		w.see(head, "Hồ sơ của cả cơ quan")
	})
}
