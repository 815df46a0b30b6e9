package event

import (
	"context"
	"encoding/json"
	"time"

	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
)

// Event is something that happened.
type Event struct {
	ID      string
	Kind    string // such as "dossier.accepted"
	Subject string // id of what it happened to
	Data    json.RawMessage
	At      time.Time
}

// Handler handles one event inside tx, which also deletes it. It does no I/O
// beside tx; it enqueues jobs for that.
type Handler func(ctx context.Context, tx *database.Tx, e Event) error

// Gatherer handles several events at once inside tx, which also deletes them: for
// a subscriber to whom ten events mean no more than one.
type Gatherer func(ctx context.Context, tx *database.Tx, events []Event) error

// Bus knows the subscribers and hands events out. Subscribe before Run.
type Bus struct {
	db    *database.DB
	clock clock.Clock
	subs  map[string]map[string]Gatherer // kind → name → handler
	many  map[string]bool                // names that take several events at once
}

// NewBus makes a bus.
func NewBus(db *database.DB, c clock.Clock, _ string) *Bus {
	return &Bus{db: db, clock: c, subs: map[string]map[string]Gatherer{}, many: map[string]bool{}}
}

// Subscribe has name handle the events of a kind. The name is stored with
// waiting events, so it stays the same between releases.
func (b *Bus) Subscribe(kind, name string, h Handler) {
	b.subscribe(kind, name, func(ctx context.Context, tx *database.Tx, events []Event) error {
		for _, e := range events {
			if err := h(ctx, tx, e); err != nil {
				return err
			}
		}
		return nil
	})
}

// Gather has name handle the events of a kind, those that wait together in one
// transaction. When that fails, each is tried again by itself.
func (b *Bus) Gather(kind, name string, h Gatherer) {
	b.subscribe(kind, name, h)
	b.many[name] = true
}

func (b *Bus) subscribe(kind, name string, h Gatherer) {
	if b.subs[kind] == nil {
		b.subs[kind] = map[string]Gatherer{}
	}
	if _, twice := b.subs[kind][name]; twice {
		panic("event: " + name + " subscribes twice to " + kind)
	}
	b.subs[kind][name] = h
}

// wait is how long the n-th failure is waited out: 1 s, 2 s, 4 s … one hour.
func wait(attempts int64) time.Duration {
	return min(time.Second<<min(attempts, 12), time.Hour)
}
