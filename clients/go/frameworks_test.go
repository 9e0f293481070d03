//go:build frameworks

package logio

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// serveHTTP is an application as many are: it logs each request with package log and with slog, and
// ends in good order on SIGTERM.
func serveHTTP() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.URL.Query().Get("id")
		log.Printf("begin %s", id)
		fmt.Fprintln(w, "hello", id)
		slog.Info("end", "id", id, "path", r.URL.Path)
	})}
	ended, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		<-ended.Done()
		server.Shutdown(context.Background())
	}()
	fmt.Println(listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := Close(ctx); err != nil {
		fmt.Println(err, Default().Stats())
		os.Exit(7)
	}
}

func init() { programs["http server"] = serveHTTP }

// startServer returns the application and its address.
func startServer(t *testing.T, hub *realHub) (*exec.Cmd, string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	server := exec.Command(self)
	server.Env = append(os.Environ(), "LOGIO_TEST_PROGRAM=http server",
		"LOGIO_URL=logio://"+hub.publish+"?app=shop&proc=web")
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Process.Kill() })
	address, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal("the server does not serve:", err)
	}
	return server, strings.TrimSpace(address)
}

func request(client *http.Client, address string, user, n int) error {
	answer, err := client.Get(fmt.Sprintf("http://%s/cart?id=%d-%d", address, user, n))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = new(bytes.Buffer).ReadFrom(answer.Body)
	return err
}

func TestNetHTTPUnderLoadWithTheHubRestartedUnderIt(t *testing.T) {
	const users, each, restarts = 8, 1500, 3
	hub := startRealHub(t)
	server, address := startServer(t, hub)
	live := curlLive(t, hub)
	var all sync.WaitGroup
	client := &http.Client{
		Timeout: patience, Transport: &http.Transport{MaxIdleConnsPerHost: users},
	}
	var mu sync.Mutex
	answered := 0
	for user := 0; user < users; user++ {
		all.Add(1)
		go func(user int) {
			defer all.Done()
			for n := 0; n < each; n++ {
				if err := request(client, address, user, n); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				answered++
				mu.Unlock()
			}
		}(user)
	}
	if line, err := live.ReadString('\n'); err != nil || !strings.Contains(line, "shop[web]") {
		t.Errorf("curl -N shows %q, %v", line, err)
	}
	for i := 1; i <= restarts; i++ {
		eventually(t, "requests are answered", func() bool {
			mu.Lock()
			defer mu.Unlock()
			return t.Failed() || answered >= i*users*each/(restarts+1)
		})
		hub.restart()
	}
	all.Wait()
	server.Process.Signal(syscall.SIGTERM)
	if err := server.Wait(); err != nil {
		t.Fatal(err)
	}
	readByCurl(t, hub, users, each)
}

func curlLive(t *testing.T, hub *realHub) *bufio.Reader {
	t.Helper()
	curl := exec.Command("curl", "-sN", "http://"+hub.subscribe+"/?app=shop&since=1h")
	out, err := curl.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := curl.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		curl.Process.Kill()
		curl.Wait()
	})
	return bufio.NewReader(out)
}

// readByCurl looks that each request has its two records once, and that those of a user are in
// order.
func readByCurl(t *testing.T, hub *realHub, users, each int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, "curl", "-sSf",
		"http://"+hub.subscribe+"/?app=shop&tail=1000000&follow=false&format=ndjson").Output()
	if err != nil {
		t.Fatal(err)
	}
	begun, ended := make([]int, users), make([]int, users)
	for _, line := range bytes.Split(bytes.TrimSpace(out), []byte("\n")) {
		var r struct {
			Text   string
			Fields struct{ ID string }
		}
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		of, id := begun, ""
		if r.Text == "end" {
			of, id = ended, r.Fields.ID
		} else if _, behind, ok := strings.Cut(r.Text, "begin "); ok {
			id = behind
		}
		var user, n int
		if _, err := fmt.Sscanf(id, "%d-%d", &user, &n); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if n != of[user] {
			t.Fatalf("%q: of this user %d is next", line, of[user])
		}
		of[user]++
	}
	for user := range begun {
		if begun[user] != each || ended[user] != each {
			t.Errorf("user %d: %d begun, %d ended, want %d", user, begun[user], ended[user], each)
		}
	}
}
