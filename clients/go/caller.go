package logio

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// Who has called a Write is seen in the stack, and nowhere else: package log hands on only bytes.
// Two answers matter. log.Fatal ends the program behind the Write, so its line must be sent before.
// And what slog's default handler writes by package log was published as a record with fields
// already, when it comes from a handler of ours (Tee).
type call int

const (
	otherCall call = iota // decides: neither of the two
	passedOn              // does not: the caller's caller does
	fatalCall
	teeCall
)

const (
	framesAtMost = 12
	sitesMax     = 1024
)

// whoWrites says who has called a Write, which gives it what returnAddresses found there. Mostly
// that is enough to say so: package log's own function, and the one of it that the application
// called.
func whoWrites(first, second uintptr) call {
	near := [...]uintptr{first, second}
	if kind := decide(near[:]); kind != passedOn {
		return kind
	}
	var all [framesAtMost]uintptr
	n := runtime.Callers(3, all[:])
	if kind := decide(all[:n]); kind != passedOn {
		return kind
	}
	return otherCall
}

func decide(frames []uintptr) call {
	known := sites.Load()
	for _, frame := range frames {
		if frame == 0 {
			break
		}
		kind, ok := (*known)[frame]
		if !ok {
			kind = learn(frame)
		}
		if kind != passedOn {
			return kind
		}
	}
	return passedOn
}

// sites remembers what places in the program mean; a map that is there is not changed.
var (
	sites    atomic.Pointer[map[uintptr]call]
	learning sync.Mutex
)

func init() { sites.Store(&map[uintptr]call{}) }

func learn(frame uintptr) call {
	first, _ := runtime.CallersFrames([]uintptr{frame}).Next()
	kind := kindOf(first.Function)
	learning.Lock()
	defer learning.Unlock()
	known := *sites.Load()
	more := make(map[uintptr]call, len(known)+1)
	if len(known) < sitesMax {
		for site, kind := range known {
			more[site] = kind
		}
	}
	more[frame] = kind
	sites.Store(&more)
	return kind
}

func kindOf(function string) call {
	if function == teeFunction {
		return teeCall
	}
	if name, ok := strings.CutPrefix(function, "log."); ok {
		name = strings.TrimPrefix(name, "(*Logger).")
		switch {
		case strings.HasPrefix(name, "Fatal"):
			return fatalCall
		case strings.HasPrefix(name, "Print"), strings.HasPrefix(name, "Panic"):
			return otherCall
		}
		return passedOn
	}
	// The second is io.MultiWriter and others that wrap.
	if strings.HasPrefix(function, "log/slog.") || strings.HasSuffix(function, ".Write") {
		return passedOn
	}
	return otherCall
}
