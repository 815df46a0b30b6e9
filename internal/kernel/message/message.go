package message

import (
	"context"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"
)

//go:embed catalogue
var files embed.FS

// Languages are the languages of the catalogues, the first one first.
var Languages = []string{"vi", "en"}

var catalogues = sync.OnceValue(func() map[string]map[string]string {
	all, err := load(files, "catalogue")
	if err != nil {
		panic(err) // embedded: a test reads every file before it is built
	}
	return all
})

func load(fsys fs.FS, root string) (map[string]map[string]string, error) {
	all := make(map[string]map[string]string, len(Languages))
	for _, lang := range Languages {
		all[lang] = map[string]string{}
		names, err := fs.Glob(fsys, path.Join(root, lang, "*.yaml"))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			data, err := fs.ReadFile(fsys, name)
			if err != nil {
				return nil, err
			}
			var room map[string]string
			if err := yaml.Unmarshal(data, &room); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			for k, v := range room {
				if _, twice := all[lang][k]; twice {
					return nil, fmt.Errorf("%s: %s stands in another file too", name, k)
				}
				all[lang][k] = v
			}
		}
	}
	return all, nil
}

type langKey struct{}

// WithLang gives a context whose messages are in lang ("vi" or "en").
func WithLang(ctx context.Context, lang string) context.Context {
	return context.WithValue(ctx, langKey{}, lang)
}

// Lang is the language of the context: "vi" when nothing was said.
func Lang(ctx context.Context) string {
	if l, ok := ctx.Value(langKey{}).(string); ok && l == "en" {
		return l
	}
	return "vi"
}

// T gives the text of a key in the context's language. args alternate name and
// value and fill the placeholders. A key that is in no catalogue is given back
// in brackets: the guard test finds it before people do.
func T(ctx context.Context, key string, args ...any) string {
	text, ok := catalogues()[Lang(ctx)][key]
	if !ok {
		if text, ok = catalogues()["vi"][key]; !ok {
			return "[" + key + "]"
		}
	}
	return Fill(text, args...)
}

// Has says whether the key stands in the first language's catalogue.
func Has(key string) bool {
	_, ok := catalogues()["vi"][key]
	return ok
}

// Fill puts the arguments (name, value, name, value …) into the placeholders
// of a text that is not in a catalogue, such as one of a pack.
func Fill(text string, args ...any) string {
	if len(args) == 0 || !strings.Contains(text, "{") {
		return text
	}
	pairs := make([]string, 0, len(args))
	for i := 0; i+1 < len(args); i += 2 {
		pairs = append(pairs, "{"+fmt.Sprint(args[i])+"}", fmt.Sprint(args[i+1]))
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// Keys lists the keys of a language, sorted.
func Keys(lang string) []string {
	keys := make([]string, 0, len(catalogues()[lang]))
	for k := range catalogues()[lang] {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
