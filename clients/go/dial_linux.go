package logio

import "syscall"

// keepAlive < 0: setKeepAlive has said more than a net.Dialer can.
const keepAlive = -1

const tcpUserTimeout = 0x12 // TCP_USER_TIMEOUT, which package syscall has not for all machines

// setKeepAlive has a dead peer found after two minutes: a living one is silent by right. What
// fails here is a worse time-out and no reason not to connect.
func setKeepAlive(_, _ string, conn syscall.RawConn) error {
	return conn.Control(func(fd uintptr) {
		for _, option := range []struct{ level, name, value int }{
			{syscall.SOL_SOCKET, syscall.SO_KEEPALIVE, 1},
			{syscall.IPPROTO_TCP, syscall.TCP_KEEPIDLE, 60},
			{syscall.IPPROTO_TCP, syscall.TCP_KEEPINTVL, 15},
			{syscall.IPPROTO_TCP, syscall.TCP_KEEPCNT, 4},
			{syscall.IPPROTO_TCP, tcpUserTimeout, 60_000},
		} {
			_ = syscall.SetsockoptInt(int(fd), option.level, option.name, option.value)
		}
	})
}
