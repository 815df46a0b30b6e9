package administration

import (
	"strings"
	"testing"

	"benso/internal/kernel/database"
)

func TestPreviewSaysWhatEachLineWouldDoAndLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, h := t.Context(), w.hand(w.chief)
		w.hire("0912345671", "clerk", here)
		text := "đăng nhập;họ và tên;vai trò;cơ quan;từ ngày\n" +
			"0912345671;Trần Văn Mới;Công chức bộ phận một cửa;" + here + ";01/01/2026\n" +
			"0912345671;Trần Văn Mới;Chuyên viên;Ủy ban nhân dân xã Phú Túc;\n" +
			"0912345672;Lê Thị Bình;Chuyên viên;" + here + ";\n" +
			"0912345672;Lê Thị Bình;Người ký;" + here + ";\n"
		tables := `SELECT (SELECT count(*) FROM accounts) + (SELECT count(*) FROM assignments) + (SELECT count(*) FROM journal WHERE action <> 'officials.checked') + (SELECT count(*) FROM official_acts) + (SELECT count(*) FROM idempotency)`
		before := w.count(tables)
		would, faults, err := w.Preview(ctx, h, text)
		if err != nil || len(faults) > 0 || len(would) != 4 {
			t.Fatal(would, faults, err)
		}
		said := ""
		for _, d := range would {
			said += string(letter(d.Outcome))
			if d.Password != "" {
				t.Error("a look shows a password")
			}
		}
		if said != "=+n+" || w.count(tables) != before {
			t.Errorf("would do %q; %d rows became %d", said, before, w.count(tables))
		}
		if n := w.count(`SELECT count(*) FROM journal WHERE action = 'officials.checked' AND actor = $1`, w.chief); n != 1 {
			t.Errorf("that a file was looked at is written down %d times", n)
		}
		key := database.NewID()
		done, faults, err := w.TakeIn(ctx, h, key, "Quyết định 20", text)
		if err != nil || len(faults) > 0 || len(done) != 4 || done[2].Password == "" || done[0].Password+done[1].Password+done[3].Password != "" {
			t.Fatal(done, faults, err)
		}
		again, faults, err := w.TakeIn(ctx, h, key, "Quyết định 20", text)
		if err != nil || len(faults) > 0 || len(again) != 4 || again[2].Password != done[2].Password {
			t.Error("sent again the file shows another password", again, faults, err)
		}
		if n := w.count(`SELECT count(*) FROM official_acts WHERE reason = 'Quyết định 20'`); n != 4 { // one account, three roles
			t.Errorf("%d acts are kept", n)
		}
	})
}

func TestFileWithoutDaysGivesNothingTwiceWhenItIsTakenInAgainLater(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, h := t.Context(), w.hand(w.chief)
		text := "login,name,role,agency\n0912345671,Lê Thị Bình,clerk," + here + "\n"
		done, faults, err := w.TakeIn(ctx, h, database.NewID(), "x", text)
		if err != nil || len(faults) > 0 || letter(done[0].Outcome) != 'n' {
			t.Fatal(done, faults, err)
		}
		w.clock.Set(w.clock.Now().AddDate(0, 0, 1))
		again, faults, err := w.TakeIn(ctx, h, database.NewID(), "x", text)
		if err != nil || len(faults) > 0 || letter(again[0].Outcome) != '=' {
			t.Errorf("%+v, %+v, %v", again, faults, err)
		}
		if got := w.posts(done[0].Account); len(got) != 1 {
			t.Error("holds", got)
		}
	})
}

func TestFileOfOneCommuneHasNoLineForAnother(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, h := t.Context(), w.hand(w.chief)
		w.hire("0912345671", "clerk", elsewhere)
		text := "login,name,role,agency\n" +
			"0912345672,Lê Thị Bình,clerk," + here + "\n" +
			"0912345673,Lê Thị Ba,clerk," + elsewhere + "\n"
		_, faults, err := w.TakeIn(ctx, h, database.NewID(), "x", text)
		if err != nil || len(faults) != 1 || faults[0].Line != 3 || faults[0].Column != "agency" || faults[0].Key != "administration.agency_unknown" {
			t.Errorf("%+v, %v", faults, err)
		}
		// Somebody who works elsewhere, and oneself: both lines, and nothing done.
		text = "login,name,role,agency\n" +
			"0912345672,Lê Thị Bình,clerk," + here + "\n" +
			"0912345671,Trần Văn Mới,clerk," + here + "\n" +
			"0900000001,Trần Văn Mới,clerk," + here + "\n"
		_, faults, err = w.TakeIn(ctx, h, database.NewID(), "x", text)
		if err != nil || len(faults) != 2 || faults[0].Key != "administration.works_elsewhere" || faults[1].Key != "administration.not_self" || faults[1].Column != "login" {
			t.Errorf("%+v, %v", faults, err)
		}
		if n := w.count(`SELECT count(*) FROM accounts WHERE name = 'Lê Thị Bình'`); n != 0 {
			t.Error("the first line was done although the file was refused")
		}
	})
}

func TestFileThatIsNoTextOrTooLongIsRefusedWithWhatToDo(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		h := w.hand(w.chief)
		for text, key := range map[string]string{
			"PK\x03\x04rest": "administration.sheet_workbook",
			"h\xe4?":         "administration.sheet_encoding",
			"login,name,role,agency\n" + strings.Repeat("0912345671,Trần Văn Mới,clerk,"+here+"\n", mostRowsPage+1): "administration.sheet_long",
		} {
			if _, faults, err := w.Preview(t.Context(), h, text); err != nil || len(faults) != 1 || faults[0].Key != key {
				t.Errorf("%.20q: %+v, %v", text, faults, err)
			}
		}
	})
}
