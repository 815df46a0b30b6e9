package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"benso/internal/kernel/fault"
)

//go:embed static
var staticFiles embed.FS

const staticPath = "/assets/"

// asset is a file that never changes under its address: the address holds the
// digest of its bytes.
type asset struct {
	name, hash, kind string
	body             []byte
	zipped           []byte // nil where it would not be smaller
}

func (a asset) url() string { return staticPath + a.hash + "/" + a.name }

var assets = sync.OnceValue(func() map[string]asset {
	all, err := loadAssets(staticFiles, "static")
	if err != nil {
		panic(err) // embedded: a test reads every file before it is built
	}
	return all
})

// loadAssets reads the files, the stylesheet last: it names the fonts, and its
// own digest must hold theirs.
func loadAssets(fsys fs.FS, root string) (map[string]asset, error) {
	entries, err := fs.ReadDir(fsys, root)
	if err != nil {
		return nil, err
	}
	all := make(map[string]asset, len(entries))
	for _, sheets := range []bool{false, true} {
		for _, e := range entries {
			if strings.HasSuffix(e.Name(), ".css") != sheets {
				continue
			}
			body, err := fs.ReadFile(fsys, path.Join(root, e.Name()))
			if err != nil {
				return nil, err
			}
			if sheets {
				for name, a := range all {
					body = bytes.ReplaceAll(body, []byte(`url("`+name+`")`), []byte(`url("`+a.url()+`")`))
				}
			}
			if all[e.Name()], err = newAsset(e.Name(), body); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8", ".png": "image/png",
}

func newAsset(name string, body []byte) (asset, error) {
	kind, ok := kinds[path.Ext(name)]
	if !ok {
		return asset{}, fmt.Errorf("static/%s: no media type for it", name)
	}
	sum := sha256.Sum256(body)
	a := asset{name: name, hash: hex.EncodeToString(sum[:6]), kind: kind, body: body}
	zipped, err := zip(body, gzip.BestCompression)
	if err != nil {
		return asset{}, err
	}
	if len(zipped) < len(body)*9/10 {
		a.zipped = zipped
	}
	return a, nil
}

// Asset is the address of a file of static, with its digest.
func Asset(name string) string {
	a, ok := assets()[name]
	if !ok {
		panic("web: no static file " + name)
	}
	return a.url()
}

// serveStatic serves a file. Under an older digest, which a page from before an
// upgrade may still name, it is today's file and is not kept.
func serveStatic(w http.ResponseWriter, r *http.Request) error {
	a, ok := assets()[r.PathValue("name")]
	if !ok {
		return fault.New(fault.NotFound, "web.no_page")
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	if r.PathValue("hash") == a.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	body := a.body
	if a.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
			body = a.zipped
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, err := w.Write(body)
	return err
}

func serveFavicon(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "public, max-age=86400")
	http.Redirect(w, r, Asset("icon.svg"), http.StatusFound)
	return nil
}

// acceptsGzip reads Accept-Encoding: gzip named, and not with weight zero.
func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, params, err := mime.ParseMediaType("x/" + strings.TrimSpace(part))
		if err != nil || name != "x/gzip" {
			continue
		}
		weight, err := strconv.ParseFloat(params["q"], 64)
		return params["q"] == "" || err == nil && weight > 0
	}
	return false
}

// zippers are the writers of pages: a new one for each answer would be more work
// than the compression itself.
var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(io.Discard, pageLevel)
	if err != nil {
		panic(err) // the level is a constant
	}
	return z
}}

// pageLevel is how hard a page is compressed each time it is drawn: the hardest
// saves 1 byte in 100 more and takes a fifth longer.
const pageLevel = 4

// zipPage compresses a page that was drawn for one answer.
func zipPage(body []byte) ([]byte, error) {
	z, ok := zippers.Get().(*gzip.Writer)
	if !ok {
		panic("web: the pool of zippers holds something else")
	}
	defer zippers.Put(z)
	var b bytes.Buffer
	b.Grow(len(body)/4 + 512)
	z.Reset(&b)
	return zipped(&b, z, body)
}

// zip compresses what is compressed once.
func zip(body []byte, level int) ([]byte, error) {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, level)
	if err != nil {
		return nil, err
	}
	return zipped(&b, z, body)
}

func zipped(b *bytes.Buffer, z *gzip.Writer, body []byte) ([]byte, error) {
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}
