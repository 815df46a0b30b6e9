package unit

// Shift moves a date by days, for tests that draw dates.
var Shift = shift
