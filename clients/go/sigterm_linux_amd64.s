//go:build gc && !purego

#include "textflag.h"

#define SYS_futex 202
#define FUTEX_WAKE_PRIVATE 129

// The handler has what the kernel gives it: signal, information and context in DI, SI and DX, and
// on the stack where to return to. Every register is restored when it is over.
TEXT onSigterm<>(SB), NOSPLIT|NOFRAME, $0
	MOVL $1, AX
	XCHGL AX, ·sigtermCame(SB)
	TESTL AX, AX
	JNE  next
	LEAQ ·sigtermCame(SB), DI
	MOVL $FUTEX_WAKE_PRIVATE, SI
	MOVL $1, DX
	MOVL $SYS_futex, AX
	SYSCALL
	RET
next:
	MOVQ ·sigtermNext(SB), AX
	JMP  AX

// func sigtermHandler() uintptr
TEXT ·sigtermHandler(SB), NOSPLIT, $0-8
	LEAQ onSigterm<>(SB), AX
	MOVQ AX, ret+0(FP)
	RET
