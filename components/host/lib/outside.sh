#!/bin/sh
# The main process of a service that the keeper starts for a program of the user's (outside.py): outside.sh FILE COMMAND [ARGUMENT …]
#
# Writes the program's exit code to FILE. Holds a lock on FILE.lock while the program runs; the keeper tests the lock. The program does not
# inherit the lock, so a process that it leaves in the background does not hold it. While the lock is held, a second outside.sh with the
# same FILE exits with 75 and does not run its program.
set -u

file=$1
shift
exec 9>"$file.lock"
flock -n 9 || exit 75
rm -f "$file"
"$@" 9>&-
echo $? >"$file.new"
mv "$file.new" "$file"
