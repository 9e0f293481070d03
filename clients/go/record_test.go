package logio

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

var at = time.Unix(1795225553, 955367001)

func TestOneFinalLineEndIsLeftOut(t *testing.T) {
	for text, want := range map[string]string{
		"": "", "\n": "", "\r\n": "", "\r": "\r", "a\n": "a", "a\r\n": "a", "a\n\n": "a\n",
		"a\nb": "a\nb", "a\n\r": "a\n\r",
	} {
		if got := withoutLineEnd([]byte(text)); string(got) != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

func TestTimesAreUTCWithNineDigits(t *testing.T) {
	var s stamp
	for _, each := range []time.Time{
		at, time.Unix(0, 0), time.Unix(-1, 999_999_999), time.Unix(1<<33, 1),
		time.Date(2016, 12, 6, 23, 4, 5, 600, time.FixedZone("", 3600)),
	} {
		want := each.UTC().Format("2006-01-02T15:04:05.000000000")
		if got := string(appendTime(nil, each, 9)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		for i := 0; i < 2; i++ {
			if got := string(s.append(nil, each)); got != want {
				t.Errorf("remembered %s, want %s", got, want)
			}
		}
	}
	if got := string(appendTime(nil, at, 3)); got != "2026-11-21T01:45:53.955" {
		t.Error(got)
	}
}

func TestALongTextIsCutBetweenCharacters(t *testing.T) {
	text := []byte("x" + strings.Repeat("ü", 600_000))
	m := message{text: text, time: at, fields: []byte(`{"a":1}`)}
	var got struct {
		Raw    string
		Fields struct{ Cut_bytes, A int }
	}
	if err := json.Unmarshal(m.append(nil, new(stamp)), &got); err != nil {
		t.Fatal(err)
	}
	if !utf8.ValidString(got.Raw) || len(got.Raw) > textBytesMax || got.Fields.A != 1 {
		t.Errorf("%d bytes, %+v", len(got.Raw), got.Fields)
	}
	kept, _, found := strings.Cut(got.Raw, " [cut: ")
	if !found || len(kept)+got.Fields.Cut_bytes != 1_200_001 {
		t.Errorf("%d bytes are kept, %d cut", len(kept), got.Fields.Cut_bytes)
	}
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte("a \"b\" \\ \t\r\n\x00\x1f ü \xff <&>\u2028"), "warn")
	f.Fuzz(func(t *testing.T, text []byte, severity string) {
		line := message{text: text, time: at, severity: Severity(severity)}.append(nil, new(stamp))
		if bytes.IndexByte(line, '\n') != len(line)-1 {
			t.Fatalf("%q is not one line: %q", text, line)
		}
		var got struct{ Raw, Severity string }
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if utf8.Valid(text) && len(text) <= textBytesMax && got.Raw != string(text) {
			t.Errorf("%q became %q", text, got.Raw)
		}
	})
}

// A word of eight is looked at as a whole: every byte is tried at every place, beside every kind.
func TestPlainBytesEndAtTheFirstThatIsNot(t *testing.T) {
	for _, filler := range []byte{' ', 'a', 0x7f, 0x80, 0xff, '"' + 1, '\\' - 1, 0, '"', '\\'} {
		for place := 0; place < 20; place++ {
			for c := 0; c < 256; c++ {
				text := bytes.Repeat([]byte{filler}, 20)
				text[place] = byte(c)
				want := 0
				for want < len(text) && text[want] >= ' ' && text[want] != '"' &&
					text[want] != '\\' {
					want++
				}
				if got := plainBytes(text); got != want {
					t.Fatalf("%q: %d, want %d", text, got, want)
				}
				if got := plainBytes(string(text)); got != want {
					t.Fatalf("%q as a string: %d, want %d", text, got, want)
				}
			}
		}
	}
}
