package filing

import (
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"slices"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/form"
	"benso/internal/kernel/web"
)

// receive takes in every file that came with the page and keeps it at once. What
// is wrong with one is a fault of its field; the others are kept.
func (p Pages) receive(r *http.Request, k *work, page *form.Page, revision *int64) (wrong []fault.Field, err error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File) == 0 {
		return nil, nil
	}
	held, err := p.held(r.Context(), *k)
	if err != nil {
		return nil, err
	}
	got := map[string][]form.File{}
	for _, x := range page.Fields {
		if x.Kind != form.KindFile {
			continue
		}
		room := x.Max - len(k.draft.Answers[x.ID].Files)
		for _, h := range r.MultipartForm.File[x.ID] {
			if h.Filename == "" && h.Size == 0 {
				continue // the box was left empty
			}
			kept, err := p.keep(r.Context(), *k, x, h, held, room-len(got[x.ID]))
			switch f := fault.Of(err); {
			case err == nil:
				got[x.ID] = append(got[x.ID], kept...)
			case f.Kind == fault.Invalid || f.Kind == fault.TooLarge || f.Key == "file.scanner_down":
				wrong = append(wrong, fault.Field{Name: x.ID, Key: "filing.file_wrong",
					Args: []any{"file", h.Filename, "text", web.Words(r.Context(), fault.Field{Key: f.Key, Args: f.Args})}})
			default:
				return nil, err
			}
		}
	}
	if len(got) == 0 {
		return wrong, nil
	}
	return wrong, p.change(r.Context(), k, page, revision, func(a form.Answers) form.Answers {
		for id, files := range got {
			v := a[id]
			v.Files = append(slices.Clone(v.Files), files...)
			a = with(a, id, v)
		}
		return a
	})
}

// paperKey is a content in a place of the form: the same photo sent twice, by a
// retry or a reload, is one.
type paperKey struct{ slot, digest string }

// held lists the papers that the draft's answers name.
func (p Pages) held(ctx context.Context, k work) (map[paperKey]bool, error) {
	files, err := p.Room.Named(ctx, p.Room.DB.Read(), k.draft)
	if err != nil {
		return nil, err
	}
	held := map[paperKey]bool{}
	for _, f := range files {
		held[paperKey{f.Slot, f.Digest}] = true
	}
	return held, nil
}

// keep receives one file and gives it to the draft; none when the draft has it.
func (p Pages) keep(ctx context.Context, k work, x *form.Field, h *multipart.FileHeader, held map[paperKey]bool, room int) (kept []form.File, err error) {
	from, err := h.Open()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, from.Close()) }()
	blob, err := p.Room.Files.Receive(ctx, from, metaOf(web.Actor(ctx), x, h.Filename, h.Size))
	if err != nil {
		return nil, err
	}
	key := paperKey{dossier.SlotPaper + x.Paper, blob.Digest}
	switch {
	case held[key]:
		return nil, nil
	case room <= 0:
		return nil, fault.New(fault.Invalid, "filing.files_full", "max", x.Max)
	}
	f, err := p.Room.AttachPaper(ctx, web.Actor(ctx), k.draft.ID, key.slot, blob)
	if err != nil {
		return nil, err
	}
	held[key] = true
	return []form.File{dossier.FormFile(f)}, nil
}

// takeAway takes a file out of the answers.
func (p Pages) takeAway(ctx context.Context, k *work, page *form.Page, act form.Act, revision *int64) error {
	return p.change(ctx, k, page, revision, func(a form.Answers) form.Answers {
		v := a[act.Field]
		v.Files = slices.DeleteFunc(slices.Clone(v.Files), func(f form.File) bool { return f.ID == act.File })
		return with(a, act.Field, v)
	})
}

// change adds or takes away files. That never overwrites what another tab wrote,
// so it is done on the newest answers; revision follows only when the person saw
// those before it.
func (p Pages) change(ctx context.Context, k *work, page *form.Page, revision *int64, f func(form.Answers) form.Answers) error {
	for tries := 0; ; tries++ {
		before := k.draft.Revisions[page.ID]
		d, err := p.Room.SavePage(ctx, web.Actor(ctx), k.draft.ID, page.ID, before, f)
		if stale := new(dossier.StalePage); errors.As(err, &stale) && tries < 3 {
			k.draft = stale.Draft
			continue
		}
		if err != nil {
			return err
		}
		if *revision == before {
			*revision = d.Revisions[page.ID]
		}
		k.draft = d
		return nil
	}
}

// with gives the answers with one of them changed; the map itself is not.
func with(a form.Answers, id string, v form.Value) form.Answers {
	b := make(form.Answers, len(a)+1)
	for k, x := range a {
		b[k] = x
	}
	if v.IsZero() {
		delete(b, id)
	} else {
		b[id] = v
	}
	return b
}
