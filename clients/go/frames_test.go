package logio

import (
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"
	"sync"
	"testing"
	"time"
)

// look compares what is found with what the runtime says of the same calls.
//
//go:noinline
func look() (fault string) {
	first, second := returnAddresses()
	var want [2]uintptr
	runtime.Callers(2, want[:])
	if first != want[0] || second != want[1] {
		return fmt.Sprintf("it says %x and %x, runtime.Callers %x", first, second, want)
	}
	return ""
}

//go:noinline
func lookFrom() (fault string) {
	fault = look()
	return fault
}

// lookDeep uses much of the stack, which has to grow for it, before it looks.
//
//go:noinline
func lookDeep(depth int) (fault string) {
	var room [512]byte
	room[depth%len(room)] = 1
	if depth == 0 {
		fault = lookFrom()
	} else {
		fault = lookDeep(depth - 1)
	}
	runtime.KeepAlive(&room)
	return fault
}

type lookingWriter struct{ fault string }

func (w *lookingWriter) Write([]byte) (int, error) {
	w.fault = lookFrom()
	return 0, nil
}

func TestReturnAddressesAreWhatTheRuntimeSays(t *testing.T) {
	elsewhere := func(start func(done func(string))) string {
		fault := make(chan string, 1)
		start(func(found string) { fault <- found })
		select {
		case found := <-fault:
			return found
		case <-time.After(patience):
			return "nobody came"
		}
	}
	for name, fault := range map[string]string{
		"plainly": lookFrom(),
		"deep":    lookDeep(2000),
		"in a goroutine": elsewhere(func(done func(string)) {
			go func() { done(lookFrom()) }()
		}),
		"in a timer": elsewhere(func(done func(string)) {
			time.AfterFunc(0, func() { done(lookFrom()) })
		}),
		"in a finalizer": elsewhere(func(done func(string)) {
			runtime.SetFinalizer(&lookingWriter{}, func(*lookingWriter) { done(lookFrom()) })
			runtime.GC()
		}),
		"by reflection": reflect.ValueOf(lookDeep).Call(
			[]reflect.Value{reflect.ValueOf(0)})[0].String(),
		"made by reflection": reflect.MakeFunc(reflect.TypeOf(lookFrom),
			func([]reflect.Value) []reflect.Value {
				return []reflect.Value{reflect.ValueOf(lookFrom())}
			}).Interface().(func() string)(),
		"deferred, in a panic": func() (fault string) {
			defer func() { recover() }()
			defer func() { fault = lookFrom() }()
			panic("a test's")
		}(),
		"by an interface": func() string {
			w := &lookingWriter{}
			_, _ = w.Write(nil)
			return w.fault
		}(),
		"by a bound method": func() string {
			w := &lookingWriter{}
			write := w.Write
			_, _ = write(nil)
			return w.fault
		}(),
	} {
		if fault != "" {
			t.Errorf("%s: %s", name, fault)
		}
	}
}

// Stacks that grow, shrink and are taken away in the middle of it.
func TestReturnAddressesWhileStacksMove(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(1))
	end := time.Now().Add(time.Second)
	var all sync.WaitGroup
	for i := 0; i < 4*runtime.GOMAXPROCS(0); i++ {
		all.Add(1)
		go func(i int) {
			defer all.Done()
			for round := 0; time.Now().Before(end); round++ {
				var fault string
				ended := make(chan struct{})
				go func() { // whose stack is small at first
					fault = lookDeep((round*31 + i*7) % 200)
					close(ended)
				}()
				<-ended
				if fault != "" {
					t.Error(fault)
					return
				}
				runtime.KeepAlive(make([]byte, 4<<10))
			}
		}(i)
	}
	all.Wait()
}
