// Package demo fills a data folder with a simulated province, so that the system
// can be tried with years of work in it.
//
// The simulation does what people do, through the same rooms: it registers
// accounts, hires officials where agencies begin, fills in forms, accepts, asks,
// consults, signs and hands over, in the order of time, by a clock that it moves
// from January 2021 to today. What is drawn (see offers, days and lives) is made up:
// the procedures, agencies, places, time limits and days off are those of the pack.
//
// A fixed seed gives the same province: every id, time, number and code follows
// from the seed, how many dossiers there are and where they end, and the digest says
// so. The work runs beside the site, in few long transactions that end when somebody
// else wants to write (database.Together).
//
// Not like a real province: one small picture of a few stands for every paper, made
// once and shared by its digest; the papers that the system writes and the notices in
// people's inboxes exist for the last dossiers only (lately), and of the others can be
// asked for at the desk; before July 2025 the catalogue holds few procedures, so
// those are all that is filed then; nobody pays. Where an agency ends, its dossiers
// are brought to an end in its last days.
//
// Everything it makes is marked as simulated, and every page then says so. It owns
// no table. It never touches a folder that holds real dossiers.
package demo
