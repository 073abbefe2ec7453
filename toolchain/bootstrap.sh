#!/bin/sh
# Makes a fresh clone ready to run: installs the Node packages of the lock file, among them the
# Node.js that everything else runs on. Does nothing if they are installed.
set -eu

cd "$(dirname "$0")/.."
if ! node -e 'process.exit(process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null; then
    echo "error: Node.js 20 or later is needed, and here is $(node --version 2>/dev/null || echo none); install it (https://nodejs.org/)" >&2
    exit 1
fi
if ! cmp -s package-lock.json node_modules/.installed-lock; then
    echo "installing the Node packages of package-lock.json (npm ci) …" >&2
    # Without a network npm ci itself takes minutes to give up. With no cache npm must really ask.
    empty=$(mktemp -d)
    said=$(npm view @pulumi/pulumi name --fetch-retries=0 --cache "$empty" 2>&1) || unreachable=yes
    rm -rf "$empty"
    if [ -z "${unreachable-}" ]; then
        npm ci --no-fund --no-audit --loglevel=error >&2 || {
            echo 'error: npm ci failed (see output above). Fix that and run the same command again' >&2
            exit 1
        }
    else
        # Packages in npm's cache need no network. npm ci would first delete the installed ones.
        rm -rf node_modules.before
        [ ! -e node_modules ] || mv node_modules node_modules.before
        npm ci --offline --no-fund --no-audit --loglevel=silent >&2 || {
            rm -rf node_modules
            [ ! -e node_modules.before ] || mv node_modules.before node_modules
            echo "$said" | sed 1q >&2
            echo 'error: the npm registry does not answer ("npm config get registry" names it). Restore the connection, or set another registry' >&2
            exit 1
        }
        rm -rf node_modules.before
    fi
    cp package-lock.json node_modules/.installed-lock
fi
