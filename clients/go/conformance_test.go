package logio

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestConformance drives this client through the table that all clients share.
func TestConformance(t *testing.T) {
	table := filepath.Join("..", "conformance", "conformance.py")
	if _, err := os.Stat(table); err != nil {
		t.Skip("the table of all clients is not there:", err)
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip(err)
	}
	driver := filepath.Join(t.TempDir(), "driver")
	ctx, cancel := context.WithTimeout(context.Background(), 15*time.Minute)
	defer cancel()
	build := exec.CommandContext(ctx, "go", "build", "-o", driver, "./internal/conformance")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	command := exec.CommandContext(ctx, python, "-B", table, "--", driver)
	out, err := command.StdoutPipe()
	command.Stderr = os.Stderr
	if err != nil || command.Start() != nil {
		t.Fatal(python, "does not start:", err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "ok "):
		case strings.HasPrefix(line, "skipped "):
			t.Log(line)
		case strings.HasSuffix(line, "skipped"): // the counts
			t.Log(line)
		default:
			t.Error(line)
		}
	}
	if err := command.Wait(); err != nil {
		t.Error(err)
	}
}
