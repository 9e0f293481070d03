package logio

import (
	"context"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// FlushOnSignal is for a program that does not handle signals itself: it has the first of them
// (SIGTERM and interrupt, if none is named) wait up to 5 seconds for the hub to have everything,
// and then do what it would have done. A second one does not wait. The returned function takes it
// back.
//
// For SIGTERM the import does as much, on Linux on amd64 and arm64, also for a program with a
// handler of its own; see the package's description. Elsewhere, LOGIO_SIGTERM=1 in the environment
// is FlushOnSignal(syscall.SIGTERM) for a program that cannot be changed. A program that handles
// the signal is not one for it: the end of the flush would be the program's.
func FlushOnSignal(signals ...os.Signal) (stop func()) {
	if len(signals) == 0 {
		signals = []os.Signal{syscall.SIGTERM, os.Interrupt}
	}
	caught := make(chan os.Signal, 1)
	over := make(chan struct{})
	signal.Notify(caught, signals...)
	go func() {
		select {
		case s := <-caught:
			signal.Stop(caught)
			_ = Flush(context.Background()) // within its own deadline; then it must end
			raise(s)
		case <-over:
		}
	}()
	var once sync.Once
	return func() {
		once.Do(func() {
			signal.Stop(caught)
			close(over)
		})
	}
}

// raise has the signal do to this process what it does without a handler.
func raise(s os.Signal) {
	self, err := os.FindProcess(os.Getpid())
	if err != nil || self.Signal(s) != nil {
		os.Exit(1) // where processes cannot signal themselves
	}
}
