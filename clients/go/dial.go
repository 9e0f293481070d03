package logio

import (
	"context"
	"net"
	"time"
)

// dial tries a hub's addresses one after another, each with a time-out of its own.
func dial(ctx context.Context, hub string, timeout time.Duration) (net.Conn, error) {
	host, port, err := net.SplitHostPort(hub)
	if err != nil {
		return nil, err
	}
	lookup, cancel := context.WithTimeout(ctx, timeout)
	addresses, err := net.DefaultResolver.LookupHost(lookup, host)
	cancel()
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: timeout, KeepAlive: keepAlive, Control: setKeepAlive}
	var conn net.Conn
	for _, address := range addresses {
		conn, err = dialer.DialContext(ctx, "tcp", net.JoinHostPort(address, port))
		if err == nil || ctx.Err() != nil {
			break
		}
	}
	return conn, err
}
