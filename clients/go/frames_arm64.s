//go:build gc && !purego

#include "textflag.h"

// A frame on the stack begins with the frame pointer of the one that called it and, above that, the
// address at which that one goes on; it begins one word below the stack pointer. Nothing is read
// that is not within 4 KiB of that.
#define FRAME(result) \
	CMP  R1, R0; \
	BLO  done; \
	CMP  R2, R0; \
	BHI  done; \
	TST  $7, R0; \
	BNE  done; \
	MOVD 8(R0), R3; \
	MOVD R3, result; \
	MOVD (R0), R0

// func returnAddresses() (first, second uintptr)
TEXT ·returnAddresses(SB), NOSPLIT, $0-16
	MOVD ZR, first+0(FP)
	MOVD ZR, second+8(FP)
	MOVD RSP, R0
	SUB  $8, R0, R1
	ADD  $4096, R0, R2
	MOVD R29, R0
	FRAME(first+0(FP))
	FRAME(second+8(FP))
done:
	RET
