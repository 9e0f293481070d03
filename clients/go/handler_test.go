package logio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/slogtest"
	"time"
)

// A timeNoter notes which records have no time: on the wire all have one.
type timeNoter struct {
	slog.Handler
	without *map[int]bool
	count   *int
}

func (n timeNoter) Handle(ctx context.Context, r slog.Record) error {
	(*n.without)[*n.count] = r.Time.IsZero()
	*n.count++
	return n.Handler.Handle(ctx, r)
}

func (n timeNoter) WithAttrs(attrs []slog.Attr) slog.Handler {
	return timeNoter{n.Handler.WithAttrs(attrs), n.without, n.count}
}

func (n timeNoter) WithGroup(name string) slog.Handler {
	return timeNoter{n.Handler.WithGroup(name), n.without, n.count}
}

func TestHandlerIsAsSlogDemands(t *testing.T) {
	hub := startHub(t)
	p := newTestPublisher(t, hub.address(), nil)
	without, count := map[int]bool{}, 0
	results := func() []map[string]any {
		if err := p.Flush(patient(t)); err != nil {
			t.Fatal(err)
		}
		var all []map[string]any
		for i, r := range hub.seen() {
			seen := map[string]any{slog.LevelKey: r.Severity, slog.MessageKey: r.Raw}
			if !without[i] {
				seen[slog.TimeKey] = r.Time
			}
			for key, value := range r.Fields {
				seen[key] = value
			}
			all = append(all, seen)
		}
		return all
	}
	handler := timeNoter{p.Handler(nil), &without, &count}
	if err := slogtest.TestHandler(handler, results); err != nil {
		t.Error(err)
	}
}

type secret string

func (secret) LogValue() slog.Value { return slog.StringValue("***") }

type broken struct{}

func (broken) LogValue() slog.Value { panic("no value") }

type unprintable struct{}

func (unprintable) MarshalJSON() ([]byte, error) { panic("no JSON") }

func TestFieldsHaveTheTypesOfTheirValues(t *testing.T) {
	endless := map[string]any{}
	endless["self"] = endless
	for _, each := range []struct {
		value any
		want  string
	}{
		{nil, `null`}, {true, `true`}, {-7, `-7`}, {uint64(math.MaxUint64), `18446744073709551615`},
		{int8(3), `3`}, {1.5, `1.5`}, {1e21, `1e+21`}, {math.NaN(), `"NaN"`},
		{math.Inf(-1), `"-Inf"`}, {float32(0.5), `0.5`}, {"a\"ü<\n", `"a\"ü<\u000a"`},
		{1500 * time.Millisecond, `"1.5s"`},
		{time.Date(2016, 12, 6, 22, 14, 21, 5, time.UTC), `"2016-12-06T22:14:21.000000005Z"`},
		{errors.New("it broke"), `"it broke"`}, {secret("sesame"), `"***"`},
		{[]string{"a", "<b>"}, `["a","<b>"]`}, {[]any{1, nil}, `[1,null]`},
		{map[string]any{"b": 1, "a": []any{}}, `{"a":[],"b":1}`},
		{struct{ A, b int }{1, 2}, `{"A":1}`}, {complex(1, 2), `"(1+2i)"`},
		{map[any]any{1: "a"}, `"map[1:a]"`}, {json.Number("1e400"), `1e400`},
		{unprintable{}, `"!PANIC: no JSON"`},
	} {
		got := string(appendSlogValue(nil, slog.AnyValue(each.value).Resolve()))
		if got != each.want {
			t.Errorf("%T %v: got %s, want %s", each.value, each.value, got, each.want)
		}
	}
	list := []any{1}
	list[0] = list
	type node struct{ Next any }
	pointer := &node{}
	pointer.Next = pointer
	other := map[any]any{}
	other["self"] = other
	for _, each := range []any{endless, list, pointer, other, node{other}, &node{list}} {
		if got := string(appendValue(nil, each)); len(got) > 10_000 || !json.Valid([]byte(got)) {
			t.Errorf("a value that holds itself: %d bytes, %.100s", len(got), got)
		}
	}
}

func fieldsOf(t *testing.T, options *slog.HandlerOptions, log func(*slog.Logger)) string {
	t.Helper()
	hub := startHub(t)
	p := newTestPublisher(t, hub.address(), nil)
	log(slog.New(p.Handler(options)))
	line := hub.wait(t, 1)[0].line
	_, fields, _ := strings.Cut(line, `,"fields":`)
	return strings.TrimSuffix(fields, "}\n")
}

func TestAValueThatPanicsDoesNotEndTheApplication(t *testing.T) {
	got := fieldsOf(t, nil, func(l *slog.Logger) { l.Info("x", "a", broken{}, "b", 2) })
	if !strings.Contains(got, "panicked") || !strings.HasSuffix(got, `,"b":2}`) {
		t.Error(got)
	}
}

func TestGroupsAreObjectsAndEmptyOnesAreNotSeen(t *testing.T) {
	got := fieldsOf(t, nil, func(l *slog.Logger) {
		l = l.With("a", 1).WithGroup("g").WithGroup("h").With("b", 2).WithGroup("none")
		l.Info("x", slog.Group("empty"), slog.Group("none", slog.Group("deep")))
	})
	if want := `{"a":1,"g":{"h":{"b":2}}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	got = fieldsOf(t, nil, func(l *slog.Logger) {
		l.WithGroup("g").Info("x", slog.Group("h", "a", 1, slog.Group("i", "b", 2)), "c", 3)
	})
	if want := `{"g":{"h":{"a":1,"i":{"b":2}},"c":3}}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got = fieldsOf(t, nil, func(l *slog.Logger) { l.WithGroup("g").Info("x") }); got != "" {
		t.Error(got)
	}
}

func TestHandlersThatShareABeginningDoNotShareTheirEnds(t *testing.T) {
	hub := startHub(t)
	p := newTestPublisher(t, hub.address(), nil)
	base := slog.New(p.Handler(nil)).With("a", strings.Repeat("x", 50))
	one, two := base.With("b", 1), base.With("b", 2)
	one.Info("one")
	two.WithGroup("g").Info("two", "c", 3)
	one.Info("one", "c", 4)
	var got []string
	for _, r := range hub.wait(t, 3) {
		delete(r.Fields, "a")
		got = append(got, fmt.Sprint(r.Raw, r.Fields))
	}
	want := "one map[b:1]|two map[b:2 g:map[c:3]]|one map[b:1 c:4]"
	if got := strings.Join(got, "|"); got != strings.ReplaceAll(want, " map", "map") {
		t.Errorf("got %s", got)
	}
}

func TestOptionsOfTheHandler(t *testing.T) {
	got := fieldsOf(t, &slog.HandlerOptions{
		AddSource: true,
		ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
			if a.Key == "password" {
				return slog.Attr{}
			}
			a.Key = strings.Join(append(groups, a.Key), ".")
			return a
		},
	}, func(l *slog.Logger) { l.WithGroup("g").Info("x", "password", "sesame", "a", 1) })
	if !strings.HasPrefix(got, `{"source":{"file":"`) ||
		!strings.HasSuffix(got, `,"g":{"g.a":1}}`) ||
		!strings.Contains(got, "TestOptionsOfTheHandler") {
		t.Error(got)
	}
}

func TestLevelsAreSeverities(t *testing.T) {
	for level, want := range map[slog.Level]Severity{
		-8: "trace", slog.LevelDebug: "debug", slog.LevelInfo: "info", 2: "info",
		slog.LevelWarn: "warn", slog.LevelError: "error", 11: "error", 12: "fatal",
	} {
		if got := severityOf(level); got != want {
			t.Errorf("%v is %s, want %s", level, got, want)
		}
	}
	h := (&Publisher{buffer: newBuffer(1, 1)}).Handler(&slog.HandlerOptions{Level: slog.LevelWarn})
	if h.Enabled(context.Background(), slog.LevelInfo) ||
		!h.Enabled(context.Background(), slog.LevelWarn) {
		t.Error("the least level is not kept")
	}
}
