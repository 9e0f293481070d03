// Command conformance is this client's driver for the table in clients/conformance: it does what
// each line of its input says, and answers in lines.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"strconv"
	"time"

	logio "github.com/logio/logio/clients/go"
)

const commandBytesMax = 64 << 20

type command struct {
	Do       string
	Base64   []byte
	Text     string
	TimeNS   *json.Number `json:"time_ns"`
	Severity logio.Severity
	Fields   map[string]any
	Count    int
	MS       int
	Hub      string
	Filter   logio.Filter
	Most     int
}

type object map[string]any

func main() {
	publisher := newPublisher(flags())
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, commandBytesMax)
	for lines.Scan() {
		var c command
		decoder := json.NewDecoder(bytes.NewReader(lines.Bytes()))
		decoder.UseNumber()
		if err := decoder.Decode(&c); err != nil {
			out.Encode(object{"error": err.Error()})
			continue
		}
		if c.Do == "close" {
			end(publisher, c.MS, out)
			return
		}
		if answer := do(publisher, c, out); answer != nil {
			out.Encode(answer)
		}
	}
	end(publisher, 5000, out)
}

// newPublisher is as LOGIO_URL says, but for the flags. If that is not usable, the package itself
// has said so.
func newPublisher(change func(*logio.Config)) *logio.Publisher {
	config, _, err := logio.ParseURL(os.Getenv("LOGIO_URL"))
	if err != nil {
		return logio.Default()
	}
	change(&config)
	publisher, err := logio.New(config)
	if err != nil {
		return logio.Default()
	}
	return publisher
}

func flags() func(*logio.Config) {
	bytes := flag.Int("buffer-bytes", 0, "most memory of records")
	records := flag.Int("buffer-records", 0, "most records")
	greeting := flag.Int("greeting-ms", 0, "how long a greeting is waited for")
	first := flag.Int("first-retry-ms", 0, "the first pause between connections")
	longest := flag.Int("longest-retry-ms", 0, "the longest pause between connections")
	flag.Parse()
	return func(c *logio.Config) {
		if c.BufferBytes == 0 {
			c.BufferBytes = *bytes
		}
		if c.BufferRecords == 0 {
			c.BufferRecords = *records
		}
		c.GreetingWait = time.Duration(*greeting) * time.Millisecond
		c.FirstRetry = time.Duration(*first) * time.Millisecond
		c.LongestRetry = time.Duration(*longest) * time.Millisecond
	}
}

func do(p *logio.Publisher, c command, out *json.Encoder) any {
	switch c.Do {
	case "log":
		log(p, c)
		return nil
	case "burst":
		return burst(p, c)
	case "flush":
		ctx, cancel := within(c.MS)
		defer cancel()
		return object{"flushed": p.Flush(ctx) == nil}
	case "stats":
		return object{"stats": counts(p)}
	case "subscribe":
		return subscribe(c, out)
	}
	return object{"error": "no such command: " + c.Do}
}

func log(p *logio.Publisher, c command) {
	text := c.Text
	if c.Base64 != nil {
		text = string(c.Base64)
	}
	entry := logio.Entry{Text: text, Severity: c.Severity, Fields: c.Fields}
	if c.TimeNS != nil {
		ns, _ := c.TimeNS.Int64()
		entry.Time = time.Unix(0, ns)
	}
	p.Log(entry)
}

func burst(p *logio.Publisher, c command) any {
	var longest time.Duration
	start := time.Now()
	before := start
	for i := 1; i <= c.Count; i++ {
		p.Write([]byte(c.Text + strconv.Itoa(i)))
		now := time.Now()
		longest = max(longest, now.Sub(before))
		before = now
	}
	return object{"burst": object{
		"elapsed_ns": time.Since(start).Nanoseconds(), "longest_ns": longest.Nanoseconds(),
	}}
}

func within(ms int) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), time.Duration(ms)*time.Millisecond)
}

func counts(p *logio.Publisher) object {
	s := p.Stats()
	return object{
		"added": s.Added, "acknowledged": s.Acknowledged, "refused": s.Refused,
		"dropped": s.Dropped, "unconfirmed": s.Unconfirmed,
	}
}

func end(p *logio.Publisher, ms int, out *json.Encoder) {
	ctx, cancel := within(ms)
	defer cancel()
	p.Close(ctx)
	out.Encode(object{"closed": counts(p)})
}

func subscribe(c command, out *json.Encoder) any {
	stream, err := logio.Subscribe(context.Background(), c.Hub, c.Filter)
	if err != nil {
		out.Encode(object{"error": err.Error()})
		return object{"subscribed": 0}
	}
	defer stream.Close()
	seen := 0
	for seen < c.Most && stream.Next() {
		seen++
		if loss := stream.Loss(); loss != nil {
			out.Encode(object{"loss": lossOf(loss)})
		} else {
			out.Encode(object{"record": recordOf(stream.Record())})
		}
	}
	if err := stream.Err(); err != nil {
		out.Encode(object{"error": err.Error()})
	}
	return object{"subscribed": seen}
}

func timeOf(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }

func recordOf(r *logio.Record) object {
	o := object{"cursor": r.Cursor, "text": r.Text}
	for name, value := range map[string]string{"app": r.App, "proc": r.Proc, "host": r.Host} {
		if value != "" {
			o[name] = value
		}
	}
	for name, value := range map[string]time.Time{"time": r.Time, "arrived": r.Arrived} {
		if !value.IsZero() {
			o[name] = timeOf(value)
		}
	}
	if r.Severity != 0 {
		o["severity"] = r.Severity
	}
	if r.Fields != nil {
		o["fields"] = r.Fields
	}
	return o
}

func lossOf(l *logio.Loss) object {
	o := object{"reason": l.Reason, "text": l.Text}
	if !l.Since.IsZero() {
		o["since"] = timeOf(l.Since)
	}
	switch l.Kind {
	case logio.ContinuityLost:
		o["continuity_lost"] = true
	case logio.Dropped:
		o["dropped"] = *l.Count
	case logio.Missed:
		o["missed"] = *l.Count
	default:
		o["error"] = fmt.Sprint("a loss of kind ", l.Kind)
	}
	return o
}
