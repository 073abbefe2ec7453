// Package remote is a STAND-IN for the `remote` module of Pulumi's command provider 1.2.1, which no
// package registry carries as a binary. It is used only where the official plugin cannot be
// downloaded, and never by a real deployment. The conformance suite holds it to the official one.
//
// Only what HaLoadBalancerPair uses is here: the resource `command:remote:Command`.
package remote

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
)

// Command runs a command on a remote host over SSH.
type Command struct{}

// Annotate describes the resource in the schema.
func (c *Command) Annotate(a infer.Annotator) {
	a.Describe(&c, "A command to run on a remote host, over SSH (stand-in for the official provider).")
}

// Logging says which output appears in the engine's log while the command runs.
type Logging string

// Values lists what Logging may be.
func (Logging) Values() []infer.EnumValue[Logging] {
	return []infer.EnumValue[Logging]{
		{Name: "Stdout", Value: "stdout"},
		{Name: "Stderr", Value: "stderr"},
		{Name: "StdoutAndStderr", Value: "stdoutAndStderr"},
		{Name: "None", Value: "none"},
	}
}

// CommandInputs is what a program declares.
type CommandInputs struct {
	Connection             *Connection       `pulumi:"connection" provider:"secret"`
	Create                 *string           `pulumi:"create,optional"`
	Update                 *string           `pulumi:"update,optional"`
	Delete                 *string           `pulumi:"delete,optional"`
	Environment            map[string]string `pulumi:"environment,optional"`
	Stdin                  *string           `pulumi:"stdin,optional"`
	Logging                *Logging          `pulumi:"logging,optional"`
	AddPreviousOutputInEnv *bool             `pulumi:"addPreviousOutputInEnv,optional"`
	Triggers               []any             `pulumi:"triggers,optional" provider:"replaceOnChanges"`
}

// Annotate sets the defaults.
func (c *CommandInputs) Annotate(a infer.Annotator) {
	a.SetDefault(&c.AddPreviousOutputInEnv, true)
}

// CommandState is what the engine keeps.
type CommandState struct {
	CommandInputs
	Stdout string `pulumi:"stdout"`
	Stderr string `pulumi:"stderr"`
}

// WireDependencies says which inputs make an output unknown in a preview, or secret. Only the
// connection is secret by itself, and makes nothing else so.
func (*Command) WireDependencies(f infer.FieldSelector, args *CommandInputs, state *CommandState) {
	f.OutputField(&state.Connection).DependsOn(f.InputField(&args.Connection))
	f.OutputField(&state.Create).DependsOn(f.InputField(&args.Create))
	f.OutputField(&state.Update).DependsOn(f.InputField(&args.Update))
	f.OutputField(&state.Delete).DependsOn(f.InputField(&args.Delete))
	f.OutputField(&state.Environment).DependsOn(f.InputField(&args.Environment))
	f.OutputField(&state.Stdin).DependsOn(f.InputField(&args.Stdin))
	f.OutputField(&state.Logging).DependsOn(f.InputField(&args.Logging))
	f.OutputField(&state.AddPreviousOutputInEnv).DependsOn(f.InputField(&args.AddPreviousOutputInEnv))
	f.OutputField(&state.Triggers).DependsOn(f.InputField(&args.Triggers))
	// A command that will be run may print anything; what it prints is no secret for having had one.
	for _, output := range []infer.OutputField{f.OutputField(&state.Stdout), f.OutputField(&state.Stderr)} {
		output.DependsOn(
			f.InputField(&args.Connection).Computed(),
			f.InputField(&args.Create).Computed(),
			f.InputField(&args.Update).Computed(),
			f.InputField(&args.Environment).Computed(),
			f.InputField(&args.Stdin).Computed(),
			f.InputField(&args.Triggers).Computed(),
		)
	}
}

// Create runs `create`.
func (*Command) Create(
	ctx context.Context, req infer.CreateRequest[CommandInputs],
) (infer.CreateResponse[CommandState], error) {
	state := CommandState{CommandInputs: req.Inputs}
	if req.DryRun {
		return infer.CreateResponse[CommandState]{Output: state}, nil
	}
	if req.Inputs.Create != nil {
		if err := state.run(ctx, *req.Inputs.Create, nil); err != nil {
			return infer.CreateResponse[CommandState]{}, err
		}
	}
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return infer.CreateResponse[CommandState]{}, err
	}
	return infer.CreateResponse[CommandState]{ID: "command" + hex.EncodeToString(id), Output: state}, nil
}

// Update runs `update`, or `create` where there is none.
func (*Command) Update(
	ctx context.Context, req infer.UpdateRequest[CommandInputs, CommandState],
) (infer.UpdateResponse[CommandState], error) {
	state := CommandState{CommandInputs: req.Inputs, Stdout: req.State.Stdout, Stderr: req.State.Stderr}
	if req.DryRun {
		return infer.UpdateResponse[CommandState]{Output: state}, nil
	}
	command := req.Inputs.Update
	if command == nil {
		command = req.Inputs.Create
	}
	if command != nil {
		if err := state.run(ctx, *command, &req.State); err != nil {
			return infer.UpdateResponse[CommandState]{}, err
		}
	}
	return infer.UpdateResponse[CommandState]{Output: state}, nil
}

// Delete runs `delete` with the connection, the input and the environment of the state.
func (*Command) Delete(
	ctx context.Context, req infer.DeleteRequest[CommandState],
) (infer.DeleteResponse, error) {
	if req.State.CommandInputs.Delete == nil {
		return infer.DeleteResponse{}, nil
	}
	state := req.State
	return infer.DeleteResponse{}, state.run(ctx, *req.State.CommandInputs.Delete, &req.State)
}

func (s *CommandState) logs(stream Logging) bool {
	if s.Logging == nil {
		return true
	}
	return *s.Logging == "stdoutAndStderr" || *s.Logging == stream
}

func logLine(ctx context.Context) func(string) {
	return func(line string) { p.GetLogger(ctx).InfoStatus(line) }
}
