//go:build gc && !purego

#include "textflag.h"

#define SYS_futex 98
#define FUTEX_WAKE_PRIVATE 129

// The handler has what the kernel gives it: signal, information and context in R0, R1 and R2, and
// in R30 where to return to. Every register is restored when it is over.
TEXT onSigterm<>(SB), NOSPLIT|NOFRAME, $0
	MOVD $·sigtermCame(SB), R3
	MOVW $1, R4
again:
	LDAXRW (R3), R5
	STLXRW R4, (R3), R6
	CBNZ R6, again
	CBNZW R5, next
	MOVD R3, R0
	MOVD $FUTEX_WAKE_PRIVATE, R1
	MOVD $1, R2
	MOVD $SYS_futex, R8
	SVC
	RET
next:
	MOVD ·sigtermNext(SB), R3
	JMP  (R3)

// func sigtermHandler() uintptr
TEXT ·sigtermHandler(SB), NOSPLIT, $0-8
	MOVD $onSigterm<>(SB), R0
	MOVD R0, ret+0(FP)
	RET
