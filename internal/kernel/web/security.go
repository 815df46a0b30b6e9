package web

import (
	"net/http"
	"strings"
)

// policy is the Content-Security-Policy: files of this site and nothing else,
// nothing inline, in nobody's frame.
func policy(c Config) string {
	rules := []string{
		"default-src 'none'",
		"script-src 'self'",
		"style-src 'self'",
		"img-src 'self' data:",
		"font-src 'self'",
		"connect-src 'self'",
		"manifest-src 'self'",
		"form-action " + strings.Join(append([]string{"'self'"}, c.FormTargets...), " "),
		"frame-ancestors 'none'",
		"base-uri 'none'",
	}
	if c.Secure {
		rules = append(rules, "upgrade-insecure-requests")
	}
	return strings.Join(rules, "; ")
}

// harden sets the headers that every answer carries. A handler may replace one.
func (s *Site) harden(h http.Header, v *visit) {
	h.Set("Content-Security-Policy", s.policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
	h.Set("X-Request-Id", v.id)
	if s.config.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}
