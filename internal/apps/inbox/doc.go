// Package inbox is where people read what they were told: every notice of theirs,
// the latest first, read or not, each leading to what it is about.
//
// Invariants: everybody sees their own and nobody else's; reading the page changes
// nothing, so that "unread" ends only by somebody's doing: by opening what a notice
// is about, or by marking all that the page showed. What came since stays unread.
//
// It never writes a notice. It owns no table and records no event: notify does.
package inbox
