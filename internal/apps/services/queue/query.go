package queue

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"benso/internal/apps/services/office"
)

// The queues, as the address names them.
const (
	queueMine   = "cua-toi"
	queueRole   = "cho"
	queueAgency = "tat-ca"
	queueToday  = "hom-nay"
)

var queues = []string{queueMine, queueRole, queueAgency, queueToday}

// Query is which dossiers an address asks for. The address of a dossier carries the
// query of the list that one came from, so that going on and going back keep it.
type Query struct {
	Queue string
	Step  string
	Words string
	Page  int
}

// longest is how many letters a part of an address may have.
const longest = 200

func readQuery(v url.Values) Query {
	return Query{Queue: v.Get("hang"), Step: short(v.Get("buoc")), Words: short(strings.TrimSpace(v.Get("q"))), Page: int(office.Number(v.Get("trang")))}
}

func short(text string) string {
	if utf8.RuneCountInString(text) > longest {
		return ""
	}
	return text
}

// Origin is the list that an address or a form says one came from; none when it is
// no list.
func Origin(v url.Values) Query {
	q := readQuery(v)
	if !slices.Contains(queues, q.Queue) {
		return Query{}
	}
	return q
}

// Param is a part of an address.
type Param struct{ Name, Value string }

// Params are the parts in the order in which an address has them.
func (q Query) Params() []Param {
	var all []Param
	for _, x := range []Param{{"hang", q.Queue}, {"buoc", q.Step}, {"q", q.Words}} {
		if x.Value != "" {
			all = append(all, x)
		}
	}
	if q.Page > 1 {
		all = append(all, Param{"trang", strconv.Itoa(q.Page)})
	}
	return all
}

// at is the address of a path with the query.
func (q Query) at(path string) string {
	sep := "?"
	for _, x := range q.Params() {
		path += sep + x.Name + "=" + url.QueryEscape(x.Value)
		sep = "&"
	}
	return path
}

// URL is the address of the queue.
func (q Query) URL() string { return q.at(office.PathDesk) }

// URLOf is the address of a dossier that one comes to from the list.
func (q Query) URLOf(id, rest string) string { return q.at(office.URL(id, rest)) }

// ticked is this page of the queue with every box ticked.
func (q Query) ticked() string {
	at := q.URL()
	if strings.Contains(at, "?") {
		return at + "&chon=het"
	}
	return at + "?chon=het"
}
