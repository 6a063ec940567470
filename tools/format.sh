#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fails when clang-format would change a C file; "--fix" changes them.
set -eu
files=$(git ls-files --cached --others --exclude-standard '*.c' '*.h')
if [ "${1:-}" = --fix ]; then
    # shellcheck disable=SC2086
    exec clang-format -i $files
fi
# shellcheck disable=SC2086
exec clang-format --dry-run --Werror $files
