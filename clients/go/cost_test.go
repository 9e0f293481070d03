//go:build linux

package logio

import (
	"fmt"
	"io"
	"log"
	"runtime"
	"sort"
	"syscall"
	"testing"
	"time"
	"unsafe"
)

// At most so many times the cost of writing the line to a file. Who keeps the file beside the hub
// pays for both.
const (
	costMax     = 1.5
	costMaxBoth = 1.75

	costAttempts = 3 // the machine may be busy with something else
)

// TestACallCostsLittle compares the processor time of the calling thread: that of a log call which
// writes to a file, and that of one which publishes. Rounds take turns, so that whatever else the
// machine does meets all of them; the median of the rounds' ratios counts, and of several attempts
// the best.
func TestACallCostsLittle(t *testing.T) {
	if raceDetector {
		t.Skip("the race detector makes all of it dear")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	up := newTestPublisher(t, countingHub(t), nil)
	away := newTestPublisher(t, nobody(t), nil)
	file := benchFile(t)
	type rival struct {
		out  io.Writer
		most float64
	}
	rivals := map[string]rival{
		"hub up": {up, costMax}, "hub away": {away, costMax},
		"file, and hub up":   {&teeWriter{publisher: up, next: benchFile(t)}, costMaxBoth},
		"file, and hub away": {&teeWriter{publisher: away, next: benchFile(t)}, costMaxBoth},
	}
	for attempt := 1; ; attempt++ {
		tooMuch := ""
		ratios := map[string][]float64{}
		var ofFile []float64
		for round := 0; round < 41; round++ {
			reference := costOf(t, file)
			ofFile = append(ofFile, reference)
			for name, rival := range rivals {
				ratios[name] = append(ratios[name], costOf(t, rival.out)/reference)
			}
		}
		t.Logf("a line into a file: %.0f ns", median(ofFile))
		for name, each := range ratios {
			ratio := median(each)
			t.Logf("%s: %.2f times that (%.2f to %.2f)", name, ratio, each[0], each[len(each)-1])
			if most := rivals[name].most; most < ratio {
				tooMuch += fmt.Sprintf("%s: %.2f times, at most %.2f\n", name, ratio, most)
			}
		}
		if tooMuch == "" {
			return
		}
		if attempt == costAttempts {
			t.Fatal(tooMuch)
		}
	}
}

func median(of []float64) float64 {
	sort.Float64s(of)
	return of[len(of)/2]
}

// costOf is in nanoseconds of this thread's time for each call.
func costOf(t *testing.T, out io.Writer) float64 {
	const calls = 2000
	logger := log.New(out, "", log.LstdFlags)
	begin := threadTime(t)
	for i := 0; i < calls; i++ {
		logger.Printf("GET /cart/%d 200 from 10.45.22.14 in 12 ms, a line as long as usual", i)
	}
	return float64(threadTime(t)-begin) / calls
}

func threadTime(t *testing.T) time.Duration {
	const ofThisThread = 3 // CLOCK_THREAD_CPUTIME_ID
	var now syscall.Timespec
	_, _, code := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, ofThisThread,
		uintptr(unsafe.Pointer(&now)), 0)
	if code != 0 {
		t.Fatal(code)
	}
	return time.Duration(now.Nano())
}
