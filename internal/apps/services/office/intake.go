package office

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"benso/internal/apps/services/catalogue"
	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/message"
)

// Check is a line of the list of papers that the procedure asks for.
type Check struct {
	catalogue.Paper
	Given    int               // files handed in
	Original *dossier.Original // that was seen; nil for none
	Asked    bool              // these answers ask for it
}

// Had says where an original is: given back, when and on which day, or here.
func (c Check) Had(ctx context.Context) string {
	o := c.Original
	switch {
	case o.Here():
		return message.T(ctx, "desk.original_here", "paper", c.Name.In(message.Lang(ctx)), "when", message.DateTime(ctx, o.SeenAt))
	case o.Kept:
		return message.T(ctx, "desk.original_returned", "paper", c.Name.In(message.Lang(ctx)), "when", message.DateTime(ctx, o.GivenBackAt))
	}
	return message.T(ctx, "desk.original_seen", "paper", c.Name.In(message.Lang(ctx)), "when", message.DateTime(ctx, o.SeenAt))
}

// TakenIn reads what a clerk decides at acceptance. An original that is kept was
// seen, too, and is not given back.
func TakenIn(in url.Values) (dossier.Given, []string) {
	kept := in["kept"]
	seen := slices.DeleteFunc(slices.Clone(in["originals"]), func(id string) bool { return slices.Contains(kept, id) })
	slip := dossier.WithReceipt
	if in.Get("slip") == string(dossier.WithoutReceipt) && in.Get("receipt") == "" {
		slip = dossier.WithoutReceipt
	}
	return dossier.Given{Date: Date(in, "due"), Reason: strings.TrimSpace(in.Get("due_reason")), Kept: kept, Slip: slip}, seen
}

// KnownPapers leaves out the originals of papers that the procedure does not know.
func KnownPapers(proc *catalogue.Procedure, in url.Values) url.Values {
	values := url.Values{}
	for k, v := range in {
		values[k] = v
	}
	for _, name := range []string{"originals", "kept"} {
		values[name] = slices.DeleteFunc(slices.Clone(in[name]), func(id string) bool {
			_, ok := proc.Paper(id)
			return !ok
		})
	}
	return values
}

// Date reads the three boxes of a date as 2026-11-23; what is no date stays
// none, and the room says so.
func Date(in url.Values, name string) string {
	day, month, year := strings.TrimSpace(in.Get(name+"-day")), strings.TrimSpace(in.Get(name+"-month")), strings.TrimSpace(in.Get(name+"-year"))
	if day == "" && month == "" && year == "" {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", Number(year), Number(month), Number(day))
}
