package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"benso/internal/kernel/database"
)

// applicant is a signed-in person who files and does nothing else, as cheaply as
// a client can, since client and server share the machine.
type applicant struct {
	base   string
	cookie string
	http   *http.Client
	papers bool
}

// newApplicant registers. A proxy on the same machine may say whose address it
// is, so that registering many is not taken for an attack.
func newApplicant(base string, i int, papers bool) (*applicant, error) {
	a := &applicant{base: base, papers: papers, http: &http.Client{
		Timeout:       time.Minute,
		Transport:     &http.Transport{MaxIdleConnsPerHost: 1, DisableCompression: true, DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	form := url.Values{"key": {database.NewID()}, "name": {"Nguyễn Thị Mai"}, "handle": {fmt.Sprintf("091%07d", i)}, "password": {"mot mat khau dai"}}
	req, err := http.NewRequest(http.MethodPost, base+"/dang-ky", strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Forwarded-For", fmt.Sprintf("10.1.%d.%d", i/250, i%250+1))
	res, err := a.http.Do(req)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return nil, err
	}
	for _, c := range res.Cookies() {
		if c.Value != "" {
			a.cookie += c.Name + "=" + c.Value + "; "
		}
	}
	if res.StatusCode != http.StatusSeeOther || a.cookie == "" {
		return nil, fmt.Errorf("register: %d %.400s", res.StatusCode, body)
	}
	return a, nil
}

// do sends one request and gives its answer, read to its end.
func (a *applicant) do(method, path, kind string, body []byte) (status int, location string, page []byte, err error) {
	req, err := http.NewRequest(method, a.base+path, bytes.NewReader(body))
	if err != nil {
		return 0, "", nil, err
	}
	req.Header.Set("Cookie", a.cookie)
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	res, err := a.http.Do(req)
	if err != nil {
		return 0, "", nil, err
	}
	page, err = io.ReadAll(res.Body)
	return res.StatusCode, res.Header.Get("Location"), page, errors.Join(err, res.Body.Close())
}

// send posts, and opens the page that it leads to, as a browser does.
func (a *applicant) send(path, kind string, body []byte) (at string, page []byte, err error) {
	status, to, page, err := a.do(http.MethodPost, path, kind, body)
	if err != nil {
		return "", nil, err
	}
	if status != http.StatusSeeOther {
		return "", nil, fmt.Errorf("POST %s: %d %.600s", path, status, page)
	}
	return a.open(to)
}

func (a *applicant) open(path string) (at string, page []byte, err error) {
	for range 5 {
		status, to, page, err := a.do(http.MethodGet, path, "", nil)
		switch {
		case err != nil:
			return "", nil, err
		case status == http.StatusOK:
			return path, page, nil
		case status != http.StatusSeeOther:
			return "", nil, fmt.Errorf("GET %s: %d", path, status)
		}
		path = to
	}
	return "", nil, errors.New("led in circles")
}

var (
	versionInput = regexp.MustCompile(`name="_version" value="(\d+)"`)
	filingNumber = regexp.MustCompile(`BS-\d{6}-\d{5,}`)
)

const urlencoded = "application/x-www-form-urlencoded"

// file files one dossier and gives its filing number.
func (a *applicant) file() (number string, err error) {
	at, page, err := a.send("/nop-ho-so", urlencoded, []byte(url.Values{"key": {database.NewID()}, "thu-tuc": {code}, "moi": {"1"}}.Encode()))
	if err != nil {
		return "", err
	}
	draft, _, _ := strings.Cut(strings.TrimPrefix(at, "/nop-ho-so/"), "/")
	for _, p := range pages {
		kind, body, err := a.answer(p)
		if err != nil {
			return "", err
		}
		if at, page, err = a.send("/nop-ho-so/"+draft+"/"+p.id, kind, body); err != nil {
			return "", err
		}
	}
	version := versionInput.FindSubmatch(page)
	if version == nil {
		return "", fmt.Errorf("%s is not the check of the answers", at)
	}
	if _, page, err = a.send("/nop-ho-so/"+draft+"/gui", urlencoded, []byte(url.Values{"key": {database.NewID()}, "_version": {string(version[1])}}.Encode())); err != nil {
		return "", err
	}
	if number = string(filingNumber.Find(page)); number == "" {
		return "", errors.New("no number was answered")
	}
	return number, nil
}

// answer writes one page's body: multipart where the page has a file, as the
// page's form says.
func (a *applicant) answer(p page) (kind string, body []byte, err error) {
	if p.paper == "" {
		v := url.Values{"key": {database.NewID()}, "_revision": {"0"}}
		for name, text := range p.fields {
			v.Set(name, text)
		}
		return urlencoded, []byte(v.Encode()), nil
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	fields := map[string]string{"key": database.NewID(), "_revision": "0"}
	for name, text := range p.fields {
		fields[name] = text
	}
	for name, text := range fields {
		if err := w.WriteField(name, text); err != nil {
			return "", nil, err
		}
	}
	if a.papers {
		part, err := w.CreateFormFile(p.paper, "giấy tờ.jpg")
		if err != nil {
			return "", nil, err
		}
		if _, err := part.Write(photo()); err != nil {
			return "", nil, err
		}
	}
	if err := w.Close(); err != nil {
		return "", nil, err
	}
	return w.FormDataContentType(), b.Bytes(), nil
}
