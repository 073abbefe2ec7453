#!/bin/sh
# The main process of a service that the keeper starts for a program of the user's (outside.py): outside.sh FILE COMMAND [ARGUMENT …]
#
# Leaves the program's exit code in FILE. Holds FILE.lock while it runs, which the keeper looks at; the program does not inherit the lock,
# so what it leaves running in the background does not hold it. Of two that have the same FILE only the first one runs its program.
set -u

file=$1
shift
exec 9>"$file.lock"
flock -n 9 || exit 75
rm -f "$file"
"$@" 9>&-
echo $? >"$file.new"
mv "$file.new" "$file"
