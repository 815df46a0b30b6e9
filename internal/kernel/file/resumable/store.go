package resumable

import (
	"context"
	"errors"
	"io"

	"github.com/tus/tusd/v2/pkg/filestore"
	"github.com/tus/tusd/v2/pkg/handler"

	"benso/internal/kernel/fault"
)

// store is the protocol's folder of files, which syncs nothing by itself.
type store struct {
	filestore.FileStore
	uploads *Uploads
}

// NewUpload makes the upload, and its names durable.
func (s store) NewUpload(ctx context.Context, info handler.FileInfo) (handler.Upload, error) {
	up, err := s.FileStore.NewUpload(ctx, info)
	if err != nil {
		return nil, err
	}
	for _, path := range []string{s.uploads.Path(info.ID) + infoSuffix, s.uploads.dir} {
		if err := s.uploads.syncFile(path); err != nil {
			return nil, err
		}
	}
	return synced{Upload: up, uploads: s.uploads, id: info.ID}, nil
}

// GetUpload opens an upload. One whose description was cut off by a crash was never
// answered: it is not there.
func (s store) GetUpload(ctx context.Context, id string) (handler.Upload, error) {
	up, err := s.FileStore.GetUpload(ctx, id)
	if err != nil {
		if _, gone := s.uploads.Received(id); fault.Is(gone, fault.NotFound) {
			return nil, handler.ErrNotFound
		}
		return nil, err
	}
	return synced{Upload: up, uploads: s.uploads, id: id}, nil
}

// synced is an upload whose pieces are on the disk when they are answered.
type synced struct {
	handler.Upload
	uploads *Uploads
	id      string
}

// WriteChunk adds a piece. Also of one that was cut off the beginning is kept.
func (s synced) WriteChunk(ctx context.Context, offset int64, from io.Reader) (int64, error) {
	n, err := s.Upload.WriteChunk(ctx, offset, from)
	return n, errors.Join(err, s.uploads.syncFile(s.uploads.Path(s.id)))
}
