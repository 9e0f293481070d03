package logio

import (
	"encoding/json"
	"time"
)

// A Record is what a stream has most of.
type Record struct {
	Cursor   string          `json:"cursor"` // its place: where a later stream can go on behind it
	Time     time.Time       `json:"time"`
	Arrived  time.Time       `json:"arrived"`
	App      string          `json:"app"`
	Proc     string          `json:"proc"`
	Host     string          `json:"host"`
	Severity int             `json:"severity"` // 1 to 24; 0 if unknown
	Text     string          `json:"text"`
	Fields   json.RawMessage `json:"fields"` // a JSON object, or nil
}

// A LossKind says what was lost.
type LossKind int

const (
	// Dropped records were not sent to this stream: it reads too slowly, or was cut.
	Dropped LossKind = iota + 1
	// Missed records are not kept by the hub any more.
	Missed
	// ContinuityLost means that the hub does not know the place to go on behind: what came since
	// may be missing.
	ContinuityLost
)

func (k LossKind) String() string {
	switch k {
	case Dropped:
		return "dropped"
	case Missed:
		return "missed"
	case ContinuityLost:
		return "continuity lost"
	}
	return "unknown"
}

// A Loss is the hub's word that records are missing before the next one.
type Loss struct {
	Kind   LossKind
	Count  *uint64   // how many; at most so many if Missed; nil if nobody knows
	Since  time.Time // the zero value if nobody knows
	Reason string    // the hub's word: slow_subscriber, retention
	Text   string    // one line for people: Error L10 …
}

// parseItem returns one of the two, or neither for what it does not know.
func parseItem(line []byte) (*Record, *Loss, error) {
	var said struct {
		Record
		Dropped        *uint64   `json:"dropped"`
		Missed         *uint64   `json:"missed"`
		ContinuityLost bool      `json:"continuity_lost"`
		Since          time.Time `json:"since"`
		Reason         string    `json:"reason"`
	}
	if err := json.Unmarshal(line, &said); err != nil {
		return nil, nil, err
	}
	loss := &Loss{Since: said.Since, Reason: said.Reason, Text: said.Text}
	switch {
	case said.Cursor != "":
		return &said.Record, nil, nil
	case said.ContinuityLost:
		loss.Kind = ContinuityLost
	case said.Dropped != nil:
		loss.Kind, loss.Count = Dropped, said.Dropped
	case said.Missed != nil:
		loss.Kind, loss.Count = Missed, said.Missed
	default:
		return nil, nil, nil
	}
	return nil, loss, nil
}
