// Package agencies is where the administrator of a level sees the agencies of the
// units there, adds one, gives one another name, and ends one.
//
// Invariants:
//   - Only what lies within the scope is seen and changed; another's is not found.
//   - Agencies are the pack's file agencies.csv. A change is a new version of it, by
//     the administrator, checked whole like the pack itself; a version that would not
//     load is not written, and nothing of an earlier one is lost: a name has its days,
//     an agency that ends keeps its row and its path.
//   - What is changed counts from a day that has come: a day ahead would let dossiers
//     be received in between by an agency that is already known to end.
//   - An agency with open dossiers, open questions or officials does not end; the
//     committee of a unit lives and is called as its unit is.
//   - Every act is once for its key, one transaction with its journal line and event.
//
// It owns no table. Events: agency.changed. Journal: agency.added, agency.renamed,
// agency.ended, agency.reopened. It never moves a dossier, and never adds a unit.
package agencies
