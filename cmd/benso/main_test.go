package main

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestRequestThatHangsIsCutOffAndTakesNoTimeFromTheJobs(t *testing.T) {
	began, free := make(chan struct{}), make(chan struct{})
	ts := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(began)
		select {
		case <-r.Context().Done():
		case <-free:
		}
	}))
	defer ts.Close()
	defer close(free)
	answered := make(chan error, 1)
	go func() {
		res, err := http.Get(ts.URL)
		if err == nil {
			err = res.Body.Close()
		}
		answered <- err
	}()
	<-began
	const patience = 200 * time.Millisecond
	var left time.Duration
	err := halt(ts.Config, func(ctx context.Context) error {
		end, _ := ctx.Deadline()
		left = time.Until(end)
		return nil
	}, patience, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Error(err)
	}
	if left < patience/2 {
		t.Errorf("the jobs were left %s of %s", left, patience)
	}
	if err := <-answered; err == nil {
		t.Error("the hanging request was answered")
	}
}
