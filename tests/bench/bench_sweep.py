#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Probes a second and CPU for each million of them: zmap, masscan and each engine of ours, in the same namespaces,
against the same receiver, in turns of the same run.

usage: bench_sweep.py BUILD [--bits N] [--rounds N] [--receiver nft|xdp]
Two receivers: `nft` is a kernel where one address in a hundred answers and the filter drops the rest; `xdp` drops all
but ARP in the driver, so that only the sender is measured. Counted is what arrives at the far end of the cable, between
a twentieth and nineteen twentieths of it (engine connect: pairs, from start to end); CPU is of the program and its
children. A line is the median of its rounds."""
import argparse
import contextlib
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lab"))
import lab  # noqa: E402 (its folder stands beside ours)

PORT, SEED, SHARE = 80, 0xbeef, 100
FULL_SPEED = 10 ** 7


def text_of(command):
    return subprocess.run(command, capture_output=True, text=True).stdout


class Bench:
    def __init__(self, laboratory, folder, bits):
        self.laboratory, self.folder = laboratory, folder
        self.where = {"whole": f"10.0.0.0/{32 - bits}", "part": f"10.0.0.0/{32 - min(bits, 14)}"}
        self.size = {"whole": 2 ** bits, "part": 2 ** min(bits, 14)}
        self.scope = laboratory.scope(folder)
        self.most = FULL_SPEED

    def answering(self, part):
        first = 10 << 24
        return sum(lab.scaled((first + i).to_bytes(4, "big"), SEED, SHARE) == 0 for i in range(self.size[part]))

    def run(self, command, part):
        """Runs one sender to its end: (probes a second, CPU seconds for each million, packets that arrived)."""
        before, seen = self.laboratory.packets("world"), []
        with open(self.folder / "out", "wb") as out, open(self.folder / "err", "wb") as err:
            p = subprocess.Popen([*self.laboratory.inside("scanner"), *map(str, command)], stdout=out, stderr=err,
                                 env=lab.kit.environment(self.folder))
            while True:
                pid, status, usage = os.wait4(p.pid, os.WNOHANG)
                seen.append((time.monotonic(), self.laboratory.packets("world") - before))
                if pid:
                    break
                time.sleep(0.005)
            p.returncode = os.waitstatus_to_exitcode(status)
        if p.returncode:
            raise lab.kit.Skip((self.folder / "err").read_text(errors="replace").strip()[-150:])
        total = seen[-1][1]
        middle = [(t, n) for t, n in seen if 0.05 * self.size[part] <= n <= 0.95 * self.size[part]]
        if len(middle) < 2:
            raise lab.kit.Skip(f"only {total} packets arrived")
        speed = (middle[-1][1] - middle[0][1]) / (middle[-1][0] - middle[0][0])
        return speed, (usage.ru_utime + usage.ru_stime) * 1e6 / self.size[part], total

    def zmap(self, part):
        got = self.run(["zmap", "-p", PORT, "-i", "v0", "-G", lab.WORLD_MAC, "-b", "/dev/null", "-q", "-c", 2,
                        "-r", FULL_SPEED, self.where[part]], part)
        return (*got, len(set(re.findall(r"^10\.\S+$", (self.folder / "out").read_text(), re.M))))

    def masscan(self, part):
        got = self.run(["masscan", self.where[part], f"-p{PORT}", "--rate", FULL_SPEED, "--interface", "v0",
                        "--adapter-ip", lab.SCANNER4, "--router-mac", lab.WORLD_MAC.replace(":", "-"),
                        "--wait", 2, "-oL", "-"], part)
        return (*got, len(set(re.findall(r"^open tcp \d+ (\S+)", (self.folder / "out").read_text(), re.M))))

    def engine(self, name, part):
        command = [lab.kit.LENSCAP, "scan", self.where[part], "--scope", self.scope, "--engine", name, "--mode", "full",
                   "--passes", 1, "--ports", PORT, "--sweep-only", "--quiet", "--stats", "--rate"]
        try:
            got = self.run([*command, self.most], part)
        except lab.kit.Skip as why:
            cap = re.search(r"--rate .* to (\d+) is wanted", str(why))  # the most that a laboratory may have
            if not cap:
                raise
            self.most = int(cap.group(1))
            got = self.run([*command, self.most], part)
        lines = map(json.loads, (self.folder / "out").read_text().splitlines())
        found = sum(PORT in line["open"] for line in lines)
        if name == "connect":  # the kernel repeats what is not answered: its packets are no probes
            said = [line for line in (self.folder / "err").read_text().splitlines() if line.startswith("{")]
            got = (self.size[part] * 1e6 / json.loads(said[-1])["sweep_elapsed_us"], *got[1:])
        return (*got, found)


def measure(bench, receiver, rounds):
    ways = {"zmap": (bench.zmap, "whole"), "masscan": (bench.masscan, "whole")}
    for name in ("packet", "xdp", "connect"):
        if receiver == "xdp" and name == "connect":
            continue  # a connection needs somebody who answers
        part = "part" if name == "connect" else "whole"
        ways[f"lenscap {name}"] = (lambda part, name=name: bench.engine(name, part), part)
    results, gone = {name: [] for name in ways}, {}
    for _ in range(rounds):
        for name, (way, part) in ways.items():
            if name not in gone:
                try:
                    results[name].append(way(part))
                except lab.kit.Skip as why:
                    gone[name] = str(why)
    return ways, results, gone


def report(bench, receiver, ways, results, gone):
    speed = {name: statistics.median(r[0] for r in rows) for name, rows in results.items() if rows and name not in gone}
    peer = max((speed[name] for name in ("zmap", "masscan") if name in speed), default=0)
    for name, (_, part) in ways.items():
        if name in gone:
            print(f"{name}, receiver {receiver}: not measured: {gone[name]}")
            continue
        cpu = statistics.median(r[1] for r in results[name])
        found = statistics.median(r[3] for r in results[name])
        there = f"; found {found:.0f} of {bench.answering(part)}" if receiver == "nft" else ""
        print(f"{name}, receiver {receiver}: {speed[name]:.0f} probes/s; CPU {cpu:.3f} s per million probes{there}; "
              f"ratio {speed[name] / peer if peer else 0:.1f}", flush=True)


@contextlib.contextmanager
def receiving(bench, receiver):
    bench.laboratory.filter(f"jhash ip daddr mod {SHARE} seed {SEED:#x} != 0 drop")
    bench.laboratory.receive_offload("world", True)
    if receiver == "xdp":
        with lab.xdp_drop(bench.laboratory):
            yield
    else:
        with bench.laboratory.listener(PORT):
            yield


def dry_run(build):
    """The enumeration without a network: what the unit bench prints."""
    program = pathlib.Path(build, "tests/unit/discover/bench_sweep_dry")
    if not program.exists():
        print(f"dry run: not measured: {program} is not built (meson option tests)")
        return
    print(text_of([str(program)]).strip())


def main():
    args = argparse.ArgumentParser()
    args.add_argument("build")
    args.add_argument("--bits", type=int, default=22, help="2^N addresses for each turn")
    args.add_argument("--rounds", type=int, default=3)
    args.add_argument("--receiver", choices=["nft", "xdp"])
    args = args.parse_args()
    lab.kit.LENSCAP = pathlib.Path(args.build, "lenscap").resolve()
    lab.need("zmap", "masscan")
    folder = lab.kit.scratch()
    masscan = re.search(r"version (\S+)", text_of(["masscan", "--version"]))
    versions = f"{text_of(['zmap', '--version']).strip()}, masscan {masscan.group(1)}"
    print(f"# {os.cpu_count()} cores shared by sender and receiver; veth pair; {2 ** args.bits} addresses, one port, "
          f"one probe each; {versions}; median of {args.rounds}")
    for receiver in [args.receiver] if args.receiver else ["nft", "xdp"]:
        with lab.Lab("10.0.0.0/8") as laboratory:
            bench = Bench(laboratory, folder, args.bits)
            try:
                with receiving(bench, receiver):
                    report(bench, receiver, *measure(bench, receiver, args.rounds))
            except lab.kit.Skip as why:
                print(f"receiver {receiver}: not measured: {why}")
    dry_run(args.build)


main()
