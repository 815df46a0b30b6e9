package board_test

import (
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"benso/internal/kernel/database/databasetest"
)

func decode(t testing.TB, res *http.Response, into any) {
	t.Helper()
	dec := json.NewDecoder(res.Body)
	dec.UseNumber()
	if err := dec.Decode(into); err != nil {
		t.Fatal(err)
	}
}

func keys(m map[string]any) []string {
	var all []string
	for k := range m {
		all = append(all, k)
	}
	slices.Sort(all)
	return all
}

func TestTargetsHaveExactlyTheShapeThatWasPromised(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	res := p.get("/api/v1/targets")
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/json" {
		t.Fatal(res.Status, res.Header)
	}
	for name, want := range map[string]string{"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", "Content-Language": "vi", "Vary": "Accept-Language"} {
		if got := res.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if c := res.Header.Get("Cache-Control"); !strings.HasPrefix(c, "public, max-age=") {
		t.Errorf("Cache-Control is %q", c)
	}
	var body map[string]any
	decode(t, res, &body)
	if d := cmp.Diff([]string{"items"}, keys(body)); d != "" {
		t.Error(d)
	}
	byID := map[string]map[string]any{}
	for _, i := range body["items"].([]any) {
		item := i.(map[string]any)
		if d := cmp.Diff([]string{"as_of", "denominator", "id", "level", "measures", "milestones", "numerator", "state", "text", "value"}, keys(item)); d != "" {
			t.Fatalf("%v: %s", item["id"], d)
		}
		byID[item["id"].(string)] = item
		state := item["state"].(string)
		if !slices.Contains([]string{"measured", "reported", "not_measured"}, state) || state == "not_measured" && item["value"] != nil {
			t.Errorf("%v is %s with the value %v", item["id"], state, item["value"])
		}
		if item["measures"] == nil || item["milestones"] == nil {
			t.Errorf("%v: a list is null", item["id"])
		}
		// Whoever has the two numbers gets the value: exact digits, no float.
		if item["numerator"] != nil && item["denominator"] != nil && item["value"] != nil {
			n, _ := new(big.Rat).SetString(item["numerator"].(json.Number).String())
			d, _ := new(big.Rat).SetString(item["denominator"].(json.Number).String())
			if got := n.Quo(n, d).FloatString(4); got != item["value"].(json.Number).String() {
				t.Errorf("%v: value %v, numbers make %s", item["id"], item["value"], got)
			}
		}
	}
	if len(byID) != 17 {
		t.Errorf("%d lines", len(byID))
	}
	online := byID["G1.dossiers"]
	want := map[string]any{"state": "measured", "value": json.Number("0.6667"), "numerator": json.Number("100"), "denominator": json.Number("150"), "as_of": "2026-11-23T05:00:00Z", "level": "all"}
	for k, w := range want {
		if online[k] != w {
			t.Errorf("G1.dossiers: %s is %v, want %v", k, online[k], w)
		}
	}
	first := online["measures"].([]any)[0].(map[string]any)
	var n, d int64
	for _, g := range first["groups"].([]any) {
		if g := g.(map[string]any); g["by"] == "unit" {
			a, errA := g["numerator"].(json.Number).Int64()
			b, errB := g["denominator"].(json.Number).Int64()
			if err := errors.Join(errA, errB); err != nil {
				t.Fatal(err)
			}
			n, d = n+a, d+b
		}
	}
	if n != 100 || d != 150 {
		t.Errorf("the places make %d of %d", n, d)
	}
	if g6 := byID["G6a"]; g6["state"] != "reported" || g6["value"] != json.Number("51") || g6["as_of"] != "2022-12-31" || g6["numerator"] != nil {
		t.Errorf("a published rank: %v", g6)
	}
	if m := byID["S1"]["milestones"].([]any)[0].(map[string]any); m["op"] != ">" || m["value"] != json.Number("0.80") || m["by"] != "2025-12-31" || m["words"] != "trên 80%" {
		t.Errorf("a milestone: %v", m)
	}
	if m := byID["D1"]["milestones"].([]any)[0].(map[string]any); m["value"] != nil || m["words"] != "được hình thành" {
		t.Errorf("a milestone of words: %v", m)
	}
}

func TestUnchangedTargetsAreNotSentAgain(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	tag := p.get("/api/v1/targets").Header.Get("ETag")
	if tag == "" {
		t.Fatal("no ETag")
	}
	for _, sent := range []string{tag, "W/" + tag, `"x", ` + tag} {
		res := p.get("/api/v1/targets", "If-None-Match", sent)
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusNotModified || len(body) != 0 || res.Header.Get("ETag") != tag {
			t.Errorf("If-None-Match %s: %s, ETag %s, %d bytes, %v", sent, res.Status, res.Header.Get("ETag"), len(body), err)
		}
	}
	if res := p.get("/api/v1/targets", "If-None-Match", tag, "Accept-Language", "en-GB, vi;q=0.5"); res.StatusCode != http.StatusOK || res.Header.Get("Content-Language") != "en" {
		t.Errorf("the other language: %s %s", res.Status, res.Header.Get("Content-Language"))
	}
}

func TestTroubleIsAProblemWithoutItsCause(t *testing.T) {
	db := databasetest.SQLite(t)
	p := newProvince(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(150 * time.Millisecond) // until then what was read is taken for the newest
	res := p.get("/api/v1/targets")
	var problem map[string]any
	decode(t, res, &problem)
	if res.StatusCode != http.StatusInternalServerError || res.Header.Get("Content-Type") != "application/problem+json" || problem["status"] != json.Number("500") || problem["detail"] == "" {
		t.Errorf("%s %s %v", res.Status, res.Header.Get("Content-Type"), problem)
	}
	if text, err := json.Marshal(problem); err != nil || strings.Contains(string(text), "sql") {
		t.Errorf("the cause is told: %s %v", text, err)
	}
}

func TestAPIDescribesItself(t *testing.T) {
	p := newProvince(t, databasetest.SQLite(t))
	var doc map[string]any
	decode(t, p.get("/api/openapi.json"), &doc)
	if v, ok := doc["openapi"].(string); !ok || !strings.HasPrefix(v, "3.1") {
		t.Errorf("OpenAPI %v", doc["openapi"])
	}
	get := doc["paths"].(map[string]any)["/v1/targets"].(map[string]any)["get"].(map[string]any)
	responses := keys(get["responses"].(map[string]any))
	for _, want := range []string{"200", "304", "503"} {
		if !slices.Contains(responses, want) {
			t.Errorf("answers are %v", responses)
		}
	}
	item := doc["components"].(map[string]any)["schemas"].(map[string]any)["Item"].(map[string]any)["properties"].(map[string]any)
	if d := cmp.Diff([]any{"number", "null"}, item["value"].(map[string]any)["type"]); d != "" {
		t.Error(d)
	}
}
