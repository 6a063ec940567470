#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Speed on simulated cameras, beside nmap on a sample of the same targets in the same run.

usage: bench.py BUILD [--hosts N] [--quick]
Prints one line per figure. All roles and the simulator share the machine's cores; rates are raised by a
laboratory scope and said. Times on shared machines drift: quote ratios and CPU time."""
import argparse
import json
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

PLAIN = ["bench-plain"]
TLS = ["bench-tls"]
PORTS = "80,554,8000,8080,8554"
TLS_PORTS = "80,554,443,8000,8080"


def pss_kib(pid, seen):
    """Proportional set size of a process and everything it started."""
    total = 0
    for proc in [pid, *[c for p in pathlib.Path(f"/proc/{pid}/task").glob("*/children")
                        for c in p.read_text().split()]]:
        try:
            text = pathlib.Path(f"/proc/{proc}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss:\s+(\d+)", text, re.M).group(1))
        except (OSError, AttributeError):
            pass
    return max(seen, total)


def one_scan(kit, folder, persona, ports, hosts, first="127.8.0.1"):
    last = kit_address(first, hosts - 1)
    scope = kit.scope_file(folder)
    store = folder / "bench.db"
    for f in folder.glob("bench.db*"):
        f.unlink()
    with kit.street(folder, "--fleet", hosts, "--base", first, *[x for p in persona for x in ("--fleet-persona", p)],
                    personas=("sim/personas/bench",)):
        p = subprocess.Popen([kit.LENSCAP, "scan", f"{first}-{last}", "--scope", scope, "--store", store, "--ports",
                              ports, "--quiet", "--stats"], stderr=subprocess.PIPE, text=True,
                             env=kit.environment(folder))
        peak = 0
        while p.poll() is None:
            try:
                peak = pss_kib(p.pid, peak)
            except OSError:
                break
            time.sleep(0.1)
        stats = json.loads([line for line in p.stderr.read().splitlines() if line.startswith("{")][-1])
    stats["peak_mb"] = peak / 1024
    return stats


def kit_address(first, n):
    import ipaddress
    return str(ipaddress.ip_address(first) + n)


def print_scan(name, s):
    n = s["hosts"]
    per = {r: s[f"cpu_{r}_us"] / n for r in ("ctl", "dial", "talk")}
    print(f"{name}: {n * 1e6 / s['elapsed_us']:.0f} devices/s; CPU per device {sum(per.values()) / 1000:.3f} ms "
          f"(ctl {per['ctl'] / 1000:.3f}, dial {per['dial'] / 1000:.3f}, talk {per['talk'] / 1000:.3f}); "
          f"{s['packets'] / n:.1f} packets per device; peak memory {s['peak_mb']:.0f} MB (PSS, all roles)")


def nmap(kit, folder, persona, ports, hosts):
    first = "127.8.0.1"
    with kit.street(folder, "--fleet", hosts, "--base", first, *[x for p in persona for x in ("--fleet-persona", p)],
                    personas=("sim/personas/bench",)):
        before = os.times()
        started = time.monotonic()
        subprocess.run(["nmap", "-n", "-Pn", "-sV", "--script", "rtsp-methods,http-title,http-auth", "-p", ports,
                        f"127.8.0.1-{hosts}"], stdout=subprocess.DEVNULL, check=True)
        took = time.monotonic() - started
        after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return hosts / took, cpu * 1000 / hosts


def identify(kit, folder):
    lines = []
    mixes = [{"http.server": "App-webs/", "rtsp.realm": "IP Camera(C2875)", "http.title": "index"},
             {"rtsp.server": "Rtsp Server/3.0", "rtsp.realm": "Login to 4X0ABCDPAG00001", "http.title": "WEB SERVICE"},
             {"http.server": "nginx", "http.title": "Welcome"}, {"ssh.banner": "SSH-2.0-OpenSSH_9.2"},
             {"rtsp.realm": "TP-Link IP-Camera", "tls.cert.subject": "CN=TPRI-DEVICE,O=TPRI,C=US"}]
    for i in range(200000):
        lines.append(json.dumps({"id": str(i), "facts": mixes[i % len(mixes)]}))
    source = folder / "facts.jsonl"
    source.write_text("\n".join(lines) + "\n")
    before = os.times()
    with open(source) as stdin:
        subprocess.run([kit.LENSCAP, "identify"], stdin=stdin, stdout=subprocess.DEVNULL, check=True,
                       env=kit.environment(folder))
    after = os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    print(f"identify: {len(lines) / cpu:.0f} devices per second and core (JSON in and out included)")


def main():
    args = argparse.ArgumentParser()
    args.add_argument("build")
    args.add_argument("--hosts", type=int, default=10000)
    args.add_argument("--nmap-hosts", type=int, default=64)
    args = args.parse_args()
    os.environ["LENSCAP"], os.environ["LENSCAP_SIM"] = f"{args.build}/lenscap", f"{args.build}/lenscap-sim"
    import kit
    folder = kit.scratch()
    print(f"# {os.cpu_count()} cores shared by every role and the simulator; laboratory rates "
          f"(host 100,000/s, total 1,000,000/s); {args.hosts} devices, five open ports each, on loopback")
    plain = one_scan(kit, folder, PLAIN, PORTS, args.hosts)
    print_scan("scan without TLS", plain)
    print_scan("scan with TLS", one_scan(kit, folder, TLS, TLS_PORTS, args.hosts))
    rate, cpu_ms = nmap(kit, folder, PLAIN, PORTS, args.nmap_hosts)
    ours = args.hosts * 1e6 / plain["elapsed_us"]
    cpu = sum(plain[f"cpu_{r}_us"] for r in ("ctl", "dial", "talk")) / plain["hosts"] / 1000
    print(f"nmap -sV --script rtsp-methods,http-title,http-auth on {args.nmap_hosts} of the same: "
          f"{rate:.2f} devices/s; CPU per device {cpu_ms:.1f} ms")
    print(f"beside nmap: devices per second ratio {ours / rate:.1f}; CPU per device ratio {cpu_ms / cpu:.1f}")
    identify(kit, folder)


main()
