//go:build !linux

package logio

import (
	"syscall"
	"time"
)

const keepAlive = 30 * time.Second

func setKeepAlive(_, _ string, _ syscall.RawConn) error { return nil }
