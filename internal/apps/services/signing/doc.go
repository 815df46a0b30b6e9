// Package signing is where a signer signs many at once, and sends one back from the
// same screen.
//
// Invariants: each signature is an act of its own, by its own verb, key and version,
// so that one that cannot be signed holds up no other and sending the page again signs
// nothing twice; a refusal is never signed among many: it is read first; those whose
// applicants stand at the counter come first; what is ticked and written for the
// others is kept; what was shown is journaled as one row.
//
// It owns no table and records no event. It never makes a digital signature: the page
// says "not digitally signed".
package signing
