package logio

import (
	"bytes"
	"go/format"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

func TestSourcesAreFormatted(t *testing.T) {
	seen := 0
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		seen++
		if wanted, err := format.Source(text); err != nil || !bytes.Equal(text, wanted) {
			t.Errorf("%s: gofmt would change it (%v)", path, err)
		}
		return nil
	})
	if err != nil || seen == 0 {
		t.Error(seen, err)
	}
}
