package server

import (
	"path/filepath"
	"strings"

	"benso/internal/kernel/web"
)

// Config is what an administrator sets, by flag or environment variable.
type Config struct {
	Addr        string // where to listen, such as 127.0.0.1:8080
	Data        string // the folder of files, keys and the embedded database
	DatabaseURL string // of PostgreSQL; empty: the embedded database
	Simulated   bool   // it will hold simulated dossiers, and nothing else: every page says so from the start
	Clamd       string // of ClamAV's daemon: a path of its socket, or host:port; empty: nobody looks for viruses
	PublicURL   string // how people reach it, such as https://dichvu.vinhlong.gov.vn; empty: http://Addr

	Limits web.Limits // zero: web.DefaultLimits

	// Where letters are handed in, such as smtp://user@mail.example.vn; empty: people
	// are told in their inbox alone.
	SMTP         string
	SMTPFrom     string // who writes them: "Name <address>"
	SMTPPassword string
}

// base is the address that papers and QR codes carry.
func (c Config) base() string {
	if c.PublicURL != "" {
		return strings.TrimSuffix(c.PublicURL, "/")
	}
	return "http://" + c.Addr
}

// secure says whether people come over TLS.
func (c Config) secure() bool { return strings.HasPrefix(c.PublicURL, "https://") }

// Papers is the folder of the papers.
func (c Config) Papers() string { return filepath.Join(c.Data, "files") }

// uploads is the folder of papers that are coming in; it needs room for them.
func (c Config) uploads() string { return filepath.Join(c.Data, "uploads") }
func (c Config) secret() string  { return filepath.Join(c.Data, "accounts.key") }
