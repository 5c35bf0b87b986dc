#!/bin/sh
# Writes logs of the allocations of program.c: mtrace, massif (raw and printed), heaptrack (printed).
#
#   sh tests/data/native_logs/make.sh
#
# Needs gcc, glibc 2.34 or later, valgrind and heaptrack, and /srv writable: the logs contain the folder's name.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
folder=/srv/native-logs
mkdir -p "$folder"
trap 'rm -rf "$folder"' EXIT
cp "$here/program.c" "$folder"
cd "$folder"
gcc -g -O1 -no-pie -rdynamic -o program program.c
MALLOC_TRACE=program.mtrace LD_PRELOAD=libc_malloc_debug.so.0 ./program
valgrind --quiet --tool=massif --massif-out-file=massif.out ./program
ms_print massif.out > ms_print.txt
heaptrack --output recording ./program > /dev/null
heaptrack_print --print-leaks=1 recording.* > heaptrack_print.txt
cp program.mtrace massif.out ms_print.txt heaptrack_print.txt "$here"
