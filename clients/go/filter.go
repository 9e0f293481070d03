package logio

import (
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"time"
)

// A Filter says which records a stream has. The zero value is all that come from now on.
type Filter struct {
	// Patterns (RE2) for the whole of each value; empty means any.
	App, Proc, Host string

	Log      []string // patterns, all of which are somewhere in the text
	Exclude  []string // patterns, none of which is
	Severity Severity // at least

	// History: times of arrival, as RFC 3339 or as an age such as 90s, 10m, 2h, 3d.
	Since string
	Until string // the stream ends there
	Tail  int    // only the last so many
	After string // a Cursor; not with Since or Tail
}

// query is what the hub is asked for. Behind a cursor nothing of history is asked again.
func (f Filter) query(cursor string) url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("app", f.App)
	set("proc", f.Proc)
	set("host", f.Host)
	set("severity", string(f.Severity))
	set("until", f.Until)
	for _, pattern := range f.Log {
		q.Add("log", pattern)
	}
	for _, pattern := range f.Exclude {
		q.Add("exclude", pattern)
	}
	if cursor != "" {
		set("after", cursor)
	} else {
		set("since", f.Since)
		if f.Tail > 0 {
			q.Set("tail", strconv.Itoa(f.Tail))
		}
	}
	q.Set("format", "ndjson")
	q.Set("heartbeat", "15s")
	return q
}

var agePattern = regexp.MustCompile(`^(\d{1,9})(ms|s|m|h|d)$`)

// fixed is the filter to go on with: an age of Until counts from the first request.
func (f Filter) fixed(now time.Time) Filter {
	part := agePattern.FindStringSubmatch(f.Until)
	if part == nil {
		return f
	}
	unit := map[string]time.Duration{
		"ms": time.Millisecond, "s": time.Second, "m": time.Minute, "h": time.Hour,
		"d": 24 * time.Hour,
	}[part[2]]
	n, _ := strconv.Atoi(part[1])
	if limit := 36500 * 24 * time.Hour; time.Duration(n) <= limit/unit {
		f.Until = now.Add(-time.Duration(n) * unit).UTC().Format(time.RFC3339Nano)
	}
	return f
}

func parseHubURL(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return nil, fmt.Errorf("logio: the hub's URL is none; write http://HOST:7702")
	}
	if u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("logio: the hub's URL has a query; say it in the Filter")
	}
	if u.Port() == "" && u.Scheme == "http" {
		u.Host += ":7702"
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u, nil
}
