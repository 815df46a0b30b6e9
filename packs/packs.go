// Package packs embeds the provinces: facts as data, which the program reads and
// never holds in code. Each pack names its sources.
package packs

import (
	"embed"
	"io/fs"
)

//go:embed bentre
var files embed.FS

// Bentre is the pack of Bến Tre.
func Bentre() fs.FS {
	sub, err := fs.Sub(files, "bentre")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}
