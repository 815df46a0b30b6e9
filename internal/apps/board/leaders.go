package board

import (
	_ "embed"
	"net/http"

	"benso/internal/core/targets"
	"benso/internal/kernel/database"
	"benso/internal/kernel/message"
	"benso/internal/kernel/web"
)

const (
	leadersPath = Path + "/lanh-dao"
	stylePath   = Path + "/in.css"
)

//go:embed print.css
var style []byte

// serveStyle is the style of the page that prints on one sheet.
func serveStyle(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	_, err := w.Write(style)
	return err
}

// leadersPage is everything a leader needs on one sheet: each line against its next
// milestone, and where it is stuck.
type leadersPage struct {
	On    database.Date
	Name  string
	Lines []leaderLine
	Worst []worstTable
	Whole bool // the actor sees the whole province as it stands
	AsOf  string
}

type leaderLine struct {
	targets.Standing
	Milestone targets.Milestone
	Mark      mark
	HasMark   bool
}

// worstTable is where a measure is worst.
type worstTable struct {
	Line  string
	Name  string
	Lines []line
	Open  map[string]string
}

// worst is how many places each table names.
const worst = 5

func (room *Room) showLeaders(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	s, err := room.targets.Snapshot(ctx)
	if err != nil {
		return err
	}
	all, err := room.targets.Standings(ctx)
	if err != nil {
		return err
	}
	actor := web.Actor(ctx)
	p := leadersPage{On: room.today(), Name: say(ctx, room.targets.Resolution().Name), Whole: room.everywhere(actor), AsOf: message.DateTime(ctx, s.At)}
	for _, st := range all {
		if st.Line.PartOf == "" {
			l := leaderLine{Standing: st}
			if m, ok := st.Line.Current(p.On); ok {
				l.Milestone = m
				l.Mark, l.HasMark = verdictMark(ctx, st.Verdict(m), m, p.On)
			}
			p.Lines = append(p.Lines, l)
		}
		for _, f := range st.Measures {
			if f.Reading == nil || f.Kind != targets.ShareOf || f.Window != targets.TwelveMonths || len(p.Worst) == 3 || f.ID == "dossiers.late" || f.ID == "dossiers.early" {
				continue
			}
			v, ok := room.see(actor, s, f.Measure, scene{span: f.Measure.SpanAt(s.At), on: p.On})
			if !ok {
				continue
			}
			t := worstTable{Line: st.Line.ID, Name: say(ctx, f.Name)}
			for _, l := range room.lines(ctx, v, targets.ByUnit) {
				if l.Key != "" && len(t.Lines) < worst {
					t.Lines = append(t.Lines, l)
				}
			}
			t.Open = room.casesOf(actor, v, t.Lines)
			p.Worst = append(p.Worst, t)
		}
	}
	return web.Render(w, r, http.StatusOK, leadersView(p))
}
