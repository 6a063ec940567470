#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`lenscap import`: other people's files become devices of ours, with where each word comes from; nothing is sent,
nothing outside the scope is kept, and a file that is malformed, cut, huge or lying costs no more than itself."""
import hashlib
import json
import os
import pathlib
import re
import sqlite3
import subprocess

import kit

FILES = pathlib.Path(__file__).resolve().parent / "imports"
CAMERA = {"address": "127.9.0.1", "port": 554, "observed_at": "2026-11-20T10:00:00Z",
          "facts": {"rtsp.server": "Hipcam RealServer/V1.0", "rtsp.status": 200}}


def jsonl(*rows):
    return "".join(json.dumps(r) + "\n" for r in rows)


def row(address, port=80, **facts):
    return {"address": address, "port": port, "observed_at": "2026-11-20T10:00:00Z",
            "facts": {k.replace("__", "."): v for k, v in facts.items()}}


class Store:
    """A store of its own for one test, and what came of each import into it."""

    def __init__(self):
        self.folder = kit.scratch()
        self.path = self.folder / "s.db"

    def add(self, kind, text, check=0, scope=None, name="file", more=(), env=None):
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        args = ["--scope", kit.scope_file(self.folder, scope)] if scope else []
        done = kit.lenscap(self.folder, "import", kind, path, "--store", self.path, "--json", *args, *more, check=check,
                           env=env)
        self.talk = done.stderr
        return json.loads(done.stdout) if done.stdout else None

    def devices(self):
        return kit.devices(kit.lenscap(self.folder, "list", "--store", self.path, "--json", check=0).stdout)

    def canonical(self):
        return kit.lenscap(self.folder, "export", "--canonical", "--store", self.path, check=0).stdout

    def sql(self, query):
        with sqlite3.connect(self.path) as db:
            return db.execute(query).fetchall()


def a_row_becomes_a_device_and_says_where_it_comes_from():
    s = Store()
    text = jsonl(row("127.9.0.2", http__server="x"), CAMERA)
    got = s.add("jsonl", text, name="tip.jsonl")
    assert (got["records"], got["devices"], got["observations"], got["bad"]) == (2, 2, 2, 0), got
    d = s.devices()["127.9.0.1"]
    assert (d["platform"], d["class"]) == ("hichip", "camera"), d
    e = d["endpoints"][0]
    assert (e["port"], e["outcome"], e["protocol"]) == (554, "open", "rtsp"), e
    assert e["source"]["file"] == "tip.jsonl" and e["source"]["format"] == "jsonl", e
    assert e["source"]["line"] == 2 and e["source"]["observed_at"] == "2026-11-20T10:00:00Z", e
    assert e["source"]["sha256"] == hashlib.sha256(text.encode()).hexdigest() == got["sha256"], e
    assert e["source"]["recorded_at"] > e["source"]["observed_at"], e
    shown = kit.lenscap(s.folder, "show", "127.9.0.1", "--store", s.path, check=0).stdout
    assert "imported from tip.jsonl (jsonl), line 2, seen 2026-11-20 10:00" in shown, shown
    vi = kit.lenscap(s.folder, "show", "127.9.0.1", "--store", s.path, "--lang", "vi", check=0).stdout
    assert "nhập từ tip.jsonl (jsonl), dòng 2" in vi, vi
    page = kit.lenscap(s.folder, "report", "--store", s.path, check=0).stdout
    assert "all of this was imported" in page and "Addresses asked" not in page
    assert s.sql("SELECT kind, targets_n, answered FROM run") == [(1, 2, 2)]


def nmap_shows_a_camera():
    s = Store()
    got = s.add("nmap-xml", (FILES / "office.xml").read_bytes())
    assert (got["records"], got["passed"], got["bad"], got["devices"]) == (7, 2, 0, 2), got
    d = s.devices()["127.9.5.1"]
    assert d["platform"] == "hikvision" and d["confidence"]["platform"] > 80, d
    assert {e["port"] for e in d["endpoints"]} == {80, 443, 554, 9000}, d["endpoints"]
    told = {e["port"]: e["source"]["line"] for e in d["endpoints"] if e["source"]}
    text = (FILES / "office.xml").read_text().split("\n")
    assert all(f'portid="{p}"' in text[n - 1] for p, n in told.items() if p), told
    assert "maker" in str([c["evidence"] for c in d["claims"]]), d["claims"]
    assert {f["rule"] for f in d["findings"] if f["result"] == "true"} >= {"basic-auth-no-tls"}, d["findings"]
    assert "topsecret" not in s.canonical() and "4A:5B:6C" not in s.canonical()
    # Cut anywhere: what stood before is there, and the exit code says that something is missing.
    cut = (FILES / "office.xml").read_bytes()
    got = Store().add("nmap-xml", cut[:cut.index(b"</host>") + 20], check=4)
    assert got["devices"] == 1 and got["bad"] == 1, got


def masscan_and_zmap_show_ports_and_banners():
    s = Store()
    s.add("masscan", (FILES / "masscan.json").read_bytes())
    got = s.add("masscan", (FILES / "masscan.list").read_bytes())
    assert (got["records"], got["bad"], got["observations"]) == (2, 0, 2), got
    got = s.add("zmap", (FILES / "zmap.csv").read_bytes())
    assert (got["passed"], got["outside"], got["devices"]) == (1, 1, 1), got
    d = s.devices()
    assert d["127.9.6.1"]["platform"] == "xiongmai", d["127.9.6.1"]
    assert {e["port"] for e in d["127.9.6.1"]["endpoints"]} == {23, 80, 443, 34567}, d["127.9.6.1"]["endpoints"]
    # Four records of one port within a second are one look: the head, the title and the certificate are together.
    assert '"CN=HIKVISION,O=example"' in s.canonical() and "NETSurveillance WEB" in s.canonical()
    assert [e["port"] for e in d["127.9.6.2"]["endpoints"]] == [554], d["127.9.6.2"]
    s = Store()
    assert s.add("zmap", "127.9.6.4\n", check=4)["devices"] == 0 and "--port" in s.talk, s.talk
    s.add("zmap", "127.9.6.4\n", more=["--port", 8554])
    assert [e["port"] for e in s.devices()["127.9.6.4"]["endpoints"]] == [8554]


def shodan_shows_a_camera():
    s = Store()
    got = s.add("shodan", (FILES / "shodan.jsonl").read_bytes())
    assert (got["records"], got["bad"], got["passed"], got["outside"], got["devices"]) == (6, 0, 1, 1, 1), got
    d = s.devices()["127.9.7.1"]
    assert d["platform"] == "dahua" and d["discovery"] == ["ssdp"], d
    assert {e["port"]: e["protocol"] for e in d["endpoints"]} == {80: "http", 443: "http", 554: "rtsp"}, d["endpoints"]
    assert {f["rule"] for f in d["findings"] if f["result"] == "true"} >= {"tls-obsolete", "cleartext-admin"}, d
    text = s.canonical()
    assert "0a1b2c" not in text and "CN=HIKVISION,O=example" in text and "tls1.0" in text, text
    # What Shodan concluded is not what the device said.
    assert "CVE-" not in text and "cpe:" not in text, text


def censys_shows_cameras_in_both_shapes():
    s = Store()
    got = s.add("censys", (FILES / "censys.jsonl").read_bytes())
    assert (got["records"], got["bad"], got["passed"], got["devices"]) == (3, 0, 1, 2), got
    d = s.devices()
    assert d["127.9.8.1"]["platform"] == "hikvision", d["127.9.8.1"]
    assert d["127.9.8.1"]["endpoints"][0]["source"]["observed_at"] == "2026-10-27T14:44:01Z", d["127.9.8.1"]
    new = d["127.9.8.2"]
    assert (new["platform"], new["model"]) == ("dahua", "IPC-HDW1230T2"), new
    assert sorted(new["discovery"]) == ["dhip", "wsd"], new
    raw = b"".join(p.read_bytes() for p in s.folder.glob("s.db*"))
    for secret in (b"4X0ABCDPAG00001", b"Kitchen", b"0a1b2c", b"iVBORw0"):
        assert secret not in raw, secret


def shadowserver_shows_recorders_and_web_pages():
    s = Store()
    got = s.add("shadowserver", (FILES / "2026-11-20-scan_dvr_dhcpdiscover-1-vn.csv").read_bytes())
    assert (got["records"], got["bad"], got["devices"], got["outside"]) == (3, 0, 2, 1), got
    assert got["unknown"] == 1, got  # the column that was added yesterday
    d = s.devices()
    assert (d["127.9.10.1"]["platform"], d["127.9.10.1"]["model"]) == ("dahua", "IPC-HDW1230T2"), d["127.9.10.1"]
    assert d["127.9.10.1"]["discovery"] == ["dhip"] and d["127.9.10.1"]["last_seen"] == "2026-11-20T04:00:00Z", d
    got = s.add("shadowserver", (FILES / "2026-11-20-scan_http-1-vn.csv").read_bytes())
    assert (got["records"], got["bad"], got["devices"]) == (2, 0, 2), got
    web = s.devices()["127.9.10.3"]
    assert {f["rule"] for f in web["findings"] if f["result"] == "true"} >= {"basic-auth-no-tls"} or \
        web["class"] == "unknown", web
    raw = b"".join(p.read_bytes() for p in s.folder.glob("s.db*"))
    for secret in (b"4X0ABCDPAG00001", b"9C:14:63:00:00:01", b"0a1b2c", b"Kitchen"):
        assert secret not in raw, secret


def the_order_of_the_lines_makes_no_difference():
    rows = [row(f"127.9.1.{i % 7}", 80 + i % 3, http__title=f"t{i % 5}", http__server="thttpd/2.25b")
            for i in range(60)]
    one, other = Store(), Store()
    one.add("jsonl", jsonl(*rows))
    other.add("jsonl", jsonl(*rows[::-1]))
    assert one.canonical() == other.canonical() and one.canonical().count('"address"') == 7, one.canonical()


def what_the_scope_does_not_name_is_dropped_and_counted_by_reason():
    scope = kit.LAB_SCOPE.replace("[127.0.0.0/8]", "[127.9.0.0/16]") + "exclude: [127.9.3.0/24]\n"
    text = jsonl(CAMERA, row("203.0.113.1"), row("127.8.0.1"), row("127.9.3.1"), row("224.0.0.1"), row("0.0.0.0"))
    s = Store()
    got = s.add("jsonl", text, scope=scope)
    assert (got["devices"], got["outside"], got["excluded"], got["never"]) == (1, 2, 1, 2), got
    assert list(s.devices()) == ["127.9.0.1"], s.devices()
    s = Store()
    got = s.add("jsonl", jsonl(row("203.0.113.1"), row("8.8.8.8")), check=3)  # the scope without a file
    assert got["outside"] == 2 and got["devices"] == 0, got
    assert b"203.0.113" not in s.path.read_bytes()
    expired = kit.LAB_SCOPE.replace("2099-12-31", "2001-12-31")
    assert Store().add("jsonl", text, scope=expired, check=3) is None


def a_bad_line_costs_itself_and_strict_keeps_nothing():
    text = jsonl(CAMERA) + "{broken\n" + jsonl(row("127.9.0.2", 81)) + '{"address": "127.9.0.3"'
    s = Store()
    got = s.add("jsonl", text, check=4, name="bad.jsonl")
    assert (got["bad"], got["devices"], got["stored"]) == (2, 2, True), got
    assert re.search(r"bad\.jsonl:2 is left out: .*JSON", s.talk), s.talk
    assert "bad.jsonl:4 is left out" in s.talk, s.talk
    before = s.canonical()
    got = s.add("jsonl", text, check=4, more=["--strict"])
    assert got["stored"] is False and s.canonical() == before and len(s.sql("SELECT * FROM run")) == 1, got
    assert "--strict" in s.talk, s.talk


def files_that_are_no_such_file_are_refused_with_what_to_do():
    s = Store()
    for text, word in ((b"\x1f\x8b\x08\0", "gunzip"), (b"PK\x03\x04..", "unzip"),
                       ("\ufeff{}".encode("utf-16-le"), "iconv")):
        assert s.add("jsonl", text, check=2) is None and word in s.talk, s.talk
    done = kit.lenscap(s.folder, "import", "jsonl", s.folder, "--store", s.path, check=2)
    assert "is a folder" in done.stderr, done.stderr
    done = kit.lenscap(s.folder, "import", "jsonl", s.folder / "none", "--store", s.path, check=2)
    assert "none" in done.stderr, done.stderr
    done = kit.lenscap(s.folder, "import", "nessus", s.folder / "none", check=2)
    assert "there is no format nessus; there are: jsonl" in done.stderr, done.stderr
    assert s.sql("SELECT count(*) FROM run") == [(0,)]


def serials_and_hardware_addresses_are_not_kept_in_clear():
    s = Store()
    facts = {"mac.address": "28:57:BE:4A:5B:6C", "sadp.serial": "DS-2CD2043G0-I20190712AAWRD12345678",
             "http.title": "Camera 4X0ABCDPAG00001"}
    s.add("jsonl", jsonl({"address": "127.9.0.1", "facts": facts}))
    d = s.devices()["127.9.0.1"]
    assert d["platform"] == "hikvision", d  # the maker was read before the address was hidden
    raw = b"".join(p.read_bytes() for p in s.folder.glob("s.db*"))
    for word in (b"4A:5B:6C", b"AAWRD12345678", b"4X0ABCDPAG00001"):
        assert word not in raw, word


def times_are_the_sources_and_never_of_the_future():
    s = Store()
    later = dict(CAMERA, observed_at="2099-01-01T00:00:00Z", address="127.9.0.2")
    never = {k: v for k, v in CAMERA.items() if k != "observed_at"}
    got = s.add("jsonl", jsonl(CAMERA, later, dict(never, address="127.9.0.3")))
    assert got["future"] == 1, got
    d = s.devices()
    assert d["127.9.0.1"]["last_seen"] == "2026-11-20T10:00:00Z", d
    assert d["127.9.0.2"]["last_seen"] < "2099" and d["127.9.0.3"]["last_seen"] > "2026", d


def old_rows_of_a_port_are_not_mixed_into_its_newest():
    s = Store()
    rows = [dict(row("127.9.0.1", http__title=t), observed_at=at) for t, at in
            (("sold", "2025-01-01T00:00:00Z"), ("new", "2026-11-20T10:00:00Z"), ("same", "2026-11-20T01:00:00Z"))]
    got = s.add("jsonl", jsonl(*rows))
    assert got["old"] == 1 and got["observations"] == 1, got
    assert "sold" not in s.canonical() and "same" in s.canonical() and '"new"' in s.canonical(), s.canonical()


def an_import_beside_a_scan_takes_nothing_away():
    s = Store()
    scope = kit.scope_file(s.folder)
    with kit.street(s.folder) as street:
        targets = sorted(street.truth())[:8]
        kit.lenscap(s.folder, "scan", "--scope", scope, "--store", s.path, *targets)
    before = s.devices()
    assert before, "the scan found nothing"
    address = next(a for a, d in before.items() if d["platform"])
    s.add("jsonl", jsonl(*({"address": a, "port": e["port"], "facts": {}} for a, d in before.items()
                           for e in d["endpoints"]), row(address, 9999)))
    after = s.devices()
    assert [e["port"] for e in after[address]["endpoints"] if e["source"]] == [9999], after[address]
    for a, d in before.items():
        kept = dict(after[a], endpoints=[e for e in after[a]["endpoints"] if not e["source"]])
        for key in ("first_seen", "last_seen"):
            kept.pop(key), d.pop(key)  # these do take in when the source was there
        assert kept == d, (a, kept, d)


def nothing_is_sent_and_nobody_could_send():
    """While it waits for more of its file: no role, no socket, a filter that forbids making one, in a network
    namespace without a single interface that is up."""
    s = Store()
    env = kit.environment(s.folder)
    command = [kit.LENSCAP, "import", "jsonl", "-", "--store", str(s.path), "--json"]
    if os.geteuid() == 0:
        command = ["unshare", "-n", *command]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True) as p:
        # Larger than the pipe: it is reading when this returns.
        p.stdin.write(jsonl(*(row(f"127.9.{i // 250}.{i % 250 + 1}") for i in range(2000))))
        p.stdin.flush()
        proc = pathlib.Path("/proc") / str(p.pid)
        assert "Seccomp:\t2" in (proc / "status").read_text()
        held = [os.readlink(f) for f in (proc / "fd").iterdir()]
        assert not [h for h in held if h.startswith("socket:")], held
        assert (proc / "task" / str(p.pid) / "children").read_text() == "", "it started somebody"
        out = p.communicate(timeout=60)[0]
    assert p.returncode == 0 and json.loads(out)["devices"] == 2000, out


def a_large_file_takes_little_memory():
    s = Store()
    env = kit.environment(s.folder, ASAN_OPTIONS="quarantine_size_mb=1:malloc_context_size=0")
    line = json.dumps(row("127.9.0.1", http__title="x" * 200, padding="y" * 3000)) + "\n"
    command = [kit.LENSCAP, "import", "jsonl", "-", "--store", str(s.path), "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=env,
                          text=True) as p:
        for i in range(60):
            p.stdin.write(line.replace("127.9.0.1", f"127.9.{i}.1") * 300)
        p.stdin.write("z" * (20 << 20))  # and a line without an end
        p.stdin.flush()
        peak = int(re.search(r"VmHWM:\s*(\d+)", (pathlib.Path("/proc") / str(p.pid) / "status").read_text())[1])
        out = json.loads(p.communicate(timeout=120)[0])
    assert out["devices"] == 60 and out["bad"] == 1, out
    assert peak < 100 << 10, f"{peak} KiB at its peak"


if __name__ == "__main__":
    kit.main([a_row_becomes_a_device_and_says_where_it_comes_from, the_order_of_the_lines_makes_no_difference,
              nmap_shows_a_camera, masscan_and_zmap_show_ports_and_banners, shodan_shows_a_camera,
              censys_shows_cameras_in_both_shapes, shadowserver_shows_recorders_and_web_pages,
              what_the_scope_does_not_name_is_dropped_and_counted_by_reason,
              a_bad_line_costs_itself_and_strict_keeps_nothing,
              files_that_are_no_such_file_are_refused_with_what_to_do,
              serials_and_hardware_addresses_are_not_kept_in_clear, times_are_the_sources_and_never_of_the_future,
              old_rows_of_a_port_are_not_mixed_into_its_newest, an_import_beside_a_scan_takes_nothing_away,
              nothing_is_sent_and_nobody_could_send, a_large_file_takes_little_memory])
