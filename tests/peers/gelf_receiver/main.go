// A GELF server made of Graylog's own Go library: what it read, one JSON object a line.
//
// usage: gelf_receiver FILE UDP_ADDRESS TCP_ADDRESS
//
// UDP is read by the library's Reader (chunks, gzip, zlib); over TCP a message ends in a NUL byte
// and is decoded by the library's Message.
package main

import (
	"bufio"
	"bytes"
	"log"
	"net"
	"os"
	"sync"

	"github.com/Graylog2/go-gelf/gelf"
)

var (
	rows     *os.File
	rowsLock sync.Mutex
)

func write(message *gelf.Message) {
	var row bytes.Buffer
	if err := message.MarshalJSONBuf(&row); err != nil {
		log.Fatal(err)
	}
	row.WriteByte('\n')
	rowsLock.Lock()
	defer rowsLock.Unlock()
	if _, err := rows.Write(row.Bytes()); err != nil {
		log.Fatal(err)
	}
}

func readDatagrams(from *gelf.Reader) {
	for {
		message, err := from.ReadMessage()
		if err != nil {
			log.Fatal("UDP: ", err)
		}
		write(message)
	}
}

func readStream(from net.Conn) {
	defer from.Close()
	for in := bufio.NewReader(from); ; {
		bytes, err := in.ReadBytes(0)
		if err != nil {
			if len(bytes) > 0 {
				log.Printf("TCP: a message without its end: %q", bytes)
			}
			return
		}
		message := new(gelf.Message)
		if err := message.UnmarshalJSON(bytes[:len(bytes)-1]); err != nil {
			log.Fatal("TCP: ", err)
		}
		write(message)
	}
}

func main() {
	var err error
	if rows, err = os.Create(os.Args[1]); err != nil {
		log.Fatal(err)
	}
	datagrams, err := gelf.NewReader(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	go readDatagrams(datagrams)
	listener, err := net.Listen("tcp", os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go readStream(connection)
	}
}
