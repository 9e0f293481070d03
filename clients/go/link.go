package logio

import (
	"context"
	crand "crypto/rand"
	"encoding/hex"
	"math/rand"
	"net"
	"strconv"
	"time"
)

// A link is the background goroutine's work: one connection after another, for ever.
//
// What is in flight is a list of batches with consecutive numbers. The first is the oldest that is
// not acknowledged in full; on a new connection all of them go again, from the first record that is
// not acknowledged, under the numbers that they had.
type link struct {
	buffer *buffer
	config Config
	hubs   []string
	tell   func(line string)

	client     string
	retry      time.Duration
	known      []bool // hubs that have greeted once
	flight     []*batch
	nextNumber uint64
	acked      uint64
	refusedTo  uint64
	plainTo    uint64 // sent whole to a hub that did not greet
	refusals   int    // that were told of
	awayTold   bool
	wasThere   bool
	why        string // what ended the last connection
}

const refusalsTold = 10

func newLink(b *buffer, config Config, hubs []string, tell func(string)) *link {
	return &link{
		buffer: b, config: config, hubs: hubs, tell: tell,
		client: freshClient(), retry: config.FirstRetry,
		known: make([]bool, len(hubs)), nextNumber: 1,
	}
}

// freshClient is an id that no other process has.
func freshClient() string {
	var id [16]byte
	if _, err := crand.Read(id[:]); err != nil {
		rand.New(rand.NewSource(time.Now().UnixNano())).Read(id[:])
	}
	return hex.EncodeToString(id[:])
}

// run goes on until all is settled after a close, or the buffer is abandoned.
func (l *link) run() {
	defer close(l.buffer.ended)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { // ends dialling and looking up of names
		select {
		case <-l.buffer.abandoned:
			cancel()
		case <-ctx.Done():
		}
	}()
	hub := 0
	for !l.complete() {
		for tried := 0; tried < len(l.hubs) && !l.complete(); tried++ {
			again, served := l.try(ctx, hub)
			for again && !l.complete() {
				again, served = l.try(ctx, hub)
			}
			if served {
				break // it may be back at once
			}
			hub = (hub + 1) % len(l.hubs)
		}
		if l.complete() {
			return
		}
		l.sayAway()
		l.waitBeforeRetry()
	}
}

// try makes one connection and talks over it until it ends. again: it is to be opened anew at
// once; served: the hub took records.
func (l *link) try(ctx context.Context, hub int) (again, served bool) {
	conn, err := dial(ctx, l.hubs[hub], l.config.ConnectTimeout)
	if err != nil {
		l.why = l.hubs[hub] + ": " + reason(err)
		return false, false
	}
	t := newTalk(l, hub, conn)
	t.run()
	return t.again, t.greeted || t.plain
}

func (l *link) complete() bool {
	if l.buffer.isAbandoned() {
		return true
	}
	return l.buffer.isClosing() && len(l.flight) == 0 && l.buffer.empty()
}

func (l *link) waitBeforeRetry() {
	quarter := int64(l.retry / 4)
	timer := time.NewTimer(l.retry + time.Duration(rand.Int63n(2*quarter+1)-quarter))
	defer timer.Stop()
	closing := l.buffer.isClosing()
	l.retry = min(2*l.retry, l.config.LongestRetry)
	if closing { // then there is little time
		l.retry = l.config.FirstRetry
	}
	for {
		select {
		case <-timer.C:
			return
		case <-l.buffer.abandoned:
			return
		case <-l.buffer.wake:
			if l.buffer.isClosing() != closing {
				l.retry = l.config.FirstRetry
				return
			}
		}
	}
}

// topic is the first object of a connection, and says which number the first record has.
func (l *link) topic() []byte {
	out := appendString([]byte(`{"app":`), l.config.App)
	out = appendString(append(out, `,"proc":`...), l.config.Proc)
	out = appendString(append(out, `,"host":`...), l.config.Host)
	out = appendString(append(out, `,"ack":true,"client":`...), l.client)
	out = strconv.AppendUint(append(out, `,"sequence":`...), l.acked+1, 10)
	return append(out, '}', '\n')
}

func (l *link) sayAway() {
	if l.awayTold {
		return
	}
	l.awayTold = true
	l.tell("away: " + l.why)
}

func (l *link) sayConnected(hub int, kind string) {
	word := "connected: "
	if l.wasThere {
		word = "back: "
	}
	l.wasThere, l.awayTold = true, false
	l.retry = l.config.FirstRetry
	l.tell(word + l.hubs[hub] + kind)
}

// settle notes that all up to number is in the hub's hands.
func (l *link) settle(number uint64) {
	l.settleAs(min(number, l.nextNumber-1), func(s *Stats, n uint64) { s.Acknowledged += n })
}

// releasePlain notes that what an original hub was sent, up to number, is out of our hands.
func (l *link) releasePlain(number uint64) {
	l.settleAs(number, func(s *Stats, n uint64) { s.SentPlain += n })
}

func (l *link) settleAs(number uint64, count func(*Stats, uint64)) {
	l.acked = max(l.acked, number)
	var records uint64
	for _, b := range l.flight {
		if b.first > number {
			break
		}
		before := b.settled
		b.settled = max(before, min(number-b.first+1, b.numbers))
		if b.records != 0 {
			records += b.settled - before
		}
	}
	if records != 0 {
		l.buffer.count(func(s *Stats) { count(s, records) })
	}
}

// refuse notes the hub's word against a record. It may come again when the record does.
func (l *link) refuse(number uint64) (again bool) {
	if number <= l.refusedTo || number < l.acked {
		return true
	}
	l.refusedTo = number
	for _, b := range l.flight {
		if b.first <= number && number <= b.last() && b.records != 0 {
			l.buffer.count(func(s *Stats) { s.Refused++ })
		}
	}
	return false
}

func (l *link) sayRefused(text string) {
	if l.refusals++; l.refusals <= refusalsTold {
		l.tell("refused: " + text)
	}
}

// reason is an error without the addresses that stand before it anyway.
func reason(err error) string {
	if op, ok := err.(*net.OpError); ok && op.Err != nil {
		return op.Err.Error()
	}
	return err.Error()
}
