#!/bin/sh
# Runs the keeper's tests, and with "simulation" the simulation's named schedules; ends at the first failure. cosmic-ray calls it once
# for each mutant.
set -eu
python=$(command -v /usr/bin/python3 || command -v python3)
"$python" -B -m unittest discover -q -f -s test/keeper -t test/keeper
[ "${1-}" != simulation ] || exec "$python" -B test/simulation --named --seeds 1 --processes 1 --fail-fast
