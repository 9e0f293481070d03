//go:build !gc || purego || (!amd64 && !arm64)

package logio

import "runtime"

// returnAddresses are where the stack goes on behind the function that asks: in its caller, and in
// that one's caller. What it does not find is 0.
func returnAddresses() (first, second uintptr) {
	var frames [2]uintptr
	runtime.Callers(3, frames[:])
	return frames[0], frames[1]
}
