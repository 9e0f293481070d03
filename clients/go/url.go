package logio

import (
	"errors"
	"fmt"
	"math"
	"net"
	"net/url"
	"strconv"
	"strings"
)

const (
	publishPort = "7701"
	urlForm     = "logio://HOST:7701?app=NAME"
)

// ParseURL reads a URL as it stands in LOGIO_URL:
//
//	logio://[user:pass@]host[:7701][,host2[:port]…]?app=…[&proc=…][&host=…]
//
// with buffer_bytes (64MiB) and buffer_records (1000000) as further options. The second result
// names the keys of its query that are not known; they are no error. An error is one line, says
// what to write instead, and never holds the password.
func ParseURL(text string) (Config, []string, error) {
	var c Config
	rest, ok := strings.CutPrefix(text, "logio://")
	if !ok {
		return c, nil, errors.New("is no URL of a hub; write " + urlForm)
	}
	rest, _, _ = strings.Cut(rest, "#")
	authority, query := rest, ""
	if end := strings.IndexAny(rest, "/?"); end >= 0 {
		authority = rest[:end]
		_, query, _ = strings.Cut(rest[end:], "?")
	}
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		if err := c.setUser(authority[:at]); err != nil {
			return Config{}, nil, err
		}
		authority = authority[at+1:]
	}
	c.Address = authority
	unknown, err := c.setQuery(query)
	if err != nil {
		return Config{}, nil, err
	}
	if _, _, err := c.complete(); err != nil {
		return Config{}, nil, err
	}
	return c, unknown, nil
}

func (c *Config) setUser(text string) error {
	user, password, _ := strings.Cut(text, ":")
	var err1, err2 error
	c.Username, err1 = url.PathUnescape(user)
	c.Password, err2 = url.PathUnescape(password)
	if err1 != nil || err2 != nil {
		return errors.New("user or password has a % without two hex digits; write %25 for a %")
	}
	return nil
}

func (c *Config) setQuery(query string) (unknown []string, err error) {
	for _, pair := range strings.Split(query, "&") {
		if pair == "" {
			continue
		}
		name, escaped, _ := strings.Cut(pair, "=")
		value, err := url.QueryUnescape(escaped)
		if err != nil {
			return nil, fmt.Errorf("%s has a %% without two hex digits; write %%25 for a %%",
				strconv.QuoteToASCII(name))
		}
		switch name {
		case "app":
			c.App = value
		case "proc":
			c.Proc, c.noProc = value, value == ""
		case "host":
			c.Host, c.noHost = value, value == ""
		case "buffer_bytes":
			c.BufferBytes, err = parseSize(value)
		case "buffer_records":
			c.BufferRecords, err = parseCount(value)
		default:
			unknown = append(unknown, strconv.QuoteToASCII(name))
		}
		if err != nil {
			return nil, fmt.Errorf("%s %w", name, err)
		}
	}
	return unknown, nil
}

func parseCount(text string) (int, error) {
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil || n == 0 {
		return 0, fmt.Errorf("%q is no number of records; write one such as 1000000", text)
	}
	return int(n), nil
}

func parseSize(text string) (int, error) {
	bad := fmt.Errorf("%q is no size; write one such as 64MiB", text)
	number, shift := text, 0
	for unit, bits := range map[string]int{"KiB": 10, "MiB": 20, "GiB": 30} {
		if rest, ok := strings.CutSuffix(text, unit); ok {
			number, shift = rest, bits
		}
	}
	n, err := strconv.ParseUint(number, 10, 63)
	if err != nil || n == 0 || n > math.MaxInt>>shift {
		return 0, bad
	}
	return int(n << shift), nil
}

// parseHubs makes addresses for a dialer of HOST[:PORT],HOST[:PORT]….
func parseHubs(text string) ([]string, error) {
	var hubs []string
	for _, one := range strings.Split(text, ",") {
		hub, err := parseHub(one)
		if err != nil {
			return nil, err
		}
		hubs = append(hubs, hub)
	}
	return hubs, nil
}

func parseHub(text string) (string, error) {
	host, port := text, ""
	if inside, ok := strings.CutPrefix(text, "["); ok {
		host, port, ok = strings.Cut(inside, "]")
		if !ok {
			return "", errors.New("host has a [ without ]; write [ADDRESS]:7701")
		}
	} else if colon := strings.IndexByte(text, ':'); colon >= 0 {
		host, port = text[:colon], text[colon:]
		if strings.Count(port, ":") > 1 {
			return "", errors.New("host has several colons; write an IPv6 address in [ ]")
		}
	}
	if host == "" {
		return "", errors.New("host is missing; write " + urlForm)
	}
	for _, r := range host {
		if r <= ' ' || r == 0x7f {
			return "", errors.New("host has a space or control character; write " + urlForm)
		}
	}
	if port == "" {
		return net.JoinHostPort(host, publishPort), nil
	}
	number, ok := strings.CutPrefix(port, ":")
	n, err := strconv.ParseUint(number, 10, 16)
	if !ok || err != nil || n == 0 {
		return "", fmt.Errorf("port %s is none; write 1 to 65535, or leave it out",
			strconv.QuoteToASCII(number))
	}
	return net.JoinHostPort(host, strconv.FormatUint(n, 10)), nil
}
