package logio

import (
	"reflect"
	"strings"
	"testing"
)

func TestParseURL(t *testing.T) {
	for text, want := range map[string]Config{
		"logio://hub?app=a&proc=p&host=h": {Address: "hub", App: "a", Proc: "p", Host: "h"},
		"logio://u:p%40@hub:1/?app=a&proc=p&host=h": {
			Username: "u", Password: "p@", Address: "hub:1", App: "a", Proc: "p", Host: "h"},
		"logio://[::1]:7701,hub2?app=a&proc=&host=#top": {
			Address: "[::1]:7701,hub2", App: "a", noProc: true, noHost: true},
		"logio://hub?app=a+b%2B%C3%BC&proc=p&host=h&buffer_bytes=2MiB&buffer_records=7": {
			Address: "hub", App: "a b+ü", Proc: "p", Host: "h", BufferBytes: 2 << 20,
			BufferRecords: 7},
	} {
		if got, unknown, err := ParseURL(text); err != nil || unknown != nil ||
			!reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n%+v, want\n%+v (%v, %v)", text, got, want, unknown, err)
		}
	}
}

func TestParseURLNamesUnknownKeys(t *testing.T) {
	_, unknown, err := ParseURL("logio://hub?app=a&colour=red&%00=1")
	if want := []string{`"colour"`, `"%00"`}; err != nil || !reflect.DeepEqual(unknown, want) {
		t.Error(unknown, err)
	}
}

func TestParseURLSaysWhatIsWrongAndWhatToWrite(t *testing.T) {
	for text, want := range map[string]string{
		"":                                              "logio://HOST",
		"http://hub?app=a":                              "logio://HOST",
		"logio://?app=a":                                "host is missing",
		"logio://hub,?app=a":                            "host is missing",
		"logio://hub":                                   "app is missing",
		"logio://hub?app=":                              "app is missing",
		"logio://hub:0?app=a":                           `port "0"`,
		"logio://hub:65536?app=a":                       `port "65536"`,
		"logio://u:secret@hub:x%0a?app=a":               `port "x%0a"`,
		"logio://::1?app=a":                             "IPv6 address in [ ]",
		"logio://[::1?app=a":                            "[ without ]",
		"logio://[::1]x?app=a":                          "port",
		"logio://a b?app=a":                             "space",
		"logio://hub?app=%zz":                           `"app" has a % without`,
		"logio://u:%zz@hub?app=a":                       "password has a %",
		"logio://hub?app=a%0a":                          "app has a control character at byte 1",
		"logio://hub?app=%ff":                           "app is not UTF-8",
		"logio://hub?app=a&host=[":                      "host has a [",
		"logio://hub?app=a&buffer_bytes=0":              "64MiB",
		"logio://hub?app=a&buffer_bytes=9EB":            "64MiB",
		"logio://hub?app=a&buffer_bytes=99999999999GiB": "64MiB",
		"logio://hub?app=a&buffer_records=-1":           "1000000",
		"logio://hub?app=" + strings.Repeat("a", 256):   "256 bytes, at most 255",
	} {
		_, _, err := ParseURL(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the password is told: %v", text, err)
		}
	}
}

func TestWhatIsAbsentHasADefaultThatIsUsable(t *testing.T) {
	c, _, err := ParseURL("logio://hub?app=a")
	if err != nil {
		t.Fatal(err)
	}
	c, hubs, err := c.complete()
	if err != nil || c.Proc == "" || strings.Contains(c.Proc, "/") || topicFault(c.Host) != "" {
		t.Error(c, err)
	}
	if want := []string{"hub:7701"}; !reflect.DeepEqual(hubs, want) {
		t.Error(hubs)
	}
	if got := usable("a[b]\n" + strings.Repeat("ü", 200)); topicFault(got) != "" || len(got) < 200 {
		t.Errorf("%q", got)
	}
}

func FuzzParseURL(f *testing.F) {
	for _, text := range []string{
		"logio://hub?app=a", "logio://hub:x?app=%", "http://hub", "logio://@:,?&=#",
		"logio://u:p@[::1]:7701,hub2:1?app=a&proc=&host=h&buffer_bytes=1KiB",
		"logio://hub?app=a&buffer_records=1",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, _, err := ParseURL(text)
		if err != nil {
			if !reflect.DeepEqual(c, Config{}) || strings.ContainsAny(err.Error(), "\r\n\x00") {
				t.Errorf("%q: %+v, %q", text, c, err)
			}
			return
		}
		p, err := New(c)
		if err != nil {
			t.Fatalf("%q was taken, and then: %v", text, err)
		}
		if len(p.hubs) == 0 || p.config.App == "" || p.config.BufferBytes <= 0 ||
			p.config.BufferRecords <= 0 {
			t.Errorf("%q: %+v %v", text, p.config, p.hubs)
		}
	})
}
