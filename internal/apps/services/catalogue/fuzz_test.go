package catalogue

import (
	"os"
	"testing"
)

const packFolder = "../../../../packs/bentre/"

// Whatever stands in a procedure's file, it becomes a procedure or faults.
func FuzzProcedureFile(f *testing.F) {
	for _, name := range []string{"procedures/2.000884.yaml", "catalogue/1.001612.2021.json"} {
		text, err := os.ReadFile(packFolder + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(name, text)
	}
	f.Add("procedures/x.yaml", []byte("code: [\n"))
	f.Add("catalogue/x.json", []byte(`{"code": 1}`))
	f.Fuzz(func(t *testing.T, name string, text []byte) {
		if p, problems := Parse("procedures/2.000884.yaml", text, 1); p == nil && len(problems) == 0 {
			t.Fatal("neither a procedure nor a fault")
		}
		if p, problems := parseRecord("catalogue/1.001612.2021.json", text, 1); len(problems) == 0 {
			if p == nil {
				t.Fatal("neither a record nor a fault")
			}
			if len(text) < 1<<16 {
				_ = generate(p)
			}
		}
	})
}
