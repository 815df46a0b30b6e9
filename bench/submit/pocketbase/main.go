// Command pocketbaseyardstick is PocketBase with one open collection of a text
// and three files, for bench/submit to compare with. It is a module of its own,
// so that the program does not depend on it.
package main

import (
	"log"

	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

func main() {
	app := pocketbase.New()
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if _, err := e.App.FindCollectionByNameOrId("dossiers"); err != nil {
			c := core.NewBaseCollection("dossiers")
			c.CreateRule = types.Pointer("")
			c.Fields.Add(&core.TextField{Name: "title"}, &core.FileField{Name: "papers", MaxSelect: 3, MaxSize: 10 << 20})
			if err := e.App.Save(c); err != nil {
				return err
			}
		}
		return e.Next()
	})
	if err := app.Start(); err != nil {
		log.Fatal(err)
	}
}
