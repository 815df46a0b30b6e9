package guard

import (
	"fmt"
	"go/ast"
	"path"
	"regexp"
	"sort"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"gopkg.in/yaml.v3"
)

const catalogueDir = "internal/kernel/message/catalogue/"

// madeKeys are messages whose key is put together from parts that the guard
// cannot see, as a prefix ending in a point or an underline, or a whole key.
var madeKeys = excuses{
	"worktime.left_now":    "worktime.left with _now added: DueText",
	"worktime.overdue_now": "worktime.overdue with _now added: DueText",
}

// notKeys are literals that look like a message's key and are another thing.
var notKeys = excuses{
	"dossier.read":           "a permission",
	"dossier.intake":         "a permission",
	"dossier.check":          "a permission",
	"dossier.sign":           "a permission",
	"dossier.filed":          "an event",
	"dossier.changed":        "an event",
	"dossier.resolved":       "an event",
	"dossier.write_paper":    "a job",
	"dossier.follow":         "an action in the journal",
	"dossier.read_paper":     "an action in the journal",
	"notify.deliver":         "a job",
	"account.manage":         "a permission",
	"account.recover":        "a permission",
	"account.created":        "an action in the journal",
	"account.closed":         "an action in the journal",
	"account.renamed":        "an action in the journal",
	"agencies.csv":           "a file of the pack",
	"dossier.read_consulted": "an action in the journal",
	"dossier.attach_opinion": "an action in the journal",
	"payment.list":           "an action in the journal",
	"payment.taken":          "an event",
	"dossier.print_register": "an action in the journal",
	"dossier.read_person":    "an action in the journal",
}

var (
	keyShape    = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_]+)+$`)
	prefixShape = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_]+)*(\.|_|%s|%d|\.%s|\.%d)[a-z0-9_.%]*$`)
	holder      = regexp.MustCompile(`\{[^{}]*\}`)
)

// catalogue is every message of one language, and the room it stands in.
type catalogue struct {
	text map[string]string
	file map[string]string // key → file
}

func catalogues(files []file) (byLang map[string]catalogue, rooms map[string]bool, wrong []string) {
	byLang = map[string]catalogue{"vi": {map[string]string{}, map[string]string{}}, "en": {map[string]string{}, map[string]string{}}}
	rooms = map[string]bool{}
	for _, f := range files {
		rest, ok := strings.CutPrefix(f.path, catalogueDir)
		if !ok {
			continue
		}
		lang, name, _ := strings.Cut(rest, "/")
		room, isYAML := strings.CutSuffix(name, ".yaml")
		if _, known := byLang[lang]; !known || !isYAML {
			wrong = append(wrong, f.path+": catalogues are vi/ROOM.yaml and en/ROOM.yaml")
			continue
		}
		rooms[room] = true
		var texts map[string]string
		if err := yaml.Unmarshal(f.data, &texts); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", f.path, err))
			continue
		}
		for key, text := range texts {
			if !strings.HasPrefix(key, room+".") {
				wrong = append(wrong, f.path+": "+key+" belongs to another room's catalogue")
			}
			if strings.TrimSpace(text) == "" {
				wrong = append(wrong, f.path+": "+key+" says nothing")
			}
			if !norm.NFC.IsNormalString(text) {
				wrong = append(wrong, f.path+": "+key+" is not in NFC")
			}
			byLang[lang].text[key], byLang[lang].file[key] = text, f.path
		}
	}
	return byLang, rooms, wrong
}

// messages finds what is said in one language only, said differently, asked
// for and not said, and said and never asked for.
func messages(files []file, made, not excuses) []string {
	byLang, rooms, wrong := catalogues(files)
	vi, en := byLang["vi"], byLang["en"]
	for key, text := range vi.text {
		other, both := en.text[key]
		if !both {
			wrong = append(wrong, vi.file[key]+": "+key+" has no English")
		} else if a, b := holders(text), holders(other); a != b {
			wrong = append(wrong, fmt.Sprintf("%s: %s holds %s in Vietnamese and %s in English", vi.file[key], key, a, b))
		}
	}
	for key := range en.text {
		if _, both := vi.text[key]; !both {
			wrong = append(wrong, en.file[key]+": "+key+" has no Vietnamese")
		}
	}
	asked, prefixes, usedNot := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, f := range goFiles(files) {
		if f.forTests() {
			continue
		}
		names := namesOfActs(f)
		f.literals(func(lit *ast.BasicLit, text string) {
			room, rest, dotted := strings.Cut(text, ".")
			if !dotted || !rooms[room] || strings.HasSuffix(text, ".templ") || names[lit] {
				return
			}
			if keyShape.MatchString(text) {
				asked[text] = true
				if _, known := vi.text[text]; known {
					return
				}
				if _, excused := not[text]; excused {
					usedNot[text] = true
					return
				}
			}
			if prefixShape.MatchString(text) || rest == "" {
				prefix, _, _ := strings.Cut(text, "%")
				if strings.HasSuffix(prefix, ".") || strings.HasSuffix(prefix, "_") || strings.Contains(text, "%") {
					prefixes[prefix] = true
					return
				}
			}
			if keyShape.MatchString(text) && !beginsKey(vi.text, text, f, lit) {
				wrong = append(wrong, f.at(lit)+": "+text+" is not in the catalogues (when it is no message: notKeys in internal/guard/text_test.go)")
			}
		})
	}
	usedMade := map[string]bool{}
	for key := range vi.text {
		used := asked[key]
		for prefix := range prefixes {
			used = used || strings.HasPrefix(key, prefix)
		}
		for prefix := range made {
			if key == prefix || strings.HasSuffix(prefix, ".") && strings.HasPrefix(key, prefix) {
				used, usedMade[prefix] = true, true
			}
		}
		if !used {
			wrong = append(wrong, vi.file[key]+": "+key+" is never asked for")
		}
	}
	wrong = append(wrong, made.unused(usedMade)...)
	return append(wrong, not.unused(usedNot)...)
}

// namesOfActs are literals that fill a field Action, Route or Kind: names in the
// journal, of a request or an event, which have the shape of a key.
func namesOfActs(f parsed) map[*ast.BasicLit]bool {
	names := map[*ast.BasicLit]bool{}
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if pair, ok := n.(*ast.KeyValueExpr); ok {
			field, named := pair.Key.(*ast.Ident)
			lit, plain := pair.Value.(*ast.BasicLit)
			if named && plain && (field.Name == "Action" || field.Name == "Route" || field.Name == "Kind") {
				names[lit] = true
			}
		}
		return true
	})
	return names
}

// beginsKey says whether the literal is the first part of "room.key"+rest.
func beginsKey(texts map[string]string, text string, f parsed, lit *ast.BasicLit) bool {
	begins := false
	for key := range texts {
		begins = begins || strings.HasPrefix(key, text+"_") || strings.HasPrefix(key, text+".")
	}
	if !begins {
		return false
	}
	joined := false
	ast.Inspect(f.ast, func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryExpr); ok && b.X == ast.Expr(lit) {
			joined = true
		}
		return !joined
	})
	return joined
}

// holders is the set of placeholders of a text. {Label} is {label} with a
// capital.
func holders(text string) string {
	set := map[string]bool{}
	for _, h := range holder.FindAllString(text, -1) {
		set[strings.ToLower(h)] = true
	}
	list := make([]string, 0, len(set))
	for h := range set {
		list = append(list, h)
	}
	sort.Strings(list)
	return "[" + strings.Join(list, " ") + "]"
}

// vietnamese is a letter that only Vietnamese text has in this repository.
var vietnamese = regexp.MustCompile(`[ăâđêôơưĂÂĐÊÔƠƯàáãèéìíòóõùúýÀÁÃÈÉÌÍÒÓÕÙÚÝĩũĨŨ\x{1EA0}-\x{1EF9}\x{0300}\x{0301}\x{0303}\x{0309}\x{0323}]`)

// ownWords are files that hold Vietnamese text although it is not in a
// catalogue.
var ownWords = excuses{
	"internal/server/demo/":  "what simulated people write is data of the simulation",
	"cmd/benso/main.go":      "the name of the product",
	"internal/server/api.go": "the name of the product",

	"internal/kernel/vntext/":                   "the letters themselves, and how they fold and sort",
	"internal/kernel/file/secrecy.go":           "the marks of secrecy that are looked for in papers, as the law writes them",
	"internal/kernel/unit/load.go":              "the types of units by which names are checked, as the law writes them",
	"internal/kernel/form/parse_field.go":       "an example for authors of packs, on the command line",
	"internal/apps/services/catalogue/label.go": "the words at which the national portal's names of papers are cut",
	"internal/apps/services/fees/kind.go":       "the kinds of fees, as the law and the packs write them",
	"internal/kernel/identity/session.go":       "the name of a browser",
}

// spoken finds Vietnamese text in code: what people read lives in the
// catalogues, so that somebody can read it all and put it into another language.
func spoken(files []file, but excuses) []string {
	var wrong []string
	used := map[string]bool{}
	found := func(f file, where string) {
		for prefix := range but {
			if f.path == prefix || strings.HasSuffix(prefix, "/") && strings.HasPrefix(f.path, prefix) {
				used[prefix] = true
				return
			}
		}
		wrong = append(wrong, where+": text that people read belongs into a message catalogue")
	}
	for _, f := range goFiles(files) {
		if f.forTests() || f.generated() {
			continue
		}
		f.literals(func(lit *ast.BasicLit, text string) {
			if utf8.RuneCountInString(text) > 1 && vietnamese.MatchString(text) { // a letter alone is a table of letters
				found(f.file, f.at(lit))
			}
		})
	}
	for _, f := range files {
		if path.Ext(f.path) != ".templ" {
			continue
		}
		for i, line := range strings.Split(string(f.data), "\n") {
			if code, _, _ := strings.Cut(line, "//"); vietnamese.MatchString(code) {
				found(f, fmt.Sprintf("%s:%d", f.path, i+1))
			}
		}
	}
	return append(wrong, but.unused(used)...)
}

func TestBothLanguagesSayEverythingThatIsAskedFor(t *testing.T) {
	report(t, messages(tree(t), madeKeys, notKeys))
}

func TestTextForPeopleStandsInTheCatalogues(t *testing.T) { report(t, spoken(tree(t), ownWords)) }

func TestFaultsOfTheCataloguesAreFound(t *testing.T) {
	finds(t, messages([]file{
		sample(catalogueDir+"vi/desk.yaml", "desk.one: Một {n}", "desk.two: Hai", "desk.three: Ba", "desk.due.late: Trễ", "desk.kind.a: A", "board.x: lạc", "desk.empty: ''", "desk.of_day: ngày"),
		sample(catalogueDir+"en/desk.yaml", "desk.one: One {m}", "desk.three: Three", "desk.four: Four", "desk.due.late: Late", "desk.kind.a: A", "board.x: astray", "desk.empty: x", "desk.of_day: day"),
		sample(catalogueDir+"vi/notes.txt", "x"),
		sample("internal/apps/desk/a.go", "package desk", `import "desk.go"`,
			`var a = []string{"desk.one", "desk.two", "desk.four", "desk.five", "board.x", "other.key", "desk.empty", "desk.csv"}`,
			`var d = entry{Action: "desk.read", Other: "desk.six"}`, `var b = "desk.kind." + x + fmt.Sprintf("desk.due.%s", y) + "desk.of" + z`, "type t struct { A int `json:\"desk.tag\"` }"),
		sample("internal/apps/desk/a_test.go", "package desk", `var c = "desk.only_in_a_test"`),
	}, excuses{"desk.gone.": "why"}, excuses{"desk.csv": "a file", "desk.old": "why"}),
		"desk.one holds [{n}] in Vietnamese and [{m}] in English", "desk.two has no English", "desk.four has no Vietnamese", "desk.three is never asked for",
		"desk.four is not in the catalogues", "a.go:3: desk.five is not in the catalogues", "a.go:4: desk.six is not in the catalogues", "board.x belongs to another room", "board.x belongs to another room", "board.x is never asked for", "desk.empty says nothing", "notes.txt",
		"desk.gone. excuses nothing", "desk.old excuses nothing", "desk.of is not in the catalogues", "desk.of_day is never asked for")
}

func TestTextInCodeIsFound(t *testing.T) {
	finds(t, spoken([]file{
		sample("internal/apps/desk/a.go", "package desk", `// Hồ sơ`, `var a = "Hồ sơ"`, `var d = "đ"`, `const b = "ho so"`, "var c = 'đ'"),
		sample("internal/apps/desk/a.templ", "package desk", "templ A() {", "// chú thích", "<p>Đã nhận</p>", "}"),
		sample("internal/apps/desk/a_templ.go", "// Code generated by templ - DO NOT EDIT.", "package desk", `var a = "Đã nhận"`),
		sample("internal/apps/desk/a_test.go", "package desk", `var a = "Đã nhận"`),
		sample("internal/kernel/vntext/a.go", "package vntext", `var a = "đò"`),
	}, excuses{"internal/kernel/vntext/": "", "internal/gone.go": ""}), "a.go:3", "a.templ:4", "internal/gone.go excuses nothing")
}
