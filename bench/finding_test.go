package bench

import (
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"benso/internal/kernel/database/databasetest"
	"benso/internal/server"
)

// BenchmarkFinding is how long somebody waits who types without marks and with a
// slip: the whole program over HTTP, the whole catalogue, one reader, the page
// drawn, compressed and read to its end. 20 ms are promised.
func BenchmarkFinding(b *testing.B) {
	quiet := slog.New(slog.DiscardHandler)
	p, err := server.Open(b.Context(), server.Config{Addr: "127.0.0.1:0", Data: databasetest.SQLiteDir(b)}, quiet)
	must(b, err)
	site := httptest.NewServer(p.Site)
	b.Cleanup(func() {
		site.Close()
		must(b, p.DB.Close())
	})
	for _, c := range []struct{ name, path, finds string }{
		{"page", "/thu-tuc?q=", "/thu-tuc/1.001193"},
		{"API", "/api/v1/procedures?q=", "1.001193"},
	} {
		for _, query := range []string{"dang ky khai sih", "giay phep xay dung nha o rieng le", "ho ngheo", "zzz qqq"} {
			b.Run(c.name+"/"+strings.ReplaceAll(query, " ", "-"), func(b *testing.B) {
				address := site.URL + c.path + url.QueryEscape(query)
				var took []time.Duration
				for b.Loop() {
					began := time.Now()
					body := read(b, address)
					took = append(took, time.Since(began))
					if query == "dang ky khai sih" && !strings.Contains(body, c.finds) {
						b.Fatal("the birth is not found")
					}
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			})
		}
	}
}

func read(b *testing.B, address string) string {
	b.Helper()
	res, err := http.Get(address) // its transport asks for gzip and unpacks it
	must(b, err)
	body, err := io.ReadAll(res.Body)
	must(b, err)
	must(b, res.Body.Close())
	if res.StatusCode != http.StatusOK {
		b.Fatalf("%s: %s", address, res.Status)
	}
	return string(body)
}
