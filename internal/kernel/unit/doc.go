// Package unit knows the tree of administrative units (province, district,
// commune), the agencies that belong to them, and who succeeded whom.
//
// Units exist between two dates and are never deleted or overwritten: they end,
// and their successors take over. A unit has an own id; its code and its name
// are neither identity nor unique over time (code 28855 was An Hiệp, then Tường
// Đa, and is now no commune at all). A unit that only takes another name or
// type keeps its id and has several rows in units.csv, one for each period;
// one whose territory changes ends, and another id begins.
//
// Invariants, held by Load, which refuses a pack that breaks one:
//   - at every date the living units form a tree: each but a province has a
//     living parent of a higher level, codes are unique, and so are the names
//     under one parent;
//   - an ended unit has a successor, and a unit that began later than the tree
//     has a predecessor of its own level: no place and no record is ever lost;
//   - the path of an id (its ancestors' ids and its own, each followed by "/")
//     never changes, so it may be stored and used as a scope;
//   - an agency that ended without its unit may name who took over its work
//     (agency_successions.csv), since its kind ended too;
//   - an agency lives within the life of its unit, no two agencies ever have the
//     same identifier, and a unit has one agency of a kind at a time.
//
// Dates are days in the zone of the province; From is the first day and To the
// last, both included; an empty To means that it still exists. Facts that no
// source states carry the basis "derived".
//
// A history never changes; a Tree holds one, and another after Replace. It is safe
// for concurrent use; what it returns belongs to the caller. The room decides no competence (which agency
// handles what, where): apps do. It owns no table and records no events.
package unit
