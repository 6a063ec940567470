#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Branch coverage of the rooms that read hostile bytes and decide who may be asked.
set -eu
dir=build-coverage
[ -f $dir/build.ninja ] || meson setup $dir -Db_coverage=true -Dhardening=false --buildtype=debug >/dev/null
ninja -C $dir >/dev/null
meson test -C $dir --suite unit --suite wire --suite fuzz --print-errorlogs >/dev/null
gcovr --root . $dir --branches --exclude-throw-branches --filter src/proto --filter src/scope --print-summary
