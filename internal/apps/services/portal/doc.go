// Package portal is what everybody sees before they begin: the home page, the
// events of life, the search among all procedures, and the page of each.
//
// A search, a filter and a count on a page read one list, which is built once for
// a day from the catalogue: what is shown and what is counted cannot differ.
// Filters stand in the address. Whatever the sources do not say is shown as not
// known, and why a procedure cannot be filed here is said.
//
// It owns no table and records no event. It reads three files of the pack,
// life_events.yaml, popular.csv and finding.yaml, and never decides what may be
// filed: the catalogue does.
package portal
