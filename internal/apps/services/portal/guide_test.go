package portal

import (
	"encoding/json"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"benso/internal/apps/services/finder"
	"benso/internal/kernel/vntext"
	"benso/packs"
)

func TestGuideOfThePackNamesOnlyProceduresThatAre(t *testing.T) {
	if problems := Check(packs.Bentre()); len(problems) > 0 {
		t.Error(problems)
	}
	g, _ := Load(packs.Bentre(), func(string) bool { return true })
	if len(g.events) != 12 || len(g.popular) < 40 || len(g.fillers) == 0 {
		t.Errorf("%d events, %d common procedures, %d fillers", len(g.events), len(g.popular), len(g.fillers))
	}
}

func TestFaultsOfTheGuideAreNamedByFileAndLine(t *testing.T) {
	const event = "- id: a\n  icon: child\n  name: {vi: A, en: A}\n  hint: {vi: A, en: A}\n  procedures: [\"1.001193\"]\n"
	for _, c := range []struct{ file, text, want string }{
		{eventsFile, strings.Replace(event, "1.001193", "9.999999", 1), `life_events.yaml:5: there is no procedure "9.999999"`},
		{eventsFile, strings.Replace(event, "child", "unicorn", 1), `life_events.yaml:1: there is no icon "unicorn"`},
		{eventsFile, event + event, `life_events.yaml:6: the id "a" stands twice`},
		{eventsFile, strings.Replace(event, "id: a", "id: Á", 1), `life_events.yaml:1: the id "Á" cannot stand in an address`},
		{eventsFile, strings.Replace(event, `["1.001193"]`, "[]", 1), "life_events.yaml:1: no procedures are named"},
		{popularFile, "code,rank,short_vi,short_en,said,reason\n1.001193,101,,,x,y\n", `popular.csv:2: rank "101" is no number from 1 to 100`},
		{popularFile, "code,rank,short_vi,short_en,said,reason\n1.001193,1,A,,x,y\n", "popular.csv:2: the short name is in one language only"},
		{popularFile, "code,rank,short_vi,short_en,said,reason\n1.001193,1,,,x,\n", "popular.csv:2: has no reason"},
		{popularFile, "code\n", "popular.csv:1: the header is code"},
	} {
		_, problems := Load(fstest.MapFS{c.file: {Data: []byte(c.text)}}, func(code string) bool { return code == "1.001193" })
		if len(problems) != 1 || !strings.HasPrefix(problems[0].String(), c.want) {
			t.Errorf("want %q, got %v", c.want, problems)
		}
	}
}

// slip is what somebody in a hurry types.
func slip(r *rand.Rand, s string) string {
	for {
		b := []byte(s)
		i := r.IntN(len(b) - 1)
		if b[i] == ' ' || b[i+1] == ' ' {
			continue
		}
		switch r.IntN(4) {
		case 0:
			b = slices.Delete(b, i, i+1)
		case 1:
			b = slices.Insert(b, i, b[i])
		case 2:
			b[i] = byte('a' + r.IntN(26))
		default:
			b[i], b[i+1] = b[i+1], b[i]
		}
		return string(b)
	}
}

// Names that stand on several procedures are found when one of them is.
func TestEveryNameOfTheCatalogueIsFoundFoldedAndWithASlip(t *testing.T) {
	files, err := fs.Glob(packs.Bentre(), "catalogue/*.json")
	if err != nil || len(files) < 1000 {
		t.Fatal(len(files), err)
	}
	var texts []finder.Text
	for _, file := range files {
		data, err := fs.ReadFile(packs.Bentre(), file)
		if err != nil {
			t.Fatal(err)
		}
		var p struct{ Code, Name, Field string }
		if err := json.Unmarshal(data, &p); err != nil {
			t.Fatal(err)
		}
		texts = append(texts, finder.Text{Title: p.Name, Code: p.Code, Also: []string{p.Field}})
	}
	index := finder.New(texts, finder.Words{Fillers: []string{"thủ tục"}})
	r := rand.New(rand.NewPCG(1, 2))
	among := func(typed, title string) bool {
		found := index.Find(typed, index.All()).Texts
		return slices.ContainsFunc(found[:min(5, len(found))], func(i int) bool { return vntext.Fold(texts[i].Title) == title })
	}
	folded, slipped := 0, 0
	for _, x := range texts {
		title := vntext.Fold(x.Title)
		if among(title, title) {
			folded++
		}
		if among(slip(r, title), title) {
			slipped++
		}
	}
	t.Logf("of %d names %d are among the first five folded, %d with a slip", len(texts), folded, slipped)
	if folded != len(texts) || slipped*1000 < len(texts)*995 {
		t.Errorf("of %d names %d are among the first five folded, %d with a slip", len(texts), folded, slipped)
	}
}
