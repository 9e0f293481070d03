// Package logio publishes a program's logs to a logio hub, and reads the logs of others from it.
//
// # Publishing
//
// Import it and set one environment variable:
//
//	import _ "github.com/logio/logio/clients/go"
//
//	LOGIO_URL='logio://hub:7701?app=shop&proc=web'
//
// What the program writes with package log or with slog's default logger is then published, and
// still written to where it was written before. A slog record keeps its time, its level as a
// severity, and its attributes as fields. Without LOGIO_URL nothing changes; with one that is not
// usable, one line on standard error says why. LOGIO_DEBUG=1 tells on standard error what the
// client does; else it says nothing, ever.
//
// [Output] is a writer to the hub and [Handler] a [log/slog.Handler]; [Tee] publishes what another
// handler takes. [New] makes a publisher with a configuration of its own. A later call of
// log.SetOutput or slog.SetDefault takes the place of what the import has set up.
//
// No call waits for the hub. Records wait for it in a buffer of 64 MiB and 1,000,000 records, from
// which the oldest are dropped first; what was dropped is told of by a record in its place, and
// counted by [Publisher.Stats]. What was sent is kept until the hub acknowledges it, and is sent
// again after a cut without being doubled.
//
// # The end of a program
//
// What is still in the buffer when a program ends is lost, so let main begin with
//
//	defer logio.Flush(context.Background())
//
// which waits up to 5 seconds. It is also run when main panics. log.Fatal ends a program without
// running what is deferred; its line, and all before it, are waited for by itself, up to a second.
// A call of os.Exit should have a [Flush] before it.
//
// A first SIGTERM is held back until the hub has everything, for up to 2 seconds, and does then
// what it would have done: it ends the program, or the program's own handler is notified of it, as
// it would have been. A second one does not wait. LOGIO_SIGTERM=0 leaves SIGTERM alone. So it is on
// Linux on amd64 and arm64, without the tag purego; for other systems, and for interrupt, see
// [FlushOnSignal]. A program with a handler still calls [Flush] at its end, for what it logs there.
//
// # Reading
//
// [Subscribe] has records and notices of loss, and goes on behind the last record after any cut.
//
// # Applications of the original client
//
// They move by a line in their go.mod: Output, Config and Debug are what they were.
//
//	replace github.com/kevin-cantwell/logio => ./path/to/clients/go
package logio
