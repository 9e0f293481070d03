package logio

import (
	"bytes"
	"encoding/json"
	"net"
)

// What a hub says to an acknowledged publisher, one JSON object per line; and the end of it.
type answerKind int

const (
	answerNone answerKind = iota
	answerGreeting
	answerAck
	answerError
	answerEnd
)

type answer struct {
	kind     answerKind
	number   uint64 // acknowledged up to it; of the refused record
	numbered bool
	text     string // an error's message
	err      error  // of answerEnd
}

// A line of an answer; of what is longer the rest is left out.
const answerBytesMax = 64 << 10

// readAnswers ends with answerEnd, or when done is closed.
func readAnswers(conn net.Conn, to chan<- answer, done <-chan struct{}) {
	room := make([]byte, 4<<10)
	var line []byte
	for {
		n, err := conn.Read(room)
		for rest := room[:n]; len(rest) > 0; {
			part, behind, whole := bytes.Cut(rest, []byte{'\n'})
			rest = behind
			line = append(line, part[:min(len(part), answerBytesMax-len(line))]...)
			if !whole {
				break
			}
			a := parseAnswer(line)
			line = line[:0]
			if a.kind != answerNone && !pass(to, a, done) {
				return
			}
		}
		if err != nil {
			pass(to, answer{kind: answerEnd, err: err}, done)
			return
		}
	}
}

func pass(to chan<- answer, a answer, done <-chan struct{}) bool {
	select {
	case to <- a:
		return true
	case <-done:
		return false
	}
}

// parseAnswer passes over what it does not know.
func parseAnswer(line []byte) answer {
	var said struct {
		Logio *json.RawMessage `json:"logio"`
		Ack   *uint64          `json:"ack"`
		Error *struct {
			Message string  `json:"message"`
			Record  *uint64 `json:"record"`
		} `json:"error"`
	}
	if json.Unmarshal(line, &said) != nil {
		return answer{}
	}
	switch {
	case said.Error != nil && said.Error.Record != nil:
		return answer{kind: answerError, number: *said.Error.Record, numbered: true,
			text: oneLine(said.Error.Message)}
	case said.Error != nil:
		return answer{kind: answerError, text: oneLine(said.Error.Message)}
	case said.Ack == nil:
		return answer{}
	case said.Logio != nil:
		return answer{kind: answerGreeting, number: *said.Ack}
	}
	return answer{kind: answerAck, number: *said.Ack}
}
