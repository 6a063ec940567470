#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The whole path over the street of personas: what a scan says is the ground truth, and it asked nothing
that is forbidden."""
import json

import kit


def plain(word):
    return "".join(c for c in (word or "").lower() if c.isalnum())


def camera_faults(t, d):
    """What is wrong with the verdict `d` on a camera with the truth `t`."""
    if d is None:
        return [f"{t['id']}: not found"] if t["ports"] else []
    wrong = []
    if "platform" in t["shows"] and d["class"] in ("unknown", "not-surveillance"):
        wrong.append(f"{t['id']}: class {d['class']}")
    for word in ("platform", "brand", "model", "firmware"):
        if word in t["shows"] and plain(d[word]) != plain(t[word]):
            wrong.append(f"{t['id']}: {word} {d[word]}, truth {t[word]}")
        elif d[word] and plain(d[word]) not in (plain(t[word]), plain(t["platform"])):
            wrong.append(f"{t['id']}: {word} {d[word]} is invented, truth {t[word] or 'not shown'}")
    if d["exposed"] != t["exposed"]:
        wrong.append(f"{t['id']}: exposed {d['exposed']} ({d['exposed_why']}), truth {t['exposed']}")
    return wrong


def scan_street(*more, personas=("sim/personas",), scope=kit.LAB_SCOPE, **how):
    folder = kit.scratch()
    with kit.street(folder, personas=personas) as street:
        truth = street.truth()
        addresses = sorted(truth, key=lambda a: tuple(map(int, a.split("."))))
        # Every port of the personas: an alternative RTSP port is only asked in a deep scan.
        done = kit.lenscap(folder, "scan", "--deep", f"{addresses[0]}-{addresses[-1]}", "--scope",
                           kit.scope_file(folder, scope), "--store", folder / "s.db", "--json", *more, **how)
    return folder, truth, done, street.counters()


def every_camera_is_found_and_named_as_it_shows_itself():
    folder, truth, done, counters = scan_street(check=0)
    found, wrong = kit.devices(done.stdout), []
    for address, t in truth.items():
        d = found.get(address)
        if t["camera"]:
            wrong += camera_faults(t, d)
        elif d and d["class"] not in ("not-surveillance", "unknown", t["class"]):
            wrong.append(f"{t['id']}: a {t['class']} called {d['class']}")
    for address in found:
        if address not in truth:
            wrong.append(f"{address}: nobody lives there")
    assert not wrong, "\n" + "\n".join(wrong)
    assert counters["totals"]["forbidden"] == 0, json.dumps(counters)[:2000]


def a_hardware_address_from_an_answer_names_its_maker():
    """The persona's address is of 44:19:B6, Hikvision's (facts on brands, B2); it tells it by SADP."""
    folder = kit.scratch()
    with kit.street(folder) as street:
        address = next(a for a, t in street.truth().items() if t["id"] == "hikvision-ipc")
        done = kit.lenscap(folder, "scan", "--deep", address, "--scope", kit.scope_file(folder), "--store",
                           folder / "s.db", "--json", check=0)
    claims = [c for c in kit.devices(done.stdout)[address]["claims"] if c["signature"] == "hikvision.mac.prefix"]
    assert [c["value"] for c in claims if c["attr"] == "platform"] == ["hikvision"], claims
    assert all(c["evidence"] == {"fact": "mac.maker", "value": "Hikvision"} for c in claims), claims


def a_second_scan_of_the_same_street_is_the_same_result():
    folder, exports = kit.scratch(), []
    with kit.street(folder) as street:
        addresses = sorted(street.truth(), key=lambda a: tuple(map(int, a.split("."))))
        for name in ("one.db", "two.db"):
            kit.lenscap(folder, "scan", f"{addresses[0]}-{addresses[-1]}", "--scope", kit.scope_file(folder), "--store",
                        folder / name, "--quiet", check=0)
            exports.append(kit.lenscap(folder, "export", "--canonical", "--store", folder / name, check=0).stdout)
    assert exports[0], "nothing was exported"
    for one, two in zip(*(e.splitlines() for e in exports), strict=True):
        assert one == two, f"\n{one}\n{two}"


def reports_come_out_in_both_languages_and_every_format():
    folder = scan_street(check=0)[0]
    for lang, word in (("en", "camera"), ("vi", "camera")):
        for form in ("html", "json", "csv"):
            done = kit.lenscap(folder, "report", "--format", form, "--lang", lang, "--store", folder / "s.db",
                               check=0)
            assert word in done.stdout, (form, lang)
    assert kit.lenscap(folder, "list", "--store", folder / "s.db", check=0).stdout.count("\n") > 20


if __name__ == "__main__":
    kit.main([every_camera_is_found_and_named_as_it_shows_itself,
              a_hardware_address_from_an_answer_names_its_maker,
              a_second_scan_of_the_same_street_is_the_same_result,
              reports_come_out_in_both_languages_and_every_format])
