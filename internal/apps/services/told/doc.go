// Package told tells applicants of each step of their dossiers: it hears the
// dossiers' events and writes notices in plain words, in both languages.
//
// Invariants: one notice for each act, however often its event is handled (the cause
// is the case's event); each says what happened, to which number, what the person
// does now, and by when; the number is the one that the dossier had at the act, so
// that a notice that comes late says nothing that happened later.
//
// Receipts are told, too, and their cancelling: number, amount and what for.
//
// It never tells of a person's answers, papers, names, the reason of a refusal, or who paid:
// those stand in the dossier, behind the link. Acts among officials (taken,
// assigned, proposed, sent back) are not told. Who has no account, since the dossier
// was filed at the counter, is not written to: no form asks for that consent
// (Decree 13/2023, Art. 11), and the slip has the number to follow it by.
//
// It owns no table. It listens to dossier.filed, dossier.changed, dossier.resolved,
// payment.taken and payment.cancelled as "told", and records no event.
package told
