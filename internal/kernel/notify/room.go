package notify

import (
	"context"
	"errors"
	"fmt"

	"benso/internal/kernel/audit"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/job"
)

// Config is what the room is made from.
type Config struct {
	DB    *database.DB
	Clock clock.Clock
	// Mail carries e-mail; nil: the inbox alone.
	Mail Sender
	// Address gives the e-mail that an account has confirmed; "" when it has none.
	Address func(ctx context.Context, q database.Querier, account string) (string, error)
	// Site is the address of the site, which links in letters begin with.
	Site string
	// ChoicePath is the page where a person says whether to be written to.
	ChoicePath string
}

// Room keeps the inboxes and sends the letters.
type Room struct {
	config    Config
	jobs      *job.Queue
	composers map[string]Composer
}

// New makes the room. Join gives it the queue.
func New(c Config) *Room { return &Room{config: c, composers: map[string]Composer{}} }

// Join gives the room the queue that its handlers are part of.
func (r *Room) Join(q *job.Queue) { r.jobs = q }

// Mails says whether letters can be sent at all.
func (r *Room) Mails() bool { return r.config.Mail != nil }

// Compose says who writes the letters of a kind that are no notices.
func (r *Room) Compose(kind string, c Composer) { r.composers[kind] = c }

// Deliver is the job that sends one letter.
type Deliver struct {
	Delivery string `json:"delivery"`
}

// Kind names the job.
func (Deliver) Kind() string { return "notify.deliver" }

// Handle has the room do the jobs. Letters have workers of their own, so that a
// slow mail server holds up nothing else.
func (r *Room) Handle(handlers *job.Registry) {
	job.Handle(handlers, r.deliver, job.OnQueue("mail"))
}

// Tell writes a notice into its account's inbox, in the transaction of what it
// tells: once for its cause. A letter follows where there is somebody to write to.
func (r *Room) Tell(ctx context.Context, tx *database.Tx, n Notice) error {
	n.ID, n.At = database.NewIDIn(ctx), r.config.Clock.Now()
	fresh, err := insertNotice(ctx, tx, n)
	if err != nil || !fresh || n.Quiet || !r.Mails() {
		return err
	}
	to, choice, err := r.reach(ctx, tx, n.Account)
	if err != nil || to == "" || !choice.Wanted {
		return err
	}
	return r.enqueue(ctx, tx, Delivery{Cause: n.ID, Kind: noticeKind, Account: n.Account, Address: Mask(to)})
}

// noticeKind is the kind of deliveries whose text is a notice's.
const noticeKind = "notice"

// Post has a letter written by the composer of its kind, and sent. address is
// kept masked; an empty one is a letter to nobody, which costs the same and goes
// nowhere.
func (r *Room) Post(ctx context.Context, tx *database.Tx, kind, cause, account, address string) error {
	if !r.Mails() {
		return fault.New(fault.Unavailable, "notify.no_mail")
	}
	return r.enqueue(ctx, tx, Delivery{Cause: cause, Kind: kind, Account: account, Address: Mask(address)})
}

func (r *Room) enqueue(ctx context.Context, tx *database.Tx, d Delivery) error {
	d.ID, d.State, d.CreatedAt = database.NewIDIn(ctx), Waiting, r.config.Clock.Now()
	fresh, err := insertDelivery(ctx, tx, d)
	if err != nil || !fresh {
		return err
	}
	return r.jobs.Enqueue(ctx, tx, Deliver{Delivery: d.ID})
}

// reach says where an account is written to, and how.
func (r *Room) reach(ctx context.Context, q database.Querier, account string) (string, Choice, error) {
	to, err := r.config.Address(ctx, q, account)
	if err != nil || to == "" {
		return "", Choice{}, err
	}
	choice, err := choiceOf(ctx, q, account)
	return to, choice, err
}

// deliver sends one letter. It may run twice for one delivery: what is done stays
// done.
func (r *Room) deliver(ctx context.Context, a Deliver) error {
	d, err := readDelivery(ctx, r.config.DB.Read(), a.Delivery)
	if fault.Is(err, fault.NotFound) || err == nil && d.State != Waiting {
		return nil
	}
	if err != nil {
		return err
	}
	l, err := r.compose(ctx, d)
	if err == nil {
		if l.ID = d.ID; r.Mails() {
			err = r.config.Mail.Send(ctx, l)
		} else {
			err = errors.New("mail is not set up any more")
		}
	}
	d.Attempts++
	var refused *Refused
	switch {
	case err == nil:
		d.State, d.Address = Sent, Mask(l.To)
	case errors.Is(err, ErrUnwanted):
		d.State = Dropped
	case errors.As(err, &refused):
		d.State, d.Error = Failed, refused.Code
	case d.tired(r.config.Clock.Now()):
		d.State, d.Error = Failed, short(err)
	default:
		d.Error = short(err)
		if kept := r.keep(ctx, d); kept != nil {
			return kept
		}
		return fmt.Errorf("send letter %s: %w", d.ID, err)
	}
	return r.keep(ctx, d)
}

// keep writes how a delivery stands, even where the attempt has used up its time:
// what the server took must not be sent again.
func (r *Room) keep(ctx context.Context, d Delivery) error {
	if d.State != Waiting {
		d.DoneAt = r.config.Clock.Now()
	}
	return r.config.DB.Write(context.WithoutCancel(ctx), func(ctx context.Context, tx *database.Tx) error {
		return updateDelivery(ctx, tx, d)
	})
}

func (r *Room) compose(ctx context.Context, d Delivery) (Letter, error) {
	if d.Kind != noticeKind {
		write, ok := r.composers[d.Kind]
		if !ok {
			return Letter{}, fmt.Errorf("nobody writes letters of the kind %s", d.Kind)
		}
		return write(ctx, d.Cause)
	}
	n, err := readNotice(ctx, r.config.DB.Read(), d.Account, d.Cause)
	if fault.Is(err, fault.NotFound) {
		return Letter{}, ErrUnwanted
	}
	if err != nil {
		return Letter{}, err
	}
	to, choice, err := r.reach(ctx, r.config.DB.Read(), d.Account)
	if err != nil {
		return Letter{}, err
	}
	if to == "" || !choice.Wanted {
		return Letter{}, ErrUnwanted
	}
	return r.letter(ctx, n, to, choice), nil
}

// short keeps the beginning of an error.
func short(err error) string {
	runes := []rune(err.Error())
	return string(runes[:min(len(runes), 200)])
}

// Unread counts what an account has not read; one look into an index.
func (r *Room) Unread(ctx context.Context, account string) (int64, error) {
	return countUnread(ctx, r.config.DB.Read(), account)
}

// Inbox gives a page of an account's notices, the latest first, and says whether
// there are more.
func (r *Room) Inbox(ctx context.Context, account string, limit, offset int) ([]Notice, bool, error) {
	found, err := inbox(ctx, r.config.DB.Read(), account, limit+1, offset)
	if len(found) > limit {
		return found[:limit], true, err
	}
	return found, false, err
}

// Read marks one of the account's notices as read and says where it leads. One
// that is somebody else's is missing.
func (r *Room) Read(ctx context.Context, account, id string) (link string, err error) {
	n, err := readNotice(ctx, r.config.DB.Read(), account, id)
	if err != nil || !n.ReadAt.IsZero() {
		return n.Link, err
	}
	return n.Link, r.config.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return markRead(ctx, tx, account, id, r.config.Clock.Now())
	})
}

// ReadAll marks every notice of the account up to the one it saw as read: what
// came since stays unread.
func (r *Room) ReadAll(ctx context.Context, account, seen string) error {
	n, err := readNotice(ctx, r.config.DB.Read(), account, seen)
	if err != nil {
		return err
	}
	return r.config.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return markAllRead(ctx, tx, account, n.At, r.config.Clock.Now())
	})
}

// Choice is what an account chose about mail.
func (r *Room) Choice(ctx context.Context, account string) (Choice, error) {
	return choiceOf(ctx, r.config.DB.Read(), account)
}

// Choose keeps what a person chose about mail, and that they did (Decree 13/2023,
// Art. 11: consent can be proven, and taken back).
func (r *Room) Choose(ctx context.Context, tx *database.Tx, account string, c Choice) error {
	now := r.config.Clock.Now()
	if err := saveChoice(ctx, tx, account, c, now); err != nil {
		return err
	}
	return audit.Record(ctx, tx, now, audit.Entry{Actor: account, Action: "mail.chosen", ObjectKind: "account", ObjectID: account,
		Digest: database.Digest(fmt.Sprint(c.Wanted), c.Lang)})
}

// Letters lists what was sent to an account, the latest first.
func (r *Room) Letters(ctx context.Context, account string, limit int) ([]Delivery, error) {
	return deliveriesOf(ctx, r.config.DB.Read(), account, limit)
}

// keepDeliveries is how long what was sent is remembered.
const keepDeliveries = 365

// Sweep forgets deliveries that are done and old. Notices stay.
func (r *Room) Sweep(ctx context.Context) error {
	before := r.config.Clock.Now().AddDate(0, 0, -keepDeliveries)
	return r.config.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return sweepDeliveries(ctx, tx, before)
	})
}
