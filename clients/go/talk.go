package logio

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"time"
)

// A talk is one connection's share of a link. Its own goroutine decides everything; one other
// writes what it is given, and one reads what the hub answers, so that neither side of the
// connection ever waits for the other.
type talk struct {
	*link
	hub     int
	conn    net.Conn
	writes  chan []byte  // of 1
	wrote   chan written // of 1
	answers chan answer
	done    chan struct{} // closed at the end

	out     []byte // being written, or what an error left of it
	writing bool
	sending int    // batches of flight that are written or in out
	skip    uint64 // records of the first batch that were settled before this connection

	greeted, plain, halfClosed, errorSaid bool
	heldBack                              bool // only the topic goes before the greeting
	again                                 bool // to be opened anew at once
	over                                  bool
	silence                               *time.Timer
	linger                                *time.Timer
	lingers                               bool // gathers records before the next batch
}

// Behind a small batch the next one is let grow for so long. A record that comes later than that is
// sent at once; of a stream of records few wake this goroutine, which costs who logs them.
const (
	lingerTime  = time.Millisecond
	lingerBelow = 16 << 10
)

type written struct {
	n   int
	err error
}

func newTalk(l *link, hub int, conn net.Conn) *talk {
	t := &talk{
		link: l, hub: hub, conn: conn,
		writes:  make(chan []byte, 1),
		wrote:   make(chan written, 1),
		answers: make(chan answer, 16),
		done:    make(chan struct{}),
		silence: time.NewTimer(l.config.GreetingWait),
		linger:  time.NewTimer(time.Hour),
	}
	t.sending = len(t.flight)
	t.forgetSettled()
	t.sending = 0
	if len(t.flight) > 0 {
		t.skip = t.flight[0].settled
	}
	// After a silent connection: whether the hub has what that was sent is known by its greeting.
	t.heldBack = t.plainTo > t.acked
	t.why = t.hubs[hub] + ": the hub closed the connection"
	return t
}

func (t *talk) run() {
	defer func() {
		t.silence.Stop()
		t.linger.Stop()
		close(t.done)
		t.conn.Close()
		close(t.writes)
		t.notePlain()
		t.reportProgress()
	}()
	go t.write()
	go readAnswers(t.conn, t.answers, t.done)
	t.send(t.topic())
	for !t.over {
		t.writeMore()
		t.finishSending()
		if t.over {
			return
		}
		t.reportProgress()
		t.wait()
	}
}

func (t *talk) write() {
	for out := range t.writes {
		n, err := t.conn.Write(out)
		t.wrote <- written{n, err}
	}
}

func (t *talk) send(out []byte) {
	t.out, t.writing = out, true
	t.writes <- out
}

func (t *talk) wait() {
	select {
	case w := <-t.wrote:
		t.take(w)
	case a := <-t.answers:
		t.hear(a)
	case <-t.buffer.wake:
	case <-t.silence.C:
		t.onSilence()
	case <-t.linger.C:
		t.lingers = false
	case <-t.buffer.abandoned:
		t.over = true
	}
}

func (t *talk) take(w written) {
	t.out, t.writing = t.out[w.n:], false
	if w.err != nil {
		// It may have said why before it closed; that it is closed is read behind that.
		t.halfClose()
		t.errorSaid = true
		return
	}
	t.out = nil
	t.forgetSettled()
	if t.lingers = w.n < lingerBelow; t.lingers {
		t.linger.Reset(lingerTime)
	}
}

// writeMore hands the next batch to the writer, if it is idle and there is one.
func (t *talk) writeMore() {
	if t.writing || t.heldBack || t.halfClosed {
		return
	}
	t.forgetSettled()
	if t.sending == len(t.flight) && (t.gathers() || !t.fetch()) {
		return
	}
	out := t.flight[t.sending].bytes
	t.sending++
	for ; t.skip > 0; t.skip-- {
		out = out[bytes.IndexByte(out, '\n')+1:]
	}
	t.send(out)
}

func (t *talk) gathers() bool { return t.lingers && !t.buffer.isClosing() }

// fetch takes what waits in the buffer into flight.
func (t *talk) fetch() bool {
	next := t.buffer.take()
	for next == nil && t.plain && t.sending > 0 && !t.buffer.empty() {
		t.releasePlain(t.flight[0].last())
		t.forgetSettled()
		next = t.buffer.take()
	}
	if next == nil {
		return false
	}
	if next.records == 0 {
		t.tell(fmt.Sprintf("dropped: %d records", next.lost))
	}
	next.first = t.nextNumber
	t.nextNumber += next.numbers
	t.flight = append(t.flight, next)
	return true
}

// finishSending tells the hub that this was all; not before it is known what kind of hub this is,
// as the end of one that was killed is not to be taken for an original one's.
func (t *talk) finishSending() {
	if !t.greeted && !t.plain || t.writing || t.sending != len(t.flight) ||
		!t.buffer.isClosing() || !t.buffer.empty() {
		return
	}
	t.halfClose()
	t.over = t.greeted && len(t.flight) == 0
}

func (t *talk) halfClose() {
	if t.halfClosed {
		return
	}
	t.halfClosed = true
	if half, ok := t.conn.(interface{ CloseWrite() error }); ok {
		half.CloseWrite()
	}
}

// onSilence: no greeting came in time.
func (t *talk) onSilence() {
	switch {
	case t.greeted || t.plain:
	case t.known[t.hub]:
		t.why = t.hubs[t.hub] + ": the hub does not answer"
		t.sayAway()
		t.over = len(t.hubs) > 1
	case t.heldBack:
		// The second in a row: an original hub, which must not be sent anything twice.
		t.releasePlain(t.plainTo)
		t.again, t.over = true, true
	default:
		t.plain = true
		t.sayConnected(t.hub, ", which acknowledges nothing")
	}
}

func (t *talk) hear(a answer) {
	switch a.kind {
	case answerEnd:
		t.onEnd(a.err)
	case answerError:
		if !a.numbered {
			t.errorSaid = true
			t.why = t.hubs[t.hub] + ": the hub says: " + a.text
			t.sayRefused(a.text)
		} else if !t.refuse(a.number) {
			t.sayRefused(a.text)
		}
	case answerGreeting:
		first := !t.greeted
		t.greeted, t.known[t.hub] = true, true
		t.plain, t.heldBack = false, false
		t.plainTo = 0
		if first {
			t.sayConnected(t.hub, "")
		}
		t.settle(a.number)
	case answerAck:
		if t.greeted {
			t.settle(a.number)
		}
	}
	t.forgetSettled()
}

func (t *talk) onEnd(err error) {
	t.over = true
	if err != io.EOF {
		t.why = t.hubs[t.hub] + ": " + reason(err)
		return
	}
	// An original hub closes when it has read all: there will never be a better answer.
	if t.halfClosed && t.plain && !t.errorSaid {
		t.releasePlain(t.nextNumber - 1)
		t.plain = false
	}
}

// forgetSettled: the hub counts from the topic's sequence on, so all that follows it is sent, also
// what the greeting says that the hub has from a connection before; it skips that.
func (t *talk) forgetSettled() {
	for t.sending > 0 && t.flight[0].settled == t.flight[0].numbers {
		if t.sending == 1 && t.out != nil {
			return
		}
		t.buffer.release(t.flight[0])
		t.flight[0] = nil
		t.flight = t.flight[1:]
		t.sending--
	}
}

// notePlain remembers up to where a hub that acknowledges nothing was written whole records.
func (t *talk) notePlain() {
	if t.writing { // it ends with the connection
		select {
		case w := <-t.wrote:
			t.out = t.out[w.n:]
		case <-t.buffer.abandoned:
		}
	}
	if !t.plain || t.sending == 0 {
		return
	}
	last := t.flight[t.sending-1]
	sent := last.bytes[:len(last.bytes)-len(t.out)]
	t.plainTo = last.first + uint64(bytes.Count(sent, []byte{'\n'})) - 1
}

func (t *talk) reportProgress() {
	p := progress{none: true}
	for _, b := range t.flight {
		if b.settled < b.numbers {
			p = progress{settled: b.ordinal}
			if b.records != 0 {
				p.settled += b.settled
			}
			p.plain = t.plain && t.out == nil && t.sending == len(t.flight)
			break
		}
	}
	t.buffer.report(p)
}
