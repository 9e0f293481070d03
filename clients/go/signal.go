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
// and then do what it would have done. The returned function takes it back.
//
// Importing the package does not do so by itself: a program that is told of a signal does not die
// of it any more, and whether a program has a handler of its own, for its own shutdown, cannot be
// seen from here. A program with one calls [Flush] at its end. LOGIO_SIGTERM=1 in the environment
// is FlushOnSignal(syscall.SIGTERM) for a program that cannot be changed.
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
			_ = Flush(context.Background()) // within its own deadline; then it must end
			signal.Stop(caught)
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
