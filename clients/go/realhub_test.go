package logio

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// A realHub is the shipped binary, which $LOGIO_BINARY names, with a data directory. It keeps its
// ports over restarts.
type realHub struct {
	t                  *testing.T
	data               string
	publish, subscribe string // 127.0.0.1:PORT
	command            *exec.Cmd
	said               bytes.Buffer
}

func startRealHub(t *testing.T) *realHub {
	t.Helper()
	if os.Getenv("LOGIO_BINARY") == "" {
		t.Skip("LOGIO_BINARY does not name the hub's binary")
	}
	hub := &realHub{t: t, data: t.TempDir(), publish: "127.0.0.1:0", subscribe: "127.0.0.1:0"}
	hub.start()
	t.Cleanup(hub.kill)
	return hub
}

// start returns when both ports are listened on.
func (h *realHub) start() {
	h.t.Helper()
	h.command = exec.Command(os.Getenv("LOGIO_BINARY"), "serve",
		"--publish-listen", h.publish, "--subscribe-listen", h.subscribe, "--data-dir", h.data)
	h.command.Stderr = &h.said
	stdout, err := h.command.StdoutPipe()
	if err != nil {
		h.t.Fatal(err)
	}
	if err := h.command.Start(); err != nil {
		h.t.Fatal(err)
	}
	overdue := time.AfterFunc(patience, func() { h.command.Process.Kill() })
	defer overdue.Stop()
	lines := bufio.NewScanner(stdout)
	for listening := 0; listening < 2; {
		if !lines.Scan() {
			h.t.Fatalf("the hub does not listen: %s", &h.said)
		}
		for what, address := range map[string]*string{
			"publishers": &h.publish, "subscribers": &h.subscribe,
		} {
			if strings.HasPrefix(lines.Text(), "Listening for "+what) {
				port := lines.Text()[strings.LastIndexByte(lines.Text(), ':')+1:]
				*address = "127.0.0.1:" + port
				listening++
			}
		}
	}
	go io.Copy(io.Discard, stdout)
}

// kill is kill -9.
func (h *realHub) kill() {
	_ = h.command.Process.Kill() // it may have ended
	_ = h.command.Wait()
}

func (h *realHub) restart() {
	h.t.Helper()
	h.kill()
	h.start()
}

// read gives each line of what the hub has.
func (h *realHub) read(query string, each func(line []byte)) {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet,
		"http://"+h.subscribe+"/?follow=false&"+query, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		h.t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		each(lines.Bytes())
	}
	if err := lines.Err(); err != nil || answer.StatusCode != http.StatusOK {
		h.t.Fatal(answer.Status, err)
	}
}

// What a hub with a data directory is sent arrives complete, in order and once, however often it
// dies meanwhile.
func TestAMillionLinesThroughThreeKills(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes seconds")
	}
	const count, kills = 1_000_000, 3
	hub := startRealHub(t)
	p := newTestPublisher(t, hub.publish, func(c *Config) {
		c.BufferBytes, c.BufferRecords = 512<<20, 2*count
	})
	written := make(chan struct{})
	go func() {
		defer close(written)
		for i := 0; i < count; i++ {
			fmt.Fprintf(p, "line %d of a million", i)
		}
	}()
	for i := 1; i <= kills; i++ {
		part := uint64(i * count / (kills + 2))
		eventually(t, fmt.Sprint(part, " acknowledged"), func() bool {
			return p.Stats().Acknowledged >= part
		})
		hub.restart()
	}
	<-written
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	if err := p.Close(ctx); err != nil {
		t.Fatalf("%v: %+v", err, p.Stats())
	}
	if got, want := p.Stats(), (Stats{Added: count, Acknowledged: count}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	next := 0
	hub.read("app=shop&format=raw&tail=1000000", func(line []byte) {
		if want := fmt.Sprintf("line %d of a million", next); string(line) != want && !t.Failed() {
			t.Errorf("line %d is %q", next, line)
		}
		next++
	})
	if next != count {
		t.Errorf("%d lines arrived", next)
	}
}

func TestARealHubHasWhatSlogGave(t *testing.T) {
	hub := startRealHub(t)
	p := newTestPublisher(t, hub.publish, nil)
	p.Log(Entry{
		Text: "paid", Severity: SeverityWarn, Time: at,
		Fields: map[string]any{"user": map[string]any{"id": 7}, "big": uint64(1) << 60},
	})
	if err := p.Flush(patient(t)); err != nil {
		t.Fatal(err)
	}
	stream := subscribe(t, "http://"+hub.subscribe, Filter{App: "shop", Tail: 10})
	if !stream.Next() {
		t.Fatal(stream.Err())
	}
	r := stream.Record()
	if r.Text != "paid" || !r.Time.Equal(at) || r.Severity != 13 || r.Proc != "web" ||
		string(r.Fields) != `{"big":1152921504606846976,"user":{"id":7}}` {
		t.Errorf("%+v %s", r, r.Fields)
	}
}

// A stream goes on behind its last record when the hub dies and comes back.
func TestAStreamGoesOnOverRestarts(t *testing.T) {
	hub := startRealHub(t)
	p := newTestPublisher(t, hub.publish, nil)
	stream := subscribe(t, "http://"+hub.subscribe, Filter{App: "shop", Since: "1h"})
	next := 0
	for part := 0; part < 3; part++ {
		for i := 0; i < 100; i++ {
			fmt.Fprint(p, part*100+i)
		}
		if err := p.Flush(patient(t)); err != nil {
			t.Fatal(err)
		}
		for ; next < (part+1)*100; next++ {
			if !stream.Next() || stream.Loss() != nil {
				t.Fatalf("at %d: %v %+v", next, stream.Err(), stream.Loss())
			}
			if got := stream.Record().Text; got != fmt.Sprint(next) {
				t.Fatalf("%s came, want %d", got, next)
			}
		}
		hub.restart()
	}
}
