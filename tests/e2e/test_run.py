#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs that are refused, interrupted, killed or wounded: nothing committed is lost, nothing is asked that the
scope does not allow, every refusal says what to do."""
import contextlib
import difflib
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

import kit


def refusals_say_what_to_do_and_exit_with_the_documented_code():
    folder = kit.scratch()
    public = kit.scope_file(folder, """version: 1
owner: x
contact: a@b.invalid
purpose: test
page: https://x.invalid
stop: a@b.invalid
valid: {until: 2099-12-31}
allow: [192.0.2.0/28]
""", "public.yaml")
    expired = kit.scope_file(folder, kit.LAB_SCOPE.replace("2099-12-31", "2020-02-01"), "old.yaml")
    broken = kit.scope_file(folder, "version: 1\nallow: [10.0.0.1/8]\n", "broken.yaml")
    scan = lambda *a: kit.lenscap(folder, "scan", "--store", ":memory:", *a)
    cases = [
        (scan("--no-such-option"), 2, "--no-such-option"),
        (scan("192.0.2.1"), 3, "192.0.2.1"),                                  # no scope allows it
        (scan("192.0.2.1", "--scope", public), 3, "sign"),                    # public and unsigned
        (scan("127.0.0.1", "--scope", expired), 3, "2020"),
        (scan("127.0.0.1", "--scope", broken), 2, "broken.yaml:2"),
        (scan("127.0.0.1", "--scope", folder / "missing.yaml"), 2, "missing.yaml"),
        (scan("10.9.8.7", "--scope", kit.scope_file(folder)), 3, "10.9.8.7"),  # outside the scope
        (scan("127.0.0.1/8"), 2, "127.0.0.1/8"),                              # host bits set
        (kit.lenscap(folder, "show", "7", "--store", folder / "none.db"), 2, "none.db"),
    ]
    for done, code, word in cases:
        assert done.returncode == code, (done.args, done.returncode, done.stderr)
        assert word in done.stderr, (done.args, done.stderr)
        assert done.stdout == "", done.stdout


def messages_come_in_vietnamese_too():
    folder = kit.scratch()
    done = kit.lenscap(folder, "scan", "192.0.2.1", "--store", ":memory:", env={"LANG": "vi_VN.UTF-8"}, check=3)
    assert any(ord(c) > 0x100 for c in done.stderr), done.stderr


def scan_command(folder, target, *more):
    """A resumed run knows its targets."""
    where = [] if "--resume" in more else [target]
    return [kit.LENSCAP, "scan", *where, "--scope", kit.scope_file(folder), "--store", folder / "s.db", *more]


def undisturbed(folder, target):
    quiet = folder / "quiet"
    quiet.mkdir()
    kit.lenscap(folder, "scan", target, "--scope", kit.scope_file(folder), "--store", quiet / "s.db", check=0)
    return kit.lenscap(folder, "export", "--canonical", "--store", quiet / "s.db", check=0).stdout


def start(command, folder):
    return subprocess.Popen(list(map(str, command)), env=kit.environment(folder), stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, text=True)


def flat(text):
    """An export, one fact, claim or finding in each line: so a difference is one of a few words."""
    lines = []
    for line in text.splitlines():
        device = json.loads(line)
        where = device.get("address", "")
        for key, value in device.items():
            parts = value if isinstance(value, list) else [value]
            for part in parts:
                facts = part.pop("facts", {}) if isinstance(part, dict) else {}
                lines.append(f"{where} {key} {json.dumps(part, sort_keys=True)}")
                lines += [f"{where} {key} {part.get('port')} {name} {v}" for name, v in facts.items()]
    return lines


def same_as(expected, folder):
    """The store's canonical export is the expected one; else what differs is said."""
    got = kit.lenscap(folder, "export", "--canonical", "--store", folder / "s.db", check=0).stdout
    if got == expected:
        return
    changes = difflib.unified_diff(flat(expected), flat(got), lineterm="", n=0)
    raise AssertionError("the export differs:\n" + "\n".join(line[:300] for line in list(changes)[:60]))


def a_run_killed_at_random_moments_resumes_to_the_same_result():
    rounds = int(os.environ.get("KILL_ROUNDS", "4"))
    dice = random.Random(2026)
    folder = kit.scratch()
    fleet = ["--fleet", 600, "--base", "127.3.0.1", "--fleet-persona", "hikvision-ipc"]
    with kit.street(folder, *fleet):
        target = "127.3.0.1-127.3.2.88"
        expected = undisturbed(folder, target)
        assert expected.count("\n") >= 600
        for _ in range(rounds):
            for name in folder.glob("s.db*"):
                name.unlink()
            p = start(scan_command(folder, target), folder)
            kills = 0
            while True:
                time.sleep(dice.uniform(0.02, 0.4))
                if p.poll() is not None:
                    break
                p.kill()
                p.wait()
                kills += 1
                p = start(scan_command(folder, target, "--resume") if (folder / "s.db").exists()
                          else scan_command(folder, target), folder)
                if kills == 12:
                    p.wait(60)
                    break
            errors = p.stderr.read()
            # Killed before the run was begun, or right at its end.
            if p.returncode == 2 and "no unfinished scan" in errors:
                p = start(scan_command(folder, target), folder)
                p.wait(60)
            assert p.returncode == 0, errors
            same_as(expected, folder)


def ctrl_c_leaves_a_valid_store_and_says_how_to_resume():
    folder = kit.scratch()
    with kit.street(folder, "--fleet", 400, "--base", "127.3.0.1", "--fleet-persona", "hikvision-ipc"):
        target = "127.3.0.1-127.3.1.144"
        expected = undisturbed(folder, target)
        p = start(scan_command(folder, target, "--rate", "2000"), folder)
        time.sleep(0.6)
        p.send_signal(signal.SIGINT)
        errors = p.communicate(timeout=20)[1]
        assert p.returncode == 4, (p.returncode, errors)
        assert "--resume" in errors, errors
        kit.lenscap(folder, *scan_command(folder, target, "--resume")[1:], check=0)
        same_as(expected, folder)


def a_lack_of_ports_delays_and_loses_nothing():
    ports = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range")
    if not os.environ.get("LENSCAP_TEST_NET"):
        raise kit.Skip("needs a network of its own")
    folder = kit.scratch()
    with kit.street(folder, "--fleet", 100, "--base", "127.3.0.1", "--fleet-persona", "hikvision-ipc"):
        target = "127.3.0.1-127.3.0.100"
        expected = undisturbed(folder, target)
        usual = ports.read_text()
        try:
            ports.write_text("40000 40003")  # four questions over UDP at once
            kit.lenscap(folder, *scan_command(folder, target)[1:], check=0)
        finally:
            ports.write_text(usual)
        same_as(expected, folder)


@contextlib.contextmanager
def flood(source, to):
    """Datagrams from a stranger, as fast as one process can."""
    code = ("import socket, sys\ns = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
            f"s.bind(({source!r}, 0))\ns.connect({to!r})\nwhile True:\n"
            "    try:\n        s.send(b'x' * 40)\n    except ConnectionRefusedError:\n        pass\n")
    with kit.process([sys.executable, "-c", code]):
        yield


def strangers_at_a_prescribed_port_are_no_answers():
    """SADP answers to port 37020 of ours: what others send there ends no question."""
    folder = kit.scratch()
    with kit.street(folder, "--fleet", 300, "--base", "127.3.0.1", "--fleet-persona", "hikvision-ipc"):
        target = "127.3.0.1-127.3.1.44"
        with flood("127.9.9.9", ("127.0.0.1", 37020)):
            kit.lenscap(folder, *scan_command(folder, target)[1:], check=0)
        done = kit.lenscap(folder, "export", "--canonical", "--store", folder / "s.db", check=0)
        devices = [d for d in map(json.loads, done.stdout.splitlines()) if "firmware" in d]
        mute = [d["address"] for d in devices if not d["firmware"]]
        assert len(devices) == 300 and not mute, mute


def a_killed_talker_costs_nobody_a_result():
    folder = kit.scratch()
    with kit.street(folder, "--fleet", 600, "--base", "127.3.0.1", "--fleet-persona", "hikvision-ipc"):
        target = "127.3.0.1-127.3.2.88"
        expected = undisturbed(folder, target)
        p = start(scan_command(folder, target, "--rate", "4000"), folder)
        killed = 0
        while p.poll() is None and killed < 5:
            time.sleep(0.15)
            for talker in kit.children(p.pid).get("talk", [])[:1]:
                os.kill(talker, signal.SIGKILL)
                killed += 1
        p.wait(60)
        assert killed >= 2 and p.returncode == 0, (killed, p.returncode, p.stderr.read())
        same_as(expected, folder)


def a_host_that_crashes_the_parser_ends_in_quarantine_alone():
    folder = kit.scratch()
    personas = folder / "personas"
    personas.mkdir()
    healthy = (kit.ROOT / "sim/personas/hikvision-ipc.yaml").read_text()
    for i in range(20):
        (personas / f"a-{i:02}.yaml").write_text(healthy.replace("id: hikvision-ipc", f"id: a-{i:02}"))
    (personas / "b-poison.yaml").write_text(
        "id: b-poison\nabout: sends what crash_on.c faults on\n"
        "truth: {class: unknown, platform: '', brand: '', model: '', firmware: '', camera: false, exposed: unknown,"
        " shows: []}\nports:\n- port: 80\n  protocol: http\n  answers:\n"
        "  - {path: '*', status: 200 OK, headers: ['Server: crash-this-parser-7f3a'], body: x}\n")
    with kit.street(folder, "--base", "127.0.9.1", personas=(personas,)):
        done = kit.lenscap(folder, "scan", "127.0.9.1-127.0.9.21", "--scope", kit.scope_file(folder), "--store",
                           folder / "s.db", "--json", "--stats", check=0,
                           env={"LD_PRELOAD": os.environ["CRASH_ON"],
                                "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"})
    found = kit.devices(done.stdout)
    assert sorted(found) == sorted(f"127.0.9.{i}" for i in range(1, 21)), sorted(found)
    assert all(d["platform"] == "hikvision" for d in found.values())
    stats = json.loads([line for line in done.stderr.splitlines() if line.startswith("{")][-1])
    assert stats["restarts"] == 1, stats  # the second crash was the quarantine's
    kept = list((folder / "s.db.faults").iterdir())
    assert len(kept) == 1 and b"crash-this-parser-7f3a" in kept[0].read_bytes(), kept
    assert kept[0].stat().st_mode & 0o077 == 0


def a_store_of_a_newer_version_is_left_alone():
    import sqlite3
    folder = kit.scratch()
    store = folder / "s.db"
    with kit.street(folder, "--fleet", 2, "--base", "127.3.0.1", "--fleet-persona", "hikvision-ipc"):
        kit.lenscap(folder, "scan", "127.3.0.1-127.3.0.2", "--scope", kit.scope_file(folder), "--store", store, check=0)
    db = sqlite3.connect(store)
    db.execute("PRAGMA user_version = 9999")
    db.close()
    before = store.read_bytes()
    done = kit.lenscap(folder, "list", "--store", store)
    assert done.returncode == 2 and "s.db" in done.stderr, (done.returncode, done.stderr)
    assert store.read_bytes() == before


def a_full_disk_is_told_and_loses_nothing():
    if os.geteuid() != 0:
        raise kit.Skip("mounting a small tmpfs needs root")
    folder = kit.scratch()
    small = folder / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", small], capture_output=True).returncode:
        raise kit.Skip("mounting tmpfs is not permitted here")
    try:
        with kit.street(folder, "--fleet", 600, "--base", "127.3.0.1", "--fleet-persona", "hikvision-ipc"):
            done = kit.lenscap(folder, "scan", "127.3.0.1-127.3.2.88", "--scope", kit.scope_file(folder), "--store",
                               small / "s.db")
        assert done.returncode in (4, 5), (done.returncode, done.stderr)
        assert "full" in done.stderr, done.stderr
        kit.lenscap(folder, "list", "--store", small / "s.db", check=0)
    finally:
        subprocess.run(["umount", "-l", small], check=True)


if __name__ == "__main__":
    kit.main([refusals_say_what_to_do_and_exit_with_the_documented_code, messages_come_in_vietnamese_too,
              a_run_killed_at_random_moments_resumes_to_the_same_result,
              ctrl_c_leaves_a_valid_store_and_says_how_to_resume, a_lack_of_ports_delays_and_loses_nothing,
              strangers_at_a_prescribed_port_are_no_answers,
              a_killed_talker_costs_nobody_a_result,
              a_host_that_crashes_the_parser_ends_in_quarantine_alone,
              a_store_of_a_newer_version_is_left_alone, a_full_disk_is_told_and_loses_nothing])
