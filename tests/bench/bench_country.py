#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A country on one small machine: 16.7 million addresses, of which one in twenty answers, 24 ports; sweep, talk,
identify, assess and store, with the simulator on the same cores.

usage: bench_country.py BUILD [--scale 0.1] [--mode planned|full|both] [--rate N] [--engine E] [--keep DIR]
One line per figure. Recall: cameras of the truth that the store calls surveillance devices. False: others that it
calls so. Memory: proportional set size of all roles, sampled every second. tests/lab/country.py has the population."""
import argparse
import contextlib
import ipaddress
import json
import os
import pathlib
import resource
import shutil
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "lab"))
import country  # noqa: E402 (their folder stands beside ours)
import lab  # noqa: E402

ALL = 2 ** 24
FIRST = ipaddress.ip_address("10.0.0.0")
# src/identify: lc_class_is_surveillance
SURVEILLANCE = {"camera", "ptz", "thermal", "doorbell", "intercom", "nvr", "dvr", "encoder", "decoder", "vms", "hub",
                "access-control"}


def place(address):
    """Addresses as numbers from the first of the country: what is compared must be small."""
    return int(ipaddress.ip_address(address)) - int(FIRST)


def size_of(store):
    return sum(f.stat().st_size for f in store.parent.glob(store.name + "*"))


def called_surveillance(store):
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as db:
        for address, kind in db.execute("SELECT addr, class FROM device"):
            if kind in SURVEILLANCE:
                yield int.from_bytes(address[12:16], "big") - int(FIRST)


class Run:
    def __init__(self, laboratory, land, folder, where, args, mode):
        self.lab, self.land, self.mode, self.folder = laboratory, land, mode, folder
        self.store = folder / f"country-{mode}.db"
        scope = laboratory.scope(folder, "10.0.0.0/8")
        self.command = [*laboratory.inside("scanner"), lab.kit.LENSCAP, "scan", where, "--scope", scope, "--engine",
                        args.engine, "--mode", mode, "--ports", ",".join(map(str, country.PORTS)), "--likely",
                        country.LIKELY, "--rate", args.rate, "--store", self.store, "--stats", "--quiet"]
        self.peak_store = 0

    def go(self):
        peak, errors = lab.Peak(), self.folder / f"{self.mode}.err"
        for old in self.store.parent.glob(self.store.name + "*"):
            old.unlink()
        with self.land.play(self.lab), open(errors, "w") as err:
            started = time.monotonic()
            p = subprocess.Popen(list(map(str, self.command)), stdout=subprocess.DEVNULL, stderr=err,
                                 env=lab.kit.environment(self.folder))
            try:
                while p.poll() is None:
                    peak.sample(p.pid)
                    self.peak_store = max(self.peak_store, size_of(self.store))
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        p.wait(1)
            finally:
                p.kill()
            self.seconds = time.monotonic() - started
        text = errors.read_text(errors="replace")
        assert p.returncode in (0, 1), f"exit {p.returncode}: {text[-2000:]}"
        self.stats = json.loads([line for line in text.splitlines() if line.startswith("{")][-1])
        self.peak_mb = peak.kib / 1024

    def report(self):
        cameras, hidden, others = self.truth()
        found = set(called_surveillance(self.store))
        totals = self.land.counters()["totals"]
        seen = len(found & cameras)
        say = f"{self.mode}: "
        s = self.stats
        print(f"{say}{self.seconds:.0f} s for {s['hosts']} addresses; sweep {s['sweep_elapsed_us'] / 1e6:.0f} s, "
              f"{s['sweep_probes']} probes, {s['sweep_drops']} lost here, {s['sweep_duplicates']} answers twice")
        print(f"{say}recall {seen / len(cameras):.3%} ({seen} of {len(cameras)} cameras; of the {len(hidden)} without "
              f"a likely port {len(found & hidden) / len(hidden):.1%})")
        print(f"{say}false {len(found - cameras)} ({len(found & others)} of {len(others)} other devices, "
              f"{len(found - cameras - others)} of nobody)")
        print(f"{say}forbidden requests {totals['forbidden']}, unexpected {totals['unexpected']}; "
              f"{totals['connections']} connections, {totals['requests']} requests")
        cpu = {r: s[f"cpu_{r}_us"] / 1e6 for r in ("ctl", "dial", "talk", "sweep")}
        print(f"{say}CPU {sum(cpu.values()):.0f} s (" + ", ".join(f"{r} {v:.0f}" for r, v in cpu.items()) + ")")
        print(f"{say}peak memory {self.peak_mb:.0f} MB (PSS, all roles); store {size_of(self.store) / 1e6:.0f} MB at "
              f"the end, {self.peak_store / 1e6:.0f} MB at most, WAL included", flush=True)

    def truth(self):
        cameras, hidden, others = set(), set(), set()
        for address, _, camera, ports in self.land.truth():
            (cameras if camera else others).add(place(address))
            if camera and not set(ports) & set(country.PORTS[:country.LIKELY]):
                hidden.add(place(address))
        return cameras, hidden, others


def main():
    args = argparse.ArgumentParser()
    args.add_argument("build")
    args.add_argument("--scale", type=float, default=1.0)
    args.add_argument("--mode", choices=["planned", "full", "both"], default="both")
    args.add_argument("--rate", type=int, default=1000000)
    args.add_argument("--engine", default="packet")
    args.add_argument("--keep", type=pathlib.Path, help="leave stores and truth in this folder")
    args = args.parse_args()
    build = pathlib.Path(args.build).resolve()
    lab.kit.LENSCAP, lab.kit.SIM = build / "lenscap", build / "lenscap-sim"
    lab.need()
    folder = args.keep or lab.kit.scratch()
    folder.mkdir(parents=True, exist_ok=True)
    where = f"{FIRST}-{FIRST + int(ALL * args.scale) - 1}"
    land = country.Country(folder, where)
    print(f"# {os.cpu_count()} cores for all roles, kernel and simulator; {int(ALL * args.scale)} addresses, "
          f"{len(country.PORTS)} ports, {country.LIKELY} likely; one in ten refuses; engine {args.engine}, "
          f"at most {args.rate} probes/s; free disk {shutil.disk_usage(folder).free / 1e9:.0f} GB")
    with lab.Lab("10.0.0.0/8") as laboratory:
        for mode in ("planned", "full") if args.mode == "both" else (args.mode,):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            run = Run(laboratory, land, folder, where, args, mode)
            run.go()
            run.report()
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            both = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"{mode}: CPU of scanner and simulator together {both:.0f} s", flush=True)


main()
