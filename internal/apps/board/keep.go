package board

import (
	"bytes"
	"net/http"
	"sync"

	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// kept are pages as strangers see them, as they were drawn for the first of them:
// nothing on them is anybody's own. They hold for one version of the board.
type kept struct {
	mu      sync.Mutex
	version string
	pages   map[string]keptPage
}

type keptPage struct {
	header http.Header
	body   []byte
}

// mostKept is how many pages are kept of one version.
const mostKept = 400

// keep answers strangers with the page that was drawn for another one, while nothing
// has changed. Whoever is signed in, or was just told something, gets a page of the
// own.
func (room *Room) keep(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		if !web.Actor(ctx).Stranger() || r.Method != http.MethodGet || r.Header.Get("Cookie") != "" || r.URL.Query().Has("lang") {
			return h(w, r)
		}
		s, err := room.targets.Snapshot(ctx)
		if err != nil {
			return err
		}
		key := message.Lang(ctx) + " " + r.Header.Get("Accept-Encoding") + " " + r.URL.RequestURI()
		if page, ok := room.kept.find(s.Version(), key); ok {
			for name, values := range page.header {
				w.Header()[name] = values
			}
			_, err := w.Write(page.body)
			return err
		}
		copied := &copying{ResponseWriter: w, before: w.Header().Clone()}
		if err := h(copied, r); err != nil {
			return err
		}
		if copied.status == http.StatusOK {
			room.kept.put(s.Version(), key, keptPage{copied.added(), copied.body.Bytes()})
		}
		return nil
	}
}

func (k *kept) find(version, key string) (keptPage, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.version != version {
		return keptPage{}, false
	}
	page, ok := k.pages[key]
	return page, ok
}

func (k *kept) put(version, key string, page keptPage) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.version != version || len(k.pages) >= mostKept {
		k.version, k.pages = version, map[string]keptPage{}
	}
	k.pages[key] = page
}

// copying keeps what it passes on.
type copying struct {
	http.ResponseWriter
	before http.Header
	status int
	body   bytes.Buffer
}

func (c *copying) WriteHeader(status int) {
	c.status = status
	c.ResponseWriter.WriteHeader(status)
}

func (c *copying) Write(b []byte) (int, error) {
	if c.status == 0 {
		c.status = http.StatusOK
	}
	c.body.Write(b)
	return c.ResponseWriter.Write(b)
}

// added are the headers that the page set, and not the site for each request.
func (c *copying) added() http.Header {
	added := http.Header{}
	for name, values := range c.Header() {
		if len(c.before[name]) != len(values) || len(values) > 0 && c.before[name][0] != values[0] {
			added[name] = values
		}
	}
	return added
}

// keptAnswers are the answers of the API to the list of lines, in each language.
type keptAnswers struct {
	mu      sync.Mutex
	version string
	byLang  map[string]keptAnswer
}

type keptAnswer struct {
	body Targets
	tag  string
}

func (k *keptAnswers) find(version, lang string) (keptAnswer, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.version != version {
		return keptAnswer{}, false
	}
	a, ok := k.byLang[lang]
	return a, ok
}

func (k *keptAnswers) put(version, lang string, a keptAnswer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.version != version {
		k.version, k.byLang = version, map[string]keptAnswer{}
	}
	k.byLang[lang] = a
}
