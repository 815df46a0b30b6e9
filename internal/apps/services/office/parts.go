package office

import (
	"context"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// FirstKey opens the first of a list with a key.
func FirstKey(ctx context.Context, i int) templ.Attributes {
	if i > 0 {
		return nil
	}
	return templ.Attributes{"data-shortcut": "o", "aria-keyshortcuts": "o", "data-shortcut-label": message.T(ctx, "desk.open_first")}
}

// picks are the keys of the lines of a short list, in their order. They are no keys
// of the pages that have such lists.
const picks = "oadefgikl"

// PickKey opens a line of a short list with a key of its own, as far as there are
// keys.
func PickKey(i int, label string) templ.Attributes {
	k := pick(i)
	if k == "" {
		return nil
	}
	return templ.Attributes{"data-shortcut": k, "aria-keyshortcuts": k, "data-shortcut-label": label}
}

func pick(i int) string {
	if i >= len(picks) {
		return ""
	}
	return picks[i : i+1]
}

// Keyed gives a button its key; none when it has none.
func Keyed(key string) templ.Attributes {
	if key == "" {
		return nil
	}
	return templ.Attributes{"data-shortcut": key, "aria-keyshortcuts": key}
}

// describedByName binds a box to what is wrong with it.
func describedByName(name, wrong string) templ.Attributes {
	if wrong == "" {
		return nil
	}
	return templ.Attributes{"aria-describedby": name + "-error"}
}

// Row names a box of a row of a form.
func Row(name string, i int) string { return name + "-" + strconv.Itoa(i) }

func splitLines(text string) []string { return strings.Split(text, "\n") }

// Box is what the box of a line says: which dossier, as it was seen.
func Box(id string, version int64) string { return id + "." + strconv.FormatInt(version, 10) }

// Answers are what the applicant said, as the officials' pages show it: what was
// left empty only where it is asked for.
func Answers(ctx context.Context, answers []form.Row) []web.Row {
	var rows []web.Row
	for _, a := range answers {
		value := a.Value
		switch {
		case a.Field.Kind == form.KindFile:
			continue // under the papers
		case value == "" && a.Field.Optional:
			continue
		case value == "":
			value = message.T(ctx, "desk.empty_answer")
		}
		rows = append(rows, web.Row{Key: a.Label, Value: value})
	}
	return rows
}
