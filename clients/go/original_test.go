package logio

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnApplicationOfTheOriginalMovesByOneReplaceLine(t *testing.T) {
	program := filepath.Join(t.TempDir(), "original")
	ctx, cancel := context.WithTimeout(context.Background(), 10*patience)
	defer cancel()
	build := exec.CommandContext(ctx, "go", "build", "-o", program, ".")
	build.Dir = filepath.Join("testdata", "original")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	hub := startHub(t)
	for _, each := range []struct{ url, stdout string }{
		{"", "no hub\n"}, {hub.url(), "own: shop\n"},
	} {
		command := exec.CommandContext(ctx, program)
		command.Env = append(os.Environ(), "LOGIO_URL="+each.url)
		var stderr strings.Builder
		command.Stderr = &stderr
		stdout, err := command.Output()
		if err != nil || string(stdout) != each.stdout ||
			withoutTimes(stderr.String()) != "TIME by package log\n" {
			t.Errorf("%v: stdout %q, stderr %q", err, stdout, &stderr)
		}
	}
	check(t, hub, "TIME by package log", "own: shop")
}
