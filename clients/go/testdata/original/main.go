// Command original uses everything that the original client exports.
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/kevin-cantwell/logio"
)

func main() {
	logio.Debug = false
	config := logio.Config{
		Username: "me", Password: "secret", Address: "hub:7701",
		App: "shop", Proc: "web", Host: "h1",
	}
	log.Println("by package log")
	var out io.Writer = logio.Output()
	if out == nil {
		fmt.Println("no hub")
		return
	}
	logger := log.New(io.MultiWriter(os.Stdout, out), "own: ", 0)
	logger.Print(config.App)
	// The original could not do this: it lost what was written last.
	if err := logio.Flush(context.Background()); err != nil {
		fmt.Println(err)
	}
}
