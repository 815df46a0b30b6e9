// Package administration is where the administrator of a level manages the
// officials and the agencies there: who works where with which role, from when
// until when and why, who stands in for whom, one-time passwords; one by one on
// pages, or many from a CSV file, which the command takes in by the same code.
//
// Invariants:
//   - An administrator sees and changes what lies within the own scope; an agency or
//     an official outside it is not found, as if there were none.
//   - Nobody changes their own roles, nor, as a deputy, those of whom they stand in
//     for. A role that manages accounts is given, ended, and its holder's account
//     touched, only from the level above; at the top by peers.
//   - What concerns the whole account (password, name, absences, its end) is done
//     only by somebody in whose scope all of its roles lie. Nobody gets a second
//     role within a scope while holding one outside of it: whoever manages both does it.
//   - Roles that the pack keeps apart are never joined, also not by standing in.
//   - Every act has a key, and is once: a repeated form does nothing again and answers
//     the same, the one-time password too, which is kept nowhere. Each act is one
//     transaction with its journal line, its reason and its event.
//   - A file is taken in whole or not at all; what is wrong with it is said at once,
//     by line and column, and what it would do before it is done.
//   - Agencies are versions of a file of the pack (agencies.csv), dated, checked whole
//     like the pack itself; nothing is deleted. An agency that holds open dossiers or
//     officials does not end.
//
// It owns the table official_acts (accounts, assignments and absences are package
// identity's). Events: official.changed, agency.changed. Journal: agency.added,
// agency.renamed, agency.ended, agency.reopened; officials.checked when a file was
// looked at; identity keeps the rest. It never
// sees what applicants filed, and never keeps a password.
package administration
