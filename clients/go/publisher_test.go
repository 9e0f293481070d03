package logio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

func newTestPublisher(t testing.TB, hub string, change func(*Config)) *Publisher {
	t.Helper()
	config := Config{
		Address: hub, App: "shop", Proc: "web", Host: "h1",
		FirstRetry: 5 * time.Millisecond, LongestRetry: 50 * time.Millisecond,
	}
	if change != nil {
		change(&config)
	}
	p, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close(ended()) })
	return p
}

// ended is a context without any time left.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func patient(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	return ctx
}

// nobody is an address where nothing listens.
func nobody(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener.Close()
	return listener.Addr().String()
}

func TestWritesArriveInOrderAndAreCounted(t *testing.T) {
	hub := startHub(t)
	p := newTestPublisher(t, hub.address(), nil)
	for i := 0; i < 1000; i++ {
		if n, err := fmt.Fprintf(p, "line %d\r\n", i); n == 0 || err != nil {
			t.Fatal(n, err)
		}
	}
	if err := p.Flush(patient(t)); err != nil {
		t.Fatal(err)
	}
	if got, want := p.Stats(), (Stats{Added: 1000, Acknowledged: 1000}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for i, r := range hub.seen() {
		if want := fmt.Sprint("line ", i); r.Raw != want {
			t.Fatalf("record %d is %q, want %q", i, r.Raw, want)
		}
	}
}

func TestNothingIsStartedBeforeTheFirstRecord(t *testing.T) {
	hub := startHub(t)
	p := newTestPublisher(t, hub.address(), nil)
	if err := p.Close(patient(t)); err != nil || hub.connections() != 0 {
		t.Errorf("%v, %d connections", err, hub.connections())
	}
}

func TestSeveralGoroutinesAndCutsLoseAndDoubleNothing(t *testing.T) {
	hub := startHub(t)
	p := newTestPublisher(t, hub.address(), nil)
	fmt.Fprint(p, "connected")
	if err := p.Flush(patient(t)); err != nil {
		t.Fatal(err)
	}
	const writers, each = 8, 2000
	var all sync.WaitGroup
	for w := 0; w < writers; w++ {
		all.Add(1)
		go func(w int) {
			defer all.Done()
			for i := 0; i < each; i++ {
				fmt.Fprintf(p, "%d %d", w, i)
				if w == 0 && i%400 == 0 {
					hub.cut()
				}
			}
		}(w)
	}
	all.Wait()
	if err := p.Close(patient(t)); err != nil {
		t.Fatal(err, p.Stats())
	}
	next := make([]int, writers)
	for _, r := range hub.seen()[1:] {
		var w, i int
		fmt.Sscan(r.Raw, &w, &i)
		if i != next[w] {
			t.Fatalf("of writer %d came %d, want %d", w, i, next[w])
		}
		next[w]++
	}
	if got := p.Stats(); got.Acknowledged != writers*each+1 || got.Added != got.Acknowledged {
		t.Errorf("%+v", got)
	}
	if hub.connections() < 2 {
		t.Error("nothing was cut")
	}
}

func TestAHubThatIsAwayCostsMemoryWithinBoundsAndTheOldestRecords(t *testing.T) {
	p := newTestPublisher(t, nobody(t), func(c *Config) { c.BufferBytes = 64 << 10 })
	for i := 0; i < 10_000; i++ {
		fmt.Fprintf(p, "line %d", i)
	}
	s := p.Stats()
	if s.Dropped == 0 || s.Dropped >= 10_000 || s.Added != 10_000 {
		t.Errorf("%+v", s)
	}
	p.buffer.mu.Lock()
	held := p.buffer.queue.heldBytes
	p.buffer.mu.Unlock()
	if held > 64<<10 {
		t.Errorf("%d bytes are held", held)
	}
	if err := p.Close(ended()); err != ErrClosed {
		t.Error(err)
	}
	if s := p.Stats(); s.Dropped != 10_000 {
		t.Errorf("%+v", s)
	}
}

func TestALossIsPublishedInItsPlace(t *testing.T) {
	hub := startHub(t)
	p := newTestPublisher(t, hub.address(), func(c *Config) { c.BufferRecords = 10 })
	p.buffer.started = true // the hub is away until the link is started below
	for i := 0; i < 25; i++ {
		fmt.Fprintf(p, "line %d", i)
	}
	go newLink(p.buffer, p.config, p.hubs, func(string) {}).run()
	if err := p.Flush(patient(t)); err != nil {
		t.Fatal(err)
	}
	seen := hub.seen()
	dropped := p.Stats().Dropped
	want := fmt.Sprintf("Error L10 (output buffer overflow): %d messages dropped since ", dropped)
	if first := seen[0]; !strings.HasPrefix(first.Raw, want) || first.Severity != "warn" {
		t.Errorf("got %+v, want %q", first, want)
	}
	if got, want := seen[1].Raw, fmt.Sprint("line ", dropped); got != want {
		t.Errorf("behind the loss is %q, want %q", got, want)
	}
}

func TestFlushEndsWithItsContext(t *testing.T) {
	p := newTestPublisher(t, nobody(t), nil)
	fmt.Fprint(p, "x")
	if err := p.Flush(ended()); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestFlushSaysThatAnOriginalHubConfirmsNothing(t *testing.T) {
	hub := startHub(t)
	hub.silent = true
	p := newTestPublisher(t, hub.address(), func(c *Config) { c.GreetingWait = time.Millisecond })
	fmt.Fprint(p, "x")
	if err := p.Flush(patient(t)); err != ErrUnconfirmed {
		t.Error(err)
	}
	hub.wait(t, 1)
}

func TestFlushWaitsForWhatWasBeforeItOnly(t *testing.T) {
	hub := startHub(t)
	p := newTestPublisher(t, hub.address(), nil)
	stop := make(chan struct{})
	var all sync.WaitGroup
	all.Add(1)
	go func() { // never idle
		defer all.Done()
		for {
			select {
			case <-stop:
				return
			default:
				fmt.Fprint(p, "more")
			}
		}
	}()
	fmt.Fprint(p, "x")
	err := p.Flush(patient(t))
	close(stop)
	all.Wait()
	if err != nil {
		t.Error(err)
	}
}

func TestWhatIsWrittenAfterCloseIsCountedAsDropped(t *testing.T) {
	hub := startHub(t)
	p := newTestPublisher(t, hub.address(), nil)
	fmt.Fprint(p, "x")
	if err := p.Close(patient(t)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(p, "y")
	if got, want := p.Stats(), (Stats{Added: 2, Acknowledged: 1, Dropped: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if err := p.Close(patient(t)); err != nil {
		t.Error("a second Close:", err)
	}
}

func TestAnEntryKeepsTimeSeverityAndFields(t *testing.T) {
	hub := startHub(t)
	p := newTestPublisher(t, hub.address(), nil)
	p.Log(Entry{
		Text: "paid\n", Time: time.Unix(1795225553, 955367001), Severity: SeverityWarn,
		Fields: map[string]any{"cents": 990, "ok": true},
	})
	const want = `{"time":"2026-11-21T01:45:53.955367001Z","raw":"paid","severity":"warn",` +
		`"fields":{"cents":990,"ok":true}}` + "\n"
	if got := hub.wait(t, 1)[0].line; got != want {
		t.Errorf("got  %swant %s", got, want)
	}
}

func TestEventsTellOfChangesAndNotOfRecords(t *testing.T) {
	hub := startHub(t)
	var mu sync.Mutex
	var lines []string
	p := newTestPublisher(t, hub.address(), func(c *Config) {
		c.OnEvent = func(line string) {
			mu.Lock()
			defer mu.Unlock()
			lines = append(lines, line)
		}
	})
	for i := 0; i < 100; i++ {
		fmt.Fprint(p, "x")
	}
	if err := p.Flush(patient(t)); err != nil {
		t.Fatal(err)
	}
	hub.cut()
	eventually(t, "back", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(lines) >= 3
	})
	got := strings.Join(lines, "\n")
	for _, want := range []string{"connected: " + hub.address(), "away: ", "back: "} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing in:\n%s", want, got)
		}
	}
}

func TestADiscardingPublisherDoesNothing(t *testing.T) {
	p := &Publisher{}
	fmt.Fprint(p, "x")
	p.Log(Entry{Text: "x"})
	slog.New(p.Handler(nil)).Info("x")
	if p.Flush(patient(t)) != nil || p.Close(patient(t)) != nil || p.Stats() != (Stats{}) {
		t.Error("it does something")
	}
}
