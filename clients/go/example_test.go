package logio_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"os"
	"time"

	logio "github.com/logio/logio/clients/go"
)

// With LOGIO_URL='logio://hub:7701?app=shop' this is published, beside standard error.
func Example() {
	defer logio.Flush(context.Background())

	log.Print("order 7 came")
	slog.Warn("order 7 is late", "order", 7, "by", 3*time.Second)
}

// A publisher of one's own, with its own topic.
func ExampleNew() {
	publisher, err := logio.New(logio.Config{Address: "hub1:7701,hub2:7701", App: "shop"})
	if err != nil {
		log.Fatal(err)
	}
	defer publisher.Close(context.Background())

	audit := slog.New(publisher.Handler(nil)).With("part", "audit")
	audit.Info("signed in", slog.Group("user", "id", 7, "name", "eve"))
}

// JSON on standard error, and the same records with their fields at the hub.
func ExampleTee() {
	slog.SetDefault(slog.New(logio.Tee(slog.NewJSONHandler(os.Stderr, nil))))
	slog.Info("paid", "cents", 990)
}

func ExampleFlushOnSignal() {
	stop := logio.FlushOnSignal() // SIGTERM and interrupt
	defer stop()
	log.Print("until someone ends it")
}

func ExampleParseURL() {
	config, unknown, err := logio.ParseURL("logio://hub?app=shop&proc=web&colour=red")
	fmt.Println(config.Address, config.App, config.Proc, unknown, err)
	_, _, err = logio.ParseURL("logio://hub:0?app=shop")
	fmt.Println(err)
	// Output:
	// hub shop web ["colour"] <nil>
	// port "0" is none; write 1 to 65535, or leave it out
}

func ExampleSubscribe() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	stream, err := logio.Subscribe(ctx, "http://hub:7702", logio.Filter{
		App: "shop", Proc: "web|worker", Log: []string{"ERROR"}, Tail: 100,
	})
	if err != nil {
		log.Fatal(err)
	}
	defer stream.Close()
	for stream.Next() {
		if loss := stream.Loss(); loss != nil {
			fmt.Println(loss.Text)
			continue
		}
		r := stream.Record()
		fmt.Printf("%s %s[%s]: %s\n", r.Time.Format(time.RFC3339), r.App, r.Proc, r.Text)
	}
	if err := stream.Err(); err != nil {
		log.Fatal(err)
	}
}
