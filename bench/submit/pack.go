package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"benso/packs"
)

// The procedure that is filed: made for this measurement, with six pages and
// three papers.
const code = "9.999999"

var pages = []page{
	{id: "who", fields: map[string]string{"name": "Nguyễn Thị Mai", "phone": "0912345678"}},
	{id: "where", fields: map[string]string{"commune-province": "86", "commune-commune": "28810-2025"}},
	{id: "what", fields: map[string]string{"what": "Xin đo tốc độ nộp hồ sơ của hệ thống, với một câu dài vừa phải như người dân hay viết."}},
	{id: "first", paper: "first"},
	{id: "second", paper: "second"},
	{id: "third", paper: "third", fields: map[string]string{"receive": "desk"}},
}

// page is one page of the form, and how it is answered.
type page struct {
	id     string
	fields map[string]string
	paper  string // the field of a file; empty for none
}

const procedure = `code: "9.999999"
name: {vi: Thủ tục để đo, en: A procedure to measure}
field: Đo
level: commune
authority: {name: Ủy ban nhân dân cấp xã, basis: đo}
service: full
channels: [online]
effective: {from: "2025-07-01"}
process: one-stop
summary: {vi: Để đo, en: To measure}
legal_basis: [{document: Để đo}]
time_limit: {amount: 5, unit: working_days, basis: đo}
fee: {amount: 0, basis: đo}
papers:
%s
result: {name: {vi: Kết quả, en: A result}}
sources: ["bench/submit"]
form:
  use: {place: commune.commune, subject: name, name: [name], phone: phone, receive: receive}
  pages:
    - id: who
      title: {vi: Người nộp, en: Applicant}
      fields:
        - {id: name, kind: text, label: {vi: Họ tên, en: Name}, pattern: person_name}
        - {id: phone, kind: text, label: {vi: Điện thoại, en: Phone}, pattern: phone}
    - id: where
      title: {vi: Nơi nộp, en: Place}
      fields:
        - {id: commune, kind: address, label: {vi: Xã, en: Commune}, street: none}
    - id: what
      title: {vi: Nội dung, en: What}
      fields:
        - {id: what, kind: text, label: {vi: Nội dung, en: What}, lines: true, max: 500}
%s    - id: third
      title: {vi: Giấy tờ thứ ba, en: Third paper}
      fields:
        - {id: third, kind: file, label: {vi: Giấy tờ thứ ba, en: Third paper}, paper: third, max: 1%s}
        - {id: receive, kind: choice, label: {vi: Nhận kết quả, en: Receive}, options: [{id: desk, label: {vi: Tại quầy, en: Desk}}, {id: post, label: {vi: Bưu chính, en: Post}}]}
`

// overlay writes the province's pack with the procedure added into a folder.
func overlay(dir string, papers bool) error {
	err := fs.WalkDir(packs.Bentre(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(dir, name)
		if d.IsDir() {
			return os.MkdirAll(to, 0o700)
		}
		body, err := fs.ReadFile(packs.Bentre(), name)
		if err != nil {
			return err
		}
		if name == "competence.csv" {
			body = append(body, competence...)
		}
		return os.WriteFile(to, body, 0o600)
	})
	if err != nil {
		return err
	}
	optional := ", optional: true"
	if papers {
		optional = ""
	}
	var list, asked strings.Builder
	for i, id := range []string{"first", "second", "third"} {
		fmt.Fprintf(&list, "  - {id: %s, name: {vi: Giấy tờ %d, en: Paper %d}, need: required, original: submit, basis: đo}\n", id, i+1, i+1)
		if id != "third" {
			fmt.Fprintf(&asked, "    - id: %s\n      title: {vi: Giấy tờ %d, en: Paper %d}\n      fields:\n        - {id: %s, kind: file, label: {vi: Giấy tờ %d, en: Paper %d}, paper: %s, max: 1%s}\n", id, i+1, i+1, id, i+1, i+1, id, optional)
		}
	}
	return os.WriteFile(filepath.Join(dir, "procedures", code+".yaml"), fmt.Appendf(nil, procedure, list.String(), asked.String(), optional), 0o600)
}

// competence is the row of the procedure in the table of competence.
const competence = ""
