// Package random is a STAND-IN for Pulumi's random provider, which no package registry carries as a
// binary. It is used only where the official plugin cannot be downloaded, and never by a real
// deployment. Only what HaLoadBalancerPair uses is here: `random:index/randomPassword:RandomPassword`.
package random

import (
	"context"
	"crypto/rand"
	"math/big"
	"strings"

	p "github.com/pulumi/pulumi-go-provider"
	"github.com/pulumi/pulumi-go-provider/infer"
	"golang.org/x/crypto/bcrypt"
)

// Password is a random password whose value is secret.
type Password struct{}

// Annotate gives the resource the official token.
func (r *Password) Annotate(a infer.Annotator) {
	a.Describe(&r, "A random password (stand-in for the official provider).")
	a.SetToken("index/randomPassword", "RandomPassword")
}

// Inputs is what a program declares.
type Inputs struct {
	Keepers         map[string]string `pulumi:"keepers,optional" provider:"replaceOnChanges"`
	Length          int               `pulumi:"length" provider:"replaceOnChanges"`
	Lower           *bool             `pulumi:"lower,optional" provider:"replaceOnChanges"`
	MinLower        *int              `pulumi:"minLower,optional" provider:"replaceOnChanges"`
	MinNumeric      *int              `pulumi:"minNumeric,optional" provider:"replaceOnChanges"`
	MinSpecial      *int              `pulumi:"minSpecial,optional" provider:"replaceOnChanges"`
	MinUpper        *int              `pulumi:"minUpper,optional" provider:"replaceOnChanges"`
	Number          *bool             `pulumi:"number,optional" provider:"replaceOnChanges"`
	Numeric         *bool             `pulumi:"numeric,optional" provider:"replaceOnChanges"`
	OverrideSpecial *string           `pulumi:"overrideSpecial,optional" provider:"replaceOnChanges"`
	Special         *bool             `pulumi:"special,optional" provider:"replaceOnChanges"`
	Upper           *bool             `pulumi:"upper,optional" provider:"replaceOnChanges"`
}

// State is what the engine keeps.
type State struct {
	Inputs
	Result     string `pulumi:"result" provider:"secret"`
	BcryptHash string `pulumi:"bcryptHash" provider:"secret"`
}

// class is one set of characters and how many of them there must be.
type class struct {
	characters string
	minimum    int
}

func or[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}

func (in *Inputs) classes() []class {
	var all []class
	add := func(wanted bool, characters string, minimum *int) {
		if wanted {
			all = append(all, class{characters, or(minimum, 0)})
		}
	}
	add(or(in.Lower, true), "abcdefghijklmnopqrstuvwxyz", in.MinLower)
	add(or(in.Upper, true), "ABCDEFGHIJKLMNOPQRSTUVWXYZ", in.MinUpper)
	add(or(in.Numeric, or(in.Number, true)), "0123456789", in.MinNumeric)
	add(or(in.Special, true), or(in.OverrideSpecial, "!@#$%&*()-_=+[]{}<>:?"), in.MinSpecial)
	return all
}

func below(n int) (int, error) {
	value, err := rand.Int(rand.Reader, big.NewInt(int64(n)))
	if err != nil {
		return 0, err
	}
	return int(value.Int64()), nil
}

func pick(from string, count int) ([]byte, error) {
	picked := make([]byte, count)
	for i := range picked {
		at, err := below(len(from))
		if err != nil {
			return nil, err
		}
		picked[i] = from[at]
	}
	return picked, nil
}

// password draws the demanded minimum of each class, fills up from all, and shuffles.
func (in *Inputs) password() (string, error) {
	var any strings.Builder
	var password []byte
	for _, c := range in.classes() {
		any.WriteString(c.characters)
		part, err := pick(c.characters, c.minimum)
		if err != nil {
			return "", err
		}
		password = append(password, part...)
	}
	rest, err := pick(any.String(), max(0, in.Length-len(password)))
	if err != nil {
		return "", err
	}
	password = append(password, rest...)
	for i := len(password) - 1; i > 0; i-- {
		j, err := below(i + 1)
		if err != nil {
			return "", err
		}
		password[i], password[j] = password[j], password[i]
	}
	return string(password), nil
}

// Check refuses what can give no password.
func (*Password) Check(ctx context.Context, req infer.CheckRequest) (infer.CheckResponse[Inputs], error) {
	inputs, failures, err := infer.DefaultCheck[Inputs](ctx, req.NewInputs)
	if err == nil && len(failures) == 0 && len(inputs.classes()) == 0 {
		failures = append(failures, p.CheckFailure{Property: "length", Reason: "no characters to choose from"})
	}
	return infer.CheckResponse[Inputs]{Inputs: inputs, Failures: failures}, err
}

// Create draws the password. The id is the word "none", as the official provider has it.
func (*Password) Create(
	_ context.Context, req infer.CreateRequest[Inputs],
) (infer.CreateResponse[State], error) {
	state := State{Inputs: req.Inputs}
	if req.DryRun {
		return infer.CreateResponse[State]{Output: state}, nil
	}
	var err error
	if state.Result, err = req.Inputs.password(); err != nil {
		return infer.CreateResponse[State]{}, err
	}
	// bcrypt reads 72 bytes at most.
	hash, err := bcrypt.GenerateFromPassword([]byte(state.Result)[:min(72, len(state.Result))], bcrypt.DefaultCost)
	if err != nil {
		return infer.CreateResponse[State]{}, err
	}
	state.BcryptHash = string(hash)
	return infer.CreateResponse[State]{ID: "none", Output: state}, nil
}
