package dossier

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/form"
)

// Put is a received paper and the place in a draft where it belongs.
type Put struct {
	Page  string
	Field *form.Field
	Blob  file.Blob
	// Also runs in the same transaction, after the draft is locked and before
	// anything is written; an error of it keeps the paper out.
	Also func(ctx context.Context, tx *database.Tx) error
	// Done runs in the same transaction, with the paper that the draft now names
	// and the revision that its page got; 0 when the draft named this content
	// before, and nothing changed.
	Done func(ctx context.Context, tx *database.Tx, f file.File, revision int64) error
}

// PutPaper gives a received paper to a draft and names it in the answers, in one
// transaction: it is there once, or not at all. Adding a paper never overwrites
// what another device wrote, so no revision is asked for.
func (r *Room) PutPaper(ctx context.Context, actor access.Actor, id string, p Put) error {
	err := r.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		d, err := r.lockDraft(ctx, tx, actor, id)
		if err != nil {
			return err
		}
		if err := p.Also(ctx, tx); err != nil {
			return err
		}
		if d.FiledAs != "" {
			return fault.New(fault.Conflict, "dossier.already_sent")
		}
		held, err := r.Named(ctx, tx, d)
		if err != nil {
			return err
		}
		slot := SlotPaper + p.Field.Paper
		if i := slices.IndexFunc(held, func(f file.File) bool { return f.Slot == slot && f.Digest == p.Blob.Digest }); i >= 0 {
			return p.Done(ctx, tx, held[i], 0)
		}
		value := d.Answers[p.Field.ID]
		if len(value.Files) >= p.Field.Max {
			return fault.New(fault.Invalid, "filing.files_full", "max", p.Field.Max)
		}
		f, err := r.Files.Attach(ctx, tx, p.Blob, file.Owner{Kind: OwnerDraft, ID: id}, file.Note{Slot: slot, By: actor.Account})
		if err != nil {
			return err
		}
		value.Files = append(slices.Clone(value.Files), FormFile(f))
		d.Answers = maps.Clone(d.Answers)
		d.Answers[p.Field.ID] = value
		d.Revisions[p.Page]++
		d.Version++
		d.UpdatedAt = r.Clock.Now()
		if err := updateDraft(ctx, tx, d); err != nil {
			return err
		}
		return p.Done(ctx, tx, f, d.Revisions[p.Page])
	})
	if err != nil {
		return fmt.Errorf("put a paper into draft %s: %w", id, err)
	}
	return nil
}

// FormFile is a paper as answers name it.
func FormFile(f file.File) form.File {
	return form.File{ID: f.ID, Name: f.Name, Type: string(f.Type), Size: f.Size, Doubts: string(f.Doubts)}
}

// Named lists the papers that a draft's answers name, its own and those of the
// dossier that it completes.
func (r *Room) Named(ctx context.Context, q database.Querier, d Draft) ([]file.File, error) {
	named := map[string]bool{}
	for _, v := range d.Answers {
		for _, f := range v.Files {
			named[f.ID] = true
		}
	}
	var held []file.File
	for _, o := range []file.Owner{{Kind: OwnerDraft, ID: d.ID}, {Kind: OwnerDossier, ID: d.Completes}} {
		if o.ID == "" {
			continue
		}
		files, err := r.Files.List(ctx, q, o)
		if err != nil {
			return nil, err
		}
		held = append(held, slices.DeleteFunc(files, func(f file.File) bool { return !named[f.ID] })...)
	}
	return held, nil
}
