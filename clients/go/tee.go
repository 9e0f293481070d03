package logio

import (
	"context"
	"io"
	"log/slog"
	"reflect"
	"time"
)

// How the stack names handOn below, whatever a replace line calls this package.
var teeFunction = reflect.TypeOf(teeHandler{}).PkgPath() + ".(*teeHandler).handOn"

// A teeWriter publishes what is written and writes it on. Publishing comes first and cannot fail:
// a program whose standard error is closed is heard at the hub all the same.
type teeWriter struct {
	publisher *Publisher
	next      io.Writer
}

func (t *teeWriter) Write(line []byte) (int, error) {
	kind := whoWrites(returnAddresses())
	m := message{text: line, time: time.Now()}
	switch kind {
	case teeCall:
		return t.next.Write(line)
	case fatalCall:
		m.severity = SeverityFatal
	}
	t.publisher.publish(m)
	n, err := t.next.Write(line)
	if kind == fatalCall {
		t.publisher.flushLastWords()
	}
	return n, err
}

// Tee returns a handler that publishes what next takes, and hands it on to next:
//
//	slog.SetDefault(slog.New(logio.Tee(slog.NewJSONHandler(os.Stderr, nil))))
//
// Without LOGIO_URL it is next itself.
func Tee(next slog.Handler) slog.Handler {
	if Default().buffer == nil {
		return next
	}
	return Default().Tee(next)
}

// Tee returns a handler that publishes what next takes, and hands it on to next.
func (p *Publisher) Tee(next slog.Handler) slog.Handler {
	return &teeHandler{publish: p.Handler(nil), next: next}
}

type teeHandler struct{ publish, next slog.Handler }

func (t *teeHandler) Enabled(ctx context.Context, level slog.Level) bool {
	return t.next.Enabled(ctx, level)
}

func (t *teeHandler) Handle(ctx context.Context, r slog.Record) error {
	_ = t.publish.Handle(ctx, r) // which never fails
	return t.handOn(ctx, r)
}

// handOn is a function of its own to be seen in the stack, if next writes by package log.
//
//go:noinline
func (t *teeHandler) handOn(ctx context.Context, r slog.Record) error {
	err := t.next.Handle(ctx, r)
	return err
}

func (t *teeHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return &teeHandler{publish: t.publish.WithAttrs(attrs), next: t.next.WithAttrs(attrs)}
}

func (t *teeHandler) WithGroup(name string) slog.Handler {
	return &teeHandler{publish: t.publish.WithGroup(name), next: t.next.WithGroup(name)}
}
