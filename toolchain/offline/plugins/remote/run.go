package remote

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
)

// Names under which the previous output is offered to the next run.
const (
	previousStdout = "PULUMI_COMMAND_STDOUT"
	previousStderr = "PULUMI_COMMAND_STDERR"
)

// run executes one command line on the host and keeps what it printed.
func (s *CommandState) run(ctx context.Context, command string, previous *CommandState) error {
	client, err := s.Connection.Dial(ctx)
	if err != nil {
		return err
	}
	defer client.Close()
	session, err := client.NewSession()
	if err != nil {
		return err
	}
	defer session.Close()

	for name, value := range s.Environment {
		if err := session.Setenv(name, value); err != nil {
			return fmt.Errorf("could not set environment variable %q: %w", name, err)
		}
	}
	if previous != nil && or(s.AddPreviousOutputInEnv, true) {
		// A server that refuses them is usual (AcceptEnv), and no reason to fail.
		_ = session.Setenv(previousStdout, previous.Stdout)
		_ = session.Setenv(previousStderr, previous.Stderr)
	}
	if s.Stdin != nil {
		session.Stdin = strings.NewReader(*s.Stdin)
	}

	var both syncBuffer
	stdout, stderr := &output{both: &both}, &output{both: &both}
	if s.logs("stdout") {
		stdout.log = logLine(ctx)
	}
	if s.logs("stderr") {
		stderr.log = logLine(ctx)
	}
	session.Stdout, session.Stderr = stdout, stderr
	if err := session.Run(command); err != nil {
		return fmt.Errorf("%w: running %q:\n%s", err, command, both.buffer.String())
	}
	s.Stdout, s.Stderr = stdout.text(), stderr.text()
	return nil
}

// syncBuffer collects both streams in the order in which they arrive.
type syncBuffer struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

func (b *syncBuffer) Write(data []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.buffer.Write(data)
}

// output is one stream: kept whole, copied to the common buffer, logged line by line.
type output struct {
	own  bytes.Buffer
	line bytes.Buffer
	both *syncBuffer
	log  func(string)
}

func (o *output) Write(data []byte) (int, error) {
	o.own.Write(data)
	if o.log != nil {
		o.line.Write(data)
		for {
			line, err := o.line.ReadString('\n')
			if err != nil {
				o.line.WriteString(line)
				break
			}
			o.log(strings.TrimSuffix(line, "\n"))
		}
	}
	return o.both.Write(data)
}

func (o *output) text() string {
	return strings.TrimSuffix(o.own.String(), "\n")
}
