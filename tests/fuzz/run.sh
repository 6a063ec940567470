#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target for SECONDS seconds with libFuzzer: tests/fuzz/run.sh SECONDS [TARGET ...]
#
# Needs clang. Builds in build-fuzz (or in $FUZZ_BUILD). One line per target; a crashing input is kept
# in crashes/ there, new inputs worth keeping in found/, and the exit status is 1 on any crash.
set -eu
seconds=${1:?usage: run.sh SECONDS [TARGET ...]}
shift
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${FUZZ_BUILD:-$root/build-fuzz}

[ -f "$build/build.ninja" ] || CC=clang meson setup "$build" "$root" -Dfuzz=true -Dhardening=false \
    -Db_sanitize=address,undefined -Db_lundef=false \
    "-Dc_args=-fsanitize=fuzzer-no-link -fno-sanitize-recover=all" >/dev/null
[ $# -gt 0 ] || set -- $(ls "$here/corpus")
for t in "$@"; do
    echo "tests/fuzz/$t-libfuzzer"
done | xargs ninja -C "$build" >"$build/fuzz-build.log" 2>&1 ||
    { tail -n 30 "$build/fuzz-build.log"; exit 2; }

mkdir -p "$build/crashes"
crashed=0
for t in "$@"; do
    mkdir -p "$build/found/$t"
    dict=
    [ -f "$here/dict/$t.dict" ] && dict="-dict=$here/dict/$t.dict"
    log="$build/found/$t.log"
    code=0
    "$build/tests/fuzz/$t-libfuzzer" "$build/found/$t" "$here/corpus/$t" $dict \
        "-artifact_prefix=$build/crashes/$t-" "-max_total_time=$seconds" -timeout=1 -rss_limit_mb=512 \
        -max_len=70000 -print_final_stats=1 >"$log" 2>&1 || code=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    crashes=$([ "$code" -eq 0 ] && echo 0 || echo 1)
    printf '%-10s %10s executions  %s crashes\n' "$t" "${runs:-?}" "$crashes"
    if [ "$code" -ne 0 ]; then
        crashed=1
        grep -m 3 -E 'does not hold|ERROR:|SUMMARY:|runtime error' "$log" || tail -n 5 "$log"
    fi
done
exit "$crashed"
