package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"html"
	"net"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"benso/internal/kernel/notify"
)

// Sender hands letters in at one server.
type Sender struct{ config Config }

var _ notify.Sender = (*Sender)(nil)

// New makes a Sender. Nothing is connected yet.
func New(c Config) (*Sender, error) {
	if c.Timeout == 0 {
		c.Timeout = 30 * time.Second
	}
	s := &Sender{config: c}
	_, err := s.client()
	return s, err
}

func (s *Sender) client() (*gomail.Client, error) {
	c := s.config
	options := []gomail.Option{
		gomail.WithPort(c.Port), gomail.WithTimeout(c.Timeout), gomail.WithHELO(c.domain()),
		gomail.WithTLSConfig(&tls.Config{ServerName: c.Host, RootCAs: c.Roots, MinVersion: tls.VersionTLS12}),
	}
	switch c.TLS {
	case Implicit:
		options = append(options, gomail.WithSSL())
	case Clear:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if c.User != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(c.User), gomail.WithPassword(c.Password))
	}
	client, err := gomail.NewClient(c.Host, options...)
	if err != nil {
		return nil, fmt.Errorf("set up mail: %w", err)
	}
	return client, nil
}

// Send hands a letter in.
func (s *Sender) Send(ctx context.Context, l notify.Letter) error {
	m, err := s.message(l)
	if err != nil {
		return err
	}
	client, err := s.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	return said(client.DialAndSendWithContext(ctx, m))
}

// Reach connects and signs in, and sends nothing: for the doctor.
func (s *Sender) Reach(ctx context.Context) error {
	client, err := s.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.config.Timeout)
	defer cancel()
	if err := client.DialWithContext(ctx); err != nil {
		return said(err)
	}
	return said(client.Close())
}

// said puts an error into words that name nobody.
func said(err error) error {
	var sending *gomail.SendError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &sending):
		code := fmt.Sprintf("%d", sending.ErrorCode())
		if e := sending.EnhancedStatusCode(); e != "" {
			code += " " + e
		}
		final := sending.Reason == gomail.ErrSMTPRcptTo || sending.Reason == gomail.ErrSMTPData || sending.Reason == gomail.ErrSMTPDataClose
		if final && !sending.IsTemp() && sending.ErrorCode() >= 500 {
			return &notify.Refused{Code: code}
		}
		return fmt.Errorf("the mail server answered %s: %s", code, sending.Reason)
	}
	var network *net.OpError
	if errors.As(err, &network) {
		return fmt.Errorf("no connection to the mail server: %w", network)
	}
	var untrusted *tls.CertificateVerificationError
	if errors.As(err, &untrusted) {
		return fmt.Errorf("the mail server's certificate is not trusted: %w", untrusted)
	}
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return fmt.Errorf("the mail server took too long: %w", err)
	}
	// What is left are the greeting, TLS and signing in, before any address is named.
	return fmt.Errorf("the mail server: %w", err)
}

func (s *Sender) message(l notify.Letter) (*gomail.Msg, error) {
	m := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8))
	if err := m.FromFormat(s.config.From.Name, s.config.From.Address); err != nil {
		return nil, errors.New("the sender of mail is no address")
	}
	if err := m.To(l.To); err != nil {
		return nil, &notify.Refused{Code: "no address"}
	}
	m.Subject(l.Subject)
	m.SetDate()
	m.SetMessageIDWithValue(l.ID + "@" + s.config.domain())
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetGenHeader(gomail.HeaderXAutoResponseSuppress, "All")
	m.SetGenHeader(gomail.HeaderContentLang, l.Lang)
	if l.Stop != "" {
		m.SetListUnsubscribe(l.Stop)
	}
	m.SetBodyString(gomail.TypeTextPlain, plain(l))
	m.AddAlternativeString(gomail.TypeTextHTML, rich(l))
	return m, nil
}

// plain writes the letter as text.
func plain(l notify.Letter) string {
	var b strings.Builder
	for _, line := range l.Lines {
		b.WriteString(line + "\n\n")
	}
	if l.Code != "" {
		b.WriteString("    " + l.Code + "\n\n")
	}
	if l.Link.URL != "" {
		b.WriteString(l.Link.Text + ":\n" + l.Link.URL + "\n\n")
	}
	b.WriteString("-- \n")
	for _, line := range l.Foot {
		b.WriteString(line + "\n")
	}
	return b.String()
}

// rich writes it as HTML that every mailbox shows: no picture, no script, nothing
// that is fetched.
func rich(l notify.Letter) string {
	e := html.EscapeString
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html lang="` + e(l.Lang) + `"><head><meta charset="utf-8"><title>` + e(l.Subject) + `</title></head>` +
		`<body style="margin:0;padding:16px;font:16px/1.5 Arial,sans-serif;color:#0b0c0c;background:#ffffff"><div style="max-width:600px">` +
		`<h1 style="font-size:20px;line-height:1.3;margin:0 0 16px">` + e(l.Subject) + `</h1>`)
	for _, line := range l.Lines {
		b.WriteString(`<p style="margin:0 0 16px">` + e(line) + `</p>`)
	}
	if l.Code != "" {
		b.WriteString(`<p style="margin:0 0 16px;font-size:28px;font-weight:bold;letter-spacing:2px">` + e(l.Code) + `</p>`)
	}
	if l.Link.URL != "" {
		b.WriteString(`<p style="margin:0 0 16px"><a href="` + e(l.Link.URL) + `" style="color:#1d5fa8">` + e(l.Link.Text) + `</a></p>`)
	}
	b.WriteString(`<hr style="border:0;border-top:1px solid #b1b4b6;margin:24px 0 12px">`)
	for _, line := range l.Foot {
		b.WriteString(`<p style="margin:0 0 8px;font-size:14px;color:#484949">` + e(line) + `</p>`)
	}
	b.WriteString(`</div></body></html>`)
	return b.String()
}
