package filing

import (
	"context"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
	"benso/internal/kernel/web/formview"
)

// encoding makes a form with files one that can carry them.
func encoding(v form.PageView) templ.Attributes {
	if formview.HasFiles(v) {
		return templ.Attributes{"enctype": "multipart/form-data"}
	}
	return nil
}

// first gives the first of a list of buttons the main weight.
func first(i int) web.Style {
	if i == 0 {
		return web.Main
	}
	return web.Secondary
}

// subjectOr names a draft that does not say yet whom it is about.
func subjectOr(ctx context.Context, subject string) string {
	if subject == "" {
		return message.T(ctx, "filing.no_subject")
	}
	return subject
}

// besideFiles are the lines of an answer that name no file, such as the promise
// to bring the original.
func besideFiles(row form.Row) []string {
	return slices.DeleteFunc(strings.Split(row.Value, "\n"), func(line string) bool {
		return line == "" || slices.ContainsFunc(row.Files, func(f form.File) bool { return f.Name == line })
	})
}
