package notify

import (
	"context"

	"benso/internal/kernel/message"
)

// Letter is what leaves the house.
type Letter struct {
	ID      string // the same at every attempt
	To      string
	Lang    string
	Subject string
	Lines   []string // paragraphs
	Code    string   // a one-time code, shown large; or none
	Link    Link     // where one goes on; or none
	Foot    []string // who wrote, and why
	Stop    string   // address of the page where one says "no more"; or none
}

// Link is a text and the whole address that it leads to.
type Link struct{ Text, URL string }

// Sender carries letters. An error is a *Refused when sending again is no use;
// any other is tried again. No error of a Sender names an address.
type Sender interface {
	Send(ctx context.Context, l Letter) error
}

// Composer writes a letter that is no notice when it leaves, given what it was
// posted for; ErrUnwanted drops it.
type Composer func(ctx context.Context, cause string) (Letter, error)

// letter writes a notice as a letter.
func (r *Room) letter(ctx context.Context, n Notice, to string, c Choice) Letter {
	ctx = message.WithLang(ctx, c.Lang)
	t := n.In(c.Lang)
	l := Letter{To: to, Lang: c.Lang, Subject: t.Title, Lines: t.Lines, Foot: r.foot(ctx), Stop: r.config.Site + r.config.ChoicePath}
	if t.Link != "" && n.Link != "" {
		l.Link = Link{Text: t.Link, URL: r.config.Site + n.Link}
	}
	l.Foot = append(l.Foot, message.T(ctx, "notify.foot_stop", "address", l.Stop))
	return l
}

func (r *Room) foot(ctx context.Context) []string {
	return []string{message.T(ctx, "notify.foot", "site", r.config.Site), message.T(ctx, "notify.foot_never")}
}

// Foot is who writes, for composers.
func (r *Room) Foot(ctx context.Context) []string { return r.foot(ctx) }
