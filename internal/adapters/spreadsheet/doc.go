// Package spreadsheet writes tables as XLSX, row by row.
//
// Invariants: a text is a text, whatever it begins with, and is never computed; a
// number is a number and an instant a date, as people in Vietnam read it, so that
// they sort and sum; the heads stay in sight and filter; nothing is said about who
// wrote the file.
//
// It reads no database and no clock. Rows that do not fit into memory go through a
// temporary file, which Close removes.
package spreadsheet
