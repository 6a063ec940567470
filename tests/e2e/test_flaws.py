#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Published flaws, end to end: a camera's own version leads to a verdict in every face, `lenscap update` moves a
flaw on the ladder and never makes a device vulnerable, and a feed that lies changes nothing."""
import datetime
import hashlib
import json
import shutil
import sqlite3

import kit

CAMERAS = ("ezviz-c6n.yaml", "hikvision-nvr.yaml")
TODAY = datetime.datetime.now(datetime.timezone.utc).date()


def scan(folder, *more):
    """The EZVIZ camera and the recorder by their models."""
    (folder / "personas").mkdir(exist_ok=True)
    for name in CAMERAS:
        shutil.copy(kit.ROOT / "sim/personas" / name, folder / "personas" / name)
    with kit.street(folder, personas=[folder / "personas"]) as street:
        addresses = sorted(street.truth(), key=lambda a: tuple(map(int, a.split("."))))
        done = kit.lenscap(folder, "scan", f"{addresses[0]}-{addresses[-1]}", "--scope", kit.scope_file(folder),
                           "--store", folder / "s.db", "--json", *more, check=0)
    found = {d["model"]: d for d in kit.devices(done.stdout).values()}
    counters = street.counters()
    assert counters["totals"]["forbidden"] == 0, counters["totals"]
    return found, done


def finding(device, rule):
    return next((f for f in device["findings"] if f["rule"] == rule), None)


def kev(*cves, count=None, date=TODAY, **more):
    entries = [{"cveID": c, "dateAdded": str(TODAY)} for c in cves]
    return json.dumps({"catalogVersion": "2026.11.24", "dateReleased": f"{date}T10:00:00Z",
                       "count": len(entries) if count is None else count, "vulnerabilities": entries, **more})


def epss(*lines, date=TODAY, end="\n"):
    return f"#model_version:v2025.03.14,score_date:{date}T00:00:00+0000\ncve,epss,percentile\n" + "\n".join(lines) + end


def update(folder, check=0, **files):
    args = []
    for option, text in files.items():
        path = folder / f"{option}.txt"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        args += [f"--{option}", path]
    return kit.lenscap(folder, "update", *args, check=check)


def a_version_that_the_device_tells_is_a_verdict_in_every_face():
    folder = kit.scratch()
    found, _ = scan(folder)
    flaw = finding(found["CS-C6N"], "CVE-2023-48121")
    assert flaw["verdict"] == "affected" and flaw["result"] == "true" and flaw["state"] == "new", flaw
    assert flaw["confidence"] <= 60 and "range" not in flaw["reason"], flaw
    assert flaw["evidence"]["value"] == "V5.3.0 build 210524", flaw
    assert found["CS-C6N"]["takeover"] == "T3" and found["CS-C6N"]["takeover_why"] == "CVE-2023-48121"
    nvr = found["DS-7608NI-K2"]
    assert nvr["takeover"] == "T4" and finding(nvr, "CVE-2024-29949")["login"] == "admin", nvr
    open_ones = finding(nvr, "known-flaws-open")
    assert open_ones["result"] == "unknown" and "CVE-2021-36260" in open_ones["evidence"]["value"], open_ones
    store = ("--store", folder / "s.db")
    shown = kit.lenscap(folder, "show", nvr["address"], *store, "--lang", "vi", check=0).stdout
    assert "CVE-2024-29949" in shown and "bị ảnh hưởng" in shown, shown
    table = kit.lenscap(folder, "report", "--format", "csv", *store, check=0).stdout
    assert table.splitlines()[0].endswith(",known_flaws") and '"CVE-2023-48121"' in table, table
    page = kit.lenscap(folder, "report", *store, "--lang", "en", check=0).stdout
    assert "CVE-2023-48121: people can get in without the password" in page
    canon = kit.lenscap(folder, "export", "--canonical", *store, check=0).stdout
    assert '"verdict":"affected"' in canon


def an_overlay_moves_a_step_and_makes_nobody_vulnerable():
    folder = kit.scratch()
    before, _ = scan(folder)
    told = update(folder, kev=kev("CVE-2023-48121", "CVE-2017-7921"), epss=epss("CVE-2023-48121,0.5,0.9"))
    assert "2 entries, 2 of them" in told.stderr, told.stderr
    (folder / "s.db").unlink()
    after, done = scan(folder)
    flaw = finding(after["CS-C6N"], "CVE-2023-48121")
    assert after["CS-C6N"]["takeover"] == "T1" and flaw["exploited"] and flaw["epss_ppm"] == 500000, flaw
    assert "older than 60 days" not in done.stderr, done.stderr
    for model, d in before.items():
        assert {f["rule"] for f in d["findings"]} == {f["rule"] for f in after[model]["findings"]}, model


def a_feed_that_lies_is_refused_with_its_place_and_changes_nothing():
    folder = kit.scratch()
    update(folder, kev=kev("CVE-2017-7921"))
    stored = folder / "lenscap" / "exploited.txt"
    kept = stored.read_bytes()
    late = TODAY + datetime.timedelta(days=400)
    for part, files in (
            ("it says that it has 1700 entries and has 1", {"kev": kev("CVE-2017-7921", count=1700)}),
            ("kev.txt:1:", {"kev": kev("CVE-2017-7921")[:-20]}),
            ("still to come", {"kev": kev("CVE-2017-7921", date=late)}),
            ("is older than", {"kev": kev("CVE-2017-7921", date="2025-01-01")}),
            ("entry 2 has no good", {"kev": kev("CVE-2017-7921", "CVE-7921")}),
            ("not CISA's catalogue", {"kev": "[]"}),
            ("kev.txt:1:", {"kev": b"\x00\xff" * 100}),
            ("kev.txt:1:", {"kev": '{"a":' * 5000}),
            ("longer than", {"kev": b" " * (17 << 20)}),
            ("epss.txt:4:", {"epss": epss("CVE-2017-7921,0.5,0.5", "CVE-2017-7923,1.5,0.5")}),
            ("cut", {"epss": epss("CVE-2017-7921,0.5,0.5", end="")}),
            ("epss.txt:1:", {"epss": b"\x1f\x8b\x08\x00" + b"\x00" * 100}),
            ("epss.txt:1:", {"epss": "cve,epss,percentile\nCVE-2017-7921,0.5,0.5\n"}),
            ("epss.txt:3:", {"kev": kev("CVE-2017-7921", "CVE-2023-48121"), "epss": epss("CVE-2017-7921;0.5")})):
        told = update(folder, check=2, **files)
        assert part in told.stderr, (part, told.stderr)
        assert stored.read_bytes() == kept, part
        assert [p.name for p in stored.parent.iterdir()] == ["exploited.txt"], part
    missing = kit.lenscap(folder, "update", "--kev", folder / "none", check=2)
    assert "none" in missing.stderr


def a_manifest_counts_when_a_pinned_key_signed_it_over_these_bytes():
    folder = kit.scratch()
    key, keys, manifest = folder / "key", folder / "keys", folder / "manifest.txt"
    line = kit.lenscap(folder, "scope", "sign", "--new-key", key, check=0).stdout.split()[0]
    keys.write_text(f"{line} the office\n")
    text = kev("CVE-2017-7921")
    manifest.write_text(f"{hashlib.sha256(text.encode()).hexdigest()}  kev.txt\n")
    (folder / "kev.txt").write_text(text)
    args = ("update", "--kev", folder / "kev.txt", "--manifest", manifest, "--keys", keys)
    assert "not signed" in kit.lenscap(folder, *args, check=3).stderr
    kit.lenscap(folder, "scope", "sign", "--key", key, manifest, check=0)
    kit.lenscap(folder, *args, check=0)
    (folder / "kev.txt").write_text(kev("CVE-2017-7921", "CVE-2023-48121"))
    assert "SHA-256" in kit.lenscap(folder, *args, check=3).stderr
    manifest.write_text("0" * 64 + "  kev.txt\n")
    assert "no pinned key" in kit.lenscap(folder, *args, check=3).stderr


def a_damaged_overlay_is_told_and_left_out():
    folder = kit.scratch()
    (folder / "lenscap").mkdir()
    (folder / "lenscap" / "exploited.txt").write_text("lenscap.overlay/1\nkev CVE-2017-7921\n")
    done = kit.lenscap(folder, "vulnerabilities", "CVE-2017-7921", check=0)
    assert "line 2" in done.stderr and "CISA KEV: 2026-03-05" in done.stdout, (done.stderr, done.stdout)


def an_old_store_is_read_and_goes_on():
    folder = kit.scratch()
    scan(folder)
    db = sqlite3.connect(folder / "s.db")
    for column in ("verdict", "pct", "reason"):
        db.execute(f"ALTER TABLE finding DROP COLUMN {column}")
    db.execute("PRAGMA user_version = 4")
    db.commit()
    db.close()
    found = kit.devices(kit.lenscap(folder, "list", "--json", "--store", folder / "s.db", check=0).stdout)
    assert any(finding(d, "CVE-2023-48121") for d in found.values())
    again, _ = scan(folder)
    assert finding(again["CS-C6N"], "CVE-2023-48121")["state"] == "confirmed"


kit.main([a_version_that_the_device_tells_is_a_verdict_in_every_face,
          an_overlay_moves_a_step_and_makes_nobody_vulnerable,
          a_feed_that_lies_is_refused_with_its_place_and_changes_nothing,
          a_manifest_counts_when_a_pinned_key_signed_it_over_these_bytes,
          a_damaged_overlay_is_told_and_left_out,
          an_old_store_is_read_and_goes_on])
