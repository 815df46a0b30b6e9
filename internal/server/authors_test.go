package server

import (
	"os"
	"strings"
	"testing"

	"benso/internal/kernel/pack"
	"benso/packs"
)

// guide teaches authors; what it shows is really so.
const guide = "../../docs/procedures.md"

// fenced gives the blocks of a kind of the guide, in their order.
func fenced(t *testing.T, kind string) []string {
	t.Helper()
	text, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	rest, fence := string(text), "\n```"
	for {
		_, from, ok := strings.Cut(rest, fence)
		if !ok {
			return blocks
		}
		block, after, ok := strings.Cut(from, fence)
		if !ok {
			t.Fatal("a block is not closed")
		}
		if head, body, _ := strings.Cut(block, "\n"); head == kind {
			blocks = append(blocks, body+"\n")
		}
		rest = after
	}
}

// checked has the whole pack checked with one file of it replaced.
func checked(t *testing.T, path, body string) []string {
	t.Helper()
	files, err := pack.Read(packs.Bentre())
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for i := range files {
		if files[i].Path == path {
			files[i].Body, found = body, true
		}
	}
	if !found {
		t.Fatalf("the pack has no %s", path)
	}
	var lines []string
	for _, p := range Checkers().Check(pack.FS(files)) {
		lines = append(lines, p.String())
	}
	return lines
}

const example = "procedures/2.000884.yaml"

func TestExampleOfTheGuideForAuthorsIsTheProcedureInUse(t *testing.T) {
	shown := fenced(t, "yaml")
	if len(shown) != 1 {
		t.Fatalf("%d examples", len(shown))
	}
	used, err := os.ReadFile("../../packs/bentre/" + example)
	if err != nil {
		t.Fatal(err)
	}
	if shown[0] != string(used) {
		t.Errorf("the guide shows another text than %s: copy the one into the other", example)
	}
	if lines := checked(t, example, shown[0]); len(lines) > 0 {
		t.Errorf("the example of the guide has faults:\n%s", strings.Join(lines, "\n"))
	}
}

func TestGuideForAuthorsShowsWhatTheCheckReallySays(t *testing.T) {
	text := fenced(t, "yaml")[0]
	for _, slip := range [][2]string{
		{"name: {vi: Chứng thực chữ ký, en: Certified signature}", "name: {vi: Chứng thực chữ ký}"},
		{"need: required", "need: requird"},
		{"paper: translation", "paper: translations"},
	} {
		with := strings.Replace(text, slip[0], slip[1], 1)
		if with == text {
			t.Fatalf("%q is not in the example", slip[0])
		}
		text = with
	}
	said := strings.Join(checked(t, example, text), "\n") + "\n"
	if shown := fenced(t, ""); len(shown) != 1 || shown[0] != said {
		t.Errorf("the check says\n%s\nand the guide shows\n%s", said, shown)
	}
}
