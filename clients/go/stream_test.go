package logio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A script answers the requests of a subscriber, one function for each.
func startScript(t *testing.T, answers ...func(http.ResponseWriter, *http.Request)) string {
	t.Helper()
	next := make(chan func(http.ResponseWriter, *http.Request), len(answers))
	for _, answer := range answers {
		next <- answer
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case answer := <-next:
			answer(w, r)
		default:
			t.Errorf("one request too many: %s", r.URL)
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func items(lines ...string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Logio-Cursor", "e-0")
		fmt.Fprint(w, strings.Join(lines, "\n")+"\n")
	}
}

func subscribe(t *testing.T, hub string, filter Filter) *Stream {
	t.Helper()
	stream, err := Subscribe(patient(t), hub, filter)
	if err != nil {
		t.Fatal(err)
	}
	stream.retry = retries{first: time.Millisecond, longest: 10 * time.Millisecond}
	t.Cleanup(func() { stream.Close() })
	return stream
}

func TestAStreamHasRecordsAndLossesInOrder(t *testing.T) {
	hub := startScript(t, items(
		`{"cursor":"e-1","time":"2026-11-21T01:45:53.955367001Z","app":"shop","severity":13,`+
			`"text":"a","fields":{"n":9007199254740993}}`,
		"",
		`{"dropped":3,"since":"2016-12-06T22:14:21.448Z","reason":"slow_subscriber","text":"L10"}`,
		`{"missed":7,"text":"L13"}`,
		`{"continuity_lost":true,"text":"L15"}`,
		`{"news":1}`,
		`{"cursor":"e-2","text":"b"}`,
	))
	stream := subscribe(t, hub, Filter{Until: "1s"})
	var got []string
	for stream.Next() {
		if r := stream.Record(); r != nil {
			got = append(got, fmt.Sprint(r.Text, r.Severity, string(r.Fields)))
			continue
		}
		loss := stream.Loss()
		count := "-"
		if loss.Count != nil {
			count = fmt.Sprint(*loss.Count)
		}
		got = append(got, fmt.Sprint(loss.Kind, " ", count, " ", loss.Text))
	}
	want := `a13{"n":9007199254740993}|dropped 3 L10|missed 7 L13|continuity lost - L15|b0`
	if strings.Join(got, "|") != want || stream.Err() != nil || stream.Cursor() != "e-2" {
		t.Errorf("got %q, %v, %s", got, stream.Err(), stream.Cursor())
	}
}

func TestAStreamEndsAtOnceWithItsContextAndItsClose(t *testing.T) {
	waiting := make(chan struct{}, 2)
	hold := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		waiting <- struct{}{}
		<-r.Context().Done()
	}
	hub := startScript(t, hold, hold)
	ctx, cancel := context.WithCancel(context.Background())
	for name, end := range map[string]func(*Stream){
		"context": func(*Stream) { cancel() },
		"Close":   func(s *Stream) { s.Close() },
	} {
		of := context.Background()
		if name == "context" {
			of = ctx
		}
		stream, err := Subscribe(of, hub, Filter{})
		if err != nil {
			t.Fatal(err)
		}
		over := make(chan bool)
		go func() { over <- stream.Next() }()
		<-waiting
		end(stream)
		select {
		case more := <-over:
			if more || stream.Err() != nil {
				t.Errorf("%s: %v %v", name, more, stream.Err())
			}
		case <-time.After(patience):
			t.Fatalf("%s does not end it", name)
		}
	}
}

func TestAQuietHubIsAsked(t *testing.T) {
	hub := startScript(t, func(w http.ResponseWriter, r *http.Request) {
		items(`{"cursor":"e-1","text":"a"}`)(w, r)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}, func(w http.ResponseWriter, r *http.Request) {
		if after := r.URL.Query().Get("after"); after != "e-1" {
			t.Errorf("asked behind %q", after)
		}
		items(`{"cursor":"e-2","text":"b"}`)(w, r)
	})
	stream := subscribe(t, hub, Filter{})
	stream.open = func(ctx context.Context, hub *url.URL) (io.ReadCloser, string, error) {
		body, cursor, err := openHTTP(ctx, hub)
		if quiet, ok := body.(*quietBody); ok {
			quiet.time = 50 * time.Millisecond
		}
		return body, cursor, err
	}
	for _, want := range []string{"a", "b"} {
		if !stream.Next() || stream.Record().Text != want {
			t.Fatalf("%s is missing: %v", want, stream.Err())
		}
	}
}

func TestAnAgeOfUntilCountsFromTheFirstRequest(t *testing.T) {
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	for age, want := range map[string]string{
		"90s": "2026-11-21T11:58:30Z", "2h": "2026-11-21T10:00:00Z", "3d": "2026-11-18T12:00:00Z",
		"500ms": "2026-11-21T11:59:59.5Z", "2026-01-01T00:00:00Z": "2026-01-01T00:00:00Z", "": "",
		"999999999d": "999999999d", "soon": "soon",
	} {
		if got := (Filter{Until: age}).fixed(now).Until; got != want {
			t.Errorf("%q becomes %q, want %q", age, got, want)
		}
	}
}

func TestSubscribeRefusesWhatNoHubCanAnswer(t *testing.T) {
	for hub, want := range map[string]string{
		"": "write http://HOST:7702", "gopher://hub": "write http://HOST:7702",
		"http://": "write http://HOST:7702", "http://hub:7702/?app=x": "in the Filter",
	} {
		if _, err := Subscribe(context.Background(), hub, Filter{}); err == nil ||
			!strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", hub, err, want)
		}
	}
	for _, filter := range []Filter{
		{After: "e-1", Tail: 3}, {After: "e-1", Since: "1h"}, {Tail: -1},
	} {
		if _, err := Subscribe(context.Background(), "http://hub", filter); err == nil {
			t.Errorf("%+v is taken", filter)
		}
	}
}

func TestARefusalIsAnErrorInTheHubsWords(t *testing.T) {
	hub := startScript(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"error":{"code":"bad_pattern","message":"proc: missing )",`+
			`"hint":"close it"}}`)
	})
	stream := subscribe(t, hub, Filter{Proc: "(web"})
	var said *HubError
	if stream.Next() || !errors.As(stream.Err(), &said) || said.Code != "bad_pattern" ||
		said.Error() != "logio: the hub answers 400: proc: missing ); close it" {
		t.Error(stream.Err())
	}
}

func TestWhatIsNoStreamOfRecordsIsAnError(t *testing.T) {
	hub := startScript(t, items("<html>"))
	stream := subscribe(t, hub, Filter{})
	if stream.Next() || stream.Err() == nil || !strings.Contains(stream.Err().Error(), "<html>") {
		t.Error(stream.Err())
	}
}
