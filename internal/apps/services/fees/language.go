package fees

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"

	"benso/internal/kernel/form"
)

// What an expression may cost: a fee is a small sum over a few rows.
const (
	maxExpression = 2000   // characters
	maxCost       = 50_000 // steps, about
	checkEvery    = 100    // turns of a loop between two looks at the clock
)

// Names that every expression knows beside the fields.
const (
	allAnswers = "answers"
	today      = "today"
	channel    = "channel"
)

// language is CEL over the answers of one form.
type language struct {
	*cel.Env
	form  *form.Form
	types provider
	top   map[string]*form.Field
}

// newLanguage declares every field that can be a fact under its id. A file, and
// a text that only informs, are none.
func newLanguage(f *form.Form) (*language, error) {
	registry, err := types.NewRegistry()
	if err != nil {
		return nil, err
	}
	l := &language{form: f, types: provider{Registry: registry, structs: map[string]map[string]*types.Type{}}, top: map[string]*form.Field{}}
	var fields []*form.Field
	if f != nil {
		for _, page := range f.All() {
			for _, x := range page.Fields {
				if x.Kind == form.KindFile || x.Kind == form.KindInfo {
					continue
				}
				if slices.Contains([]string{allAnswers, today, channel}, x.ID) {
					return nil, fmt.Errorf("the form has a field %q, which expressions know as something else", x.ID)
				}
				fields = append(fields, x)
				l.top[x.ID] = x
			}
		}
	}
	options := []cel.EnvOption{
		cel.CustomTypeProvider(l.types), cel.CustomTypeAdapter(registry), cel.ParserExpressionSizeLimit(maxExpression), cel.ParserRecursionLimit(40),
		cel.Variable(today, cel.StringType), cel.Variable(channel, cel.StringType), cel.Variable(allAnswers, l.types.declare(allAnswers, fields)),
		cel.Macros(append([]cel.Macro{cel.GlobalMacro("answered", 1, l.answered)}, cel.StandardMacros...)...),
	}
	for _, x := range fields {
		options = append(options, cel.Variable(x.ID, l.types.typeOf(allAnswers, x)))
	}
	l.Env, err = cel.NewEnv(append(options, functions()...)...)
	return l, err
}

// answered expands answered(mother.born) into tests that none of the steps to it
// is missing, so that an optional answer can be asked about first.
func (l *language) answered(eh cel.MacroExprFactory, _ ast.Expr, args []ast.Expr) (ast.Expr, *common.Error) {
	tests, ok := l.presence(eh, args[0])
	if !ok {
		return nil, eh.NewError(args[0].ID(), "answered() takes a field, such as answered(copies)")
	}
	test := tests[0]
	for _, more := range tests[1:] {
		test = eh.NewCall(operators.LogicalAnd, test, more)
	}
	return test, nil
}

func (l *language) presence(eh cel.MacroExprFactory, e ast.Expr) (tests []ast.Expr, ok bool) {
	switch e.Kind() {
	case ast.IdentKind:
		return []ast.Expr{eh.NewPresenceTest(eh.NewIdent(allAnswers), e.AsIdent())}, true
	case ast.SelectKind:
		of := e.AsSelect().Operand()
		if of.Kind() == ast.IdentKind && l.top[of.AsIdent()] == nil { // a row of a group
			return []ast.Expr{eh.NewPresenceTest(eh.Copy(of), e.AsSelect().FieldName())}, true
		}
		if tests, ok = l.presence(eh, of); !ok {
			return nil, false
		}
		return append(tests, eh.NewPresenceTest(eh.Copy(of), e.AsSelect().FieldName())), true
	default:
		return nil, false
	}
}

// wrong is one fault of an expression.
type wrong struct{ text, mend string }

// outcome is what an expression must give.
type outcome uint8

const (
	wantBool outcome = iota
	wantInt
	wantText
)

// compile checks an expression and makes it ready to run.
func (l *language) compile(source string, want outcome) (*rule, []wrong) {
	checked, issues := l.Compile(source)
	if issues.Err() != nil {
		var found []wrong
		for _, e := range issues.Errors() {
			found = append(found, wrong{text: fmt.Sprintf("%s, at character %d of %s", strings.TrimSpace(e.Message), e.Location.Column()+1, source), mend: l.mend(e.Message)})
		}
		return nil, found
	}
	found := l.judge(checked, source)
	switch out := checked.OutputType(); {
	case want == wantBool && !out.IsExactType(cel.BoolType):
		found = append(found, wrong{fmt.Sprintf("%s gives %s", source, out), "write a question that is true or false, such as copies > 2"})
	case want == wantInt && !out.IsExactType(cel.IntType):
		mend := "give whole dong, such as copies * 2000"
		if out.IsExactType(decimalType) {
			mend = "round it to whole dong with dong(…)"
		}
		found = append(found, wrong{fmt.Sprintf("%s gives %s, not whole dong", source, out), mend})
	case want == wantText && !out.IsExactType(cel.IntType) && !out.IsExactType(cel.StringType) && !out.IsExactType(decimalType):
		found = append(found, wrong{fmt.Sprintf("%s gives %s, which cannot be read", source, out), "write a field or an expression that gives a number or a text"})
	}
	if len(found) > 0 {
		return nil, found
	}
	program, err := l.Program(checked, cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost), cel.InterruptCheckFrequency(checkEvery))
	if err != nil {
		return nil, []wrong{{fmt.Sprintf("%s: %v", source, err), "simplify it"}}
	}
	return &rule{language: l, program: program, field: l.field(checked.NativeRep().Expr()), name: source}, nil
}

// judge finds what type-checks and is wrong nevertheless: floats, which lose
// money, and options that a choice does not have.
func (l *language) judge(checked *cel.Ast, source string) (found []wrong) {
	for _, e := range ast.MatchDescendants(ast.NavigateAST(checked.NativeRep()), ast.AllMatcher()) {
		if k := e.Type().Kind(); k == types.DoubleKind || k == types.DynKind {
			found = append(found, wrong{fmt.Sprintf("%s computes with %s, which is not exact", source, e.Type()), `use whole numbers, or decimal("2.5") and dong(…)`})
			break
		}
	}
	for _, e := range ast.MatchDescendants(ast.NavigateAST(checked.NativeRep()), ast.KindMatcher(ast.CallKind)) {
		call := e.AsCall()
		if !slices.Contains([]string{operators.Equals, operators.NotEquals, operators.In}, call.FunctionName()) || len(call.Args()) != 2 {
			continue
		}
		for i, a := range call.Args() {
			x := l.field(a)
			if x == nil || x.Kind != form.KindChoice {
				continue
			}
			for _, id := range literals(call.Args()[1-i]) {
				if !slices.ContainsFunc(x.Options, func(o form.Option) bool { return o.ID == id }) {
					ids := make([]string, len(x.Options))
					for n, o := range x.Options {
						ids[n] = o.ID
					}
					found = append(found, wrong{fmt.Sprintf("%s has no option %q", x.ID, id), "use one of: " + strings.Join(ids, ", ")})
				}
			}
		}
	}
	return found
}

// literals gives the texts that an expression is made of: one, or a list.
func literals(e ast.Expr) []string {
	switch e.Kind() {
	case ast.LiteralKind:
		if s, ok := e.AsLiteral().(types.String); ok {
			return []string{string(s)}
		}
	case ast.ListKind:
		var all []string
		for _, x := range e.AsList().Elements() {
			all = append(all, literals(x)...)
		}
		return all
	}
	return nil
}

// field finds the field that an expression names and nothing more; nil when it
// computes something.
func (l *language) field(e ast.Expr) *form.Field {
	switch e.Kind() {
	case ast.IdentKind:
		return l.top[e.AsIdent()]
	case ast.SelectKind:
		s := e.AsSelect()
		if s.IsTestOnly() {
			return nil
		}
		if s.Operand().Kind() == ast.IdentKind && s.Operand().AsIdent() == allAnswers {
			return l.top[s.FieldName()]
		}
		if of := l.field(s.Operand()); of != nil {
			for _, part := range of.Fields {
				if part.ID == s.FieldName() {
					return part
				}
			}
		}
	}
	return nil
}

// mend says what helps against a fault that CEL found.
func (l *language) mend(text string) string {
	switch {
	case strings.Contains(text, "undeclared reference"):
		ids := make([]string, 0, len(l.top))
		for id := range l.top {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		return "use a field of the form: " + strings.Join(append(ids, today, channel), ", ")
	case strings.Contains(text, "Syntax error"):
		return "write whole dong in digits, such as 50000, or an expression, such as copies * 2000"
	case strings.Contains(text, "undefined field"):
		return "use a part that the form asks for"
	case strings.Contains(text, "no matching overload"):
		return `both sides must be of one type: a number field with decimals is a decimal, as decimal("2.5") is; dates are texts such as "2026-01-01"`
	}
	return "see docs/forms.md for the expressions of a fee"
}

// provider gives CEL the shapes of answers that have parts, so that a slip in
// a part's name is found before anybody pays for it.
type provider struct {
	*types.Registry
	structs map[string]map[string]*types.Type
}

// declare makes the type of something with parts.
func (p provider) declare(name string, parts []*form.Field) *types.Type {
	fields := map[string]*types.Type{}
	for _, x := range parts {
		if x.Kind != form.KindFile && x.Kind != form.KindInfo {
			fields[x.ID] = p.typeOf(name, x)
		}
	}
	p.structs[name] = fields
	return types.NewObjectType(name)
}

func (p provider) typeOf(of string, x *form.Field) *types.Type {
	name := of + "." + x.ID
	switch x.Kind {
	case form.KindNumber:
		if x.Decimals == 0 {
			return cel.IntType
		}
		return decimalType
	case form.KindAddress:
		p.structs[name] = map[string]*types.Type{"province": cel.StringType, "commune": cel.StringType, "outside": cel.StringType, "street": cel.StringType}
		return types.NewObjectType(name)
	case form.KindPerson:
		return p.declare(name, x.Fields)
	case form.KindGroup:
		return types.NewListType(p.declare(name, x.Fields))
	}
	return cel.StringType
}

// FindStructType finds a shape by its name.
func (p provider) FindStructType(name string) (*types.Type, bool) {
	if _, ok := p.structs[name]; !ok {
		return p.Registry.FindStructType(name)
	}
	return types.NewTypeTypeWithParam(types.NewObjectType(name)), true
}

// FindStructFieldNames lists the parts of a shape.
func (p provider) FindStructFieldNames(name string) ([]string, bool) {
	fields, ok := p.structs[name]
	if !ok {
		return p.Registry.FindStructFieldNames(name)
	}
	names := make([]string, 0, len(fields))
	for f := range fields {
		names = append(names, f)
	}
	slices.Sort(names)
	return names, true
}

// FindStructFieldType says what a part is and how it is read.
func (p provider) FindStructFieldType(name, field string) (*types.FieldType, bool) {
	fields, ok := p.structs[name]
	if !ok {
		return p.Registry.FindStructFieldType(name, field)
	}
	t, ok := fields[field]
	if !ok {
		return nil, false
	}
	return &types.FieldType{
		Type: t,
		IsSet: func(of any) bool {
			o, ok := of.(object)
			return ok && o.parts[field] != nil
		},
		GetFrom: func(of any) (any, error) {
			if o, ok := of.(object); ok && o.parts[field] != nil {
				return o.parts[field], nil
			}
			return nil, fmt.Errorf("%s is not answered", field)
		},
	}, true
}

// NewValue refuses: expressions read answers and make none.
func (p provider) NewValue(name string, _ map[string]ref.Val) ref.Val {
	return types.NewErr("%s cannot be made", name)
}
