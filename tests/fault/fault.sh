#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The long fault tests; the short ones are `meson test --suite fault`. Usage: tests/fault/fault.sh BUILD
#   - the store: killed before and after every sync, every sync failing, the disk full from every write on
#   - the program: `lenscap scan` killed at 100 random moments (KILL_ROUNDS) against the simulator, each run
#     resumed until it ends with the result of an undisturbed one
set -eu
if [ $# -ne 1 ] || [ ! -x "$1/lenscap" ]; then
    echo "usage: $0 BUILD (a build folder of meson in which lenscap has been built)" >&2
    exit 2
fi
build=$(cd "$1" && pwd)
tests=$(cd "$(dirname "$0")/.." && pwd)

KILLSYNC=$build/tests/fault/killsync.so STORE_WRITER=$build/tests/fault/store_writer FAULT_STEP=1 \
    python3 "$tests/fault/test_commits.py"
LENSCAP=$build/lenscap LENSCAP_SIM=$build/lenscap-sim KILL_ROUNDS=${KILL_ROUNDS:-100} PYTHONPATH=$tests/e2e \
    python3 "$tests/e2e/test_run.py" a_run_killed_at_random_moments_resumes_to_the_same_result
