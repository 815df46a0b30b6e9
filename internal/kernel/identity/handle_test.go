package identity

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"benso/internal/kernel/fault"
)

func TestHandlesAreReadInEveryUsualWriting(t *testing.T) {
	for typed, want := range map[string]Handle{
		"0912345678":             {Phone, "0912345678"},
		" 0912 345 678 ":         {Phone, "0912345678"},
		"+84912345678":           {Phone, "0912345678"},
		"84912345678":            {Phone, "0912345678"},
		"0084 912-345-678":       {Phone, "0912345678"},
		"+84 (0) 912 345 678":    {Phone, "0912345678"},
		"912345678":              {Phone, "0912345678"},
		"0275.3822.222":          {Phone, "02753822222"},
		"+44 20 7946 0958":       {Phone, "+442079460958"},
		"０９１２３４５６７８":             {Phone, "0912345678"},
		"Lan.Nguyen@Example.COM": {Email, "lan.nguyen@example.com"},
	} {
		if got, err := ParseHandle(typed); err != nil || got != want {
			t.Errorf("%s is read as %v, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "lan", "0", "012", "0112345678", "09123456789", "lan@", "@x.vn", "lan@x", "a b@x.vn", "a@b@c.vn", "lan@x..vn", "123456789012", "+0123456789", "100000000"} {
		if got, err := ParseHandle(typed); !fault.Is(err, fault.Invalid) || len(fieldsOf(err)) != 1 {
			t.Errorf("%q is read as %v, %v", typed, got, err)
		}
	}
}

func TestNumberFindsAWrongDigitAndSwappedNeighbours(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, err := newNumber(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseHandle(h.Value); err != nil || got != h {
			t.Fatalf("%s is read as %v, %v", h.Value, got, err)
		}
		digits := []byte(h.Value)
		i := rapid.IntRange(0, 8).Draw(t, "place")
		wrong := append([]byte(nil), digits...)
		wrong[i] = byte('0' + (int(digits[i]-'0')+rapid.IntRange(1, 9).Draw(t, "change"))%10)
		if damm(string(wrong)) == 0 {
			t.Fatalf("%s for %s was not found", wrong, digits)
		}
		if i > 0 && digits[i] != digits[i-1] {
			digits[i], digits[i-1] = digits[i-1], digits[i]
			if damm(string(digits)) == 0 {
				t.Fatalf("%s for %s was not found", digits, h.Value)
			}
		}
	})
}

func TestPasswordRule(t *testing.T) {
	phone, mail := handle(t, "0912345678"), handle(t, "nguyenlan@example.com")
	for password, key := range map[string]string{
		"bảy chữ":                 "identity.password_short", // seven runes, more bytes
		strings.Repeat("a1", 101): "identity.password_long",
		"Matkhau123":              "identity.password_common",
		"Mật khẩu 123":            "identity.password_common",
		"12345678":                "identity.password_common",
		"xxxxxxxxxx":              "identity.password_common",
		"anh yêu em":              "identity.password_common",
		"0912345678":              "identity.password_handle",
		"+84912345678":            "identity.password_handle",
		"NguyenLan@example.com":   "identity.password_handle",
		"nguyễn lan":              "identity.password_handle",
	} {
		if err := checkPassword("password", password, phone, mail); fault.Of(err) == nil || fault.Of(err).Key != key {
			t.Errorf("%s: %v, want %s", password, err, key)
		}
	}
	for _, password := range []string{good, "cầu Rạch Miễu", "tám chữ nè", "🐟🐟🐟🐟cá lóc"} {
		if err := checkPassword("password", password, phone, mail); err != nil {
			t.Errorf("%s: %v", password, err)
		}
	}
	if len(common()) < 150 {
		t.Errorf("only %d common passwords are known", len(common()))
	}
}

func TestStoredHashIsReadBackAndADamagedOneIsAnError(t *testing.T) {
	h, err := newHasher(t.Context(), cheap())
	if err != nil {
		t.Fatal(err)
	}
	phc, err := h.hash(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(phc, "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Errorf("stored as %s", phc)
	}
	for password, want := range map[string]bool{good: true, good + " ": false, "": false} {
		if ok, stale, err := h.verify(t.Context(), password, phc); ok != want || stale || err != nil {
			t.Errorf("%q: %v, stale %v, %v", password, ok, stale, err)
		}
	}
	before := h.ran.Load()
	for _, bad := range []string{"", "x", phc[:len(phc)-20], strings.Replace(phc, "m=8", "m=99999999", 1), strings.Replace(phc, "t=1", "t=0", 1), strings.Replace(phc, "argon2id", "argon2i", 1)} {
		if _, _, err := h.verify(t.Context(), good, bad); err == nil {
			t.Errorf("%s was taken for a hash", bad)
		}
	}
	if h.ran.Load() != before {
		t.Error("a damaged hash was evaluated")
	}
}

func TestDefaultHashingStaysWithinItsMemory(t *testing.T) {
	d := DefaultHashing()
	if d.Memory < 19*1024 || d.Memory > 64*1024 || uint32(d.AtOnce)*d.Memory > 160*1024 {
		t.Errorf("%d evaluations of %d KiB", d.AtOnce, d.Memory)
	}
}

func TestSecretIsMadeOnceEvenByTwoAtOnce(t *testing.T) {
	file := filepath.Join(t.TempDir(), "keys", "identity.secret")
	secrets := make([]string, 8)
	var wg sync.WaitGroup
	for i := range secrets {
		wg.Go(func() {
			secret, err := Secret(file)
			if err != nil {
				t.Error(err)
			}
			secrets[i] = string(secret)
		})
	}
	wg.Wait()
	for _, s := range secrets {
		if len(s) != secretLength || s != secrets[0] {
			t.Fatal("the secrets differ")
		}
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
	left, err := os.ReadDir(filepath.Dir(file))
	if err != nil || len(left) != 1 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
	if err := os.WriteFile(file, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Secret(file); err == nil {
		t.Error("a damaged secret was replaced or taken")
	}
}

func TestStoreIsNotMadeWithoutASecret(t *testing.T) {
	if _, err := New(t.Context(), nil, nil, Config{Secret: []byte("short")}); err == nil {
		t.Error("a short secret was taken")
	}
}

func TestDeviceIsTwoWordsAtMost(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.5 Mobile/15E148 Safari/604.1": "Safari, iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36 Edg/120.0.0.0":           "Edge, Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) coc_coc_browser/110.0 Chrome/104.0.0.0 Safari/537.36":   "Cốc Cốc, Windows",
		"Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36":                         "Chrome, Android",
		"curl/8.0": "",
		"":         "",
	} {
		if got := Device(agent); got != want {
			t.Errorf("%s: %q, want %q", agent, got, want)
		}
	}
}

func TestWaitDoublesUpToItsMost(t *testing.T) {
	rule := DefaultPolicy().Handle
	var got []string
	for n := 1; n <= 14; n++ {
		got = append(got, rule.Wait(n).String())
	}
	if want := "0s 0s 0s 0s 2s 4s 8s 16s 32s 1m4s 2m8s 4m16s 5m0s 5m0s"; strings.Join(got, " ") != want {
		t.Errorf("waits %v", got)
	}
	if rule.Wait(1<<30) != rule.Most {
		t.Error("a very long burst overflows")
	}
}

func TestFaultsOfAFormComeTogether(t *testing.T) {
	one := fault.New(fault.Invalid, "a.b").WithField("x", "a.b")
	two := fault.New(fault.Invalid, "c.d").WithField("y", "c.d")
	if got := fmt.Sprint(fieldsOf(together(nil, one, nil, two))); got != "[x a.b y c.d]" {
		t.Errorf("fields %s", got)
	}
	broken := errors.New("broken")
	if err := together(one, broken); !errors.Is(err, broken) {
		t.Errorf("an error of ours was hidden behind %v", err)
	}
	if err := together(nil, nil); err != nil {
		t.Errorf("nothing wrong became %v", err)
	}
}
