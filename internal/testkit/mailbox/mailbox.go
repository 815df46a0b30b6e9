package mailbox

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	_ "embed"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

//go:embed server.py
var program []byte

// The account of a server that asks for one.
const (
	User     = "benso"
	Password = "mot mat khau"
)

// Server is a mail server that keeps what it takes.
type Server struct {
	t      testing.TB
	Port   int
	Roots  *x509.CertPool // vouches for a server that was started with TLS
	folder string
	args   []string
	stop   func()
}

// Start starts a server that takes mail in the clear.
func Start(t testing.TB) *Server {
	t.Helper()
	return start(t)
}

// StartTLS starts a server that takes nothing before STARTTLS and AUTH.
func StartTLS(t testing.TB) *Server {
	t.Helper()
	certificate, key, roots := certify(t)
	s := start(t, certificate, key)
	s.Roots = roots
	return s
}

func start(t testing.TB, args ...string) *Server {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	port := l.Addr().(*net.TCPAddr).Port
	must(t, l.Close())
	s := &Server{t: t, Port: port, folder: filepath.Join(t.TempDir(), "mail"), args: args}
	must(t, os.Mkdir(s.folder, 0o700))
	s.Start()
	t.Cleanup(func() { s.Stop() })
	return s
}

// Address is where the server listens.
func (s *Server) Address() string { return fmt.Sprintf("127.0.0.1:%d", s.Port) }

// python finds an interpreter that has the server.
var python = sync.OnceValues(func() (string, error) {
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(name, "-c", "import aiosmtpd").Run() == nil {
			return name, nil
		}
	}
	return "", fmt.Errorf("no python3 here has aiosmtpd: scripts/tools installs python3-aiosmtpd")
})

// Start starts a server that was stopped; it keeps its port and its mail.
func (s *Server) Start() {
	s.t.Helper()
	name, err := python()
	must(s.t, err)
	script := filepath.Join(s.t.TempDir(), "server.py")
	must(s.t, os.WriteFile(script, program, 0o600))
	cmd := exec.Command(name, append([]string{script, fmt.Sprint(s.Port), s.folder}, s.args...)...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	must(s.t, err)
	out, err := cmd.StdoutPipe()
	must(s.t, err)
	must(s.t, cmd.Start())
	s.stop = func() {
		_ = in.Close()     // ends it
		_ = cmd.Wait()     // how it ended says nothing
		s.stop = func() {} // once
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		s.stop()
		s.t.Fatalf("the mail server did not start: %q, %v", line, err)
	}
}

// Stop ends the server; what it took stays.
func (s *Server) Stop() { s.stop() }

// Message is what the server took.
type Message struct {
	From, To, User string // of the envelope
	TLS            bool
	Header         mail.Header
	Subject        string // decoded
	Text, HTML     string
}

// All reads what was taken so far.
func (s *Server) All() []Message {
	s.t.Helper()
	names, err := filepath.Glob(filepath.Join(s.folder, "*.eml"))
	must(s.t, err)
	all := make([]Message, len(names))
	for i, name := range names {
		all[i] = s.read(name)
	}
	return all
}

// To reads what was taken for an address.
func (s *Server) To(address string) []Message {
	s.t.Helper()
	var found []Message
	for _, m := range s.All() {
		if m.To == address {
			found = append(found, m)
		}
	}
	return found
}

// Wait waits until n letters were taken for an address, and gives them all.
func (s *Server) Wait(address string, n int) []Message {
	s.t.Helper()
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		found := s.To(address)
		if len(found) >= n {
			return found
		}
		if time.Now().After(end) {
			s.t.Fatalf("%d letters came for %s, and not %d", len(found), address, n)
		}
	}
}

func (s *Server) read(name string) Message {
	s.t.Helper()
	f, err := os.Open(name)
	must(s.t, err)
	defer func() { _ = f.Close() }() // only read
	m, err := mail.ReadMessage(f)
	must(s.t, err)
	out := Message{From: m.Header.Get("X-Taken-From"), To: m.Header.Get("X-Taken-For"), User: m.Header.Get("X-Taken-User"), TLS: m.Header.Get("X-Taken-TLS") == "yes", Header: m.Header}
	out.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	must(s.t, err)
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	must(s.t, err)
	if !strings.HasPrefix(kind, "multipart/") {
		out.Text = s.body(m.Body, m.Header.Get("Content-Transfer-Encoding"))
		return out
	}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for {
		part, err := parts.NextRawPart()
		if err == io.EOF {
			return out
		}
		must(s.t, err)
		body := s.body(part, part.Header.Get("Content-Transfer-Encoding"))
		if strings.HasPrefix(part.Header.Get("Content-Type"), "text/html") {
			out.HTML = body
		} else {
			out.Text = body
		}
	}
}

func (s *Server) body(r io.Reader, encoding string) string {
	s.t.Helper()
	if strings.EqualFold(encoding, "quoted-printable") {
		r = quotedprintable.NewReader(r)
	}
	body, err := io.ReadAll(r)
	must(s.t, err)
	return strings.ReplaceAll(string(body), "\r\n", "\n")
}

// certify makes a certificate for the loopback address that vouches for itself.
func certify(t testing.TB) (certificate, key string, roots *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mailbox.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	must(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	must(t, err)
	dir := t.TempDir()
	certificate, key = filepath.Join(dir, "certificate.pem"), filepath.Join(dir, "key.pem")
	must(t, os.WriteFile(certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(t, os.WriteFile(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), 0o600))
	parsed, err := x509.ParseCertificate(der)
	must(t, err)
	roots = x509.NewCertPool()
	roots.AddCert(parsed)
	return certificate, key, roots
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
