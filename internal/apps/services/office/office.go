package office

import (
	"context"
	"slices"

	"benso/internal/apps/services/dossier"
	"benso/internal/kernel/access"
	"benso/internal/kernel/audit"
	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/message"
)

// Officials knows who works where; identity.Store is one.
type Officials interface {
	Names(ctx context.Context, accounts ...string) (map[string]string, error)
	Members(ctx context.Context, agency, role string) ([]identity.Member, error)
}

// Office is what the rooms stand on.
type Office struct {
	Room      *dossier.Room
	Officials Officials
	Roles     access.Roles
}

// Addresses of the officials' pages that more than one room leads to.
const (
	PathDesk     = "/ban-lam-viec"
	PathOne      = PathDesk + "/{id}" // one dossier
	PathJump     = PathDesk + "/mo"   // a number that was typed or scanned
	PathCounter  = PathDesk + "/tiep-nhan-tai-quay"
	PathRegister = PathDesk + "/so"
	PathPeople   = PathDesk + "/nguoi"
	PathGive     = PathDesk + "/giao-nhieu"
	PathSigning  = PathDesk + "/ky-nhieu"
	PathConsults = "/xin-y-kien" // of those who are asked: the dossier's own addresses are not theirs
	PathLane     = "tra-ngay"    // below one dossier
)

// Section is what the header calls the desk.
const Section = "desk"

// URL is the address of a dossier, or of something below it.
func URL(id, rest string) string {
	u := PathDesk + "/" + id
	if rest != "" {
		u += "/" + rest
	}
	return u
}

// JournalPath is where a list is written down: the first place where the
// official may read.
func JournalPath(actor access.Actor) string {
	for _, g := range actor.Grants {
		if g.Allows(access.DossierRead) {
			return g.Path
		}
	}
	return ""
}

// Journal writes one row of a reading.
func (o Office) Journal(ctx context.Context, e audit.Entry) error {
	return o.Room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		return audit.Record(ctx, tx, o.Room.Clock.Now(), e)
	})
}

// Names gives the names of accounts; one that is not known has none.
func (o Office) Names(ctx context.Context, accounts ...string) (map[string]string, error) {
	slices.Sort(accounts)
	accounts = slices.Compact(accounts)
	accounts = slices.DeleteFunc(accounts, func(a string) bool { return a == "" })
	if len(accounts) == 0 {
		return nil, nil
	}
	return o.Officials.Names(ctx, accounts...)
}

// Named gives an account's name, or says that it is not known.
func Named(ctx context.Context, names map[string]string, account string) string {
	if n := names[account]; n != "" {
		return n
	}
	if account == "system" {
		return message.T(ctx, "desk.system")
	}
	return message.T(ctx, "desk.somebody")
}

// ResultBody is the largest form with the copy of a result.
const ResultBody = 25 << 20
