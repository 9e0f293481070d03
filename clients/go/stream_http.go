package logio

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A HubError is a hub's refusal of a request.
type HubError struct {
	Status  int    // of HTTP
	Code    string // the hub's word: bad_pattern; empty if it is no hub's answer
	Message string // one line
	Hint    string // what to do about it, or empty
}

func (e *HubError) Error() string {
	text := fmt.Sprintf("logio: the hub answers %d: %s", e.Status, e.Message)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// passing errors are those of a hub that is starting or ending, or of a proxy before it.
func (e *HubError) passing() bool {
	return e.Status >= 500 || e.Status == http.StatusTooManyRequests ||
		e.Status == http.StatusRequestTimeout
}

// An opener makes one request; the body has a time-out for silence.
type opener func(ctx context.Context, hub *url.URL) (body io.ReadCloser, cursor string, err error)

var client = http.Client{
	Transport: &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: 30 * time.Second,
		DisableCompression:    true,
		DisableKeepAlives:     true,
	},
}

func openHTTP(ctx context.Context, hub *url.URL) (io.ReadCloser, string, error) {
	ctx, cancel := context.WithCancel(ctx)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, hub.String(), nil)
	if err != nil {
		cancel()
		return nil, "", err
	}
	request.Header.Set("Accept", "application/x-ndjson")
	response, err := client.Do(request)
	if err != nil {
		cancel()
		return nil, "", err
	}
	if response.StatusCode != http.StatusOK {
		defer cancel()
		defer response.Body.Close()
		return nil, "", refusal(response)
	}
	body := &quietBody{ReadCloser: response.Body, cancel: cancel, time: quietTime}
	body.timer = time.AfterFunc(quietTime, cancel)
	return body, response.Header.Get("Logio-Cursor"), nil
}

// A quietBody ends when nothing comes for too long.
type quietBody struct {
	io.ReadCloser
	cancel context.CancelFunc
	timer  *time.Timer
	time   time.Duration
}

func (b *quietBody) Read(room []byte) (int, error) {
	b.timer.Reset(b.time)
	return b.ReadCloser.Read(room)
}

func (b *quietBody) Close() error {
	b.timer.Stop()
	b.cancel()
	return b.ReadCloser.Close()
}

func refusal(response *http.Response) *HubError {
	text, _ := io.ReadAll(io.LimitReader(response.Body, 8<<10)) // what there is
	var said struct {
		Error struct{ Code, Message, Hint string }
	}
	e := &HubError{Status: response.StatusCode}
	if json.Unmarshal(text, &said) == nil && said.Error.Message != "" {
		e.Code = said.Error.Code
		e.Message, e.Hint = oneLine(said.Error.Message), oneLine(said.Error.Hint)
		return e
	}
	first, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	e.Message = oneLine(strings.TrimPrefix(first, "error: "))
	if e.Message == "" {
		e.Message = http.StatusText(e.Status)
	}
	return e
}
