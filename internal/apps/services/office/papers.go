package office

import (
	"context"
	"errors"
	"mime/multipart"
	"net/http"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/file"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

// Paper is a paper of the dossier.
type Paper struct {
	file.File
	Label string
	URL   string
}

// PaperName names the slot of a paper.
func PaperName(ctx context.Context, proc *catalogue.Procedure, slot string) string {
	if id, ok := CutPaper(slot); ok {
		if x, ok := proc.Paper(id); ok {
			return x.Name.In(message.Lang(ctx))
		}
		return id
	}
	return message.T(ctx, "desk.slot_"+slot)
}

// CutPaper gives the paper of the procedure that a slot is for.
func CutPaper(slot string) (string, bool) {
	if len(slot) > len(dossier.SlotPaper) && slot[:len(dossier.SlotPaper)] == dossier.SlotPaper {
		return slot[len(dossier.SlotPaper):], true
	}
	return "", false
}

// Received keeps the files that came in one field, in their order.
func (o Office) Received(r *http.Request, field string) (blobs []file.Blob, err error) {
	one := func(h *multipart.FileHeader) (err error) {
		f, err := h.Open()
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		blob, err := o.Room.Files.Receive(r.Context(), f, file.Meta{Name: h.Filename, Size: h.Size, By: web.Actor(r.Context()).Account})
		if err != nil {
			return AtField(err, field)
		}
		blobs = append(blobs, blob)
		return nil
	}
	for _, h := range r.MultipartForm.File[field] {
		if err := one(h); err != nil {
			return nil, err
		}
	}
	return blobs, nil
}

// AtField names the field of a fault that has none, so that the page leads there.
func AtField(err error, name string) error {
	f := fault.Of(err)
	if !Refusal(err) || len(f.Fields) > 0 {
		return err
	}
	return fault.New(f.Kind, f.Key, f.Args...).WithField(name, f.Key, f.Args...)
}
