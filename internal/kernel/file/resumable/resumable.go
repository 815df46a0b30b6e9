package resumable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	"golang.org/x/exp/slog"

	"benso/internal/kernel/fault"
)

const (
	silence = 30 * time.Second // without a byte, after which a connection is dead
	waiting = 15 * time.Second // for the request that it interrupts
	closing = 30 * time.Second // for what was received to be kept and judged when its sender has gone
)

// Uploads is a folder of files that are coming in.
type Uploads struct {
	dir  string
	tus  *handler.UnroutedHandler
	sync func(*os.File) error
}

// Open opens the folder, which it makes when it is not there.
func Open(dir string) (*Uploads, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of uploads: %w", err)
	}
	u := &Uploads{dir: dir, sync: (*os.File).Sync}
	if err := u.syncFile(filepath.Dir(dir)); err != nil {
		return nil, fmt.Errorf("make the folder of uploads: %w", err)
	}
	composer := handler.NewStoreComposer()
	files := filestore.New(dir)
	files.DirModePerm, files.FileModePerm = 0o700, 0o600
	composer.UseCore(store{FileStore: files, uploads: u})
	memorylocker.New().UseIn(composer)
	var err error
	u.tus, err = handler.NewUnroutedHandler(handler.Config{
		StoreComposer: composer, BasePath: "/",
		DisableDownload: true, DisableTermination: true, DisableConcatenation: true, Cors: &handler.CorsConfig{Disable: true},
		NetworkTimeout: silence, AcquireLockTimeout: waiting, GracefulRequestCompletionTimeout: closing,
		Logger:                    slog.New(slog.NewTextHandler(io.Discard, nil)),
		PreUploadCreateCallback:   named,
		PreFinishResponseCallback: whole,
	})
	if err != nil {
		return nil, fmt.Errorf("open the folder of uploads: %w", err)
	}
	return u, nil
}

// Reply is what the room answers when an upload is whole.
type Reply struct {
	Status int
	Body   string // JSON
}

// Whole is called once all bytes of an upload are on the disk, before the answer.
// It may be called again for the same upload, after a crash or an answer that was
// lost. Its context outlives a sender that has gone.
type Whole func(ctx context.Context) Reply

// Wish is what a sender announces.
type Wish struct {
	Size int64
	Name string
}

// Announced reads the announcement of a new upload. A length that is left open is
// refused: a limit could not be held.
func Announced(r *http.Request) (Wish, error) {
	size, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
	if err != nil || size < 0 {
		return Wish{}, fault.New(fault.Invalid, "file.upload_without_size").With(err)
	}
	return Wish{Size: size, Name: handler.ParseMetadataHeader(r.Header.Get("Upload-Metadata"))["filename"]}, nil
}

type idKey struct{}
type wholeKey struct{}

// Create answers the POST that begins an upload, with its address. The caller has
// decided that it may come.
func (u *Uploads) Create(w http.ResponseWriter, r *http.Request, id, address string, done Whole) {
	ctx := context.WithValue(context.WithValue(r.Context(), idKey{}, id), wholeKey{}, done)
	u.tus.Middleware(http.HandlerFunc(u.tus.PostFile)).ServeHTTP(&addressed{ResponseWriter: w, address: address}, r.WithContext(ctx))
}

// Continue answers the PATCH that brings a piece.
func (u *Uploads) Continue(w http.ResponseWriter, r *http.Request, id string, done Whole) {
	u.tus.Middleware(http.HandlerFunc(u.tus.PatchFile)).ServeHTTP(w, at(r.WithContext(context.WithValue(r.Context(), wholeKey{}, done)), id))
}

// Offset answers the HEAD that asks how much has come.
func (u *Uploads) Offset(w http.ResponseWriter, r *http.Request, id string) {
	u.tus.Middleware(http.HandlerFunc(u.tus.HeadFile)).ServeHTTP(w, at(r, id))
}

// at gives the request as the protocol's handler reads it: its path is the id.
func at(r *http.Request, id string) *http.Request {
	c := r.Clone(r.Context())
	c.URL.Path, c.URL.RawPath = "/"+id, ""
	return c
}

func named(e handler.HookEvent) (handler.HTTPResponse, handler.FileInfoChanges, error) {
	id, ok := e.Context.Value(idKey{}).(string)
	if !ok || id == "" {
		return handler.HTTPResponse{}, handler.FileInfoChanges{}, errors.New("an upload without a name")
	}
	// What the sender calls it is kept by the caller, not in the folder.
	return handler.HTTPResponse{}, handler.FileInfoChanges{ID: id, MetaData: handler.MetaData{}}, nil
}

func whole(e handler.HookEvent) (handler.HTTPResponse, error) {
	done, ok := e.Context.Value(wholeKey{}).(Whole)
	if !ok {
		return handler.HTTPResponse{}, nil
	}
	reply := done(e.Context)
	return handler.HTTPResponse{StatusCode: reply.Status, Body: reply.Body, Header: handler.HTTPHeader{"Content-Type": "application/json"}}, nil
}

// addressed puts the address on the site in place of the protocol handler's own,
// which does not know what stands before it.
type addressed struct {
	http.ResponseWriter
	address string
}

func (a *addressed) WriteHeader(status int) {
	if a.Header().Get("Location") != "" {
		a.Header().Set("Location", a.address)
	}
	a.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the connection.
func (a *addressed) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// Received says how many bytes of an upload are here; one that is not here is not
// found.
func (u *Uploads) Received(id string) (int64, error) {
	info, err := os.Stat(u.Path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, fault.Missing("upload", id)
	}
	if err != nil {
		return 0, fmt.Errorf("look at upload %s: %w", id, err)
	}
	return info.Size(), nil
}

// Read opens the bytes of an upload.
func (u *Uploads) Read(id string) (io.ReadCloser, error) {
	f, err := os.Open(u.Path(id))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Missing("upload", id)
	}
	return f, err
}

// Remove takes an upload away; one that is not here is gone already.
func (u *Uploads) Remove(id string) error {
	for _, path := range []string{u.Path(id), u.Path(id) + infoSuffix} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove upload %s: %w", id, err)
		}
	}
	return nil
}

const infoSuffix = ".info"

// Path is where the bytes of an upload lie.
func (u *Uploads) Path(id string) string { return filepath.Join(u.dir, filepath.Base(id)) }

// List gives the ids of all uploads in the folder.
func (u *Uploads) List() ([]string, error) {
	entries, err := os.ReadDir(u.dir)
	if err != nil {
		return nil, fmt.Errorf("list uploads: %w", err)
	}
	seen := map[string]bool{}
	var ids []string
	for _, e := range entries {
		if id := strings.TrimSuffix(e.Name(), infoSuffix); !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (u *Uploads) syncFile(path string) (err error) {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return u.sync(f)
}
