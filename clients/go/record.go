package logio

import (
	"math/bits"
	"strconv"
	"time"
)

const (
	// A longer text is cut, and ends in ` [cut: N bytes]`.
	textBytesMax = 1 << 20
	// Room for that note with the longest N.
	cutNoteBytesMax = 34
)

// A Severity is a word that the hub knows. The empty one says nothing.
type Severity string

// The hub's severities.
const (
	SeverityTrace Severity = "trace"
	SeverityDebug Severity = "debug"
	SeverityInfo  Severity = "info"
	SeverityWarn  Severity = "warn"
	SeverityError Severity = "error"
	SeverityFatal Severity = "fatal"
)

// message is a record before it has a place in the queue.
type message struct {
	text     []byte
	time     time.Time
	severity Severity
	fields   []byte // empty, or a JSON object
}

// withoutLineEnd is text without one final \n or \r\n.
func withoutLineEnd(text []byte) []byte {
	n := len(text)
	if n > 0 && text[n-1] == '\n' {
		n--
		if n > 0 && text[n-1] == '\r' {
			n--
		}
	}
	return text[:n]
}

// append adds the line that goes over the wire.
func (m message) append(out []byte, s *stamp) []byte {
	text, cut := m.text, 0
	if len(text) > textBytesMax {
		kept := cutAt(text, textBytesMax-cutNoteBytesMax)
		text, cut = text[:kept], len(text)-kept
	}
	out = append(out, `{"time":"`...)
	out = s.append(out, m.time)
	out = append(out, `Z","raw":"`...)
	out = appendEscaped(out, text)
	if cut != 0 {
		out = append(out, " [cut: "...)
		out = strconv.AppendInt(out, int64(cut), 10)
		out = append(out, " bytes]"...)
	}
	out = append(out, '"')
	if m.severity != "" {
		out = append(out, `,"severity":`...)
		out = appendString(out, string(m.severity))
	}
	if cut != 0 {
		out = append(out, `,"fields":{"cut_bytes":`...)
		out = strconv.AppendInt(out, int64(cut), 10)
		if len(m.fields) > 2 {
			out = append(out, ',')
			out = append(out, m.fields[1:]...)
		} else {
			out = append(out, '}')
		}
	} else if len(m.fields) > 0 {
		out = append(out, `,"fields":`...)
		out = append(out, m.fields...)
	}
	return append(out, '}', '\n')
}

// cutAt is at most the given length, and not within a character if text is UTF-8.
func cutAt(text []byte, most int) int {
	at := most
	for at > most-3 && isContinuation(text[at]) {
		at--
	}
	if isContinuation(text[at]) {
		return most
	}
	return at
}

func isContinuation(b byte) bool { return b&0xc0 == 0x80 }

// appendTime adds the time in UTC with so many digits of a second, and no zone.
func appendTime(out []byte, t time.Time, digits int) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	out = appendPadded(out, year, 4)
	out = appendPadded(append(out, '-'), int(month), 2)
	out = appendPadded(append(out, '-'), day, 2)
	out = appendPadded(append(out, 'T'), hour, 2)
	out = appendPadded(append(out, ':'), minute, 2)
	out = appendPadded(append(out, ':'), second, 2)
	fraction := t.Nanosecond()
	for i := digits; i < 9; i++ {
		fraction /= 10
	}
	return appendPadded(append(out, '.'), fraction, digits)
}

// A stamp remembers the text of a second, which most records share with the one before.
type stamp struct {
	second int64
	text   []byte // up to the fraction; empty at first
}

// append adds what appendTime does with nine digits.
func (s *stamp) append(out []byte, t time.Time) []byte {
	const fraction = len(".000000000")
	if second := t.Unix(); second != s.second || len(s.text) == 0 {
		s.second = second
		s.text = appendTime(s.text[:0], t, 9)
		s.text = s.text[:len(s.text)-fraction]
	}
	out = append(append(out, s.text...), '.')
	return appendPadded(out, t.Nanosecond(), 9)
}

func appendPadded(out []byte, n, width int) []byte {
	out = append(out, "000000000"[:width]...)
	for i := len(out) - 1; n > 0 && width > 0; width-- {
		out[i] = byte('0' + n%10)
		n /= 10
		i--
	}
	return out
}

// appendString adds text as a JSON string.
func appendString[T string | []byte](out []byte, text T) []byte {
	out = append(out, '"')
	out = appendEscaped(out, text)
	return append(out, '"')
}

// appendEscaped leaves all as it is but what cannot stand in a JSON string.
func appendEscaped[T string | []byte](out []byte, text T) []byte {
	const hex = "0123456789abcdef"
	from := 0
	for {
		i := from + plainBytes(text[from:])
		out = append(out, text[from:i]...)
		if i == len(text) {
			return out
		}
		from = i + 1
		switch c := text[i]; c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\t':
			out = append(out, '\\', 't')
		default:
			out = append(out, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
}

// plainBytes is how many bytes come before the first that cannot stand in a JSON string. It looks
// at eight at once: of a word's lowest such byte the highest bit is set in unfit, and in no lower
// byte (Warren, Hacker's Delight, 6-1).
func plainBytes[T string | []byte](text T) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; i+8 <= len(text); i += 8 {
		word := uint64(text[i]) | uint64(text[i+1])<<8 | uint64(text[i+2])<<16 |
			uint64(text[i+3])<<24 | uint64(text[i+4])<<32 | uint64(text[i+5])<<40 |
			uint64(text[i+6])<<48 | uint64(text[i+7])<<56
		quotes, slashes := word^ones*'"', word^ones*'\\'
		unfit := (word-ones*' ')&^word | (quotes-ones)&^quotes | (slashes-ones)&^slashes
		if unfit &= highs; unfit != 0 {
			return i + bits.TrailingZeros64(unfit)/8
		}
	}
	for ; i < len(text); i++ {
		if c := text[i]; c < ' ' || c == '"' || c == '\\' {
			break
		}
	}
	return i
}

// appendLoss adds the record that tells of lost ones.
func appendLoss(out []byte, count uint64, since, now time.Time) []byte {
	text := append([]byte(nil), "Error L10 (output buffer overflow): "...)
	text = strconv.AppendUint(text, count, 10)
	text = append(text, " messages dropped since "...)
	text = append(appendTime(text, since, 3), '.')
	return message{text: text, time: now, severity: SeverityWarn}.append(out, new(stamp))
}
