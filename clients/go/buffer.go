package logio

import (
	"context"
	"sync"
	"time"
)

// Stats are a publisher's counts. Added is always the sum of the four others, and of these
// SentPlain is a part of Unconfirmed.
type Stats struct {
	Added        uint64 // records that the application gave
	Acknowledged uint64 // that the hub has
	Refused      uint64 // that the hub does not want
	Dropped      uint64 // never sent, and never will be
	Unconfirmed  uint64 // not yet settled, or sent without an answer
	SentPlain    uint64 // sent to an original hub, which acknowledges nothing
}

// A buffer is what the application's goroutines and the link share: the queue, the counts, the
// wish to end. Its lock is never held over I/O.
type buffer struct {
	wake      chan struct{} // of 1: something may be there to be sent, or closing has changed
	abandoned chan struct{} // closed when there is no time left
	ended     chan struct{} // closed by the link's last act

	mu      sync.Mutex
	queue   queue
	counts  Stats
	last    *Stats // from when it was abandoned
	asleep  bool   // the link waits for wake
	closing bool
	started bool
	flight  progress
	changed chan struct{} // closed at the next change of progress, if somebody waits for it
}

// progress is how far the link has come, in records added before.
type progress struct {
	settled uint64 // the oldest in flight that is not settled; the number of all if there is none
	none    bool   // nothing is in flight
	plain   bool   // the hub acknowledges nothing, and all in flight has been written
}

func newBuffer(bytesMax, recordsMax int) *buffer {
	return &buffer{
		wake:      make(chan struct{}, 1),
		abandoned: make(chan struct{}),
		ended:     make(chan struct{}),
		queue:     newQueue(bytesMax, recordsMax),
		asleep:    true,
		flight:    progress{none: true},
	}
}

// add reports whether it is the first record, with which the link has to be started.
func (b *buffer) add(line []byte, at time.Time) (first bool) {
	b.mu.Lock()
	b.queue.add(line, at)
	if b.closing {
		b.queue.dropAll()
		if b.last != nil {
			b.last.Added++
			b.last.Dropped++
		}
	}
	asleep := b.asleep
	b.asleep = false
	first = !b.started && !b.closing
	b.started = b.started || first
	b.mu.Unlock()
	if asleep {
		b.rouse()
	}
	return first
}

func (b *buffer) rouse() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *buffer) stats() Stats {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.statsLocked()
}

func (b *buffer) statsLocked() Stats {
	if b.last != nil {
		return *b.last
	}
	out := b.counts
	out.Added = b.queue.added
	out.Acknowledged -= min(out.Refused, out.Acknowledged) // the hub counts them in
	out.Dropped = b.queue.dropped
	out.Unconfirmed = out.Added - out.Acknowledged - out.Refused - out.Dropped
	return out
}

// flush waits until all that was added before is settled.
func (b *buffer) flush(ctx context.Context) error {
	b.mu.Lock()
	target := b.queue.added
	for {
		switch {
		case b.queue.oldest() >= target && (b.flight.none || b.flight.settled >= target):
			b.mu.Unlock()
			return nil
		case b.queue.oldest() >= target && b.flight.plain:
			b.mu.Unlock()
			return ErrUnconfirmed
		case b.last != nil:
			b.mu.Unlock()
			return ErrClosed
		}
		if b.changed == nil {
			b.changed = make(chan struct{})
		}
		changed := b.changed
		b.mu.Unlock()
		select {
		case <-changed:
		case <-b.abandoned:
		case <-ctx.Done():
			return ctx.Err()
		}
		b.mu.Lock()
	}
}

// close waits for the link's end. What was not sent by then is dropped.
func (b *buffer) close(ctx context.Context) {
	b.mu.Lock()
	b.closing = true
	started := b.started
	b.mu.Unlock()
	b.rouse()
	if started {
		select {
		case <-b.ended:
		case <-ctx.Done():
		}
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.last == nil {
		b.queue.dropAll()
		last := b.statsLocked()
		b.last = &last
		close(b.abandoned)
	}
}

// From here on it is the link's side.

// take returns nil when there is nothing, or too much in flight; then the next add rouses.
func (b *buffer) take() *batch {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := b.queue.take(time.Now())
	b.asleep = next == nil
	if next != nil && b.flight.none {
		b.flight = progress{settled: next.ordinal}
	}
	return next
}

func (b *buffer) empty() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.queue.empty()
}

func (b *buffer) isClosing() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closing
}

func (b *buffer) isAbandoned() bool {
	select {
	case <-b.abandoned:
		return true
	default:
		return false
	}
}

// count changes the counts.
func (b *buffer) count(change func(*Stats)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.counts)
}

func (b *buffer) release(settled *batch) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queue.release(settled)
}

func (b *buffer) report(p progress) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.flight = p
	if b.changed != nil {
		close(b.changed)
		b.changed = nil
	}
}
