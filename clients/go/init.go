package logio

import (
	"context"
	"fmt"
	"io"
	"log"
	"log/slog"
	"os"
	"strings"
	"syscall"
)

// standard is LOGIO_URL's publisher; output is nil without LOGIO_URL.
var (
	standard = &Publisher{}
	output   io.Writer
)

func init() {
	if text, ok := os.LookupEnv("LOGIO_URL"); ok && text != "" {
		standard = fromEnvironment(text, os.Stderr)
		output = standard
		if standard.buffer != nil {
			takeOver()
			switch os.Getenv("LOGIO_SIGTERM") {
			case "0":
			case "1":
				FlushOnSignal(syscall.SIGTERM)
			default:
				holdBackSIGTERM(standard.Flush, func(line string) { standard.listener()(line) })
			}
		}
	}
}

// fromEnvironment says in one line what is wrong with the URL. Then everything is discarded.
func fromEnvironment(text string, stderr io.Writer) *Publisher {
	config, unknown, err := ParseURL(text)
	var p *Publisher
	if err == nil {
		p, err = New(config)
	}
	if err != nil {
		fmt.Fprintf(stderr, "logio: LOGIO_URL: %v; nothing is published\n", err)
		return &Publisher{}
	}
	if len(unknown) > 0 {
		fmt.Fprintf(stderr, "logio: LOGIO_URL: unknown %s; it is passed over\n",
			oneLine(strings.Join(unknown, ", ")))
	}
	return p
}

// takeOver has package log and slog's default publish beside what they did before. What
// slog.SetDefault does to package log is undone: its lines look as they did.
func takeOver() {
	writer, flags := log.Writer(), log.Flags()
	slog.SetDefault(slog.New(standard.Tee(slog.Default().Handler())))
	log.SetFlags(flags)
	log.SetOutput(&teeWriter{publisher: standard, next: writer})
}

// Default returns the publisher of LOGIO_URL. Without that, or if it is not usable, the publisher
// discards everything.
func Default() *Publisher { return standard }

// Output returns the writer to the hub of LOGIO_URL, each Write to which is one record; nil if
// LOGIO_URL is not set.
func Output() io.Writer { return output }

// Handler returns a slog.Handler that publishes to the hub of LOGIO_URL, and only there. See
// [Publisher.Handler].
func Handler(options *slog.HandlerOptions) slog.Handler { return standard.Handler(options) }

// Flush waits until the hub of LOGIO_URL has all that was published before. See [Publisher.Flush].
func Flush(ctx context.Context) error { return standard.Flush(ctx) }

// Close ends publishing to the hub of LOGIO_URL. See [Publisher.Close].
func Close(ctx context.Context) error { return standard.Close(ctx) }
