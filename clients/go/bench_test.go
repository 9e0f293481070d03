package logio

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// What one log call costs on the application's goroutine, beside the same call that writes to a
// file: go test -run '^$' -bench Log

func benchFile(b testing.TB) *os.File {
	file, err := os.Create(filepath.Join(b.TempDir(), "log"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { file.Close() })
	return file
}

func benchLog(b *testing.B, out io.Writer) {
	logger := log.New(out, "", log.LstdFlags)
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		logger.Printf("GET /cart/%d 200 from 10.45.22.14 in 12 ms, a line as long as usual", i)
	}
}

func benchSlog(b *testing.B, handler slog.Handler) {
	logger := slog.New(handler)
	b.ResetTimer()
	for i := 0; i < b.N; i++ {
		logger.Info("GET /cart", "n", i, "status", 200, "from", "10.45.22.14", "ms", 12)
	}
}

// benchHubs has the two hubs that a call may meet.
func benchHubs(b *testing.B, bench func(*testing.B, *Publisher)) {
	b.Run("up", func(b *testing.B) {
		bench(b, newTestPublisher(b, countingHub(b), nil))
	})
	b.Run("away", func(b *testing.B) {
		bench(b, newTestPublisher(b, nobody(b), nil))
	})
}

func BenchmarkLog(b *testing.B) {
	b.Run("file", func(b *testing.B) { benchLog(b, benchFile(b)) })
	b.Run("hub", func(b *testing.B) {
		benchHubs(b, func(b *testing.B, p *Publisher) { benchLog(b, p) })
	})
	b.Run("file and hub", func(b *testing.B) {
		benchHubs(b, func(b *testing.B, p *Publisher) {
			benchLog(b, &teeWriter{publisher: p, next: benchFile(b)})
		})
	})
}

func BenchmarkSlog(b *testing.B) {
	b.Run("file", func(b *testing.B) { benchSlog(b, slog.NewJSONHandler(benchFile(b), nil)) })
	b.Run("hub", func(b *testing.B) {
		benchHubs(b, func(b *testing.B, p *Publisher) { benchSlog(b, p.Handler(nil)) })
	})
}

// countingHub reads and acknowledges with as little work as there can be: the cost that is looked
// for is the application's.
func countingHub(b testing.TB) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { listener.Close() })
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		room := make([]byte, 256<<10)
		lines := -1 // the topic is the first
		fmt.Fprint(conn, `{"logio":1,"epoch":"e","ack":0}`+"\n")
		for {
			n, err := conn.Read(room)
			if err != nil {
				return
			}
			lines += bytes.Count(room[:n], []byte{'\n'})
			fmt.Fprintf(conn, `{"ack":%d}`+"\n", lines)
		}
	}()
	return listener.Addr().String()
}
