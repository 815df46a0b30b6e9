package administration

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"benso/internal/kernel/access"
	"benso/internal/kernel/database"
	"benso/internal/kernel/fault"
	"benso/internal/kernel/identity"
	"benso/internal/kernel/unit"
	"benso/internal/kernel/vntext"
)

// Wish is a person with a role at an agency, as a form or a line of a file asks for.
type Wish struct {
	Handle string // phone or e-mail
	Name   string
	Role   string
	Agency string
	From   database.Date
	Last   database.Date // empty: until it is ended
	Reason string
}

// Outcome is what became of a wish.
type Outcome struct {
	Account  string
	Name     string
	Handle   string
	Created  bool
	Given    bool   // the role is new
	Password string // one-time; of a new account alone
}

// order is one act: under which key it is once, and what it was given.
type order struct {
	Route string
	Key   string
	Input []string
}

// once does an act once for its key. again says that it had been done, and result
// is what it gave then.
func (room *Room) once(ctx context.Context, h Hand, o order, act func(ctx context.Context, tx *database.Tx) (string, error)) (result string, again bool, err error) {
	err = room.DB.Write(ctx, func(ctx context.Context, tx *database.Tx) error {
		req := database.Request{Actor: h.actor.Account, Route: o.Route, Key: o.Key, Input: database.Digest(o.Input...)}
		if result, again, err = database.Once(ctx, tx, req, room.Clock.Now()); err != nil || again {
			return err
		}
		if result, err = act(ctx, tx); err != nil {
			return err
		}
		return database.Done(ctx, tx, req, result)
	})
	return result, again, err
}

// checkReason looks at why something is done. The fault is on the field "reason".
func checkReason(reason string) (string, error) {
	reason = vntext.Clean(reason)
	switch n := utf8.RuneCountInString(reason); {
	case n == 0:
		return "", fault.New(fault.Invalid, "administration.reason_needed").WithField("reason", "administration.reason_needed")
	case n > mostOfReason:
		return "", fault.New(fault.Invalid, "administration.reason_long", "most", mostOfReason).WithField("reason", "administration.reason_long", "most", mostOfReason)
	}
	return reason, nil
}

// give does what a wish asks: it makes the official where there is none, and gives
// the role. p is the password of a new account.
func (room *Room) give(ctx context.Context, tx *database.Tx, h Hand, w Wish, p identity.Password) (Outcome, error) {
	a, err := room.agency(h, w.Agency)
	if err != nil {
		return Outcome{}, fault.New(fault.Invalid, "administration.agency_needed").WithField("agency", "administration.agency_needed")
	}
	if err := room.mayGive(h, w.Role, a); err != nil {
		return Outcome{}, err
	}
	handle, err := identity.ParseHandle(w.Handle)
	if err != nil || handle.Kind == identity.Number {
		return Outcome{}, fault.New(fault.Invalid, "administration.handle_needed").WithField("handle", "administration.handle_needed")
	}
	owner, known, err := room.Identity.OwnerOf(ctx, tx, handle)
	if err != nil {
		return Outcome{}, err
	}
	if known && owner.Kind == identity.Official && !h.machine {
		open, err := room.open(ctx, tx, owner.ID)
		if err != nil {
			return Outcome{}, err
		}
		if err := room.mayTakeOn(h, owner.ID, open); err != nil {
			return Outcome{}, err
		}
		// A slip in a phone number must not give a colleague the role, nor a new name.
		if vntext.Fold(owner.Name) != vntext.Fold(w.Name) {
			return Outcome{}, fault.New(fault.Conflict, "administration.name_differs").WithField("name", "administration.name_differs")
		}
		w.Name = owner.Name
	}
	if !known && p == (identity.Password{}) {
		return Outcome{}, fault.New(fault.Conflict, "fault.stale") // the account was closed since the file was looked at
	}
	by := h.by(room.path(a.ID))
	out := Outcome{Name: w.Name, Handle: handle.Value}
	if out.Account, out.Created, err = room.Identity.SaveOfficial(ctx, tx, by, handle, w.Name, p); err != nil {
		return Outcome{}, err
	}
	if out.Created {
		out.Password = p.Plain()
		if err := room.keep(ctx, tx, by, Act{Account: out.Account, Kind: actAdded, Agency: a.ID, Reason: w.Reason}); err != nil {
			return Outcome{}, err
		}
	}
	out.Given, err = room.giveRole(ctx, tx, h, a, w, out.Account)
	return out, err
}

// open are the roles of an official that are not over, wherever they are.
func (room *Room) open(ctx context.Context, q database.Querier, account string) ([]identity.Assignment, error) {
	posts, open, err := room.Identity.Posts(ctx, q, account)
	if err != nil || !open {
		return nil, err
	}
	return posts, nil
}

// giveRole gives an official who exists a role; fresh is false when it was given
// already.
func (room *Room) giveRole(ctx context.Context, tx *database.Tx, h Hand, a unit.Agency, w Wish, account string) (fresh bool, err error) {
	if a.To != "" && (w.Last == "" || w.Last > a.To) || w.From < a.From && !room.begunBefore(a, w.From) {
		return false, fault.New(fault.Invalid, "administration.outside_life").WithField("from", "administration.outside_life")
	}
	open, err := room.open(ctx, tx, account)
	if err != nil {
		return false, err
	}
	// A file without days, taken in again a day later, gives nothing twice.
	if slices.ContainsFunc(open, func(p identity.Assignment) bool { return p.Role == w.Role && p.Agency == a.ID && covers(p, w) }) {
		return false, nil
	}
	by := h.by(room.path(a.ID))
	_, err = room.Identity.Give(ctx, tx, by, identity.Assignment{Account: account, Role: w.Role, Agency: a.ID, From: w.From, Last: w.Last}, func(held []string) error {
		fresh = true
		return room.Roles.Giving(w.Role, room.level(a), held)
	})
	if err != nil || !fresh {
		return false, err
	}
	return true, room.keep(ctx, tx, by, Act{Account: account, Kind: actGiven, Role: w.Role, Agency: a.ID, From: w.From, Last: w.Last, Reason: w.Reason})
}

// covers says whether a role that is held lasts all the time that is wished for.
func covers(held identity.Assignment, w Wish) bool {
	return held.From <= w.From && (held.Last == "" || w.Last != "" && w.Last <= held.Last)
}

// errHas is the refusal to give somebody alone what they have.
var errHas = fault.New(fault.Conflict, "administration.has_role").WithField("role", "administration.has_role")

// begunBefore says whether an agency existed on a day under an earlier name.
func (room *Room) begunBefore(a unit.Agency, day database.Date) bool {
	periods, err := room.Units.AgencyPeriods(a.ID)
	return err == nil && periods[0].From <= day
}

// add makes an official, or gives one who is there a role.
func (room *Room) add(ctx context.Context, h Hand, key string, w Wish) (Outcome, error) {
	reason, err := checkReason(w.Reason)
	if err != nil {
		return Outcome{}, err
	}
	w.Reason = reason
	p, err := room.Identity.OneTimeFor(ctx, h.actor.Account, key+" "+w.Handle)
	if err != nil {
		return Outcome{}, err
	}
	var out Outcome
	o := order{Route: addPath, Key: key, Input: []string{w.Handle, w.Name, w.Role, w.Agency, string(w.From), string(w.Last), w.Reason}}
	result, again, err := room.once(ctx, h, o, func(ctx context.Context, tx *database.Tx) (string, error) {
		if out, err = room.give(ctx, tx, h, w, p); err != nil {
			return "", err
		}
		if out.Created {
			return out.Account + " new", nil
		}
		if !out.Given {
			return "", errHas
		}
		return out.Account, nil
	})
	if again {
		out = Outcome{Name: w.Name, Handle: w.Handle}
		if out.Account, out.Created = strings.CutSuffix(result, " new"); out.Created {
			out.Password = p.Plain()
		}
	}
	return out, err
}

// more gives an official in the scope another role.
func (room *Room) more(ctx context.Context, h Hand, key, account string, w Wish) error {
	reason, err := checkReason(w.Reason)
	if err != nil {
		return err
	}
	w.Reason = reason
	o := order{Route: personPath + "{id}" + rolePath, Key: key, Input: []string{account, w.Role, w.Agency, string(w.From), string(w.Last), w.Reason}}
	_, _, err = room.once(ctx, h, o, func(ctx context.Context, tx *database.Tx) (string, error) {
		who, err := room.official(ctx, tx, h, account)
		if err != nil {
			return "", err
		}
		open, err := room.open(ctx, tx, account)
		if err != nil {
			return "", err
		}
		if err := room.mayTakeOn(h, account, open); err != nil {
			return "", err
		}
		a, err := room.agency(h, w.Agency)
		if err != nil {
			return "", fault.New(fault.Invalid, "administration.agency_needed").WithField("agency", "administration.agency_needed")
		}
		if err := room.mayGive(h, w.Role, a); err != nil {
			return "", err
		}
		fresh, err := room.giveRole(ctx, tx, h, a, w, who.ID)
		if err == nil && !fresh {
			err = errHas
		}
		return account, err
	})
	return err
}

// end ends a role: at once, or with the close of a day that has not passed.
func (room *Room) end(ctx context.Context, h Hand, key, account, assignment string, last database.Date, reason string) error {
	reason, err := checkReason(reason)
	if err != nil {
		return err
	}
	if last != "" && last < room.today() {
		return fault.New(fault.Invalid, "administration.day_passed").WithField("last", "administration.day_passed")
	}
	o := order{Route: personPath + "{id}" + rolePath + "/{assignment}" + endPath, Key: key, Input: []string{account, assignment, string(last), reason}}
	_, _, err = room.once(ctx, h, o, func(ctx context.Context, tx *database.Tx) (string, error) {
		post, err := room.post(ctx, tx, h, account, assignment)
		if err != nil {
			return "", err
		}
		if last != "" && post.Last != "" && post.Last <= last {
			return "", fault.New(fault.Invalid, "administration.ends_sooner").WithField("last", "administration.ends_sooner")
		}
		by := h.by(room.path(post.Agency))
		if last == "" {
			err = room.Identity.Take(ctx, tx, by, assignment)
		} else {
			err = room.Identity.TakeOn(ctx, tx, by, assignment, last)
		}
		if err != nil {
			return "", err
		}
		if err := room.standDown(ctx, tx, by, account, post.Agency); err != nil {
			return "", err
		}
		return account, room.keep(ctx, tx, by, Act{Account: account, Kind: actEnded, Role: post.Role, Agency: post.Agency, Last: last, Reason: reason})
	})
	return err
}

// standDown ends what an official does for absent colleagues of an agency where there
// is no own role left that lasts: who leaves an agency does not stay in it as a deputy.
func (room *Room) standDown(ctx context.Context, tx *database.Tx, by identity.By, account, agency string) error {
	open, err := room.open(ctx, tx, account)
	if err != nil || slices.ContainsFunc(open, func(a identity.Assignment) bool { return a.Agency == agency && a.Last == "" }) {
		return err
	}
	absences, err := room.Identity.StandsFor(ctx, tx, account)
	if err != nil {
		return err
	}
	for _, a := range absences {
		if slices.ContainsFunc(open, func(own identity.Assignment) bool { return own.Agency == agency && own.Last >= a.Last }) {
			continue
		}
		theirs, err := room.open(ctx, tx, a.Account)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(theirs, func(p identity.Assignment) bool { return p.Agency == agency }) {
			if err := room.Identity.CancelAbsence(ctx, tx, by, a.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// post finds a role that is not over and that the hand may end.
func (room *Room) post(ctx context.Context, q database.Querier, h Hand, account, assignment string) (identity.Assignment, error) {
	o, err := room.official(ctx, q, h, account)
	if err != nil {
		return identity.Assignment{}, err
	}
	return room.endable(h, o, assignment)
}

// endable decides whether the hand may end a role of an official.
func (room *Room) endable(h Hand, o official, assignment string) (identity.Assignment, error) {
	i := slices.IndexFunc(o.Here, func(a identity.Assignment) bool { return a.ID == assignment })
	if i < 0 || !o.Open {
		return identity.Assignment{}, fault.Missing("assignment", assignment)
	}
	a, err := room.Units.Agency(o.Here[i].Agency)
	if err != nil {
		return identity.Assignment{}, err
	}
	switch {
	case h.self(o.ID):
		return identity.Assignment{}, fault.New(fault.Forbidden, "administration.not_self")
	case room.mayGive(h, o.Here[i].Role, a) != nil:
		return identity.Assignment{}, fault.New(fault.Forbidden, "administration.from_above")
	}
	return o.Here[i], nil
}

// onWhole does an act on a whole account, once.
func (room *Room) onWhole(ctx context.Context, h Hand, o order, account string, did Act, act func(ctx context.Context, tx *database.Tx, by identity.By, who official) error) error {
	reason, err := checkReason(did.Reason)
	if err != nil {
		return err
	}
	did.Account, did.Reason = account, reason
	o.Input = append([]string{account, reason}, o.Input...)
	_, _, err = room.once(ctx, h, o, func(ctx context.Context, tx *database.Tx) (string, error) {
		who, err := room.entire(ctx, tx, h, account)
		if err != nil {
			return "", err
		}
		by := h.by(room.path(who.Here[0].Agency))
		did.Agency = who.Here[0].Agency
		if err := act(ctx, tx, by, who); err != nil {
			return "", err
		}
		return account, room.keep(ctx, tx, by, did)
	})
	return err
}

// rename corrects an official's name.
func (room *Room) rename(ctx context.Context, h Hand, key, account, name, reason string) error {
	o := order{Route: personPath + "{id}" + namePath, Key: key, Input: []string{name}}
	return room.onWhole(ctx, h, o, account, Act{Kind: actRenamed, Reason: reason}, func(ctx context.Context, tx *database.Tx, by identity.By, _ official) error {
		return room.Identity.Rename(ctx, tx, by, account, name)
	})
}

// password gives an official a one-time password; all sessions end.
func (room *Room) password(ctx context.Context, h Hand, key, account, reason string) (plain string, err error) {
	// Who may not is refused before a password is hashed: that is slow on purpose.
	if _, err := room.entire(ctx, room.DB.Read(), h, account); err != nil {
		return "", err
	}
	p, err := room.Identity.OneTimeFor(ctx, h.actor.Account, key+" "+account)
	if err != nil {
		return "", err
	}
	o := order{Route: personPath + "{id}" + passwordPath, Key: key}
	err = room.onWhole(ctx, h, o, account, Act{Kind: actPassword, Reason: reason}, func(ctx context.Context, tx *database.Tx, by identity.By, _ official) error {
		return room.Identity.ResetPassword(ctx, tx, by, account, p)
	})
	return p.Plain(), err
}

// close ends an account with all of its roles and sessions.
func (room *Room) close(ctx context.Context, h Hand, key, account, reason string) error {
	o := order{Route: personPath + "{id}" + closePath, Key: key}
	return room.onWhole(ctx, h, o, account, Act{Kind: actClosed, Reason: reason}, func(ctx context.Context, tx *database.Tx, by identity.By, _ official) error {
		return room.Identity.Close(ctx, tx, by, account)
	})
}

// reopen opens a closed account, which then signs in with a handle and a one-time
// password and has no role.
func (room *Room) reopen(ctx context.Context, h Hand, key, account, handle, reason string) (plain string, err error) {
	if _, err := room.entire(ctx, room.DB.Read(), h, account); err != nil {
		return "", err
	}
	with, err := identity.ParseHandle(handle)
	if err != nil || with.Kind == identity.Number {
		return "", fault.New(fault.Invalid, "administration.handle_needed").WithField("handle", "administration.handle_needed")
	}
	p, err := room.Identity.OneTimeFor(ctx, h.actor.Account, key+" "+account)
	if err != nil {
		return "", err
	}
	o := order{Route: personPath + "{id}" + reopenPath, Key: key, Input: []string{with.Value}}
	err = room.onWhole(ctx, h, o, account, Act{Kind: actReopened, Reason: reason}, func(ctx context.Context, tx *database.Tx, by identity.By, _ official) error {
		return room.Identity.Reopen(ctx, tx, by, account, with, p)
	})
	return p.Plain(), err
}

// absent has a colleague stand in for an official from one day to another.
func (room *Room) absent(ctx context.Context, h Hand, key string, a identity.Absence, reason string) error {
	o := order{Route: personPath + "{id}" + absencePath, Key: key, Input: []string{a.Deputy, string(a.From), string(a.Last)}}
	did := Act{Kind: actAbsent, From: a.From, Last: a.Last, Reason: reason}
	return room.onWhole(ctx, h, o, a.Account, did, func(ctx context.Context, tx *database.Tx, by identity.By, who official) error {
		posts, err := room.open(ctx, tx, a.Deputy)
		if err != nil {
			return err
		}
		if err := room.mayStandIn(h, who, a, posts); err != nil {
			return err
		}
		_, err = room.Identity.SetAbsence(ctx, tx, by, a)
		return err
	})
}

// mayStandIn decides who may stand in (a.Deputy): a colleague of one of the same
// agencies, for as long as the absence lasts where its days are known, who is not
// the hand itself, and whose own roles (posts) may be joined with those of the
// absent one.
func (room *Room) mayStandIn(h Hand, who official, a identity.Absence, posts []identity.Assignment) error {
	refuse := func(key string) error {
		return fault.New(fault.Invalid, key).WithField("deputy", key)
	}
	if h.self(a.Deputy) {
		return refuse("administration.not_self")
	}
	colleague := func(p identity.Assignment) bool { return who.worksAt(p.Agency) }
	if a.Deputy == who.ID || !slices.ContainsFunc(posts, colleague) {
		return refuse("administration.deputy_needed")
	}
	if a.From != "" && !slices.ContainsFunc(posts, func(p identity.Assignment) bool {
		return colleague(p) && p.From <= a.From && (p.Last == "" || p.Last >= a.Last)
	}) {
		return refuse("administration.deputy_not_all_days")
	}
	held := make([]string, len(posts))
	for i, p := range posts {
		held[i] = p.Role
	}
	for _, p := range who.Here {
		a, err := room.Units.Agency(p.Agency)
		if err != nil {
			return err
		}
		if err := room.Roles.Giving(p.Role, room.level(a), held); err != nil {
			return refuse("administration.deputy_separated")
		}
	}
	return nil
}

func (o official) worksAt(agency string) bool {
	return slices.ContainsFunc(o.Here, func(a identity.Assignment) bool { return a.Agency == agency })
}

// back ends an absence: the official is here again.
func (room *Room) back(ctx context.Context, h Hand, key, account, absence, reason string) error {
	o := order{Route: personPath + "{id}" + absencePath + "/{absence}" + backPath, Key: key, Input: []string{absence}}
	return room.onWhole(ctx, h, o, account, Act{Kind: actBack, Reason: reason}, func(ctx context.Context, tx *database.Tx, by identity.By, _ official) error {
		all, err := room.Identity.AbsencesIn(ctx, tx, account)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(all, func(a identity.Absence) bool { return a.ID == absence }) {
			return fault.Missing("absence", absence)
		}
		return room.Identity.CancelAbsence(ctx, tx, by, absence)
	})
}

// colleagues are those who may stand in for an official, by name.
func (room *Room) colleagues(ctx context.Context, h Hand, o official) (found []identity.Listed, err error) {
	var agencies []string
	for _, p := range o.Here {
		agencies = append(agencies, p.Agency)
	}
	const most = 500
	all, _, err := room.Identity.Officials(ctx, identity.Search{Agencies: agencies, Standing: identity.Working}, most, 0)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(l identity.Listed) bool {
		return l.Account == o.ID || room.mayStandIn(h, o, identity.Absence{Deputy: l.Account}, l.Posts) != nil
	}), nil
}

// named finds a role by its id or its name in either language.
func (room *Room) named(text string) (access.Role, bool) {
	for _, r := range room.Roles.All() {
		if !r.Implicit && (r.ID == text || vntext.Fold(r.In("vi")) == vntext.Fold(text) || vntext.Fold(r.In("en")) == vntext.Fold(text)) {
			return r, true
		}
	}
	return access.Role{}, false
}
