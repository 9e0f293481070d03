package logio

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// patience is how long is waited for what must come; $LOGIO_TEST_DEADLINE_S says so in seconds.
var patience = func() time.Duration {
	if seconds, err := strconv.Atoi(os.Getenv("LOGIO_TEST_DEADLINE_S")); err == nil {
		return time.Duration(seconds) * time.Second
	}
	return 20 * time.Second
}()

// eventually looks again and again until the condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); !holds(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// A wireRecord is what a hub reads of a publisher.
type wireRecord struct {
	Time     string
	Raw      string
	Severity string
	Fields   map[string]any
	line     string
}

// A fakeHub acknowledges what it reads, as soon as it has read it, and skips what it has already.
type fakeHub struct {
	listener net.Listener
	silent   bool // greets nobody, as an original hub

	mu      sync.Mutex
	topics  []map[string]any
	records []wireRecord
	highest uint64 // of the client's numbers
	conns   []net.Conn
}

func startHub(t testing.TB) *fakeHub {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	hub := &fakeHub{listener: listener}
	go hub.serve()
	t.Cleanup(func() {
		listener.Close()
		hub.cut()
	})
	return hub
}

func (h *fakeHub) address() string { return h.listener.Addr().String() }

func (h *fakeHub) url() string {
	return "logio://" + h.address() + "?app=shop&proc=web&host=h1"
}

func (h *fakeHub) serve() {
	for {
		conn, err := h.listener.Accept()
		if err != nil {
			return
		}
		h.mu.Lock()
		h.conns = append(h.conns, conn)
		h.mu.Unlock()
		go h.talk(conn)
	}
}

func (h *fakeHub) talk(conn net.Conn) {
	defer conn.Close()
	in := bufio.NewReaderSize(conn, 1<<20)
	line, err := in.ReadBytes('\n')
	var topic map[string]any
	if err != nil || json.Unmarshal(line, &topic) != nil {
		return
	}
	h.mu.Lock()
	h.topics = append(h.topics, topic)
	number := uint64(topic["sequence"].(float64)) - 1
	if !h.silent {
		fmt.Fprintf(conn, `{"logio":1,"epoch":"e","ack":%d}`+"\n", h.highest)
	}
	h.mu.Unlock()
	for {
		line, err := in.ReadBytes('\n')
		if err != nil {
			return
		}
		number++
		h.keep(line, number)
		if !h.silent && in.Buffered() == 0 {
			fmt.Fprintf(conn, `{"ack":%d}`+"\n", number)
		}
	}
}

func (h *fakeHub) keep(line []byte, number uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if number <= h.highest {
		return
	}
	h.highest = number
	var r wireRecord
	if err := json.Unmarshal(line, &r); err != nil {
		r.Raw = "bad JSON: " + err.Error()
	}
	r.line = string(line)
	h.records = append(h.records, r)
}

func (h *fakeHub) seen() []wireRecord {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]wireRecord(nil), h.records...)
}

// wait returns the records when there are so many.
func (h *fakeHub) wait(t *testing.T, count int) []wireRecord {
	t.Helper()
	eventually(t, fmt.Sprintf("%d records at the hub", count), func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return len(h.records) >= count
	})
	return h.seen()
}

// cut ends all connections.
func (h *fakeHub) cut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, conn := range h.conns {
		conn.Close()
	}
	h.conns = nil
}

func (h *fakeHub) connections() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.topics)
}
