package logio

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// What importing the package does to a program is seen in a program: this test's binary is started
// again, with one of these names in the environment, and does that instead of testing.
var programs = map[string]func(){
	"log": func() {
		log.Println("one")
		log.SetFlags(log.Lmsgprefix)
		log.SetPrefix("prefix: ")
		log.Print("two\nlines")
		flushOrExit()
	},
	"slog": func() {
		slog.Info("one", "n", 1)
		slog.With("a", "b").WithGroup("g").Warn("two", "c", 2.5)
		slog.Debug("not seen")
		log.Print("three")
		flushOrExit()
	},
	"both at once": func() {
		var all sync.WaitGroup
		for i := 0; i < 4; i++ {
			all.Add(2)
			go func() {
				defer all.Done()
				for i := 0; i < 500; i++ {
					log.Print("log")
				}
			}()
			go func() {
				defer all.Done()
				for i := 0; i < 500; i++ {
					slog.Info("slog", "value", logsItself{})
				}
			}()
		}
		all.Wait()
		flushOrExit()
	},
	"wrapped": func() {
		log.SetOutput(wrapper{log.Writer()})
		slog.Info("one")
		log.Print("two")
		flushOrExit()
	},
	"fatal":      func() { log.Fatalf("the %s line", "last") },
	"own logger": func() { log.New(Output(), "own: ", 0).Fatal("last") },
	"panic": func() {
		defer Flush(context.Background())
		log.Panic("it broke")
	},
	"signal": func() {
		FlushOnSignal()
		log.Print("one")
		if raise(syscall.SIGTERM); true {
			select {}
		}
	},
	"told to end": func() {
		log.Print("one")
		raise(syscall.SIGTERM)
		select {}
	},
	"no signal": func() {
		caught := make(chan os.Signal, 1)
		signal.Notify(caught, syscall.SIGTERM)
		FlushOnSignal()()
		raise(syscall.SIGTERM)
		log.Print("caught ", <-caught)
		flushOrExit()
	},
	"output": func() { fmt.Print(Output() == nil, Default().buffer == nil) },
	"works on": func() {
		log.Print("to stderr")
		slog.Info("to stderr", "a", 1)
		fmt.Fprint(Output(), "to nobody")
		slog.New(Handler(nil)).Info("to nobody")
		flushOrExit()
	},
}

type logsItself struct{}

func (logsItself) LogValue() slog.Value {
	log.Print("value")
	return slog.IntValue(7)
}

type wrapper struct {
	next interface{ Write([]byte) (int, error) }
}

func (w wrapper) Write(line []byte) (int, error) {
	return w.next.Write(append([]byte("<"), append(bytes.TrimSpace(line), ">\n"...)...))
}

func flushOrExit() {
	if err := Flush(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(7)
	}
}

func TestMain(m *testing.M) {
	if program, ok := programs[os.Getenv("LOGIO_TEST_PROGRAM")]; ok {
		program()
		return
	}
	os.Exit(m.Run())
}

type ran struct {
	stdout, stderr string
	state          *os.ProcessState
}

// run starts a program; an empty url is none.
func run(t *testing.T, program, url string, more ...string) ran {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	command := exec.CommandContext(ctx, self)
	for _, each := range os.Environ() {
		if !strings.HasPrefix(each, "LOGIO_") {
			command.Env = append(command.Env, each)
		}
	}
	command.Env = append(command.Env, more...)
	command.Env = append(command.Env, "LOGIO_TEST_PROGRAM="+program)
	if url != "" {
		command.Env = append(command.Env, "LOGIO_URL="+url)
	}
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	_ = command.Run() // its state says how it ended
	if ctx.Err() != nil {
		t.Fatalf("%s does not end; stderr: %s", program, &stderr)
	}
	return ran{stdout.String(), stderr.String(), command.ProcessState}
}

var timePattern = regexp.MustCompile(`(?m)^\d{4}/\d\d/\d\d \d\d:\d\d:\d\d `)

func withoutTimes(text string) string { return timePattern.ReplaceAllString(text, "TIME ") }

func check(t *testing.T, hub *fakeHub, want ...string) {
	t.Helper()
	var got []string
	for _, r := range hub.seen() {
		text := withoutTimes(r.Raw)
		if r.Severity != "" {
			text = r.Severity + " " + text
		}
		if r.Fields != nil {
			text += fmt.Sprint(" ", r.Fields)
		}
		got = append(got, text)
	}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("the hub has %q, want %q", got, want)
	}
}

func TestImportingPublishesLogAndKeepsStderr(t *testing.T) {
	hub := startHub(t)
	const want = "TIME one\nprefix: two\nlines\n"
	for _, url := range []string{"", hub.url()} {
		if got := run(t, "log", url).stderr; withoutTimes(got) != want {
			t.Errorf("with %q stderr is %q, want %q", url, got, want)
		}
	}
	check(t, hub, "TIME one", "prefix: two\nlines")
	if topic := hub.topics[0]; topic["app"] != "shop" || topic["ack"] != true {
		t.Error(topic)
	}
}

func TestImportingPublishesSlogOnceWithFieldsAndKeepsStderr(t *testing.T) {
	hub := startHub(t)
	got := run(t, "slog", hub.url())
	without := run(t, "slog", "")
	if withoutTimes(got.stderr) != withoutTimes(without.stderr) || got.stderr == "" {
		t.Errorf("stderr is %q, without the package %q", got.stderr, without.stderr)
	}
	check(t, hub, "info one map[n:1]", "warn two map[a:b g:map[c:2.5]]", "TIME three")
}

func TestEachLineIsPublishedOnceWhateverIsLoggedMeanwhile(t *testing.T) {
	hub := startHub(t)
	got := run(t, "both at once", hub.url())
	count := map[string]int{}
	for _, r := range hub.seen() {
		count[fmt.Sprint(r.Severity, withoutTimes(r.Raw), r.Fields)]++
	}
	// A value is resolved for the hub and again for standard error, and logs each time.
	if count["infoslogmap[value:7]"] != 2000 || count["TIME logmap[]"] != 2000 ||
		count["TIME valuemap[]"] != 4000 || len(count) != 3 {
		t.Error(count)
	}
	if lines := strings.Count(got.stderr, "\n"); lines != 8000 {
		t.Errorf("%d lines on stderr", lines)
	}
}

func TestAWrappedOutputIsStillPublishedOnce(t *testing.T) {
	hub := startHub(t)
	got := run(t, "wrapped", hub.url())
	seen := hub.seen()
	if len(seen) != 2 || seen[0].Raw != "one" || !strings.HasSuffix(seen[1].Raw, "two>") {
		t.Errorf("%+v", seen)
	}
	if !strings.Contains(got.stderr, "INFO one>\n") {
		t.Error(got.stderr)
	}
}

func TestTheLastLineOfLogFatalIsSent(t *testing.T) {
	hub := startHub(t)
	got := run(t, "fatal", hub.url())
	if got.state.ExitCode() != 1 || withoutTimes(got.stderr) != "TIME the last line\n" {
		t.Errorf("exit code %d, %q", got.state.ExitCode(), got.stderr)
	}
	check(t, hub, "fatal TIME the last line")

	hub = startHub(t)
	run(t, "own logger", hub.url())
	check(t, hub, "fatal own: last")
}

func TestLogFatalWaitsNotLongForAHubThatIsAway(t *testing.T) {
	begin := time.Now()
	got := run(t, "fatal", "logio://"+nobody(t)+"?app=shop")
	if got.state.ExitCode() != 1 || time.Since(begin) > 10*lastWordsTime {
		t.Errorf("exit code %d after %v", got.state.ExitCode(), time.Since(begin))
	}
}

func TestADeferredFlushSendsWhatWasBeforeAPanic(t *testing.T) {
	hub := startHub(t)
	if got := run(t, "panic", hub.url()); got.state.ExitCode() != 2 {
		t.Error(got.state)
	}
	check(t, hub, "TIME it broke")
}

func TestFlushOnSignalDiesOfTheSignalWhenAllIsSent(t *testing.T) {
	hub := startHub(t)
	got := run(t, "signal", hub.url())
	if !strings.Contains(got.state.String(), "terminated") {
		t.Error(got.state)
	}
	check(t, hub, "TIME one")

	hub = startHub(t)
	got = run(t, "told to end", hub.url(), "LOGIO_SIGTERM=1")
	if !strings.Contains(got.state.String(), "terminated") {
		t.Error(got.state)
	}
	check(t, hub, "TIME one")

	hub = startHub(t)
	run(t, "no signal", hub.url())
	check(t, hub, "TIME caught terminated")
}

func TestOutputIsNilOnlyWithoutURL(t *testing.T) {
	if got := run(t, "output", "").stdout; got != "true true" {
		t.Error(got)
	}
	if got := run(t, "output", "logio://?app=x").stdout; got != "false true" {
		t.Error(got)
	}
	if got := run(t, "output", "logio://hub?app=x").stdout; got != "false false" {
		t.Error(got)
	}
}

func TestAnUnusableURLIsOneLineAndTheApplicationWorksOn(t *testing.T) {
	got := run(t, "works on", "logio://me:sesame@hub:x?app=shop")
	const want = `logio: LOGIO_URL: port "x" is none; write 1 to 65535, or leave it out; ` +
		"nothing is published\nTIME to stderr\nTIME INFO to stderr a=1\n"
	if withoutTimes(got.stderr) != want || !got.state.Success() {
		t.Errorf("%v, %q", got.state, got.stderr)
	}
}

func TestAnUnknownKeyIsOneLineAndThePublisherWorks(t *testing.T) {
	hub := startHub(t)
	got := run(t, "log", hub.url()+"&colour=red")
	const want = `logio: LOGIO_URL: unknown "colour"; it is passed over` + "\n"
	if !strings.HasPrefix(got.stderr, want) {
		t.Error(got.stderr)
	}
	check(t, hub, "TIME one", "prefix: two\nlines")
}

func TestDebugTellsWhatTheClientDoes(t *testing.T) {
	hub := startHub(t)
	got := run(t, "log", hub.url(), "LOGIO_DEBUG=1")
	if want := "logio: connected: " + hub.address() + "\n"; !strings.Contains(got.stderr, want) {
		t.Errorf("%q is missing in %q", want, got.stderr)
	}
}
