package demo

import (
	"bytes"
	"container/heap"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/access"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/event"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/job"
	"benso/internal/kernel/unit"
	"benso/internal/server"
)

// lately is how many of the last dossiers are followed by everything that an act
// causes: papers by the system, notices, readings.
const lately = 500

// A transaction holds so many deeds, or lasts so long, and ends at once when
// somebody else waits to write.
const (
	deedsTogether = 400
	holdAtLeast   = 4 * time.Millisecond
	holdAtMost    = 150 * time.Millisecond
)

// matter is one dossier that somebody will do something about.
type matter struct {
	n        int // number of its filing
	deeds    int // how many have been done
	id       string
	version  int64
	desk     *desk
	who      access.Actor // the applicant; the zero Actor where a clerk filed for somebody
	name     string
	p        *catalogue.Procedure
	accepted time.Time
	due      time.Time
	finish   time.Time // when the result is meant to be signed
	asked    bool
	late     bool
	sorry    bool
	undone   bool
	consult  string // the question that is open
	post     bool
	room     *dossier.Room
}

// deed is something that somebody does at a time.
type deed struct {
	at  time.Time
	seq int // deeds of one instant keep their order
	m   *matter
	do  func(w *world, ctx context.Context, m *matter) error
}

type agenda []deed

func (a agenda) Len() int { return len(a) }
func (a agenda) Less(i, j int) bool {
	return a[i].at.Before(a[j].at) || a[i].at.Equal(a[j].at) && a[i].seq < a[j].seq
}
func (a agenda) Swap(i, j int) { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)   { *a = append(*a, x.(deed)) }
func (a *agenda) Pop() any {
	old := *a
	last := old[len(old)-1]
	old[len(old)-1] = deed{}
	*a = old[:len(old)-1]
	return last
}

// world is the simulated province: what will be done, and the clock.
type world struct {
	*staff
	seed     int64
	end      time.Time
	total    int
	past     *dossier.Room // of what is long over
	present  *dossier.Room // of the last dossiers
	days     []day
	day      int // the next one
	offers   *offers
	people   map[string][]access.Actor
	persons  int // how many applicants have an account
	papers   []file.Blob
	results  []file.Blob
	touched  map[string]bool // dossiers of the past of which the board has not heard
	agenda   agenda
	seq      int
	progress Progress
}

// Progress is how far a simulation has come.
type Progress struct {
	Filed, Total int
	Acts         int
	Day          time.Time
}

// keepNothing takes no job: of what is long over nobody waits for a paper.
type keepNothing struct{}

func (keepNothing) Enqueue(context.Context, *database.Tx, job.Args, ...job.EnqueueOption) error {
	return nil
}

func newWorld(ctx context.Context, p *server.Program, plan Plan) (*world, error) {
	now := clock.NewFake(begin)
	s, err := newStaff(ctx, p, now)
	if err != nil {
		return nil, err
	}
	w := &world{staff: s, seed: plan.Seed, end: plan.Until, total: plan.Dossiers, people: map[string][]access.Actor{}, touched: map[string]bool{}, progress: Progress{Total: plan.Dossiers, Day: begin}}
	files, err := file.NewStore(ctx, p.DB, now, p.Config.Papers())
	if err != nil {
		return nil, err
	}
	w.present, w.past = p.Dossiers.Simulating(now, files), p.Dossiers.Simulating(now, files)
	w.past.Jobs, w.past.Events = keepNothing{}, event.NewBus(p.DB, now, "")
	w.days = allot(w.past.Calendar, plan.Dossiers, plan.Until)
	return w, nil
}

// draw makes the pictures that stand for papers: few, since a paper is on the disk
// before anything names it, and each needs the disk's word for it.
func (w *world) draw(ctx context.Context) error {
	for i := range 24 {
		name, to := "giay-to-mo-phong.jpg", &w.papers
		if i%2 == 1 {
			name, to = "ket-qua-mo-phong.jpg", &w.results
		}
		blob, err := w.past.Files.Receive(ctx, bytes.NewReader(picture(dice(w.seed, i, 1000))), file.Meta{Name: name})
		if err != nil {
			return fmt.Errorf("draw a paper: %w", err)
		}
		blob.Doubts = "" // a paper is looked at when the machine has the time: the province hangs on no such thing
		*to = append(*to, blob)
	}
	return nil
}

// picture is a small page of lines, each another one.
func picture(r *rand.Rand) []byte {
	img := image.NewRGBA(image.Rect(0, 0, 240, 320))
	shade := color.RGBA{uint8(180 + r.IntN(60)), uint8(180 + r.IntN(60)), uint8(180 + r.IntN(60)), 255}
	for y := range 320 {
		line := 80 + r.IntN(110)
		for x := range 240 {
			c := shade
			if y > 30 && y%20 < 2 && x > 24 && x < 24+line {
				c = color.RGBA{60, 60, 70, 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: 60}); err != nil {
		panic(err) // a picture in memory always encodes
	}
	return b.Bytes()
}

// at plans a deed. Where the agency shuts before, it is done in its last hours.
func (w *world) at(t time.Time, m *matter, do func(*world, context.Context, *matter) error) {
	if end := m.desk.closes; !end.IsZero() && t.After(end) {
		t = w.clock.Now().Add(2 * time.Minute)
		if before := end.Add(-90 * time.Minute); t.Before(before) {
			t = before.Add(time.Duration(m.n%60) * time.Minute)
		}
	}
	w.seq++
	heap.Push(&w.agenda, deed{at: t.Truncate(time.Microsecond), seq: w.seq, m: m, do: do})
}

// later plans a deed after some minutes in office hours.
func (w *world) later(r *rand.Rand, m *matter, least, most int, do func(*world, context.Context, *matter) error) {
	w.at(w.past.Calendar.Add(w.clock.Now(), minutes(r, least, most)), m, do)
}

func minutes(r *rand.Rand, least, most int) time.Duration {
	return time.Duration(least)*time.Minute + time.Duration(r.Int64N(int64(most-least)*int64(time.Minute)))
}

// live does everything until the end, some deeds together. tell hears after each
// transaction how far it is.
func (w *world) live(ctx context.Context, tell func(Progress)) error {
	for over := false; !over; {
		if err := ctx.Err(); err != nil {
			return err
		}
		began := clock.System.Now() // what it takes, not what is simulated
		err := w.p.DB.Together(ctx, func(ctx context.Context) (err error) {
			for n := 0; n < deedsTogether && !over && err == nil; n++ {
				if took := clock.System.Now().Sub(began); took > holdAtMost || took > holdAtLeast && w.p.DB.Wanted(ctx) {
					break
				}
				over, err = w.next(ctx)
			}
			if err != nil {
				return err
			}
			return w.count(ctx)
		})
		if err != nil {
			return err
		}
		tell(w.progress)
	}
	return nil
}

// next does the next deed, or begins the next day; over says that there is nothing
// left to do before the end.
func (w *world) next(ctx context.Context) (over bool, err error) {
	if w.day < len(w.days) && (len(w.agenda) == 0 || !w.agenda[0].at.Before(w.days[w.day].start)) {
		w.day++
		return false, w.dawn(ctx, w.days[w.day-1])
	}
	if len(w.agenda) == 0 || !w.agenda[0].at.Before(w.end) {
		return true, w.everybody(ctx)
	}
	d, ok := heap.Pop(&w.agenda).(deed)
	if !ok {
		return false, errors.New("the agenda holds what is no deed")
	}
	w.clock.Set(d.at)
	d.m.deeds++
	err = d.do(w, w.chance(ctx, d.m.n, d.m.deeds), d.m)
	if fault.Is(err, fault.Conflict) && d.m.id != "" {
		return false, nil // somebody at the site was faster: the dossier is theirs now
	}
	if err != nil {
		return false, fmt.Errorf("simulate dossier %d at %s: %w", d.m.n, d.at.In(clock.Zone).Format(time.DateTime), err)
	}
	w.progress.Acts++
	if d.m.room == w.past && d.m.id != "" {
		w.touched[d.m.id] = true
	}
	return false, nil
}

// count has the board count what was done to dossiers of the past, of which no event
// tells it, in the transaction of the deeds.
func (w *world) count(ctx context.Context) error {
	ids := slices.Sorted(maps.Keys(w.touched))
	if len(ids) == 0 {
		return nil
	}
	clear(w.touched)
	return w.p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error { return w.p.Targets.Keep(ctx, tx, ids) })
}

// everybody hires where nobody has had anything to do yet, so that each agency can be
// signed in to.
func (w *world) everybody(ctx context.Context) error {
	w.clock.Set(w.end)
	today := w.today()
	view := w.past.Units.At(today)
	return w.hire(w.chance(ctx, -1, 1), today, func(a unit.Agency) bool {
		u, err := view.Unit(a.Unit)
		return err == nil && w.offers.kinds[handler{string(u.Level), a.Kind}]
	})
}

// chance has the ids of an act follow from the seed, the dossier and the number of
// the deed.
func (w *world) chance(ctx context.Context, dossier, deed int) context.Context {
	var seed [32]byte
	binary.BigEndian.PutUint64(seed[0:], uint64(w.seed))
	binary.BigEndian.PutUint64(seed[8:], uint64(int64(dossier)))
	binary.BigEndian.PutUint64(seed[16:], uint64(deed))
	return database.WithChance(ctx, &database.Chance{At: w.clock.Now(), From: rand.NewChaCha8(seed)})
}

// dawn begins a day: what can be asked for and where, who works there, who is away,
// and what will be filed.
func (w *world) dawn(ctx context.Context, d day) error {
	w.clock.Set(d.start)
	w.progress.Day = d.start
	// Negative numbers are no dossiers': ids of what belongs to a day.
	ctx = w.chance(ctx, -int(d.start.Unix()/86400), 0)
	today := w.today()
	if w.day == 1 || w.turns(d.start) {
		if err := w.turn(ctx, today); err != nil {
			return err
		}
	}
	if w.past.Calendar.IsWorkingDay(d.start) {
		if err := w.absences(ctx, w.seed, w.day); err != nil {
			return err
		}
	}
	if d.start.Weekday() == time.Monday { // as the program does every hour
		err := w.p.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
			return database.ForgetRequests(ctx, tx, d.start.Add(-7*24*time.Hour))
		})
		if err != nil {
			return err
		}
	}
	for _, f := range d.filings(w.seed, w.past.Calendar, w.end) {
		w.seq++
		m := &matter{n: f.n, room: w.past}
		if f.n >= w.total-lately {
			m.room = w.present
		}
		do := (*world).fileAtHome
		if f.channel == dossier.Counter {
			do = (*world).fileAtDesk
		}
		heap.Push(&w.agenda, deed{at: f.at, seq: w.seq, m: m, do: do})
	}
	return nil
}

// turns says whether the province changes on a day: a procedure, a unit or an
// agency begins or ends.
func (w *world) turns(at time.Time) bool {
	today, before := clock.Day(at), clock.Day(at.AddDate(0, 0, -1))
	units := w.past.Units
	if slices.ContainsFunc(units.Starts(), func(d database.Date) bool { return string(d) == today }) {
		return true
	}
	a, b := units.Agencies(database.Date(today)), units.Agencies(database.Date(before))
	return !slices.EqualFunc(a, b, func(x, y unit.Agency) bool { return x.ID == y.ID }) || at.In(clock.Zone).Day() == 1
}

// turn makes what hangs on the day's catalogue and units.
func (w *world) turn(ctx context.Context, today database.Date) error {
	w.offers = newOffers(w.past.Catalogue, w.past.Units, string(today))
	w.order = slices.DeleteFunc(w.order, func(id string) bool { return !w.desks[id].agency.Lives(today) })
	return w.move(today)
}

// move has people of communes that ended live in those that succeeded them.
func (w *world) move(today database.Date) error {
	for _, id := range slices.Sorted(maps.Keys(w.people)) {
		lives, err := w.past.Units.Periods(id)
		if err != nil {
			return err
		}
		if lives[0].From > today || lives[len(lives)-1].Lives(today) || slices.ContainsFunc(lives, func(u unit.Unit) bool { return u.Lives(today) }) {
			continue // its time has not come, or goes on
		}
		next, err := w.past.Units.Successors(id, today)
		if err != nil {
			return err
		}
		for i, p := range w.people[id] {
			if len(next) > 0 {
				to := next[i%len(next)].ID
				w.people[to] = append(w.people[to], p)
			}
		}
		delete(w.people, id)
	}
	return nil
}

// key names the attempt of a deed.
func key(m *matter, n int) string {
	return "demo-" + strconv.Itoa(m.n) + "-" + strconv.Itoa(m.deeds) + "-" + strconv.Itoa(n)
}

// act names an attempt on the matter as the simulation saw it last.
func (m *matter) act(n int) dossier.Act {
	return dossier.Act{ID: m.id, Version: m.version, Key: key(m, n)}
}

// saw keeps what an act answered.
func (m *matter) saw(d dossier.Dossier, err error) error {
	if err == nil {
		m.version, m.due = d.Version, d.DueAt
	}
	return err
}
