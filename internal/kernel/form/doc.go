// Package form knows guided forms: pages of fields that an author of procedures
// declares in YAML, one topic a page, and that people answer on a phone.
//
// Purpose: parse a form and name every fault of it by line; say which page
// comes next; read what a browser sent; decide whether it is accepted, in plain
// words that say what to do; show all answers again before sending.
//
// Invariants:
//   - A condition sees earlier pages, or earlier fields of its own page, and
//     never later ones; Parse refuses anything else. So one walk from the first
//     page decides which pages and fields are asked, and it always ends.
//   - The server decides. CheckAll judges all answers again before sending;
//     answers of pages and fields that are no longer asked are dropped.
//   - What Check accepts page by page with one Env, CheckAll accepts.
//   - Answers are exact text (NFC, as typed), never floats. A file is an id and
//     a name that the server gave; nothing a browser types can name a file.
//   - Raw input is kept exactly as typed, so that a refused page shows it again.
//
// It never reads a database, a clock or a file, and never renders (formview
// does). It owns no tables and records no events.
package form
