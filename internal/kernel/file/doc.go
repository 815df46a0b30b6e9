// Package file keeps the papers that people hand in and that offices issue.
//
// A paper's bytes lie in a folder under the name of their SHA-256
// (aa/bb/<digest>), so that the same photo handed in twice lies there once and
// every reading can prove that nothing changed. What is known of a paper is a
// row; its bytes never enter the database.
//
// Invariants:
//   - When Receive answers, the bytes are on the disk, and so are the names of
//     the folders that lead to them: file and folders are synced first.
//   - A blob is never changed. One that was damaged is replaced by the same
//     content when it is handed in again.
//   - A row points to a blob that was received before the row was written. A
//     crash between the two leaves a blob without a row, which Sweep collects
//     after a day; it never leaves a row without a blob.
//   - The type is read from the content. The file's name, its extension and the
//     type that the browser claims decide nothing.
//   - The original bytes are kept, with whatever a phone wrote into them (EXIF,
//     often with the place): they are evidence. Whoever publishes a paper must
//     take that out of the copy.
//   - Nothing that carries a mark of secrecy stays: it is overwritten and
//     removed at once, and only a count by day is kept (Law 29/2018, Art. 5.5:
//     no state secret on a machine that is on a network).
//
// What it cannot see: photos and scans are pictures, marks in them are not
// read; nor are PDF fonts that give no Unicode. It looks for viruses only where it was
// given a Scanner: then a paper that somebody hands in is kept only when that found
// nothing, and one with a virus is removed, counted and journaled.
//
// A picture is looked at for what may keep it from being read: almost nothing on it,
// blur, a part that is lost, a telephone's screen. That only warns (Doubts), and under
// a crowd of uploads it is left out: see spare.
//
// It never decides who may read a paper: the room that owns the case does, and
// journals the reading. It never logs a name or a content.
//
// Tables: files, file_refusals, file_infections. Events: none; the owner of the paper records
// what it means that one came.
package file
