package logio

import "strings"

const shownBytesMax = 300

// oneLine makes what others sent fit for a line of a message.
func oneLine(text string) string {
	if len(text) > shownBytesMax {
		text = text[:shownBytesMax] + "..."
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, text)
}
