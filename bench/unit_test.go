package bench

import (
	"os"
	"testing"

	"benso/internal/kernel/unit"
)

func loadUnits(b *testing.B) *unit.Tree {
	b.Helper()
	tree, problems := unit.Load(os.DirFS("../packs/bentre"))
	if len(problems) > 0 {
		b.Fatal(problems[0])
	}
	return tree
}

// Budget: 20 ms, since every start of the program pays it.
func BenchmarkUnitLoad(b *testing.B) {
	for b.Loop() {
		loadUnits(b)
	}
}

// Budget: 1 µs, since every page asks for it.
func BenchmarkUnitAt(b *testing.B) {
	tree := loadUnits(b)
	for b.Loop() {
		if tree.At("2024-12-15").Since() != "2024-12-01" {
			b.Fatal("another view")
		}
	}
}

func BenchmarkUnitSuccessorsOverTwoReforms(b *testing.B) {
	tree := loadUnits(b)
	for b.Loop() {
		if us, err := tree.Successors("28765", "2026-11-23"); err != nil || len(us) != 1 {
			b.Fatal(us, err)
		}
	}
}

func BenchmarkUnitPredecessorsOverTwoReforms(b *testing.B) {
	tree := loadUnits(b)
	for b.Loop() {
		if us, err := tree.Predecessors("28777-2025", "2021-11-01"); err != nil || len(us) != 6 {
			b.Fatal(us, err)
		}
	}
}

func BenchmarkUnitFind(b *testing.B) {
	v := loadUnits(b).At("2021-11-01")
	for b.Loop() {
		if len(v.Find("xã an hiệp ba tri")) == 0 {
			b.Fatal("nothing found")
		}
	}
}
