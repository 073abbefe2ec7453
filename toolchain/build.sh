#!/bin/sh
# Compiles the package into a folder, with the scripts and the programs for the hosts. To be run in the project's folder.
#   build.sh FOLDER
set -eu

rm -rf "$1"
tsc -p tsconfig.build.json --outDir "$1"
cp -R components/host "$1/components"
cp -R components/steps/sh "$1/components/steps"
cp -R cli/sh "$1/cli"
chmod +x "$1/cli/halb.js"
