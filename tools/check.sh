#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Everything that must hold: style, architecture, both compilers, every test under ASan and UBSan.
# Ends with one line "N passed, N failed, N skipped".
set -u
build=$1
log=$build/check.log
passed=0 failed=0 skipped=0
mkdir -p "$build"

step() { # NAME COMMAND...: one check that passes or fails
    name=$1
    shift
    if "$@" >"$build/step.log" 2>&1; then
        passed=$((passed + 1))
        echo "ok    $name"
    else
        failed=$((failed + 1))
        echo "FAIL  $name"
        tail -n 25 "$build/step.log"
    fi
}

configured() { # FOLDER OPTIONS...
    dir=$1
    shift
    [ -f "$dir/build.ninja" ] || meson setup "$dir" "$@"
}

with_clang() {
    CC=clang configured "$build-clang" -Dwerror=true -Dtests=true --buildtype=debugoptimized &&
        ninja -C "$build-clang"
}

# With engine xdp where it can be built; the tree of clang is without it, as the program is by default.
with_gcc() {
    CC=gcc configured "$build" -Dwerror=true -Db_sanitize=address,undefined -Dhardening=false -Dxdp=auto &&
        ninja -C "$build"
}

step "house style (tools/style.py)" python3 tools/style.py
step "clang-format" sh tools/format.sh
step "builds with clang, no warning" with_clang
step "builds with gcc, ASan and UBSan, no warning" with_gcc
if [ "$failed" = 0 ]; then
    meson test -C "$build" --print-errorlogs --num-processes 2 | tee "$log" | grep -v '^ *$'
    count() { sed -n "s/^$1: *\([0-9]*\).*/\1/p" "$log" | tail -n 1; }
    passed=$((passed + $(count Ok)))
    failed=$((failed + $(count Fail) + $(count Timeout) + $(count 'Unexpected Pass')))
    skipped=$((skipped + $(count Skipped)))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
