package fees

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"benso/internal/kernel/decimal"
	"benso/internal/kernel/form"
	"benso/internal/kernel/message"
)

// patience is how long one expression may take on the slowest machine; its cost
// is limited long before.
const patience = 2 * time.Second

// rule is a compiled expression. It does not change, so many may run it at once.
type rule struct {
	language *language
	program  cel.Program
	field    *form.Field // when the expression names one field and computes nothing
	name     string
}

// activation is what the rules of one assessment see.
type activation struct {
	answers form.Answers
	facts   Facts
	vars    map[string]any
}

func (in *activation) values(l *language) map[string]any {
	if in.vars != nil {
		return in.vars
	}
	all := object{name: allAnswers, parts: map[string]ref.Val{}}
	in.vars = map[string]any{today: in.facts.Today, channel: in.facts.Channel, allAnswers: all}
	for id, x := range l.top {
		if v := value(allAnswers, x, in.answers[id]); v != nil {
			in.vars[id], all.parts[id] = v, v
		}
	}
	return in.vars
}

// value gives an answer to CEL; nil when there is none.
func value(of string, x *form.Field, v form.Value) ref.Val {
	name := of + "." + x.ID
	switch x.Kind {
	case form.KindNumber:
		if x.Decimals == 0 {
			n, err := strconv.ParseInt(v.Text, 10, 64)
			if err != nil {
				return nil
			}
			return types.Int(n)
		}
		d, err := decimal.Parse(v.Text)
		if err != nil {
			return nil
		}
		return newAmount(d)
	case form.KindAddress:
		o := object{name: name, parts: map[string]ref.Val{}}
		for id, part := range v.Parts {
			if part.Text != "" {
				o.parts[id] = types.String(part.Text)
			}
		}
		return o.orNil()
	case form.KindPerson:
		return parts(name, x.Fields, v.Parts).orNil()
	case form.KindGroup:
		if len(v.Rows) == 0 {
			return nil
		}
		rows := make([]ref.Val, len(v.Rows))
		for i, row := range v.Rows {
			rows[i] = parts(name, x.Fields, row)
		}
		return types.NewRefValList(types.DefaultTypeAdapter, rows)
	case form.KindFile, form.KindInfo:
		return nil
	}
	if v.Text == "" {
		return nil
	}
	return types.String(v.Text)
}

func parts(name string, fields []*form.Field, a form.Answers) object {
	o := object{name: name, parts: map[string]ref.Val{}}
	for _, x := range fields {
		if v := value(name, x, a[x.ID]); v != nil {
			o.parts[x.ID] = v
		}
	}
	return o
}

// run evaluates. known is false when something that it needs was not answered,
// or when it comes to nothing that makes sense; an error is that time ran out.
func (r *rule) run(ctx context.Context, in *activation) (v ref.Val, known bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	v, _, err = r.program.ContextEval(ctx, in.values(r.language))
	switch {
	case err == nil:
		return v, true, nil
	case ctx.Err() != nil:
		return nil, false, fmt.Errorf("evaluate %s: %w", r.name, errors.Join(err, ctx.Err()))
	}
	return nil, false, nil
}

func (r *rule) yes(ctx context.Context, in *activation) (holds, known bool, err error) {
	v, known, err := r.run(ctx, in)
	if b, ok := v.(types.Bool); ok && known {
		return bool(b), true, nil
	}
	return false, false, err
}

func (r *rule) dong(ctx context.Context, in *activation) (n int64, known bool, err error) {
	v, known, err := r.run(ctx, in)
	if i, ok := v.(types.Int); ok && known && i >= 0 && int64(i) <= Most {
		return int64(i), true, nil
	}
	return 0, false, err
}

// text writes what the rule gives as people read it: a date as 05/07/2021, a
// choice in its own words.
func (r *rule) text(ctx context.Context, in *activation) (string, error) {
	v, known, err := r.run(ctx, in)
	if err != nil {
		return "", err
	}
	if !known {
		return message.T(ctx, "fees.not_answered"), nil
	}
	switch v := v.(type) {
	case types.Int:
		return message.Number(ctx, int64(v)), nil
	case amount:
		return message.Decimal(ctx, v.String()), nil
	case types.String:
		switch {
		case r.field != nil && r.field.Kind == form.KindChoice:
			return optionLabel(r.field, string(v), message.Lang(ctx)), nil
		case r.field != nil && r.field.Kind == form.KindDate, r.name == today:
			return message.DateText(ctx, string(v)), nil
		}
		return string(v), nil
	}
	return "", fmt.Errorf("%s gave %T", r.name, v)
}

// template is a reason: texts and rules in turn.
type template []piece

type piece struct {
	text string
	rule *rule
}

func (t template) fill(ctx context.Context, in *activation) (string, error) {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.text)
		if p.rule != nil {
			s, err := p.rule.text(ctx, in)
			if err != nil {
				return "", err
			}
			b.WriteString(s)
		}
	}
	return b.String(), nil
}

// object is an answer with parts, such as a person.
type object struct {
	name  string
	parts map[string]ref.Val
}

func (o object) orNil() ref.Val {
	if len(o.parts) == 0 {
		return nil
	}
	return o
}

// ConvertToNative refuses: an object stays in the expression.
func (o object) ConvertToNative(t reflect.Type) (any, error) {
	return nil, fmt.Errorf("%s does not become %v", o.name, t)
}

// ConvertToType gives the object's own type.
func (o object) ConvertToType(t ref.Type) ref.Val {
	if t == types.TypeType {
		return types.NewObjectType(o.name)
	}
	return types.NewErr("%s does not become %s", o.name, t.TypeName())
}

// Equal compares part by part.
func (o object) Equal(other ref.Val) ref.Val {
	p, ok := other.(object)
	if !ok || len(o.parts) != len(p.parts) {
		return types.False
	}
	for id, v := range o.parts {
		w, ok := p.parts[id]
		if !ok || types.Equal(v, w) != types.True {
			return types.False
		}
	}
	return types.True
}

// Type gives the shape's type.
func (o object) Type() ref.Type { return types.NewObjectType(o.name) }

// Value is what the provider reads parts from.
func (o object) Value() any { return o }
