#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# make bench: see bench.py
set -eu
exec python3 tests/bench/bench.py "$@"
