// Package pack is a province as data: a folder of files, checked by the rooms
// that read them, and seeded into the database.
//
// The pack seeds, the database rules. Apply adds a version of each file that the
// pack changed, when its text is new to the database (an older pack that is
// applied again brings nothing back); a file that an administrator changed is
// kept, and said so. Versions are never overwritten: a draft or a case names the
// version that it was begun under, and reads that one for as long as it lives.
//
// Rooms register what they check (Registry). A pack with a fault is refused
// whole, by file and line. It owns the table pack_files. It never knows what a
// file means.
package pack
