package logio

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand"
	"net/url"
	"time"
)

const (
	// A hub that says nothing at all for so long, where a heartbeat comes every 15 s, is away.
	quietTime = 45 * time.Second
	// The longest line; the hub's longest record has 16 MiB before its bytes are escaped.
	streamLineBytesMax = 128 << 20
)

// A Stream has the records and the notices of loss of a subscription, in order:
//
//	for stream.Next() {
//		if loss := stream.Loss(); loss != nil {
//			fmt.Println(loss.Text)
//			continue
//		}
//		fmt.Println(stream.Record().Text)
//	}
//	if err := stream.Err(); err != nil { … }
//
// It goes on behind the last record after any cut. Only one goroutine may use it, but any may call
// Close.
type Stream struct {
	ctx    context.Context
	cancel context.CancelFunc
	hub    *url.URL
	filter Filter
	open   opener
	retry  retries

	body   io.ReadCloser
	lines  *bufio.Reader
	cursor string
	asked  bool // the first request was taken
	failed bool // the next request waits before
	record *Record
	loss   *Loss
	err    error
}

// Subscribe asks the hub, whose URL is like http://hub:7702, for a stream. Nothing is sent before
// the first Next. The error is about the URL or the filter. Ending ctx ends the stream.
func Subscribe(ctx context.Context, hubURL string, filter Filter) (*Stream, error) {
	hub, err := parseHubURL(hubURL)
	if err != nil {
		return nil, err
	}
	if filter.After != "" && (filter.Since != "" || filter.Tail != 0) {
		return nil, errors.New("logio: After excludes Since and Tail; leave out one of them")
	}
	if filter.Tail < 0 {
		return nil, errors.New("logio: Tail is negative; write how many records, or 0")
	}
	ctx, cancel := context.WithCancel(ctx)
	return &Stream{
		ctx: ctx, cancel: cancel, hub: hub, filter: filter, cursor: filter.After,
		open:  openHTTP,
		retry: retries{first: defaultFirstRetry, longest: defaultLongestRetry},
	}, nil
}

// Next waits for the next record or notice of loss. It is false at the end of the stream: that of
// the context, Close, Until, or what no retry will mend, for which see Err.
func (s *Stream) Next() bool {
	s.record, s.loss = nil, nil
	for s.err == nil {
		if s.ctx.Err() != nil {
			s.err = s.ctx.Err()
			break
		}
		if s.body == nil && !s.connect() {
			continue
		}
		line, err := s.readLine()
		if err != nil {
			s.cut(err)
			continue
		}
		s.retry.reset()
		if len(bytes.TrimSpace(line)) > 0 && s.take(line) {
			return true
		}
	}
	s.hangUp()
	return false
}

// Record returns what Next found, or nil if that is a notice of loss.
func (s *Stream) Record() *Record { return s.record }

// Loss returns the notice of loss that Next found, or nil if that is a record.
func (s *Stream) Loss() *Loss { return s.loss }

// Cursor returns the place of the last record, for Filter.After; before the first one the place
// where the stream began, and empty before the hub's first answer.
func (s *Stream) Cursor() string { return s.cursor }

// Err returns why Next was false; nil after Close, the context's end or Until.
func (s *Stream) Err() error {
	if s.err == io.EOF || errors.Is(s.err, context.Canceled) ||
		errors.Is(s.err, context.DeadlineExceeded) {
		return nil
	}
	return s.err
}

// Close ends the stream, also for a Next that waits.
func (s *Stream) Close() error {
	s.cancel()
	return nil
}

// connect makes a request, behind what was seen. False: try again, or see err.
func (s *Stream) connect() bool {
	if s.failed && !s.retry.wait(s.ctx) {
		return false
	}
	s.failed = true
	hub := *s.hub
	hub.RawQuery = s.filter.query(s.cursor).Encode()
	began := time.Now()
	body, cursor, err := s.open(s.ctx, &hub)
	if err != nil {
		var said *HubError
		if errors.As(err, &said) && !said.passing() {
			s.err = err
		}
		return false
	}
	if s.cursor == "" {
		s.cursor = cursor
	}
	if !s.asked {
		s.asked = true
		s.filter = s.filter.fixed(began)
	}
	s.body, s.lines = body, bufio.NewReaderSize(body, 64<<10)
	return true
}

func (s *Stream) cut(err error) {
	s.hangUp()
	if errors.Is(err, io.EOF) && s.filter.Until != "" {
		s.err = io.EOF
	} else if errors.Is(err, errLongLine) {
		s.err = err
	}
}

func (s *Stream) hangUp() {
	if s.body != nil {
		s.body.Close()
		s.body, s.lines = nil, nil
	}
}

var errLongLine = fmt.Errorf("logio: the hub sent a line of more than %d bytes; is it a hub?",
	streamLineBytesMax)

// readLine returns a whole line. One that is cut is not a line: it comes again.
func (s *Stream) readLine() ([]byte, error) {
	var line []byte
	for {
		part, err := s.lines.ReadSlice('\n')
		if err == nil && line == nil {
			return part, nil
		}
		if len(line)+len(part) > streamLineBytesMax {
			return nil, errLongLine
		}
		line = append(line, part...)
		if err == nil {
			return line, nil
		}
		if err != bufio.ErrBufferFull {
			return nil, err
		}
	}
}

func (s *Stream) take(line []byte) bool {
	record, loss, err := parseItem(line)
	if err != nil {
		s.err = fmt.Errorf("logio: what %s sends is no stream of records: %s", s.hub.Redacted(),
			oneLine(string(line[:min(len(line), 80)])))
		return false
	}
	s.record, s.loss = record, loss
	if record != nil {
		s.cursor = record.Cursor
	}
	return record != nil || loss != nil
}

// retries are pauses that double, up to a quarter more or less.
type retries struct{ first, longest, next time.Duration }

func (r *retries) reset() { r.next = 0 }

func (r *retries) wait(ctx context.Context) bool {
	pause := max(r.next, r.first)
	r.next = min(2*pause, r.longest)
	quarter := int64(pause / 4)
	timer := time.NewTimer(pause + time.Duration(rand.Int63n(2*quarter+1)-quarter))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
