// Package message holds the text that people read, in Vietnamese and English.
//
// Code names a message by a key ("desk.accept_title"); the words live in
// catalogue/vi and catalogue/en, one file for each room, as flat YAML. A text
// has placeholders in braces: "còn {n} ngày". A guard test holds both languages
// complete. Vietnamese is the first language: an unknown language reads it.
//
// It never decides what is said, and never holds text of the law or of a pack.
package message
