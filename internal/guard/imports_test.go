package guard

import (
	"path"
	"sort"
	"strconv"
	"strings"
	"testing"
)

// room is one package and what it may import of this repository. The words:
//
//	before    the kernel's packages in the rows above
//	kernel    every package of the kernel that is not for tests
//	core      every core
//	own       the other rooms of the same app
//	adapters  every adapter
//	apps      every room of every app
//	server    internal/server
//	everything
//
// and the path of one package.
type room struct {
	path  string
	may   string
	tests bool // exists for tests: only tests (and rows that say so) import it
}

// house is who may import whom. A package that is not here fails, and so does
// an import that no row allows. Tests may also import testkit, packs,
// migrations, and the packages that exist for tests.
var house = []room{
	{path: "migrations"},
	{path: "packs"},

	// The kernel, each on those above it.
	{path: "internal/kernel/fault", may: "before"},
	{path: "internal/kernel/clock", may: "before"},
	{path: "internal/kernel/vntext", may: "before"},
	{path: "internal/kernel/decimal", may: "before"},
	{path: "internal/kernel/message", may: "before"},
	{path: "internal/kernel/database", may: "before migrations"},
	{path: "internal/kernel/database/databasetest", may: "before migrations internal/kernel/job internal/testkit/postgres", tests: true},
	{path: "internal/kernel/job", may: "before"},
	{path: "internal/kernel/job/jobtest", may: "before", tests: true},
	{path: "internal/kernel/event", may: "before"},
	{path: "internal/kernel/audit", may: "before"},
	{path: "internal/kernel/pack", may: "before"},
	{path: "internal/kernel/unit", may: "before"},
	{path: "internal/kernel/worktime", may: "before"},
	{path: "internal/kernel/identity", may: "before"},
	{path: "internal/kernel/access", may: "before"},
	{path: "internal/kernel/file", may: "before"},
	{path: "internal/kernel/file/resumable", may: "before"},
	{path: "internal/kernel/notify", may: "before"},
	{path: "internal/kernel/form", may: "before"},
	{path: "internal/kernel/lake", may: "before"},
	{path: "internal/kernel/web", may: "before internal/kernel/web/assets"},
	{path: "internal/kernel/web/assets"},
	{path: "internal/kernel/web/formview", may: "before"},
	{path: "internal/kernel/web/machine", may: "before"},

	// Cores never import cores.
	{path: "internal/core/cases", may: "kernel"},
	{path: "internal/core/targets", may: "kernel"},

	// Apps never import apps; an app's rooms may import each other.
	{path: "internal/apps/services/finder", may: "kernel"},
	{path: "internal/apps/services/catalogue", may: "kernel core own"},
	{path: "internal/apps/services/fees", may: "kernel"},
	{path: "internal/apps/services/dossier", may: "kernel core own"},
	{path: "internal/apps/services/payment", may: "kernel core own"},
	{path: "internal/apps/services/papers", may: "kernel core own"},
	{path: "internal/apps/services/people", may: "kernel core own"},
	{path: "internal/apps/services/filing", may: "kernel core own"},
	{path: "internal/apps/services/office", may: "kernel core own"},
	{path: "internal/apps/services/queue", may: "kernel core own"},
	{path: "internal/apps/services/slips", may: "kernel core own"},
	{path: "internal/apps/services/consult", may: "kernel core own"},
	{path: "internal/apps/services/signing", may: "kernel core own"},
	{path: "internal/apps/services/counter", may: "kernel core own"},
	{path: "internal/apps/services/desk", may: "kernel core own"},
	{path: "internal/apps/services/portal", may: "kernel core own"},
	{path: "internal/apps/services/register", may: "kernel core own"},
	{path: "internal/apps/services/measures", may: "kernel core own"},
	{path: "internal/apps/services/told", may: "kernel core own"},
	{path: "internal/apps/services/reform", may: "kernel core own"},
	{path: "internal/apps/services/servicestest", may: "kernel core own packs internal/kernel/database/databasetest internal/kernel/job/jobtest", tests: true},
	{path: "internal/apps/administration", may: "kernel core"},
	{path: "internal/apps/administration/agencies", may: "kernel core internal/apps/administration"},
	{path: "internal/apps/account", may: "kernel core"},
	{path: "internal/apps/board", may: "kernel core"},
	{path: "internal/apps/inbox", may: "kernel core"},
	{path: "internal/apps/helpdesk", may: "kernel core"},

	// The outside world.
	{path: "internal/adapters/pdf", may: "kernel"},
	{path: "internal/adapters/spreadsheet", may: "kernel"},
	{path: "internal/adapters/clamd", may: "kernel"},
	{path: "internal/adapters/mail", may: "kernel"},

	// Wiring.
	{path: "internal/server", may: "kernel core apps adapters packs"},
	{path: "internal/server/demo", may: "kernel core apps adapters packs server"},
	{path: "cmd/benso", may: "kernel server packs internal/server/demo"},

	// Tests and measurements.
	{path: "internal/testkit/postgres", tests: true},
	{path: "internal/testkit/postgres/run", may: "internal/testkit/postgres", tests: true},
	{path: "internal/testkit/browser", tests: true},
	{path: "internal/testkit/clamd", tests: true},
	{path: "internal/testkit/mailbox", tests: true},
	{path: "internal/testkit/robot", tests: true},
	{path: "internal/guard", may: "internal/kernel/database internal/kernel/job internal/kernel/message", tests: true},
	{path: "test/access", may: "everything", tests: true},
	{path: "test/crash", may: "everything", tests: true},
	{path: "test/journeys", may: "everything", tests: true},
	{path: "bench", may: "everything", tests: true},
	{path: "bench/jobspike", may: "everything", tests: true},
	{path: "bench/pages", may: "everything", tests: true},
	{path: "bench/scale", may: "everything", tests: true},
	{path: "bench/submit", may: "everything", tests: true},
	{path: "bench/submit/pocketbase", tests: true}, // a module of its own
}

// outside is which package alone may import a module of somebody else's, so
// that it can be changed in one place. Tests and bench are free.
var outside = map[string]string{
	"github.com/riverqueue/":                       "internal/kernel/job",
	"github.com/pressly/goose/":                    "internal/kernel/database",
	"modernc.org/sqlite":                           "internal/kernel/database internal/kernel/job",
	"github.com/jackc/pgx/":                        "internal/kernel/database internal/kernel/job internal/testkit/postgres",
	"github.com/chromedp/":                         "internal/testkit/browser",
	"github.com/tus/":                              "internal/kernel/file/resumable",
	"codeberg.org/go-pdf/":                         "internal/adapters/pdf",
	"github.com/yeqown/go-qrcode/":                 "internal/adapters/pdf",
	"github.com/xuri/excelize/":                    "internal/adapters/spreadsheet",
	"github.com/wneessen/go-mail":                  "internal/adapters/mail",
	"cel.dev/cel-go":                               "internal/apps/services/fees",
	"github.com/alecthomas/kong":                   "cmd/benso",
	"golang.org/x/crypto/argon2":                   "internal/kernel/identity",
	"github.com/prometheus/client_golang/":         "internal/kernel/web internal/server internal/kernel/job",
	"github.com/danielgtaylor/huma/":               "internal/kernel/web internal/server internal/apps internal/core",
	"pgregory.net/rapid":                           "",
	"github.com/google/go-cmp/":                    "",
	"github.com/rogpeppe/go-internal/":             "",
	"testing":                                      "internal/testkit internal/kernel/database/databasetest internal/kernel/job/jobtest",
	"crypto/md5":                                   "",
	"crypto/sha1":                                  "",
	"math/rand":                                    "",
	"log":                                          "", // logs are log/slog
	"html/template":                                "", // pages are templ
	"io/ioutil":                                    "",
	"github.com/a-h/templ/cmd":                     "",
	"github.com/riverqueue/river/rivershared/util": "",
}

// forTests says whether the file serves tests only: what people read and what
// runs for them is not in it.
func (f file) forTests() bool {
	for _, r := range house {
		if r.tests && f.dir() == r.path {
			return true
		}
	}
	return f.isTest()
}

const module = "benso/"

func imports(files []file, house []room) []string {
	var wrong []string
	rows := map[string]int{}
	for i, r := range house {
		if _, twice := rows[r.path]; twice {
			wrong = append(wrong, r.path+" stands in the table twice")
		}
		rows[r.path] = i
	}
	unlisted := map[string]bool{}
	for _, f := range goFiles(files) {
		from, listed := rows[f.dir()]
		if !listed {
			unlisted[f.dir()] = true
			continue
		}
		for _, spec := range f.ast.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				continue
			}
			target, ours := strings.CutPrefix(name, module)
			if !ours {
				if allowed, ruled := outsideRule(name); ruled && !f.isTest() && !house[from].tests && !within(f.dir(), allowed) {
					wrong = append(wrong, f.at(spec)+": "+f.dir()+" imports "+name+", which only "+orTests(allowed)+" may import")
				}
				continue
			}
			to, known := rows[target]
			if !known {
				unlisted[target] = true
				continue
			}
			if !allowed(house, from, to, f.isTest()) {
				wrong = append(wrong, f.at(spec)+": "+f.dir()+" may not import "+target)
			}
		}
	}
	for p := range unlisted {
		wrong = append(wrong, p+" is not in the table of internal/guard/imports_test.go: add a row with what it may import")
	}
	sort.Strings(wrong)
	return wrong
}

func allowed(house []room, from, to int, test bool) bool {
	r, target := house[from], house[to]
	if from == to {
		return true // package x_test
	}
	if test && (target.tests || target.path == "packs" || target.path == "migrations") {
		return true
	}
	for _, word := range strings.Fields(r.may) {
		switch word {
		case "everything":
			return true
		case "before":
			if to < from && kernel(target) {
				return true
			}
		case "kernel":
			if kernel(target) {
				return true
			}
		case "core", "apps", "adapters":
			if strings.HasPrefix(target.path, "internal/"+word+"/") {
				return true
			}
		case "own":
			if path.Dir(target.path) == path.Dir(r.path) {
				return true
			}
		case "server":
			if target.path == "internal/server" {
				return true
			}
		default:
			if word == target.path {
				return true
			}
		}
	}
	return false
}

func kernel(r room) bool { return strings.HasPrefix(r.path, "internal/kernel/") && !r.tests }

func outsideRule(name string) (allowed string, ruled bool) {
	for prefix, allowed := range outside {
		if name == prefix || strings.HasSuffix(prefix, "/") && strings.HasPrefix(name, prefix) || strings.HasPrefix(name, prefix+"/") && strings.Contains(prefix, ".") {
			return allowed, true
		}
	}
	return "", false
}

func within(dir, allowed string) bool {
	for _, a := range strings.Fields(allowed) {
		if dir == a || strings.HasPrefix(dir, a+"/") {
			return true
		}
	}
	return false
}

func orTests(allowed string) string {
	if allowed == "" {
		return "tests"
	}
	return allowed
}

func TestPackagesImportOnlyWhatTheHouseAllows(t *testing.T) {
	report(t, imports(tree(t), house))
}

func TestForbiddenImportsAreFound(t *testing.T) {
	imp := func(path string, names ...string) file {
		lines := []string{"package x"}
		for _, n := range names {
			lines = append(lines, `import _ "`+n+`"`)
		}
		return sample(path, lines...)
	}
	finds(t, imports([]file{
		imp("internal/kernel/clock/a.go", "benso/internal/kernel/web"),                          // the kernel's order
		imp("internal/kernel/web/a.go", "benso/internal/core/cases"),                            // upwards
		imp("internal/core/cases/a.go", "benso/internal/core/targets"),                          // core to core
		imp("internal/apps/board/a.go", "benso/internal/apps/services/desk"),                    // app to app
		imp("internal/apps/services/desk/a.go", "benso/internal/server"),                        // upwards
		imp("internal/adapters/pdf/a.go", "benso/internal/apps/services/papers"),                // adapter to app
		imp("internal/kernel/file/a.go", "benso/internal/testkit/postgres"),                     // testkit outside tests
		imp("internal/kernel/audit/a.go", "benso/internal/kernel/database/databasetest"),        // likewise
		imp("internal/kernel/form/a.go", "github.com/riverqueue/river", "math/rand", "log"),     // somebody else's, in the wrong place
		imp("internal/apps/parking/a.go", "benso/internal/kernel/clock"),                        // an unlisted package
		imp("internal/apps/services/desk/b_test.go", "benso/internal/apps/board"),               // a test is no way round
		imp("internal/kernel/event/a.go", "benso/internal/kernel/clock", "log/slog"),            // allowed
		imp("internal/apps/services/filing/a.go", "benso/internal/apps/services/dossier"),       // allowed: one app
		imp("internal/kernel/pack/a_test.go", "benso/internal/testkit/postgres", "benso/packs"), // allowed: a test
	}, house),
		"internal/kernel/clock may not import internal/kernel/web", "internal/kernel/web may not import internal/core/cases",
		"internal/core/cases may not import internal/core/targets", "internal/apps/board may not import internal/apps/services/desk",
		"internal/apps/services/desk may not import internal/server", "internal/adapters/pdf may not import internal/apps/services/papers",
		"internal/kernel/file may not import internal/testkit/postgres", "internal/kernel/audit may not import internal/kernel/database/databasetest",
		"imports github.com/riverqueue/river", "imports math/rand", "imports log,", "internal/apps/parking is not in the table",
		"internal/apps/services/desk may not import internal/apps/board")
}
