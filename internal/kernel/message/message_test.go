package message

import (
	"context"
	"testing"
	"testing/fstest"
	"time"
)

func TestTextIsInTheLanguageOfTheContext(t *testing.T) {
	at := time.Date(2021, 7, 5, 7, 30, 0, 0, time.UTC)
	if got := DateTime(context.Background(), at); got != "14:30 ngày 05/07/2021" {
		t.Errorf("got %q", got)
	}
	if got := DateTime(WithLang(context.Background(), "en"), at); got != "14:30 on 05/07/2021" {
		t.Errorf("got %q", got)
	}
	if got := T(WithLang(context.Background(), "fr"), "message.date_time", "time", "1", "date", "2"); got != "1 ngày 2" {
		t.Errorf("an unknown language reads %q", got)
	}
	if got := T(context.Background(), "no.such_key"); got != "[no.such_key]" {
		t.Errorf("got %q", got)
	}
}

func TestNumbersAreWrittenTheVietnameseWay(t *testing.T) {
	vi, en := context.Background(), WithLang(context.Background(), "en")
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1.000", -1234567: "-1.234.567"} {
		if got := Number(vi, n); got != want {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
	if got := Money(vi, 150000); got != "150.000 ₫" {
		t.Errorf("got %s", got)
	}
	if vi, en := Decimal(vi, "12345.678"), Decimal(en, "12345.678"); vi != "12.345,678" || en != "12,345.678" {
		t.Errorf("got %s and %s", vi, en)
	}
}

func TestAKeyInTwoFilesIsRefused(t *testing.T) {
	fsys := fstest.MapFS{"c/vi/a.yaml": {Data: []byte("a.x: 1")}, "c/vi/b.yaml": {Data: []byte("a.x: 2")}}
	if _, err := load(fsys, "c"); err == nil {
		t.Error("loaded")
	}
}
