// Package finder finds texts by what people type on a phone: without marks, with
// the beginning of a word, with a slip, with the keys of an input method left in.
//
// It is in memory and pure: New reads the texts once, Find reads nothing else. A
// text that has the words as they were typed, together, comes first; then one
// that has them all; then one that has them after the fewest corrections; then,
// when nothing has all of them, what has most. Among equals the common come first.
// What was corrected is said, so that nobody is misled.
//
// It knows nothing of procedures, and never changes a text: what it gives back of
// one is as it was written, in NFC. It owns no table.
package finder
