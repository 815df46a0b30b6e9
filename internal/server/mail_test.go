package server_test

import (
	"log/slog"
	"strings"
	"testing"

	"benso/internal/server"
	"benso/internal/testkit/mailbox"
)

func TestDoctorSaysWhetherMailCanBeSent(t *testing.T) {
	c := server.Config{Addr: "127.0.0.1:0", Data: t.TempDir()}
	p, err := server.Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	post := mailbox.Start(t)
	says := func(smtp, from string) (string, error) {
		t.Helper()
		var out strings.Builder
		c.SMTP, c.SMTPFrom = smtp, from
		err := server.Doctor(t.Context(), c, &out)
		return out.String(), err
	}
	const from = "Bến Số <benso@benso.example>"
	if out, err := says("", ""); err != nil || !strings.Contains(out, "ok    mail is not set up") {
		t.Errorf("without a server: %v\n%s", err, out)
	}
	if out, err := says("smtp+clear://"+post.Address(), from); err != nil || !strings.Contains(out, "ok    mail server "+post.Address()+" (clear)") {
		t.Errorf("with a server: %v\n%s", err, out)
	}
	if out, err := says("smtp://"+post.Address(), from); err == nil || !strings.Contains(out, "WRONG mail server") {
		t.Errorf("with a server without TLS: %v\n%s", err, out)
	}
	if out, err := says("smtp+clear://"+post.Address(), ""); err == nil || !strings.Contains(out, "WRONG mail: mail: the sender") {
		t.Errorf("without a sender: %v\n%s", err, out)
	}
	post.Stop()
	if out, err := says("smtp+clear://"+post.Address(), from); err == nil || !strings.Contains(out, "no connection to the mail server") {
		t.Errorf("with a server that is down: %v\n%s", err, out)
	}
}
