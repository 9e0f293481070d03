//go:build linux && gc && !purego && (amd64 || arm64)

package logio

import (
	"context"
	"log"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"
)

func init() {
	programs["handles SIGTERM"] = func() {
		caught := make(chan os.Signal, 9)
		signal.Notify(caught, syscall.SIGTERM)
		log.Print("one")
		raise(syscall.SIGTERM)
		log.Print(<-caught)
		log.Print(Default().Stats().Acknowledged)
		raise(syscall.SIGTERM)
		log.Print("again ", <-caught)
		work()
		log.Print(len(caught), " more")
		flushOrExit()
	}
	programs["ends in good order"] = func() {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		raise(syscall.SIGTERM)
		<-ctx.Done()
		stop() // from here on SIGTERM ends it
		work()
		log.Print("in good order")
		flushOrExit()
	}
	programs["ignores SIGTERM"] = func() {
		signal.Ignore(syscall.SIGTERM)
		raise(syscall.SIGTERM)
		work()
		log.Print("still there")
		flushOrExit()
	}
	programs["told twice"] = func() {
		log.Print("to nobody")
		raise(syscall.SIGTERM)
		raise(syscall.SIGTERM)
		select {}
	}
	programs["starts another"] = func() {
		child := exec.Command("sleep", "60")
		_ = child.Start() // that it did is seen by how it ended
		_ = child.Process.Signal(syscall.SIGTERM)
		_ = child.Wait()
		log.Print(child.ProcessState)
		flushOrExit()
	}
	programs["busy"] = func() {
		for i := 0; i < 8; i++ {
			go func() {
				for garbage := []byte(nil); ; garbage = make([]byte, 1<<16) {
					_ = append(garbage, 1)
				}
			}()
		}
		for i := 0; i < 2000; i++ {
			log.Print("a line")
		}
		raise(syscall.SIGTERM)
		select {}
	}
}

// work takes some round trips to the hub: time for what must not happen.
func work() {
	for i := 0; i < 100; i++ {
		standard.Log(Entry{Text: "at work"})
		flushOrExit()
	}
}

// checkSaid is check without what was work.
func checkSaid(t *testing.T, hub *fakeHub, want ...string) {
	t.Helper()
	var rest fakeHub
	for _, r := range hub.seen() {
		if r.Raw != "at work" {
			rest.records = append(rest.records, r)
		}
	}
	check(t, &rest, want...)
}

func endedBySIGTERM(state *os.ProcessState) bool {
	status, ok := state.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGTERM
}

func TestSIGTERMWaitsForTheHubAndThenEndsTheProgram(t *testing.T) {
	hub := startHub(t)
	got := run(t, "told to end", hub.url(), "LOGIO_DEBUG=1")
	if !endedBySIGTERM(got.state) || !strings.Contains(got.stderr, "logio: SIGTERM: ") {
		t.Error(got)
	}
	check(t, hub, "TIME one")

	hub = startHub(t)
	if got = run(t, "busy", hub.url()); !endedBySIGTERM(got.state) || len(hub.seen()) != 2000 {
		t.Errorf("%v, and the hub has %d of 2000", got.state, len(hub.seen()))
	}
}

func TestSIGTERMDoesNotWaitLongForAHubThatIsAway(t *testing.T) {
	url := "logio://" + nobody(t) + "?app=shop"
	for _, each := range []struct {
		program, more string
		least, most   time.Duration
	}{
		{"told to end", "", holdBackTime, 3 * holdBackTime},
		{"told to end", "LOGIO_SIGTERM=0", 0, holdBackTime},
		{"told twice", "", 0, holdBackTime},
	} {
		begin := time.Now()
		got := run(t, each.program, url, each.more)
		took := time.Since(begin)
		if !endedBySIGTERM(got.state) || took < each.least || took >= each.most {
			t.Errorf("%s %s: %v after %v", each.program, each.more, got.state, took)
		}
	}
}

func TestAProgramThatHandlesSIGTERMIsNotifiedOnceAndEndsItself(t *testing.T) {
	hub := startHub(t)
	if got := run(t, "handles SIGTERM", hub.url()); !got.state.Success() {
		t.Error(got)
	}
	checkSaid(t, hub, "TIME one", "TIME terminated", "TIME 1", "TIME again terminated",
		"TIME 0 more")

	hub = startHub(t)
	if got := run(t, "ends in good order", hub.url()); !got.state.Success() {
		t.Error(got)
	}
	checkSaid(t, hub, "TIME in good order")

	hub = startHub(t)
	if got := run(t, "ignores SIGTERM", hub.url()); !got.state.Success() {
		t.Error(got)
	}
	checkSaid(t, hub, "TIME still there")
}

func TestWhatAProgramStartsDiesOfSIGTERMAsEver(t *testing.T) {
	hub := startHub(t)
	run(t, "starts another", hub.url())
	check(t, hub, "TIME signal: terminated")
}
