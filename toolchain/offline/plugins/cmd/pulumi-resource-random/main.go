// Command pulumi-resource-random is the stand-in for Pulumi's random provider.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/pulumi/pulumi-go-provider/infer"

	"ha-load-balancer-pair/toolchain/offline/plugins/random"
)

// version is that of the official plugin this stands in for, set by the linker.
var version = "0.0.0"

func main() {
	provider, err := infer.NewProviderBuilder().
		WithDisplayName("random (stand-in)").
		WithResources(infer.Resource(&random.Password{})).
		Build()
	if err == nil {
		err = provider.Run(context.Background(), "random", version)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
