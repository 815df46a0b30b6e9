// Package resumable takes a file in over a connection that breaks: in pieces, by
// the protocol tus 1.0.0 (creation, and creation with upload), from where the last
// piece ended.
//
// Invariants:
//   - What an answer says was received is on the disk: the piece, and for a new
//     upload its name in the folder, are synced before the answer. After kill -9 or
//     a loss of power an upload goes on from there.
//   - Two requests never write one upload at once: the later one ends the earlier,
//     which is mostly a connection that the phone has given up already.
//   - Nothing here is given out, changed or taken away by a request: no download, no
//     termination, no concatenation.
//
// It never decides who may send what, how large it may be, or what becomes of it
// once it is whole: the room that hangs it on its routes does, before it calls.
// It never logs.
//
// Tables: none. Folder: two files for each upload, its bytes and what tus knows of
// it. Several copies of the program may share the folder if the requests of one
// person go to one copy.
package resumable
