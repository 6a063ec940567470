#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A simulated street on loopback, scanned: what "make run" shows. Nothing leaves this machine.
set -eu
build=$1
# Cameras listen on ports below 1024. Without root, a user and network namespace of our own allows that.
if [ "$(id -u)" != 0 ] && [ "${LENSCAP_IN_NAMESPACE:-}" = "" ]; then
    if unshare -rn true 2>/dev/null; then
        LENSCAP_IN_NAMESPACE=1 exec unshare -rn sh "$0" "$build"
    fi
    echo "lenscap: the simulated cameras need ports below 1024; please run 'make run' as root" >&2
    exit 1
fi
[ "${LENSCAP_IN_NAMESPACE:-}" = "" ] || ip link set lo up
scratch=$(mktemp -d)
sim=
trap '[ -z "$sim" ] || kill $sim 2>/dev/null || true; rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

"$build/lenscap-sim" --personas sim/personas --base 127.0.9.1 --truth "$scratch/truth.jsonl" \
    --max-seconds 600 >"$scratch/ready" &
sim=$!
for _ in $(seq 100); do
    grep -q ready "$scratch/ready" && break
    sleep 0.1
done
grep -q ready "$scratch/ready" || { echo "lenscap: the simulator did not start" >&2; exit 1; }
n=$(grep -c . "$scratch/truth.jsonl")
cat >"$scratch/street.yaml" <<EOF
version: 1
owner: this machine
contact: root@localhost
purpose: the simulated street of 'make run'
valid: {until: 2099-12-31}
laboratory: true
allow: [127.0.9.0/24]
rates: {host: 200, host-connections: 4, block: 20000, total: 20000}
EOF
echo "lenscap: a simulated street of $n devices is up on 127.0.9.1-127.0.9.$n; scanning it"
"$build/lenscap" scan "127.0.9.1-127.0.9.$n" --scope "$scratch/street.yaml" --store "$scratch/street.db"
lang=en
case "${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}" in vi*) lang=vi ;; esac
"$build/lenscap" report --format html --lang $lang --store "$scratch/street.db" --output report.html
cat <<EOF

The report for the owner of these devices:  $(pwd)/report.html  (open it in any browser, or on a phone)

To scan your own network, the private networks this machine is attached to:

    $build/lenscap scan
    $build/lenscap report --output my-report.html

EOF
