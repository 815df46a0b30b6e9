package bench

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
	"time"

	"benso/internal/apps/services/counter"
	"benso/internal/apps/services/desk"
	"benso/internal/apps/services/dossier"
	"benso/internal/apps/services/office"
	"benso/internal/apps/services/people"
	"benso/internal/apps/services/queue"
	"benso/internal/apps/services/register"
	"benso/internal/apps/services/servicestest"
	"benso/internal/core/cases"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/database/databasetest"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/vntext"
	"benso/internal/kernel/web"
	"benso/packs"
)

// commune is how many dossiers the commune has whose lists are measured; the rest
// of the province's is spread over a hundred others.
const commune = 5000

var (
	families = []string{"Nguyễn", "Trần", "Lê", "Phạm", "Huỳnh", "Phan", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý"}
	middles  = []string{"Văn", "Thị", "Hoàng", "Ngọc", "Minh", "Thanh", "Quốc", "Kim", "Hữu", "Đức", "Bảo", "Gia"}
	givens   = []string{"Anh", "Bình", "Châu", "Dung", "Em", "Giang", "Hà", "Hạnh", "Khánh", "Lan", "Linh", "Mai", "Nam", "Oanh", "Phúc", "Quân", "Sơn", "Tâm", "Tuyết", "Uyên", "Vân", "Xuân", "Yến", "Đạt"}
)

func one(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// filled has n dossiers, 5,000 of them in servicestest's commune, all of them
// open, half of them accepted.
func filled(b *testing.B, db *database.DB, room *dossier.Room, n int) {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	here, err := room.Units.AgencyPath(servicestest.Agency)
	must(b, err)
	p, err := room.Catalogue.Procedure(servicestest.Birth)
	must(b, err)
	process := room.Catalogue.Process(p)
	at := servicestest.Morning.AddDate(0, -6, 0)
	for from := 0; from < n; from += 5000 {
		must(b, db.Write(b.Context(), func(ctx context.Context, tx *database.Tx) error {
			for i := from; i < min(from+5000, n); i++ {
				id, holder := fmt.Sprintf("c%09d", i), here
				if i >= commune {
					holder = fmt.Sprintf("86/%d-2025/ubnd-%d-2025/", 28000+i%100, 28000+i%100)
				}
				name := one(r, families) + " " + one(r, middles) + " " + one(r, givens)
				child := one(r, families) + " " + one(r, middles) + " " + one(r, givens)
				phone := fmt.Sprintf("09%08d", r.IntN(100_000_000))
				number := fmt.Sprintf("BS-%s-%05d", at.Format("060102"), i%100_000)
				filed := at.Add(time.Duration(i%commune) * time.Minute)
				step, needs, due := "intake", string(access.DossierIntake), database.Time{}
				if i%2 == 0 {
					step, needs, due = "check", string(access.DossierCheck), database.At(servicestest.Morning.Add(time.Duration(r.IntN(20000)-500)*time.Minute))
				}
				if _, err := tx.ExecContext(ctx, `INSERT INTO drafts (id, account, channel, agency, procedure, procedure_version, completes, answers, revisions, version, filed_as, created_at, updated_at)
					VALUES ($1, 'a', 'online', '', $2, $3, '', '{}', '{}', 1, $1, $4, $4)`, id, p.Code, p.Version, database.At(filed)); err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, `INSERT INTO cases (id, kind, definition, definition_version, step, state, needs, agency, holder, assignee, place, due_at, provisional, number, title, folded, facet, channel, opened_at, outcome, version, simulated)
					VALUES ($1, 'dossier', $2, $3, $4, 'working', $5, $6, $7, '', $8, $9, $10, $11, $12, $13, $14, 'online', $15, '', 1, $10)`,
					id, process.ID, process.Version, step, needs, servicestest.Agency, holder, servicestest.Commune, due, false, number, child, vntext.Fold(number+" "+child+" "+name+" "+phone), p.Code, database.At(filed)); err != nil {
					return err
				}
				if _, err := tx.ExecContext(ctx, `INSERT INTO dossiers (case_id, draft_id, filing_number, code, secret, procedure, procedure_version, applicant, name, phone, receive, filed_at, limit_note, asked, proposal, reason, result_number, result_book, collected_by)
					VALUES ($1, $1, $2, NULL, '', $3, $4, '', $5, $6, 'desk', $7, '', '', '', '', '', '', '')`, id, number+"/"+id, p.Code, p.Version, name, phone, database.At(filed)); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	if db.Dialect() == database.Postgres {
		must(b, db.Write(b.Context(), func(ctx context.Context, tx *database.Tx) error {
			_, err := tx.ExecContext(ctx, `ANALYZE`)
			return err
		}))
	}
}

func must(b *testing.B, err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// both runs a measurement on both databases with as many dossiers as a commune
// has, as a province has in a year, and as BENSO_BENCH_ROWS says.
func both(b *testing.B, fn func(b *testing.B, room *dossier.Room)) {
	sizes := []int{commune, 100_000}
	if n, err := strconv.Atoi(os.Getenv("BENSO_BENCH_ROWS")); err == nil {
		sizes = []int{n}
	}
	for _, n := range sizes {
		for name, config := range map[string]func() database.Config{
			"sqlite":   func() database.Config { return database.Config{Dir: databasetest.SQLiteDir(b)} },
			"postgres": func() database.Config { return database.Config{Dir: b.TempDir(), URL: databasetest.PostgresURL(b)} },
		} {
			b.Run(fmt.Sprintf("%s/%d", name, n), func(b *testing.B) {
				db, err := database.Open(b.Context(), config())
				must(b, err)
				b.Cleanup(func() {
					if err := db.Close(); err != nil {
						b.Error(err)
					}
				})
				room, _ := servicestest.NewRoom(b, db)
				filled(b, db, room, n)
				fn(b, room)
			})
		}
	}
}

// Budget: 10 ms, whatever the words and the scope.
func BenchmarkSearchOfDossiers(b *testing.B) {
	both(b, func(b *testing.B, room *dossier.Room) {
		here, err := room.Units.AgencyPath(servicestest.Agency)
		must(b, err)
		q := room.DB.Read()
		for scope, path := range map[string]string{"commune": here, "province": "86/"} {
			for name, words := range map[string]string{"name": "nguyen thi anh", "common": "nguyen", "letter": "nguyen v", "phone": "0912", "number": "00042"} {
				f := cases.Filter{Scope: access.Within(path), Kind: dossier.Kind, State: cases.Every, Words: words}
				b.Run(scope+"/"+name, func(b *testing.B) {
					for b.Loop() {
						found, _, err := cases.List(b.Context(), q, f, 50, 0)
						must(b, err)
						_, err = cases.Count(b.Context(), q, f)
						must(b, err)
						if len(found) == 0 && name != "phone" && name != "number" {
							b.Fatal("found nothing")
						}
					}
				})
			}
			f := cases.Filter{Scope: access.Within(path), Kind: dossier.Kind, State: cases.Every, Words: "nguyn thi tuyte"}
			b.Run(scope+"/slip", func(b *testing.B) {
				for b.Loop() {
					meant, err := cases.Correct(b.Context(), q, f)
					must(b, err)
					if meant == "" {
						b.Fatal("not corrected")
					}
				}
			})
		}
	})
}

type session struct{ actor access.Actor }

func (s session) Actor(*http.Request) (access.Actor, error) { return s.actor, nil }

type nobody struct{}

func (nobody) Names(context.Context, ...string) (map[string]string, error) { return nil, nil }

func (nobody) ByHandle(context.Context, identity.Handle) ([]identity.Account, error) { return nil, nil }

func (nobody) ByCitizen(context.Context, string) (identity.Account, error) {
	return identity.Account{}, fault.Missing("account", "citizen")
}

func (nobody) Members(context.Context, string, string) ([]identity.Member, error) { return nil, nil }

// officialsSite are the officials' pages of a commune, for one official of it.
func officialsSite(b *testing.B, room *dossier.Room, role string) http.Handler {
	b.Helper()
	roles, problems := access.Load(packs.Bentre())
	if len(problems) > 0 {
		b.Fatal(problems[0])
	}
	actor := servicestest.Official(b, room, role, role, servicestest.Agency)
	o := office.Office{Room: room, Officials: nobody{}, Roles: roles}
	finder := people.Finder{Room: room, Citizens: nobody{}}
	return web.New(web.Config{Limits: web.Limits{Connections: 1, AtOnce: 1000, Uploads: 1, Work: time.Hour, Burst: time.Hour}, Province: "Vĩnh Long", Sessions: session{actor}, Clock: room.Clock, Log: slog.New(slog.DiscardHandler)}).
		Handler(queue.Pages{Office: o}, desk.Pages{Office: o}, counter.Pages{Office: o, People: finder}, register.Pages{Office: o, People: finder, NewSheet: func(io.Writer, string, []register.Column) (register.Sheet, error) { return rowless{}, nil }})
}

// rowless is a spreadsheet that keeps nothing: what is measured is the reading.
type rowless struct{}

func (rowless) Row(...any) error { return nil }

func (rowless) Close() error { return nil }

func ask(b *testing.B, site http.Handler, path string) {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	site.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Errorf("%s answers %d", path, w.Code)
	}
}

// Budget: 200 pages a second on two cores, with the journal row that each writes.
func BenchmarkQueuePage(b *testing.B) {
	both(b, func(b *testing.B, room *dossier.Room) {
		site := officialsSite(b, room, "clerk")
		for name, path := range map[string]string{"agency": "/ban-lam-viec?hang=tat-ca", "role": "/ban-lam-viec?hang=cho", "today": "/ban-lam-viec?hang=hom-nay", "words": "/ban-lam-viec?hang=tat-ca&q=nguyen+thi+anh", "last": "/ban-lam-viec?hang=tat-ca&trang=100"} {
			b.Run(name, func(b *testing.B) {
				b.SetParallelism(4)
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						ask(b, site, path)
					}
				})
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "pages/s")
			})
		}
	})
}

// whole is a dossier with everything that a person says.
func whole(b *testing.B, room *dossier.Room) (id string) {
	b.Helper()
	mai := servicestest.Applicant("mai")
	p, err := room.Catalogue.Procedure(servicestest.Birth)
	must(b, err)
	d, err := room.Start(b.Context(), mai, p, dossier.Online, "", database.NewID())
	must(b, err)
	d, err = room.SavePage(b.Context(), mai, d.ID, "all", 0, func(form.Answers) form.Answers { return servicestest.BirthAnswers("Nguyễn Thị Ánh", form.File{}) })
	must(b, err)
	filed, err := room.Send(b.Context(), mai, d.ID, d.Version, "vi")
	must(b, err)
	return filed.ID
}

// Budget: 50 ms for each page that an official waits for, one after the other; the
// spreadsheet of all dossiers of the commune, 1 second.
func BenchmarkOfficialsPages(b *testing.B) {
	both(b, func(b *testing.B, room *dossier.Room) {
		site, head := officialsSite(b, room, "clerk"), officialsSite(b, room, "head")
		const desk, so = "/ban-lam-viec", "/ban-lam-viec/so"
		sheet := desk + "/" + whole(b, room)
		for _, page := range []struct {
			name, path string
			site       http.Handler
		}{
			{"queue", desk + "?hang=tat-ca", site}, {"queue-to-give", desk + "?hang=tat-ca&chon=het", head}, {"queue-slip", desk + "?hang=tat-ca&q=nguyn+thi+tuyte", site},
			{"register", so, site}, {"register-last", so + "?trang=100", site}, {"register-words", so + "?q=nguyen+thi", site}, {"register-slip", so + "?q=nguyn+thi+tuyte", site},
			{"register-filtered", so + "?trang-thai=mo&thu-tuc=khai+sinh&han=tre&xep=han&nop-tu=2026-06-01", site}, {"register-step", so + "?buoc=check&xep=cu", site},
			{"person-name", desk + "/nguoi?q=nguyen+thi", site}, {"person-slip", desk + "/nguoi?q=nguyn+thi+tuyte", site}, {"person-phone", desk + "/nguoi?q=0912345678", site}, {"person-citizen", desk + "/nguoi?q=083198004321", site},
			{"counter-person", desk + "/tiep-nhan-tai-quay?doi=1&nguoi=nguyen+thi+tuyet", site}, {"counter-form", desk + "/tiep-nhan-tai-quay?thu-tuc=" + servicestest.Birth, site},
			{"sheet", sheet + "?hang=cho", site}, {"sheet-from-words", sheet + "?hang=tat-ca&buoc=intake&q=nguyen+thi", site}, {"sheet-of-the-head", sheet, head}, {"request", sheet + "/yeu-cau-bo-sung", site},
			{"spreadsheet", so + "/tep.xlsx", site}, {"csv", so + "/tep.csv", site},
		} {
			b.Run(page.name, func(b *testing.B) {
				for b.Loop() {
					ask(b, page.site, page.path)
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/page")
			})
		}
	})
}
