package main

import (
	"database/sql"
	"errors"
	"fmt"
	neturl "net/url"
	"os"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
)

// database makes an empty database on the PostgreSQL server; none for the
// embedded one.
func (s settings) database(papers bool) (url string, err error) {
	if s.postgres == "" {
		return "", nil
	}
	name := fmt.Sprintf("submit_%d_%t", os.Getpid(), papers)
	db, err := sql.Open("pgx", s.postgres)
	if err != nil {
		return "", err
	}
	_, err = db.Exec("CREATE DATABASE " + name)
	if err := errors.Join(err, db.Close()); err != nil {
		return "", err
	}
	u, err := neturl.Parse(s.postgres)
	if err != nil {
		return "", err
	}
	u.Path = "/" + name
	return u.String(), nil
}
