package account

import (
	"context"

	"benso/internal/kernel/identity"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

func rows(ctx context.Context, p accountPage) []web.Row {
	return []web.Row{
		{Key: message.T(ctx, "account.full_name"), Value: p.Name},
		{Key: message.T(ctx, "account.number"), Value: p.Number},
		{Key: message.T(ctx, "account.contact"), Component: claims(p.Claims)},
		{Key: message.T(ctx, "account.mail"), Value: mailText(ctx, p), Change: MailPath},
		{Key: message.T(ctx, "account.password"), Value: message.T(ctx, "account.password_hidden"), Change: PasswordPath},
	}
}

func unconfirmedText(ctx context.Context, c identity.Claim) string {
	if c.Kind == identity.Email {
		return message.T(ctx, "account.unconfirmed_mail")
	}
	return message.T(ctx, "account.unconfirmed")
}

// mailText says whether notices also come by e-mail.
func mailText(ctx context.Context, p accountPage) string {
	for _, c := range p.Claims {
		if c.Kind == identity.Email && !c.ConfirmedAt.IsZero() {
			if p.Choice.Wanted {
				return message.T(ctx, "account.mail_on")
			}
			return message.T(ctx, "account.mail_off")
		}
	}
	return message.T(ctx, "account.mail_unconfirmed")
}

func passwordTitle(ctx context.Context, p passwordPage) string {
	if p.Forced {
		return message.T(ctx, "account.set_own_password")
	}
	return message.T(ctx, "account.change_password")
}

// passwordBack leads nowhere for whoever may go nowhere else.
func passwordBack(p passwordPage) string {
	if p.Forced {
		return ""
	}
	return Path
}

func currentLabel(ctx context.Context, p passwordPage) string {
	if p.Forced {
		return message.T(ctx, "account.one_time_password")
	}
	return message.T(ctx, "account.current_password")
}
