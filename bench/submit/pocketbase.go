package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os/exec"
	"syscall"
	"time"
)

// pocket is what PocketBase does with one record and three files a request; it
// does not sync them.
func (s settings) pocket(dir string, length time.Duration) (err error) {
	if s.pocketbase == "" {
		fmt.Println("PocketBase: not given (-pocketbase)")
		return nil
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return err
	}
	cmd := exec.Command(s.pocketbase, "serve", "--http", addr, "--dir", dir)
	if err := cmd.Start(); err != nil {
		return err
	}
	defer func() {
		// It ends with a signal, which it reports as an error.
		if stop := cmd.Process.Signal(syscall.SIGTERM); stop != nil {
			err = errors.Join(err, stop)
		}
		_ = cmd.Wait()
	}()
	url := "http://" + addr + "/api/collections/dossiers/records"
	clients := make([]http.Client, s.clients)
	for i := range clients {
		clients[i] = http.Client{Timeout: time.Minute, Transport: &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true}}
	}
	for until := time.Now().Add(30 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		if err = record(&clients[0], url); err == nil {
			break
		}
		if time.Now().After(until) {
			return err
		}
	}
	r := closed(s.clients, length/2, func(w int) error { return record(&clients[w], url) })
	fmt.Printf("PocketBase, one record and three files a request: %s\n", r)
	return nil
}

func record(c *http.Client, url string) error {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.WriteField("title", "Nguyễn Thị Mai"); err != nil {
		return err
	}
	for range 3 {
		part, err := w.CreateFormFile("papers", "paper.jpg")
		if err != nil {
			return err
		}
		if _, err := part.Write(photo()); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	res, err := c.Post(url, w.FormDataContentType(), &b)
	if err != nil {
		return err
	}
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("PocketBase answered %d %.200s", res.StatusCode, body)
	}
	return errors.Join(err, res.Body.Close())
}
