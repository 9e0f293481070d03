package logio

import (
	"math/bits"
	"time"
	"unsafe"
)

const (
	batchBytesMin = 512
	batchBytesMax = 64 << 10
	batchOverhead = int(unsafe.Sizeof(batch{}))
	// So many full batches' memory is kept for the next ones.
	sparesMax = 4
)

// A batch is what is sent, kept and dropped as a whole: records as they go over the wire, so that
// sending them again sends the same bytes.
type batch struct {
	bytes   []byte
	numbers uint64    // that its records take of the client's sequence
	records uint64    // of the application: 0 in a notice of loss
	lost    uint64    // that a notice tells of
	ordinal uint64    // so many records were added before its first
	since   time.Time // of its first record

	// Once it is in flight:
	first   uint64 // number of its first record
	settled uint64 // so many of its numbers are acknowledged
}

func (b *batch) heldBytes() int { return cap(b.bytes) + batchOverhead }

func (b *batch) last() uint64 { return b.first + b.numbers - 1 }

// A queue holds the batches that wait to be sent, within bounds that also hold for what is in
// flight. A batch grows by doubling up to a sixteenth of the buffer, at most 64 KiB; a longer
// record has one of its own. The caller locks.
type queue struct {
	bytesMax, recordsMax, batchMax int

	waiting     []*batch // from head on
	head        int
	heldBytes   int // waiting and in flight
	heldRecords int
	flightBytes int
	spares      [][]byte // of batchMax each, counted in heldBytes

	added        uint64
	dropped      uint64
	unsaid       uint64 // dropped, and not yet published as lost
	droppedSince time.Time
}

func newQueue(bytesMax, recordsMax int) queue {
	batchMax := min(max(bytesMax/16, batchBytesMin), batchBytesMax)
	return queue{
		bytesMax: bytesMax, recordsMax: recordsMax,
		batchMax: 1 << (bits.Len(uint(batchMax)) - 1),
	}
}

func (q *queue) empty() bool { return q.head == len(q.waiting) && q.unsaid == 0 }

// add never fails: what finds no room is dropped, the oldest first.
func (q *queue) add(line []byte, at time.Time) {
	ordinal := q.added
	q.added++
	b := q.newest()
	if b != nil && len(b.bytes)+len(line) <= q.batchMax {
		wanted := max(ceilPower(len(b.bytes)+len(line)), cap(b.bytes))
		if !q.makeRoom(wanted - cap(b.bytes)) {
			q.noteLoss(1, at)
			return
		}
		if q.newest() == b { // it may have been dropped for the room
			q.grow(b, wanted)
			q.put(b, line)
			return
		}
	}
	if b = q.start(line); b == nil {
		q.noteLoss(1, at)
		return
	}
	b.ordinal, b.since = ordinal, at
	q.push(b)
	q.put(b, line)
}

// start makes a batch that has room for line; nil if there is none.
func (q *queue) start(line []byte) *batch {
	if len(line) <= q.batchMax && len(q.spares) > 0 {
		if !q.makeRoom(batchOverhead) {
			return nil
		}
		if memory := q.reuse(); memory != nil {
			q.heldBytes += batchOverhead
			return &batch{bytes: memory}
		}
	}
	wanted := len(line)
	if wanted <= q.batchMax {
		wanted = max(ceilPower(wanted), batchBytesMin)
	}
	if !q.makeRoom(wanted + batchOverhead) {
		return nil
	}
	q.heldBytes += wanted + batchOverhead
	return &batch{bytes: make([]byte, 0, wanted)}
}

// reuse returns a full batch's memory, or nil if none was kept.
func (q *queue) reuse() []byte {
	last := len(q.spares) - 1
	if last < 0 {
		return nil
	}
	memory := q.spares[last]
	q.spares[last] = nil
	q.spares = q.spares[:last]
	return memory
}

// forget gives a batch's memory back.
func (q *queue) forget(b *batch) {
	q.heldBytes -= batchOverhead
	q.heldRecords -= int(b.records)
	if cap(b.bytes) == q.batchMax && len(q.spares) < sparesMax {
		q.spares = append(q.spares, b.bytes[:0])
		return
	}
	q.heldBytes -= cap(b.bytes)
}

func (q *queue) newest() *batch {
	if q.head == len(q.waiting) {
		return nil
	}
	return q.waiting[len(q.waiting)-1]
}

func (q *queue) grow(b *batch, wanted int) {
	if wanted == cap(b.bytes) {
		return
	}
	q.heldBytes += wanted - cap(b.bytes)
	b.bytes = append(make([]byte, 0, wanted), b.bytes...)
}

func (q *queue) put(b *batch, line []byte) {
	b.bytes = append(b.bytes, line...)
	b.records++
	b.numbers++
	q.heldRecords++
}

// push moves what waits to the front of its memory before that grows.
func (q *queue) push(b *batch) {
	if len(q.waiting) == cap(q.waiting) && q.head > len(q.waiting)/2 {
		n := copy(q.waiting, q.waiting[q.head:])
		clear(q.waiting[n:])
		q.waiting, q.head = q.waiting[:n], 0
	}
	q.waiting = append(q.waiting, b)
}

func (q *queue) pop() *batch {
	b := q.waiting[q.head]
	q.waiting[q.head] = nil
	q.head++
	if q.head == len(q.waiting) {
		q.waiting, q.head = q.waiting[:0], 0
	}
	return b
}

// makeRoom reports whether there is room: what is in flight may leave none.
func (q *queue) makeRoom(bytes int) bool {
	for q.heldBytes+bytes > q.bytesMax || q.heldRecords >= q.recordsMax {
		if q.heldBytes+bytes > q.bytesMax && q.reuse() != nil {
			q.heldBytes -= q.batchMax
			continue
		}
		if q.head == len(q.waiting) {
			return false
		}
		q.dropOldest()
	}
	return true
}

func (q *queue) dropOldest() {
	b := q.pop()
	q.noteLoss(b.records, b.since)
	q.forget(b)
}

func (q *queue) dropAll() {
	for q.head < len(q.waiting) {
		q.dropOldest()
	}
}

func (q *queue) noteLoss(records uint64, since time.Time) {
	if q.unsaid == 0 {
		q.droppedSince = since
	}
	q.unsaid += records
	q.dropped += records
}

// take returns the next batch, which is in flight from now on; a notice of loss before what follows
// a loss. It returns nil when nothing waits, or too much is in flight.
func (q *queue) take(now time.Time) *batch {
	bytes := 0
	if q.head < len(q.waiting) {
		bytes = q.waiting[q.head].heldBytes()
	}
	if q.flightBytes != 0 && q.flightBytes+bytes > q.bytesMax/2 {
		return nil
	}
	if q.unsaid != 0 {
		notice := &batch{numbers: 1, lost: q.unsaid, ordinal: q.oldest(), since: now}
		notice.bytes = appendLoss(nil, q.unsaid, q.droppedSince, now)
		q.unsaid = 0
		q.heldBytes += notice.heldBytes()
		q.flightBytes += notice.heldBytes()
		return notice
	}
	if q.head == len(q.waiting) {
		return nil
	}
	q.flightBytes += bytes
	return q.pop()
}

// oldest is how many records were added before the oldest that waits.
func (q *queue) oldest() uint64 {
	if q.head == len(q.waiting) {
		return q.added
	}
	return q.waiting[q.head].ordinal
}

// release forgets a batch in flight.
func (q *queue) release(b *batch) {
	q.flightBytes -= b.heldBytes()
	q.forget(b)
}

func ceilPower(n int) int { return 1 << bits.Len(uint(n-1)) }
