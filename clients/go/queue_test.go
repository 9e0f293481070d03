package logio

import (
	"bytes"
	"fmt"
	"math/rand"
	"testing"
	"time"
)

// What a queue must hold is seen from outside: bounds, order, and that nothing is lost uncounted.
func TestAQueueKeepsItsBoundsAndCountsWhatItLoses(t *testing.T) {
	seed := time.Now().UnixNano()
	t.Logf("seed %d", seed)
	chance := rand.New(rand.NewSource(seed))
	for round := 0; round < 200; round++ {
		bytesMax, recordsMax := 2000+chance.Intn(40_000), 1+chance.Intn(300)
		q := newQueue(bytesMax, recordsMax)
		var flight []*batch
		var taken, told uint64
		next := 0 // number of the oldest record that may come
		for step := 0; step < 400; step++ {
			switch chance.Intn(4) {
			case 0:
				if b := q.take(time.Unix(int64(step), 0)); b != nil {
					flight = append(flight, b)
					taken += b.records
					told += b.lost
					next = checkBatch(t, b, next)
				}
			case 1:
				if len(flight) > 0 {
					q.release(flight[0])
					flight = flight[1:]
				}
			default:
				pad := bytes.Repeat([]byte("."), chance.Intn(200)*chance.Intn(30))
				q.add(fmt.Appendf(nil, "%d %s\n", q.added, pad), at)
			}
			// A notice of loss is let through where there is no room.
			if q.heldBytes > bytesMax+400*len(flight) || q.heldRecords > recordsMax {
				t.Fatalf("%d bytes of %d, %d records of %d", q.heldBytes, bytesMax,
					q.heldRecords, recordsMax)
			}
		}
		waiting := uint64(0)
		for _, b := range q.waiting[q.head:] {
			waiting += b.records
		}
		if q.added != taken+waiting+q.dropped || q.dropped != told+q.unsaid {
			t.Fatalf("%d added, %d taken, %d wait, %d dropped, %d told, %d not yet",
				q.added, taken, waiting, q.dropped, told, q.unsaid)
		}
	}
}

func checkBatch(t *testing.T, b *batch, next int) int {
	t.Helper()
	if b.records == 0 {
		return next
	}
	if b.ordinal < uint64(next) {
		t.Fatalf("a batch says %d, where %d is next", b.ordinal, next)
	}
	for i, line := range bytes.Split(bytes.TrimSuffix(b.bytes, []byte("\n")), []byte("\n")) {
		var number int
		fmt.Sscan(string(line), &number)
		if want := int(b.ordinal) + i; number != want {
			t.Fatalf("record %d came, want %d", number, want)
		}
		next = number + 1
	}
	return next
}

func TestBatchesGrowToTheirMost(t *testing.T) {
	q := newQueue(DefaultBufferBytes, DefaultBufferRecords)
	line := bytes.Repeat([]byte("x"), 100)
	for i := 0; i < 2000; i++ {
		q.add(line, at)
	}
	if b := q.take(at); len(b.bytes) < batchBytesMax-len(line) || cap(b.bytes) != batchBytesMax {
		t.Errorf("%d bytes of %d", len(b.bytes), cap(b.bytes))
	}
	q.add(bytes.Repeat([]byte("x"), batchBytesMax+1), at)
	if b := q.newest(); b.records != 1 || len(b.bytes) != batchBytesMax+1 {
		t.Errorf("a long record is one of %d in %d bytes", b.records, len(b.bytes))
	}
}
