package logio

import (
	"context"
	"log/slog"
	"runtime"
	"time"
)

// Handler returns a slog.Handler that publishes: the message is the text, the level the severity,
// attributes are fields and groups are objects within them. Of the options AddSource gives a field
// named source, and ReplaceAttr sees attributes only, not time, level and message.
func (p *Publisher) Handler(options *slog.HandlerOptions) slog.Handler {
	h := &handler{publisher: p}
	if options != nil {
		h.options = *options
	}
	return h
}

// A handler holds the fields that it was given so far as JSON that is not closed yet. Groups that
// nothing stands in, which must not be seen, wait in pending.
type handler struct {
	publisher *Publisher
	options   slog.HandlerOptions
	fields    []byte   // empty, or `{"a":1,"group":{"b":2`
	open      int      // objects that are open in fields
	pending   []string // groups
	groups    []string // all of them, for ReplaceAttr
}

func (h *handler) Enabled(_ context.Context, level slog.Level) bool {
	least := slog.LevelInfo
	if h.options.Level != nil {
		least = h.options.Level.Level()
	}
	return level >= least && h.publisher.buffer != nil
}

// Handle never fails.
func (h *handler) Handle(_ context.Context, r slog.Record) error {
	m := message{text: []byte(r.Message), time: r.Time, severity: severityOf(r.Level)}
	if m.time.IsZero() {
		m.time = time.Now()
	}
	w := h.writer()
	r.Attrs(func(a slog.Attr) bool {
		w.add(h.groups, a)
		return true
	})
	m.fields = w.closed()
	if h.options.AddSource && r.PC != 0 {
		m.fields = withSource(m.fields, r.PC)
	}
	h.publisher.publish(m)
	return nil
}

func (h *handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	w := h.writer()
	for _, a := range attrs {
		w.add(h.groups, a)
	}
	next := *h
	next.fields, next.open, next.pending = w.out, w.open, w.pending
	return &next
}

func (h *handler) WithGroup(name string) slog.Handler {
	if name == "" {
		return h
	}
	next := *h
	next.pending = append(h.pending[:len(h.pending):len(h.pending)], name)
	next.groups = append(h.groups[:len(h.groups):len(h.groups)], name)
	return &next
}

func (h *handler) writer() *fieldWriter {
	return &fieldWriter{
		replace: h.options.ReplaceAttr,
		out:     h.fields[:len(h.fields):len(h.fields)],
		open:    h.open,
		pending: h.pending,
	}
}

func severityOf(level slog.Level) Severity {
	switch {
	case level < slog.LevelDebug:
		return SeverityTrace
	case level < slog.LevelInfo:
		return SeverityDebug
	case level < slog.LevelWarn:
		return SeverityInfo
	case level < slog.LevelError:
		return SeverityWarn
	case level < slog.LevelError+4:
		return SeverityError
	}
	return SeverityFatal
}

// A fieldWriter continues an object of fields.
type fieldWriter struct {
	replace func(groups []string, a slog.Attr) slog.Attr
	out     []byte
	open    int
	pending []string
}

func (w *fieldWriter) add(groups []string, a slog.Attr) {
	a.Value = a.Value.Resolve()
	if w.replace != nil && a.Value.Kind() != slog.KindGroup {
		a = w.replace(groups, a)
		a.Value = a.Value.Resolve()
	}
	switch {
	case a.Equal(slog.Attr{}):
	case a.Value.Kind() == slog.KindGroup:
		w.addGroup(groups, a.Key, a.Value.Group())
	default:
		w.key(a.Key)
		w.out = appendSlogValue(w.out, a.Value)
	}
}

// addGroup leaves out a group without attributes, and takes one without a name for what is in it.
func (w *fieldWriter) addGroup(groups []string, name string, attrs []slog.Attr) {
	if name == "" {
		for _, a := range attrs {
			w.add(groups, a)
		}
		return
	}
	before := w.open
	pending := w.pending
	w.pending = append(pending[:len(pending):len(pending)], name)
	inner := append(groups[:len(groups):len(groups)], name)
	for _, a := range attrs {
		w.add(inner, a)
	}
	if len(w.pending) > 0 { // nothing was written: it is as it was
		w.pending = pending
		return
	}
	for w.open > max(before, 1)+len(pending) {
		w.out = append(w.out, '}')
		w.open--
	}
}

// key begins a field, within the groups that wait for one.
func (w *fieldWriter) key(name string) {
	if w.open == 0 {
		w.out = append(w.out, '{')
		w.open = 1
	}
	for _, group := range w.pending {
		w.member(group)
		w.out = append(w.out, '{')
		w.open++
	}
	w.pending = nil
	w.member(name)
}

func (w *fieldWriter) member(name string) {
	if w.out[len(w.out)-1] != '{' {
		w.out = append(w.out, ',')
	}
	w.out = append(appendString(w.out, name), ':')
}

func (w *fieldWriter) closed() []byte {
	for ; w.open > 0; w.open-- {
		w.out = append(w.out, '}')
	}
	return w.out
}

// withSource puts the place of the call before the other fields, outside of all groups.
func withSource(fields []byte, pc uintptr) []byte {
	frame, _ := runtime.CallersFrames([]uintptr{pc}).Next()
	out := appendValue([]byte(`{"source":`), map[string]any{
		"function": frame.Function, "file": frame.File, "line": frame.Line,
	})
	if len(fields) == 0 {
		return append(out, '}')
	}
	return append(append(out, ','), fields[1:]...)
}
