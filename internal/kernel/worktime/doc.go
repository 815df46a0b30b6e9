// Package worktime counts time as offices and the law count it: office hours,
// days off, swapped days, and the limits within which a matter must be settled.
//
// Office hours and days off are rows of the pack with dates and a basis, never
// constants: Tết moves, and the government swaps days by notice. A Calendar is
// made by Load, never changes afterwards and may be read by many at once.
//
// How a limit is counted (Civil Code 2015, Art. 147-148):
//
//   - days and months exclude the first day (147.2), whatever the hour, also
//     when it is a day off; so a matter accepted on Saturday counts from Sunday
//     (calendar days) or from Monday (working days);
//   - a limit ends at the close of office of its last day. 148 lets the day run
//     until midnight; but who is due a result can fetch it only while the
//     office is open, so the close of office is what we promise;
//   - a last day that is a day off moves to the next working day (148);
//   - months end on the corresponding day, or on the last day of a month that
//     has none (148);
//   - same_day ends at the close of the day of receipt; received after the
//     cut-off of its law (for example after 15:00: Decree 23/2015, Art. 7; Law
//     60/2014), after office or on a day off, at the close of the next working
//     day;
//   - working_hours run only while the office is open. No number of hours is
//     taken for a day: hours and days are never converted into each other.
//
// Pauses: hours stand still while a pause lasts. Of days, those are not counted
// that begin within it: from the day of its start up to, and without, the day
// of its end. For working days a pause that starts or ends while the office is
// closed starts or ends when it opens next. A restart (Decree 61/2018, Art.
// 19.4) is not a pause: the limit counts from zero again, as if new.
//
// Invariants: no deadline lies outside office hours (their closing moments
// belong to them); Between(t, Add(t, d)) = d; Add is additive; Explain ends at
// what Deadline gives; its counted rows sum to the limit. A deadline that needs
// days which are not published yet is provisional: it uses the weekly pattern.
//
// It never reads the clock, a database or the network, owns no table, records
// no event, and writes no prose: pages render rows through message keys.
package worktime
