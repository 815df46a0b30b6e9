package administration

import (
	"context"
	"errors"
	"fmt"
	"time"

	"benso/internal/kernel/database"
	"benso/internal/kernel/identity"
)

// Act is something that was done to an official's account.
type Act struct {
	Account string
	Kind    string
	Role    string
	Agency  string
	From    database.Date
	Last    database.Date
	Reason  string
	By, For string
	At      time.Time
}

// The kinds of acts.
const (
	actAdded     = "added"
	actGiven     = "role_given"
	actEnded     = "role_ended"
	actRenamed   = "renamed"
	actPassword  = "password"
	actClosed    = "closed"
	actReopened  = "reopened"
	actAbsent    = "absent"
	actBack      = "back"
	mostOfActs   = 50
	mostOfReason = 500
)

// EventOfficial and EventAgency say that an official or an agency was changed; the
// subject is the id.
const (
	EventOfficial = "official.changed"
	EventAgency   = "agency.changed"
)

// keep writes an act with its reason, and tells the other rooms.
func (room *Room) keep(ctx context.Context, tx *database.Tx, by identity.By, a Act) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO official_acts (id, account, kind, role, agency, from_day, last_day, reason, by_account, acting_for, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		database.NewID(), a.Account, a.Kind, a.Role, a.Agency, a.From, a.Last, a.Reason, by.Account, by.For, database.At(room.Clock.Now()))
	if err != nil {
		return fmt.Errorf("keep what was done to official %s: %w", a.Account, err)
	}
	return room.Events.Record(ctx, tx, EventOfficial, a.Account, map[string]string{"act": a.Kind})
}

// actsOf lists what was done to an official, the last first. The caller has looked
// that the official is within the scope; what was done at another's agencies is
// left out by the caller.
func actsOf(ctx context.Context, q database.Querier, account string) (found []Act, err error) {
	rows, err := q.QueryContext(ctx, `SELECT kind, role, agency, from_day, last_day, reason, by_account, acting_for, at FROM official_acts
		WHERE account = $1 ORDER BY at DESC, id DESC LIMIT $2`, account, mostOfActs)
	if err != nil {
		return nil, fmt.Errorf("list what was done to official %s: %w", account, err)
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		a := Act{Account: account}
		var at database.Time
		if err := rows.Scan(&a.Kind, &a.Role, &a.Agency, &a.From, &a.Last, &a.Reason, &a.By, &a.For, &at); err != nil {
			return nil, fmt.Errorf("list what was done to official %s: %w", account, err)
		}
		a.At = at.Time
		found = append(found, a)
	}
	return found, rows.Err()
}
