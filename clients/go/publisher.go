package logio

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"
)

var (
	// ErrClosed is returned by Close, and by a Flush behind it, when not everything could be sent
	// and acknowledged in time. Stats says how much.
	ErrClosed = errors.New("logio: closed before everything was acknowledged")
	// ErrUnconfirmed is returned by Flush when the hub is an original one: everything was sent,
	// and nobody can say what arrived.
	ErrUnconfirmed = errors.New("logio: sent to a hub that acknowledges nothing")
)

const (
	// flushTime bounds a Flush and a Close whose context has no deadline.
	flushTime = 5 * time.Second
	// lastWordsTime bounds what log.Fatal waits.
	lastWordsTime = time.Second
	// A longer line's memory is not kept for the next one.
	lineBytesKept = 64 << 10
)

// A Publisher sends records to a hub and never keeps the application waiting for it.
//
// Records go into a bounded buffer; a goroutine that starts with the first of them looks up names,
// connects, sends, sends again after a cut and hears what the hub acknowledges. What was never sent
// is dropped first, the oldest before the others, and is told of by a record in its place. What was
// sent is kept until it is acknowledged, so that a cut neither loses nor doubles a record.
//
// All methods may be called by several goroutines at once.
type Publisher struct {
	buffer *buffer // nil: everything is discarded
	config Config
	hubs   []string
}

// New makes a Publisher. It connects when it is given its first record. The error is about the
// configuration, and one line.
func New(config Config) (*Publisher, error) {
	config, hubs, err := config.complete()
	if err != nil {
		return nil, fmt.Errorf("logio: %w", err)
	}
	return &Publisher{
		buffer: newBuffer(config.BufferBytes, config.BufferRecords),
		config: config,
		hubs:   hubs,
	}, nil
}

// An Entry is a record to be published.
type Entry struct {
	Text     string         // one final line end is left out
	Time     time.Time      // the zero value means now
	Severity Severity       // optional
	Fields   map[string]any // optional; what cannot be JSON becomes its text
}

// Log publishes a record.
func (p *Publisher) Log(e Entry) {
	if p.buffer == nil {
		return
	}
	m := message{text: []byte(e.Text), time: e.Time, severity: e.Severity}
	if m.time.IsZero() {
		m.time = time.Now()
	}
	if len(e.Fields) > 0 {
		m.fields = appendValue(nil, e.Fields)
	}
	p.publish(m)
}

// Write publishes one record: all of line, without one final line end. It never fails.
//
// A line of log.Fatal is the program's last: it has the severity fatal, and Write waits up to a
// second for the hub to have it.
func (p *Publisher) Write(line []byte) (int, error) {
	if p.buffer == nil {
		return len(line), nil
	}
	m := message{text: line, time: time.Now()}
	if whoWrites(returnAddresses()) != fatalCall {
		p.publish(m)
		return len(line), nil
	}
	m.severity = SeverityFatal
	p.publish(m)
	p.flushLastWords()
	return len(line), nil
}

func (p *Publisher) flushLastWords() {
	ctx, cancel := context.WithTimeout(context.Background(), lastWordsTime)
	defer cancel()
	_ = p.Flush(ctx) // whoever dies has nobody to tell
}

// A lineMaker makes what goes over the wire, and remembers the last second's text.
type lineMaker struct {
	line  []byte
	stamp stamp
}

var lineMakers = sync.Pool{New: func() any { return new(lineMaker) }}

func (p *Publisher) publish(m message) {
	if p.buffer == nil {
		return
	}
	m.text = withoutLineEnd(m.text)
	maker := lineMakers.Get().(*lineMaker)
	maker.line = m.append(maker.line[:0], &maker.stamp)
	if p.buffer.add(maker.line, m.time) {
		go newLink(p.buffer, p.config, p.hubs, p.listener()).run()
	}
	if cap(maker.line) <= lineBytesKept {
		lineMakers.Put(maker)
	}
}

func (p *Publisher) listener() func(string) {
	switch {
	case p.config.OnEvent != nil:
		return p.config.OnEvent
	case Debug || os.Getenv("LOGIO_DEBUG") == "1":
		return func(line string) { fmt.Fprintln(os.Stderr, "logio: "+line) }
	}
	return func(string) {}
}

// Flush waits until all that was published before has been acknowledged, and returns nil then. A
// context without a deadline gets one of 5 seconds.
func (p *Publisher) Flush(ctx context.Context) error {
	if p.buffer == nil {
		return nil
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	return p.buffer.flush(ctx)
}

// Close sends what is left, tells the hub that this is all, and waits for its acknowledgement. What
// was not sent when the context ends is dropped; one without a deadline gets 5 seconds. It returns
// nil if the hub has everything that it was to have. After it the counts are exact and change no
// more, except that what is published still is added, and dropped.
func (p *Publisher) Close(ctx context.Context) error {
	if p.buffer == nil {
		return nil
	}
	ctx, cancel := bounded(ctx)
	defer cancel()
	dropped := p.Stats().Dropped
	p.buffer.close(ctx)
	if s := p.Stats(); s.Unconfirmed > s.SentPlain || s.Dropped > dropped {
		return ErrClosed
	} else if s.Unconfirmed > 0 {
		return ErrUnconfirmed
	}
	return nil
}

// Stats returns the counts. It does not wait for anything.
func (p *Publisher) Stats() Stats {
	if p.buffer == nil {
		return Stats{}
	}
	return p.buffer.stats()
}

func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, flushTime)
}
