// Package vntext knows how Vietnamese text is compared, searched and sorted.
//
// The databases cannot do it alike (SQLite folds ASCII only, and byte order
// puts Đ after Z), so folded and sorting forms are computed here and stored.
// It never changes what a person typed: folded text is only for finding.
package vntext
