//go:build gc && !purego && (amd64 || arm64)

package logio

import (
	"context"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"
)

// holdBackTime bounds what SIGTERM is held back. It is less than a Flush has: the program's own
// end may begin only then.
const holdBackTime = 2 * time.Second

// A sigaction is the kernel's (rt_sigaction(2)).
type sigaction struct {
	handler, flags, restorer, mask uintptr
}

const (
	saSigInfo = 0x00000004
	saOnStack = 0x08000000
	maskBytes = 8 // of the kernel's set of signals

	futexWaitPrivate = 128
)

// What the handler knows; see sigterm_linux_*.s.
var (
	sigtermCame uint32  // 1: a first one is held back
	sigtermNext uintptr // the handler that was there: the runtime's
)

// sigtermHandler is the handler's address.
func sigtermHandler() uintptr

// holdBackSIGTERM has the first SIGTERM wait up to 2 seconds for the hub to have everything. Then
// it is sent once more, to whoever it is for: the program's own handler, or the default, which ends
// it. A second one in the meantime does not wait.
//
// Package os/signal cannot do it. A program that is notified of a signal does not die of it, so
// somebody has to end it; and whether the program has a handler of its own, whose work must not be
// cut short, cannot be known. So the signal is not taken but held back, by a handler in front of
// the runtime's: it leaves a mark, wakes the goroutine below and returns. It calls no Go, and needs
// nothing of the runtime but the signal stack that each of its threads has. If there is a mark
// already, it is the runtime's handler that runs, as if this one were not there.
//
// It reports false if there is no handler of the runtime's, as in a library for a program in C.
func holdBackSIGTERM(flush func(context.Context) error, tell func(string)) bool {
	var before sigaction
	if !swapSigaction(nil, &before) || before.flags&(saSigInfo|saOnStack) != saSigInfo|saOnStack {
		return false
	}
	sigtermNext = before.handler
	ours := before // its flags, its mask, and what returns from it
	ours.handler = sigtermHandler()
	if !swapSigaction(&ours, nil) {
		return false
	}
	go func() {
		for atomic.LoadUint32(&sigtermCame) == 0 {
			syscall.Syscall6(syscall.SYS_FUTEX, uintptr(unsafe.Pointer(&sigtermCame)),
				futexWaitPrivate, 0, 0, 0, 0)
		}
		tell("SIGTERM: what is left is sent")
		ctx, cancel := context.WithTimeout(context.Background(), holdBackTime)
		_ = flush(ctx) // the signal goes on, whatever came of it
		cancel()
		var now sigaction
		if swapSigaction(nil, &now) && now.handler == ours.handler {
			swapSigaction(&before, nil)
		}
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGTERM)
	}()
	return true
}

func swapSigaction(wanted, before *sigaction) bool {
	_, _, code := syscall.RawSyscall6(syscall.SYS_RT_SIGACTION, uintptr(syscall.SIGTERM),
		uintptr(unsafe.Pointer(wanted)), uintptr(unsafe.Pointer(before)), maskBytes, 0, 0)
	return code == 0
}
