package identity

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"benso/internal/kernel/fault"
)

// secretLength is the least length of the installation's secret, in bytes.
const secretLength = 32

// Secret reads the installation's secret from a file, and makes it on the first
// start. It keys the digests of citizen numbers and of sign-in attempts, so it
// belongs in the backup, but not beside the database's. Several copies of the
// program on one database need the same file.
func Secret(file string) ([]byte, error) {
	secret, err := readSecret(file)
	if !errors.Is(err, fs.ErrNotExist) {
		return secret, err
	}
	fresh := make([]byte, secretLength)
	if _, err := rand.Read(fresh); err != nil {
		return nil, fmt.Errorf("make the secret: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, fmt.Errorf("make the secret: %w", err)
	}
	// A whole file appears or none does, and the first of two programs that start
	// together wins: Link fails where the name is taken.
	draft, err := os.CreateTemp(filepath.Dir(file), ".secret-*")
	if err != nil {
		return nil, fmt.Errorf("make the secret: %w", err)
	}
	_, err = draft.WriteString(hex.EncodeToString(fresh) + "\n")
	err = errors.Join(err, draft.Sync(), draft.Close())
	if err == nil {
		if err = os.Link(draft.Name(), file); errors.Is(err, fs.ErrExist) {
			err = nil
		}
	}
	if err = errors.Join(err, os.Remove(draft.Name()), syncFolder(filepath.Dir(file))); err != nil {
		return nil, fmt.Errorf("make the secret: %w", err)
	}
	return readSecret(file)
}

func readSecret(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the secret: %w", err)
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) < secretLength {
		return nil, fmt.Errorf("read the secret: %s does not hold at least %d bytes in hex", file, secretLength)
	}
	return secret, nil
}

func syncFolder(name string) error {
	folder, err := os.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

// keyed is a digest that cannot be computed, nor a short input guessed from it,
// without the secret. use keeps digests of different things apart.
func (s *Store) keyed(use, value string) string {
	mac := hmac.New(sha256.New, s.secret)
	mac.Write(fmt.Appendf(nil, "%d:%s%s", len(use), use, value))
	return hex.EncodeToString(mac.Sum(nil))
}

// newToken makes a session's token, 256 bits, and its digest.
func newToken() (token, digest string, err error) {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		return "", "", fmt.Errorf("make a token: %w", err)
	}
	token = base64.RawURLEncoding.EncodeToString(b)
	return token, tokenDigest(token), nil
}

// tokenDigest needs no key and no salt: a token is 256 bits of chance.
func tokenDigest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// parseCitizen reads a citizen number (12 digits), or the number of an old
// identity card (9).
func parseCitizen(typed string) (string, error) {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .-", r) {
			return -1
		}
		return r
	}, strings.TrimSpace(typed))
	if (len(digits) != 12 && len(digits) != 9) || strings.Trim(digits, "0123456789") != "" {
		return "", fault.New(fault.Invalid, "identity.citizen_invalid").WithField("citizen", "identity.citizen_invalid")
	}
	return digits, nil
}
