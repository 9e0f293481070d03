package logio

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds and times that a Config with zeros has.
const (
	DefaultBufferBytes    = 64 << 20
	DefaultBufferRecords  = 1_000_000
	defaultConnectTimeout = 5 * time.Second
	defaultGreetingWait   = 2 * time.Second
	defaultFirstRetry     = 200 * time.Millisecond
	defaultLongestRetry   = 15 * time.Second

	topicBytesMax = 255
)

// A Config says where records go and under which topic. Only Address and App are required; the
// zero value of every other field means its default.
//
// Username, Password, Address, App, Proc and Host are what a Config of the original client has.
type Config struct {
	// Accepted and reserved: hubs do not ask for them yet.
	Username string
	Password string
	// The hub, HOST or HOST:PORT, with 7701 as the default port. Several hubs are separated by
	// commas and tried in this order. An IPv6 address stands in brackets.
	Address string

	// The topic. Proc is by default the name of the program, Host that of the machine.
	App  string
	Proc string
	Host string

	// Most memory, and most records, that wait for the hub or for its acknowledgement.
	BufferBytes   int // DefaultBufferBytes
	BufferRecords int // DefaultBufferRecords

	ConnectTimeout time.Duration // for one address; 5 s
	GreetingWait   time.Duration // after it a silent hub may be an original one; 2 s
	FirstRetry     time.Duration // 200 ms; doubles with each retry, a quarter more or less
	LongestRetry   time.Duration // 15 s

	// OnEvent hears one line for each change: connected, away, dropped, refused (the first ten).
	// It is called on the publisher's goroutine and must not call the publisher. The default
	// writes to standard error when LOGIO_DEBUG=1 or Debug is set, else there is none.
	OnEvent func(line string)

	noProc, noHost bool // present in the URL, and empty
}

// Debug makes publishers tell on standard error what they do, as LOGIO_DEBUG=1 does. It is looked
// at when a publisher takes its first record.
var Debug = false

// complete returns the configuration with defaults for what is zero, and its hubs.
func (c Config) complete() (Config, []string, error) {
	hubs, err := parseHubs(c.Address)
	if err != nil {
		return c, nil, err
	}
	if c.App == "" {
		return c, nil, errors.New("app is missing; write app=NAME")
	}
	if c.Proc == "" && !c.noProc {
		c.Proc = programName()
	}
	if c.Host == "" && !c.noHost {
		c.Host = hostName()
	}
	for _, part := range []struct{ name, value string }{
		{"app", c.App}, {"proc", c.Proc}, {"host", c.Host},
	} {
		if why := topicFault(part.value); why != "" {
			return c, nil, fmt.Errorf("%s %s; choose another %s", part.name, why, part.name)
		}
	}
	if c.BufferBytes < 0 || c.BufferRecords < 0 {
		return c, nil, errors.New("a negative size of the buffer; leave it 0 for the default")
	}
	setDefault(&c.BufferBytes, DefaultBufferBytes)
	setDefault(&c.BufferRecords, DefaultBufferRecords)
	setDefault(&c.ConnectTimeout, defaultConnectTimeout)
	setDefault(&c.GreetingWait, defaultGreetingWait)
	setDefault(&c.FirstRetry, defaultFirstRetry)
	setDefault(&c.LongestRetry, max(c.FirstRetry, defaultLongestRetry))
	return c, hubs, nil
}

func setDefault[T int | time.Duration](to *T, value T) {
	if *to <= 0 {
		*to = value
	}
}

// programName and hostName are defaults, and so are always usable: what a topic cannot hold is
// left out.
func programName() string {
	if len(os.Args) == 0 {
		return ""
	}
	return usable(filepath.Base(os.Args[0]))
}

func hostName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return usable(name)
}

func usable(value string) string {
	value = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '[' || r == ']' || r == utf8.RuneError {
			return -1
		}
		return r
	}, value)
	for len(value) > topicBytesMax {
		_, size := utf8.DecodeLastRuneInString(value)
		value = value[:len(value)-size]
	}
	return value
}

func topicFault(value string) string {
	switch {
	case len(value) > topicBytesMax:
		return fmt.Sprintf("has %d bytes, at most %d are possible", len(value), topicBytesMax)
	case !utf8.ValidString(value):
		return "is not UTF-8"
	case strings.ContainsAny(value, "[]"):
		return "has a [ or ]"
	}
	for i, r := range value {
		if r < ' ' || r == 0x7f {
			return fmt.Sprintf("has a control character at byte %d", i)
		}
	}
	return ""
}
