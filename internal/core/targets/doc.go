// Package targets is what the province promised and how far it is: the lines of
// the resolution, the measures that count them, and the readings of those
// measures.
//
// A line, its milestones and the definitions of its measures are data
// (resolution.yaml); what newspapers and ministries published about a line is
// data too (reported.csv). A measure is counted by a Source, which the room that
// holds the records implements and the server wires: targets never reads another
// room's tables. What happened to a record is a Fact, written once; facts are
// tallied by month along one axis at a time as they are heard of; a reading is a
// measure in a month, and docs/adr/0014 says why.
//
// Invariants:
//   - A count is whole: along each axis the cells add up to its numerator and its
//     denominator, and what Open gives is as many records.
//   - Facts are write-once, held by triggers in both databases; hearing of one
//     again changes nothing; one that was none is taken back by another.
//   - Tallies are what a recount of the records makes (Recount says where not).
//   - A sealed reading never changes, held by triggers in both databases; what
//     is found out later is a new reading beside it. Until it is sealed, a month
//     has one reading for each measure: the last one.
//   - Missing is not zero: a share of nothing has no value, and says why.
//   - What is measured and what was reported never mix: a line is measured,
//     reported or not measured, and a reported figure carries its source.
//   - A threshold or a baseline that the steering committee has not declared is
//     not guessed: until then the line is not measured.
//
// It owns the tables facts, tallies, tallying and readings. It records no event; it
// listens to the events of the rooms whose records are counted. It never holds a
// person's data.
package targets
