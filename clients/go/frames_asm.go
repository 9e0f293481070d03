//go:build gc && !purego && (amd64 || arm64)

package logio

// returnAddresses are where the stack goes on behind the function that asks: in its caller, and in
// that one's caller. What it does not find is 0.
//
// It follows the frame pointers, which Go keeps on these machines for its own tracer, and costs
// next to nothing beside runtime.Callers. It is one look without a call, so the stack cannot move
// meanwhile; and it reads nothing but the goroutine's own stack, close by.
//
//go:noescape
func returnAddresses() (first, second uintptr)
