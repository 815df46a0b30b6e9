package mail

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	netmail "net/mail"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// TLS says how the way to the server is protected.
type TLS string

// The ways.
const (
	StartTLS TLS = "starttls" // begins in the clear, and goes no further without TLS; port 587
	Implicit TLS = "tls"      // TLS from the first byte; port 465
	Clear    TLS = "clear"    // in the clear: a server on this machine or in a closed network; port 25
)

// Config is where letters are handed in, and who writes them.
type Config struct {
	Host     string
	Port     int
	TLS      TLS
	User     string // empty: the server asks for none
	Password string
	From     netmail.Address
	Timeout  time.Duration  // of one letter; 30 seconds when 0
	Roots    *x509.CertPool // who may vouch for the server; those of the system when nil
}

// ParseConfig reads the server's address and the sender as an administrator writes
// them: smtp://user@host (STARTTLS, port 587), smtps://user@host (TLS, port
// 465), smtp+clear://127.0.0.1 (port 25); and "Name <address>".
func ParseConfig(server, password, from string) (Config, error) {
	u, err := url.Parse(server)
	if err != nil {
		return Config{}, errors.New("the address of the mail server cannot be read") // the error would repeat a password
	}
	c := Config{Host: u.Hostname(), User: u.User.Username(), Password: password}
	if written, ok := u.User.Password(); ok && password == "" {
		c.Password = written
	}
	switch u.Scheme {
	case "smtp":
		c.TLS, c.Port = StartTLS, 587
	case "smtps":
		c.TLS, c.Port = Implicit, 465
	case "smtp+clear":
		c.TLS, c.Port = Clear, 25
	default:
		return Config{}, errors.New("the address of the mail server begins with smtp://, smtps:// or smtp+clear://")
	}
	if c.Host == "" || strings.Trim(u.Path, "/") != "" {
		return Config{}, errors.New("the address of the mail server names a host and nothing behind it, such as smtp://user@mail.example.vn")
	}
	if u.Port() != "" {
		if c.Port, err = strconv.Atoi(u.Port()); err != nil {
			return Config{}, errors.New("the port of the mail server is no number")
		}
	}
	if c.User != "" && c.TLS == Clear && !loopback(c.Host) {
		return Config{}, errors.New("a password does not go in the clear: use smtp:// or smtps://")
	}
	sender, err := netmail.ParseAddress(from)
	if err != nil {
		return Config{}, errors.New("the sender of mail is no address, such as \"Ben So <khong-tra-loi@example.vn>\"")
	}
	c.From = *sender
	return c, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// Server names the server for people: without user and password.
func (c Config) Server() string {
	return fmt.Sprintf("%s (%s)", net.JoinHostPort(c.Host, strconv.Itoa(c.Port)), c.TLS)
}

// domain is that of the sender.
func (c Config) domain() string {
	_, domain, _ := strings.Cut(c.From.Address, "@")
	return domain
}
