#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`lenscap identify` over hardware addresses: whole ones and the three bytes that other programs give lead to their
makers (facts on brands, B2 to B4), what is nobody's leads nowhere.

And the yardstick: observations/*.txt, single facts as scans of strangers find them, with what they are. A third of
them, chosen by a hash of the line, was not looked at while signatures were written; both shares are printed and must
reach the same bounds. The bounds are what is promised, not what was measured."""
import json
import pathlib
import re
import zlib

import kit


def identities(*facts):
    """What comes out for each set of facts, in order."""
    lines = "".join(json.dumps({"id": i, "facts": f}) + "\n" for i, f in enumerate(facts))
    out = [json.loads(s) for s in kit.lenscap(kit.scratch(), "identify", stdin=lines, check=0).stdout.splitlines()]
    assert [d["id"] for d in out] == list(range(len(facts))), out
    return out


def three_bytes_of_an_address_lead_to_the_platform():
    hik, tplink, share = identities({"mac.oui": "28:57:BE"}, {"mac.oui": "40:AE:30"}, {"mac.oui": "98:8F:E0"})
    assert (hik["platform"], hik["confidence"]["platform"]) == ("hikvision", 40), hik
    assert {e["fact"] for e in hik["evidence"]} == {"mac.maker"}, hik
    assert (tplink["platform"], tplink["confidence"]["platform"]) == ("tplink", 15), tplink
    # Pavana holds a sixteenth of these 24 bits: any of the sixteen may be meant.
    assert share["evidence"] == [], share


def a_whole_address_names_who_holds_a_block_of_28_bits():
    pavana, neighbour, both = identities({"mac.address": "98:8F:E0:A1:02:03"}, {"mac.address": "98:8F:E0:B1:02:03"},
                                         {"mac.address": "98:8F:E0:A1:02:03", "mac.oui": "98:8F:E0"})
    assert (pavana["brand"], pavana["confidence"]["brand"]) == ("Pavana", 40), pavana
    assert neighbour["evidence"] == [], neighbour
    assert both["brand"] == "Pavana", both


def local_and_squatted_addresses_lead_nowhere():
    for d in identities({"mac.address": "2A:57:BE:01:02:03", "mac.oui": "2A:57:BE"},
                        {"mac.address": "00:12:34:56:78:9A", "mac.oui": "00:12:34"}):
        assert d["class"] == "unknown" and d["evidence"] == [], d


WATCHES = set("camera ptz thermal doorbell intercom nvr dvr encoder decoder vms hub access-control".split())
CLASS_SHARE, BRAND_SHARE, FALSE_SHARE = 0.95, 0.90, 1 / 2000


def observations(name):
    """(fact, text) of each line."""
    fact = None
    folder = pathlib.Path(__file__).parent / "observations"
    for line in (folder / name).read_text(encoding="utf-8").splitlines():
        if re.fullmatch(r"\[[a-z0-9_.]+\]", line):
            fact = line[1:-1]
        elif line and not line.startswith("#"):
            yield fact, line


def said(fact, text):
    text = text.replace("\\r", "\r").replace("\\n", "\n")
    return {fact: int(text) if fact.endswith("mmh3") else text}


def held(fact, text):
    return zlib.crc32((fact + text).encode()) % 3 == 0


def plain(word):
    return "".join(c for c in (word or "").lower() if c.isalnum())


def shares(rows, label):
    """Of surveillance devices: recognised, rightly named; and every wrong name."""
    out = identities(*(said(fact, text) for fact, _, text in rows))
    named = [(r, d) for r, d in zip(rows, out) if r[1] != "-"]
    wrong = [(r, d["brand"]) for r, d in named if d["brand"] and plain(d["brand"]) not in map(plain, r[1].split("/"))]
    seen = sum(d["class"] in WATCHES for d in out) / len(rows)
    right = (sum(d["brand"] is not None for _, d in named) - len(wrong)) / len(named)
    print(f"         {label}: {len(rows)} observations, {seen:.1%} recognised, {right:.1%} of {len(named)} makers")
    return seen, right, wrong


def single_observations_of_cameras_are_recognised_and_rightly_named():
    rows = [(fact, *line.split(" | ", 1)) for fact, line in observations("surveillance.txt")]
    assert len(rows) >= 400 and len({r[1] for r in rows}) >= 80, "the yardstick is too short"
    for share in (False, True):
        part = [r for r in rows if held(r[0], r[2]) == share]
        seen, right, wrong = shares(part, "held back" if share else "seen")
        assert not wrong, wrong
        assert seen >= CLASS_SHARE and right >= BRAND_SHARE, (seen, right)


def what_is_no_camera_is_not_called_one():
    rows = list(observations("others.txt"))
    assert len(rows) >= 600, "the yardstick is too short"
    out = identities(*(said(fact, text) for fact, text in rows))
    false = [(r, d["class"], d["brand"]) for r, d in zip(rows, out) if d["class"] in WATCHES]
    print(f"         {len(rows)} other things, {len(false)} taken for a camera")
    assert len(false) <= FALSE_SHARE * len(rows), false


if __name__ == "__main__":
    kit.main([single_observations_of_cameras_are_recognised_and_rightly_named, what_is_no_camera_is_not_called_one,
              three_bytes_of_an_address_lead_to_the_platform, a_whole_address_names_who_holds_a_block_of_28_bits,
              local_and_squatted_addresses_lead_nowhere])
