package pack

import "fmt"

// Problem is one fault of a pack file: where it is, what is wrong, and how to
// mend it. It is written for authors, on the command line.
type Problem struct {
	File string
	Line int // 1 for the first; 0 when the whole file is meant
	Text string
	Mend string
}

func (p Problem) String() string {
	where := p.File
	if p.Line > 0 {
		where = fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	if p.Mend == "" {
		return where + ": " + p.Text
	}
	return where + ": " + p.Text + "; " + p.Mend
}

// Error lets a Problem be returned where an error is expected.
func (p Problem) Error() string { return p.String() }
