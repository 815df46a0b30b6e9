package server

import (
	"context"
	"fmt"
	"time"

	"benso/internal/adapters/mail"
	"benso/internal/apps/account"
	"benso/internal/kernel/clock"
	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/notify"
)

// mailer is who sends letters; nil where no mail server was named.
func (c Config) mailer() (notify.Sender, error) {
	if c.SMTP == "" {
		return nil, nil
	}
	sender, err := c.sender()
	if err != nil {
		return nil, err
	}
	return sender, nil
}

func (c Config) sender() (*mail.Sender, error) {
	settings, err := mail.ParseConfig(c.SMTP, c.SMTPPassword, c.SMTPFrom)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return mail.New(settings)
}

// notices makes the inboxes.
func (p *Program) notices() (*notify.Room, error) {
	sender, err := p.Config.mailer()
	if err != nil {
		return nil, err
	}
	return notify.New(notify.Config{
		DB: p.DB, Clock: p.Clock, Mail: sender, Address: identity.ConfirmedEmail, Site: p.Config.base(), ChoicePath: account.MailPath,
	}), nil
}

// doctorMail says whether letters can be sent, and whether they are.
func doctorMail(ctx context.Context, c Config, q database.Querier, check func(what, wrong, mend string)) error {
	now := clock.System.Now()
	waiting, failed, err := notify.Stuck(ctx, q, now.Add(-time.Hour), now.Add(-24*time.Hour))
	if err != nil {
		return err
	}
	if c.SMTP == "" {
		check("mail is not set up: people are told in their inbox alone (--smtp names a server)", "", "")
		return nil
	}
	const mend = "see --smtp, --smtp-from and BENSO_SMTP_PASSWORD; letters wait for three days"
	sender, err := c.sender()
	if err != nil {
		check("mail", err.Error(), mend)
		return nil
	}
	settings, err := mail.ParseConfig(c.SMTP, c.SMTPPassword, c.SMTPFrom)
	if err != nil {
		return err
	}
	wrong := ""
	if err := sender.Reach(ctx); err != nil {
		wrong = err.Error()
	}
	check("mail server "+settings.Server(), wrong, mend)
	wrong = ""
	if waiting > 0 {
		wrong = fmt.Sprintf("%d letters wait for more than an hour", waiting)
	}
	check(fmt.Sprintf("letters (%d refused or given up in a day)", failed), wrong, "the table deliveries says why each could not be sent")
	return nil
}
