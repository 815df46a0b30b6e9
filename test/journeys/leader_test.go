package journeys

import (
	"testing"
	"time"

	"benso/internal/kernel/clock"
)

// A leader opens the board, finds the worst commune, opens its late dossiers and reads
// why each was due when it was.
func TestLeaderFindsTheWorstCommuneAndWhyItsDossiersWereDue(t *testing.T) {
	databases(t, func(t *testing.T, w world) {
		d := w.accepted("Nguyễn Thị Ánh Dương", 31)
		now, ok := w.program.Clock.(*clock.Fake)
		if !ok {
			t.Fatal("the clock of the journeys is not moved by them")
		}
		now.Advance(9 * 24 * time.Hour) // a birth is registered the same day
		room, ctx := w.program.Dossiers, t.Context()
		d, err := room.ProposeRefusal(ctx, w.actor("chuyenvien@benso.example"), act(d), "Trẻ đã được đăng ký khai sinh ở nơi khác.")
		w.must(err)
		d, err = room.Refuse(ctx, w.actor("lanhdao@benso.example"), act(d), "Trẻ đã được đăng ký khai sinh ở nơi khác.")
		w.must(err)
		if d.OnTime == nil || *d.OnTime {
			t.Fatalf("nine days after it was due it is on time: %v", d.OnTime)
		}
		leader := w.official("tinh@benso.example", office)
		leader.Open(w.base + "/chi-tieu")
		w.look(leader)
		leader.Click("Trang cho lãnh đạo")
		for until := time.Now().Add(5 * time.Second); !leader.Has("0 / 1") && time.Now().Before(until); {
			time.Sleep(200 * time.Millisecond)
			leader.Open(w.base + "/chi-tieu/lanh-dao")
		}
		w.see(leader, "Nơi cần xem trước", "0 / 1")
		w.look(leader)
		w.picture(leader, "leaders")
		leader.Within(".bd-worst table:nth-of-type(2)").Click("Xã Phú Túc")
		w.see(leader, "Sổ theo dõi hồ sơ", d.Code)
		w.picture(leader, "late")
		leader.Open(w.base + "/ban-lam-viec/" + d.ID) // the row leads there
		w.see(leader, "Vì sao có hạn này")
		w.look(leader)
	})
}
