#!/bin/sh
# Makes a fresh clone ready to run: installs the Node packages of the lock file, among them the
# Node.js that everything else runs on. Does nothing when they are there.
set -eu

cd "$(dirname "$0")/.."
if ! cmp -s package-lock.json node_modules/.installed-lock; then
    echo "installing the Node packages of package-lock.json (npm ci) …" >&2
    npm ci --no-fund --no-audit --loglevel=error >&2 || {
        echo 'error: npm ci failed; its message is above. It needs Node.js 20 or later, npm, and an npm registry.' >&2
        exit 1
    }
    cp package-lock.json node_modules/.installed-lock
fi
