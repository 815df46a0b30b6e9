package clamd

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

const (
	knock   = 3 * time.Second  // to be let in
	longest = 60 * time.Second // for one paper
	piece   = 64 << 10         // bytes sent at once
)

// Client asks one clamd.
type Client struct {
	network, address string
	longest          time.Duration
}

// New makes a client. address is a path of a unix socket, or host:port.
func New(address string) (*Client, error) {
	c := &Client{network: "tcp", address: address, longest: longest}
	if path := strings.TrimPrefix(address, "unix:"); strings.HasPrefix(path, "/") {
		c.network, c.address = "unix", path
		return c, nil
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, fmt.Errorf("clamd is at a path such as /run/clamav/clamd.ctl, or at host:port: %w", err)
	}
	return c, nil
}

// Scan sends a content to clamd. found is the name of the virus, empty when there
// is none; an error says that clamd could not tell.
func (c *Client) Scan(ctx context.Context, content io.Reader) (found string, err error) {
	reply, err := c.ask(ctx, "INSTREAM", content)
	if err != nil {
		return "", fmt.Errorf("ask clamd: %w", err)
	}
	return verdict(reply)
}

// Version is what clamd says of itself and of its signatures.
func (c *Client) Version(ctx context.Context) (string, error) {
	reply, err := c.ask(ctx, "VERSION", nil)
	if err != nil {
		return "", fmt.Errorf("ask clamd: %w", err)
	}
	return reply, nil
}

// ErrLimit says that clamd takes no streams of this length: its StreamMaxLength is
// too small.
var ErrLimit = errors.New("clamd's StreamMaxLength is too small")

// verdict reads "stream: OK", "stream: Some.Name FOUND", or what is wrong.
func verdict(reply string) (found string, err error) {
	answer, ok := strings.CutPrefix(reply, "stream: ")
	if name, is := strings.CutSuffix(answer, " FOUND"); ok && is && name != "" {
		return name, nil
	}
	switch {
	case reply == "stream: OK":
		return "", nil
	case strings.HasPrefix(reply, "INSTREAM size limit exceeded"):
		return "", ErrLimit
	}
	return "", fmt.Errorf("clamd answered %.200q", reply)
}

// ask sends one command, with a content if there is one, and reads the answer.
func (c *Client) ask(ctx context.Context, command string, content io.Reader) (reply string, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.longest)
	defer cancel()
	conn, err := (&net.Dialer{Timeout: knock}).DialContext(ctx, c.network, c.address)
	if err != nil {
		return "", err
	}
	defer func() {
		if failed := conn.Close(); err == nil {
			err = failed
		}
	}()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) }) // the reading below then says so
	defer stop()
	// The commands with a z end with a zero byte, and so do their answers.
	if _, err := conn.Write([]byte("z" + command + "\x00")); err != nil {
		return "", err
	}
	if content != nil {
		if err := stream(conn, content); errors.Is(err, errContent) {
			return "", err
		} else if err != nil {
			// clamd hangs up on what is too long, after it has said so.
			if said, again := answer(conn); again == nil && said != "" {
				return said, nil
			}
			return "", err
		}
	}
	return answer(conn)
}

func answer(conn net.Conn) (string, error) {
	said, err := bufio.NewReader(io.LimitReader(conn, 4096)).ReadString(0)
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(strings.TrimSuffix(said, "\x00")), nil
}

// errContent says that the content could not be read to its end.
var errContent = errors.New("the content broke off")

// stream sends a content in pieces, each after its length in four bytes; a length
// of zero ends it.
func stream(to io.Writer, content io.Reader) error {
	buf := make([]byte, 4+piece)
	for {
		n, err := io.ReadFull(content, buf[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(buf, uint32(n))
			if _, err := to.Write(buf[:4+n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			_, err := to.Write([]byte{0, 0, 0, 0})
			return err
		case err != nil:
			return fmt.Errorf("%w: %w", errContent, err)
		}
	}
}
