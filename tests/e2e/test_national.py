#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Figures for an authority: of a simulated fleet, counted from the ground truth; nothing under 10, no address; two
scans by one yardstick; faulty files of places."""
import csv
import io
import json
import re

import kit

ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b")


def a_camera():
    """The first persona of the street that shows its platform and opens a port."""
    folder = kit.scratch()
    with kit.street(folder) as s:
        return next(t for t in s.truth().values()
                    if t["ports"] and t["platform"] and "platform" in t["shows"] and t["class"] == "camera")


def report(folder, store, *more, check=0):
    return kit.lenscap(folder, "report", "--national", "--store", store, *more, check=check)


def fleet(n=60):
    folder = kit.scratch()
    truth = a_camera()
    with kit.street(folder, "--fleet", n, "--fleet-persona", truth["id"]) as s:
        addresses = sorted(s.truth(), key=lambda a: tuple(map(int, a.split("."))))
        for _ in range(2):
            kit.lenscap(folder, "scan", f"{addresses[0]}-{addresses[-1]}", "--scope", kit.scope_file(folder), "--store",
                        folder / "s.db", check=None)
    return folder, addresses, truth


def a_fleet_is_counted_as_it_is():
    folder, addresses, truth = fleet(60)
    half = addresses[30]
    (folder / "places.csv").write_text(
        f"prefix,operator,province\n{addresses[0]}-{addresses[29]},VNPT,Hà Nội\n{half}-{addresses[59]},FPT,Huế\n")
    j = json.loads(report(folder, folder / "s.db", "--format", "json", "--places", folder / "places.csv").stdout)
    assert j["schema"] == "lenscap.national/1" and j["total"]["devices"] == 60, j["total"]
    assert j["total"]["e1"] == {"n": 60, "of": 60}, j["total"]
    row, = j["by"]["platform"]["rows"]
    assert row["value"] == truth["platform"].lower() and row["devices"] == 60, row
    assert {r["value"]: r["devices"] for r in j["by"]["operator"]["rows"]} == {"VNPT": 30, "FPT": 30}
    assert {r["value"] for r in j["by"]["province"]["rows"]} == {"Hà Nội", "Huế"}
    low, high = j["total"]["easy_at_least"], j["total"]["easy_at_most"]
    assert low["of"] == high["of"] == 60 and low["n"] <= high["n"], (low, high)
    assert low["wilson95_low_ppm"] <= low["share_ppm"] <= low["wilson95_high_ppm"], low


def small_counts_and_addresses_stay_here():
    folder, addresses, _ = fleet(9)
    (folder / "places.csv").write_text(f"prefix,operator\n{addresses[0]},{addresses[1]}\n")
    for form in ("json", "csv", "html"):
        for lang in ("vi", "en"):
            out = report(folder, folder / "s.db", "--format", form, "--lang", lang, "--places",
                         folder / "places.csv").stdout
            assert not ADDRESS.search(out), (form, ADDRESS.search(out))
            assert ">9<" not in out and ",9," not in out, form
    j = json.loads(report(folder, folder / "s.db", "--format", "json").stdout)
    assert all(v is None for v in j["total"].values()), j["total"]
    assert not any(t["rows"] for t in j["by"].values()), j["by"]


def two_scans_stand_beside_each_other():
    folder, _, _ = fleet(40)
    lines = report(folder, folder / "s.db", "--format", "json", "--compare", "1").stdout.splitlines()
    now, then = map(json.loads, lines)
    assert (now["run"]["id"], then["run"]["id"]) == (2, 1)
    assert now["total"] == then["total"] and now["total"]["devices"] == 40
    table = report(folder, folder / "s.db", "--format", "csv", "--compare", "1").stdout
    rows = list(csv.DictReader(io.StringIO(table)))
    devices = [r for r in rows if r["by"] == "total" and r["figure"] == "devices"]
    assert [(r["run"], r["numerator"]) for r in devices] == [("2", "40"), ("1", "40")], devices
    assert all(r["definition"] for r in rows)
    said = report(folder, folder / "s.db", "--compare", "7", check=2).stderr
    assert "7" in said, said
    assert report(folder, folder / "s.db", "--compare", "x", check=2).stderr


def faulty_places_are_named_with_their_line():
    folder, _, _ = fleet(1)
    bad = folder / "places.csv"
    for text, line in (("", 1), ("192.0.2.0/24,x\n", 1), ("prefix\n192.0.2.1/24\n", 2), ('prefix,operator\n"x\n', 2),
                       ("prefix\n10.0.0.0/8\n10.0.0.0/8\n", 3), ("prefix\n\0\xff\n", 2)):
        bad.write_bytes(text.encode("latin-1"))
        said = report(folder, folder / "s.db", "--places", bad, check=2).stderr
        assert f"places.csv:{line}:" in said, (text, said)
    assert "places.csv" in report(folder, folder / "s.db", "--places", folder / "none" / "places.csv", check=2).stderr
    assert kit.lenscap(folder, "report", "--places", bad, "--store", folder / "s.db", check=2).stderr


kit.main([a_fleet_is_counted_as_it_is, small_counts_and_addresses_stay_here, two_scans_stand_beside_each_other,
          faulty_places_are_named_with_their_line])
