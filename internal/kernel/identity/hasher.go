package identity

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"

	"benso/internal/kernel/fault"
)

// Hashing is how costly a password evaluation is, and how many may run at once.
type Hashing struct {
	Memory  uint32 // KiB
	Passes  uint32
	Threads uint8
	// AtOnce bounds the evaluations that run together, and so their memory.
	AtOnce int
	// Patience is how long a caller waits for a turn before being told to come back.
	Patience time.Duration
}

// DefaultHashing costs 19 MiB and about 45 ms on one core of 2024, twice for
// each sign-in (see Slots). AtOnce leaves a core to everybody else.
func DefaultHashing() Hashing {
	return Hashing{Memory: 19 * 1024, Passes: 2, Threads: 1, AtOnce: max(1, min(8, runtime.NumCPU()-1)), Patience: 8 * time.Second}
}

const (
	saltLength = 16
	keyLength  = 32
)

// hasher evaluates argon2id, a bounded number at once. The parameters stand in
// each hash, so that they can be raised: a sign-in then replaces the old hash.
type hasher struct {
	Hashing
	turn  chan struct{}
	ran   atomic.Int64 // evaluations so far, for tests
	decoy string       // the hash of a password that nobody knows
}

func newHasher(ctx context.Context, h Hashing) (*hasher, error) {
	if h.Memory < 8 || h.Passes < 1 || h.Threads < 1 || h.AtOnce < 1 {
		return nil, fmt.Errorf("password hashing: memory, passes, threads and evaluations at once must be given")
	}
	hr := &hasher{Hashing: h, turn: make(chan struct{}, h.AtOnce)}
	unknown := make([]byte, keyLength)
	if _, err := rand.Read(unknown); err != nil {
		return nil, fmt.Errorf("password hashing: %w", err)
	}
	decoy, err := hr.hash(ctx, string(unknown))
	hr.decoy = decoy
	return hr, err
}

// evaluate is the one place that runs argon2id.
func (h *hasher) evaluate(ctx context.Context, password string, salt []byte, p Hashing) ([]byte, error) {
	patience := time.NewTimer(h.Patience)
	defer patience.Stop()
	select {
	case h.turn <- struct{}{}:
	case <-patience.C:
		return nil, fault.New(fault.Unavailable, "identity.busy").With(errors.New("too many password evaluations are waiting"))
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-h.turn }()
	h.ran.Add(1)
	return argon2.IDKey([]byte(password), salt, p.Passes, p.Memory, p.Threads, keyLength), nil
}

// hash makes a hash in PHC form: $argon2id$v=19$m=19456,t=2,p=1$salt$key.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	salt := make([]byte, saltLength)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	key, err := h.evaluate(ctx, normal(password), salt, h.Hashing)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, h.Memory, h.Passes, h.Threads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(key)), nil
}

// verify says whether the password has this hash, and whether the hash is weaker
// than what is asked for today.
func (h *hasher) verify(ctx context.Context, password, phc string) (ok, stale bool, err error) {
	p, salt, want, err := parsePHC(phc)
	if err != nil {
		return false, false, err
	}
	got, err := h.evaluate(ctx, normal(password), salt, p)
	if err != nil {
		return false, false, err
	}
	stale = p.Memory < h.Memory || p.Passes < h.Passes
	return subtle.ConstantTimeCompare(got, want) == 1, stale, nil
}

// parsePHC reads a hash. Its parameters are ours, but a bound keeps a damaged
// row from taking the machine's memory.
func parsePHC(phc string) (p Hashing, salt, key []byte, err error) {
	fail := func() (Hashing, []byte, []byte, error) {
		return Hashing{}, nil, nil, errors.New("a stored password hash cannot be read")
	}
	parts := strings.Split(phc, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return fail()
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.Memory, &p.Passes, &p.Threads); err != nil || n != 3 {
		return fail()
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(parts[4])
	key, err2 := base64.RawStdEncoding.DecodeString(parts[5])
	if errors.Join(err1, err2) != nil || len(salt) < 8 || len(key) != keyLength ||
		p.Passes < 1 || p.Passes > 16 || p.Threads < 1 || p.Memory > 1<<20 {
		return fail()
	}
	return p, salt, key, nil
}
