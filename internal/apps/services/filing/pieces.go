package filing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/file/resumable"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Papers that come in pieces, over a connection that breaks. A script of the page
// sends them by tus 1.0.0; without it they come with the page, as ever.

// outcome is what became of an upload.
type outcome string

const (
	arriving  outcome = ""
	attached  outcome = "attached"  // the draft names the paper
	refused   outcome = "refused"   // the fault says why
	cancelled outcome = "cancelled" // by its sender, or forgotten by them
)

// upload is a paper that comes in pieces. Once it has ended it keeps its outcome
// for a sender to whom the answer was lost.
type upload struct {
	ID, Account, Draft, Field string
	Name                      string
	Size                      int64
	BegunAt                   time.Time
	Outcome                   outcome
	File                      string // the paper that it became
	Fault                     string
	FaultArgs                 []string
	Revision                  int64 // that the page got by the paper; 0: it had it before
	EndedAt                   time.Time
}

// What one person may have on the way at once: more than any form asks for.
const (
	mostComing      = 40
	mostComingBytes = 400 << 20
	uploadsKept     = 48 * time.Hour     // while nothing more comes
	outcomesKept    = 7 * 24 * time.Hour // for a sender whose answer was lost
)

// admits decides whether one more paper may begin to come.
func admits(x *form.Field, held int, size, n, bytes int64) error {
	switch {
	case size == 0:
		return fault.New(fault.Invalid, "file.empty")
	case held >= x.Max:
		return fault.New(fault.Invalid, "filing.files_full", "max", x.Max)
	case n >= mostComing || bytes+size > mostComingBytes:
		return fault.New(fault.TooMany, "filing.uploads_many")
	}
	return nil
}

// uploadState is what the script is told of an upload.
type uploadState struct {
	State    outcome    `json:"state"`
	Received int64      `json:"received"`
	Size     int64      `json:"size"`
	File     *paperPart `json:"file,omitempty"`
	Fault    string     `json:"fault,omitempty"`
	Revision int64      `json:"revision,omitempty"` // the page has this one now, and had the one before
}

type paperPart struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Size   string   `json:"size"`
	Doubts []string `json:"doubts,omitempty"` // as people read them
}

// begin answers the announcement of a paper for a field.
func (p Pages) begin(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	k, err := p.open(r)
	if err != nil {
		return err
	}
	x, _, err := k.fileField(r.PathValue("field"))
	if err != nil {
		return err
	}
	u := upload{ID: database.NewID(), Account: web.Actor(ctx).Account, Draft: k.draft.ID, Field: x.ID, BegunAt: p.Room.Clock.Now()}
	if err := p.admit(r, k, x, &u); err != nil {
		return sayFault(w, r, err)
	}
	if err := p.Room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error { return insertUpload(ctx, tx, u) }); err != nil {
		return err
	}
	p.Uploads.Create(w, r, u.ID, k.url("tai-len/"+u.ID), p.whole(web.Actor(ctx), u))
	return nil
}

func (p Pages) admit(r *http.Request, k work, x *form.Field, u *upload) error {
	if k.draft.FiledAs != "" {
		return fault.New(fault.Conflict, "dossier.already_sent")
	}
	wish, err := resumable.Announced(r)
	if err != nil {
		return err
	}
	u.Name, u.Size = wish.Name, wish.Size
	if err := file.Fits(r.Context(), wish.Size, x.MaxBytes); err != nil {
		return err
	}
	n, bytes, err := coming(r.Context(), p.Room.DB.Read(), u.Account)
	if err != nil {
		return err
	}
	return admits(x, len(k.draft.Answers[x.ID].Files), wish.Size, n, bytes)
}

// fileField finds a field for papers on a page that the answers ask for.
func (k work) fileField(id string) (*form.Field, *form.Page, error) {
	page, ok := k.procedure.Form.PageOf(id)
	if !ok {
		return nil, nil, fault.Missing("field", id)
	}
	if _, err := k.page(page.ID); err != nil {
		return nil, nil, err
	}
	x, ok := page.Field(id)
	if !ok || x.Kind != form.KindFile {
		return nil, nil, fault.Missing("field", id)
	}
	return x, page, nil
}

// ownUpload reads the upload of the request: the actor's own, of an own draft.
func (p Pages) ownUpload(r *http.Request) (upload, error) {
	k, err := p.open(r)
	if err != nil {
		return upload{}, err
	}
	return uploadOf(r.Context(), p.Room.DB.Read(), web.Actor(r.Context()).Account, k.draft.ID, r.PathValue("upload"))
}

// bring answers a piece. The one that makes the paper whole is answered with what
// became of it, and so is every later one.
func (p Pages) bring(w http.ResponseWriter, r *http.Request) error {
	u, err := p.settled(r)
	if err != nil {
		return sayFault(w, r, err)
	}
	if u.Outcome != arriving {
		return p.say(w, r, u)
	}
	p.Uploads.Continue(w, r, u.ID, p.whole(web.Actor(r.Context()), u))
	return nil
}

// received answers how much has come, in the headers of tus.
func (p Pages) received(w http.ResponseWriter, r *http.Request) error {
	u, err := p.settled(r)
	if err != nil {
		return err
	}
	if u.Outcome == arriving {
		p.Uploads.Offset(w, r, u.ID)
		return nil
	}
	h := w.Header()
	h.Set("Tus-Resumable", "1.0.0")
	h.Set("Cache-Control", "no-store")
	h.Set("Upload-Offset", strconv.FormatInt(u.Size, 10))
	h.Set("Upload-Length", strconv.FormatInt(u.Size, 10))
	w.WriteHeader(http.StatusOK)
	return nil
}

// settled reads the upload; one that is whole but was not judged, since the
// program was killed in between, is judged now.
func (p Pages) settled(r *http.Request) (upload, error) {
	u, err := p.ownUpload(r)
	if err != nil || u.Outcome != arriving {
		return u, err
	}
	n, err := p.Uploads.Received(u.ID)
	if err != nil || n < u.Size {
		return u, err
	}
	return p.settle(r.Context(), web.Actor(r.Context()), u)
}

// uploadState answers what became of an upload; it changes nothing.
func (p Pages) uploadState(w http.ResponseWriter, r *http.Request) error {
	u, err := p.ownUpload(r)
	if err != nil {
		return err
	}
	return p.say(w, r, u)
}

// cancel ends an upload that its sender does not want any more.
func (p Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	u, err := p.ownUpload(r)
	if err != nil {
		return err
	}
	if u, err = p.end(r.Context(), u, upload{Outcome: cancelled}); err != nil {
		return err
	}
	if err := p.Uploads.Remove(u.ID); err != nil {
		return err
	}
	return p.say(w, r, u)
}

// end ends an upload that has not ended, and gives it as it then stands.
func (p Pages) end(ctx context.Context, u, as upload) (upload, error) {
	err := p.Room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		now, err := lockUpload(ctx, tx, u.ID)
		if err != nil || now.Outcome != arriving {
			u = now
			return err
		}
		now.Outcome, now.Fault, now.FaultArgs, now.EndedAt = as.Outcome, as.Fault, as.FaultArgs, p.Room.Clock.Now()
		u = now
		return endUpload(ctx, tx, now)
	})
	return u, err
}

// whole is what happens when all bytes of an upload have come.
func (p Pages) whole(actor access.Actor, u upload) resumable.Whole {
	return func(ctx context.Context) resumable.Reply {
		ended, err := p.settle(ctx, actor, u)
		if err == nil {
			var state uploadState
			if state, err = p.stateOf(ctx, ended); err == nil {
				return resumable.Reply{Status: http.StatusOK, Body: asJSON(state)}
			}
		}
		f := fault.Of(err)
		return resumable.Reply{Status: web.Status(err), Body: asJSON(uploadState{Fault: message.T(ctx, f.Key, f.Args...)})}
	}
}

// errEnded says that an upload has ended while it was judged.
var errEnded = errors.New("the upload has ended")

// settle judges a paper that has come whole and gives it to the draft. Doing it
// again changes nothing. An error says that it was neither taken nor refused: the
// bytes are kept and it is tried again.
func (p Pages) settle(ctx context.Context, actor access.Actor, u upload) (upload, error) {
	blob, x, page, err := p.judge(ctx, actor, u)
	if err == nil {
		err = p.Room.PutPaper(ctx, actor, u.Draft, dossier.Put{Page: page.ID, Field: x, Blob: blob,
			Also: func(ctx context.Context, tx *database.Tx) error {
				now, err := lockUpload(ctx, tx, u.ID)
				if err == nil && now.Outcome != arriving {
					u, err = now, errEnded
				}
				return err
			},
			Done: func(ctx context.Context, tx *database.Tx, f file.File, revision int64) error {
				u.Outcome, u.File, u.Revision, u.EndedAt = attached, f.ID, revision, p.Room.Clock.Now()
				return endUpload(ctx, tx, u)
			}})
	}
	switch f := fault.Of(err); {
	case err == nil, errors.Is(err, errEnded):
	case f.Kind == fault.Invalid || f.Kind == fault.TooLarge || f.Kind == fault.Conflict || f.Kind == fault.NotFound:
		args := make([]string, len(f.Args))
		for i, a := range f.Args {
			args[i] = fmt.Sprint(a)
		}
		if u, err = p.end(ctx, u, upload{Outcome: refused, Fault: f.Key, FaultArgs: args}); err != nil {
			return u, err
		}
	default:
		u.Outcome = arriving
		return u, err
	}
	return u, p.Uploads.Remove(u.ID)
}

// judge receives the paper as one that came with the page is received.
func (p Pages) judge(ctx context.Context, actor access.Actor, u upload) (blob file.Blob, x *form.Field, page *form.Page, err error) {
	d, err := p.Room.Draft(ctx, actor, u.Draft)
	if err != nil {
		return file.Blob{}, nil, nil, err
	}
	if d.FiledAs != "" {
		return file.Blob{}, nil, nil, fault.New(fault.Conflict, "dossier.already_sent")
	}
	k, err := p.workOn(ctx, d)
	if err != nil {
		return file.Blob{}, nil, nil, err
	}
	if x, page, err = k.fileField(u.Field); err != nil {
		return file.Blob{}, nil, nil, err
	}
	from, err := p.Uploads.Read(u.ID)
	if err != nil {
		if now, again := uploadOf(ctx, p.Room.DB.Read(), u.Account, u.Draft, u.ID); again == nil && now.Outcome != arriving {
			return file.Blob{}, x, page, errEnded // another request was faster, and took the bytes away
		}
		return file.Blob{}, nil, nil, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	blob, err = p.Room.Files.Receive(ctx, from, metaOf(actor, x, u.Name, u.Size))
	return blob, x, page, err
}

func metaOf(actor access.Actor, x *form.Field, name string, size int64) file.Meta {
	accept := make([]file.Type, len(x.Types))
	for i, t := range x.Types {
		accept[i] = file.Type(t)
	}
	return file.Meta{Name: name, Size: size, MaxBytes: x.MaxBytes, Accept: accept, By: actor.Account}
}

func (p Pages) say(w http.ResponseWriter, r *http.Request, u upload) error {
	state, err := p.stateOf(r.Context(), u)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, state)
}

func (p Pages) stateOf(ctx context.Context, u upload) (uploadState, error) {
	s := uploadState{State: u.Outcome, Received: u.Size, Size: u.Size, Revision: u.Revision}
	switch u.Outcome {
	case arriving:
		n, err := p.Uploads.Received(u.ID)
		if err != nil {
			return s, err
		}
		s.Received = n
	case attached:
		f, err := p.Room.Files.Get(ctx, p.Room.DB.Read(), u.File)
		if fault.Is(err, fault.NotFound) {
			return s, nil // the person has taken it out of the draft since
		}
		if err != nil {
			return s, err
		}
		s.File = &paperPart{ID: f.ID, Name: f.Name, Size: file.SizeText(ctx, f.Size)}
		for _, code := range f.Doubts.Codes() {
			s.File.Doubts = append(s.File.Doubts, message.T(ctx, "file.doubt_"+code))
		}
	case refused:
		args := make([]any, len(u.FaultArgs))
		for i, a := range u.FaultArgs {
			args[i] = a
		}
		s.Fault = message.T(ctx, u.Fault, args...)
	case cancelled:
	}
	return s, nil
}

// sayFault tells the script in plain words what is wrong; what it cannot mend is
// answered as everywhere.
func sayFault(w http.ResponseWriter, r *http.Request, err error) error {
	f := fault.Of(err)
	if !slices.Contains([]fault.Kind{fault.Invalid, fault.TooLarge, fault.TooMany, fault.Conflict, fault.Unavailable}, f.Kind) {
		return err
	}
	return writeJSON(w, web.Status(err), uploadState{State: refused, Fault: message.T(r.Context(), f.Key, f.Args...)})
}

func asJSON(s uploadState) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // texts and numbers always encode
	}
	return string(b)
}

func writeJSON(w http.ResponseWriter, status int, s uploadState) error {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Tus-Resumable", "1.0.0")
	w.WriteHeader(status)
	_, err := w.Write([]byte(asJSON(s)))
	return err
}

// SweepUploads ends what nobody goes on with, and gives drafts the papers that had
// come whole when the program was killed. It sees everybody's: actors says who a
// sender is.
func (p Pages) SweepUploads(ctx context.Context, actors func(ctx context.Context, account string) (access.Actor, error)) error {
	now := p.Room.Clock.Now()
	all, err := allComing(ctx, p.Room.DB.Read())
	if err != nil {
		return err
	}
	var wrong []error
	for _, u := range all {
		n, err := p.Uploads.Received(u.ID)
		switch {
		case err == nil && n == u.Size && now.Sub(u.BegunAt) < uploadsKept:
			actor, err := actors(ctx, u.Account)
			if err == nil {
				_, err = p.settle(ctx, actor, u)
			}
			wrong = append(wrong, err)
		case now.Sub(u.BegunAt) >= uploadsKept:
			_, err := p.end(ctx, u, upload{Outcome: cancelled})
			wrong = append(wrong, err)
		}
	}
	ids, err := p.Uploads.List()
	wrong = append(wrong, err)
	for _, id := range ids {
		// A row is written before the bytes come, so bytes without one are not wanted.
		if alive, err := known(ctx, p.Room.DB.Read(), id); err != nil || alive {
			wrong = append(wrong, err)
			continue
		}
		wrong = append(wrong, p.Uploads.Remove(id))
	}
	wrong = append(wrong, p.Room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return forgetUploads(ctx, tx, now.Add(-outcomesKept))
	}))
	return errors.Join(wrong...)
}
