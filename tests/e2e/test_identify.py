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
import subprocess
import sys
import zlib

import kit

ROOT = pathlib.Path(__file__).resolve().parents[2]


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


def compiled(folder, text):
    """A knowledge of one's own: facts and ports of the project, and this one file of signatures."""
    (folder / "signatures").mkdir(exist_ok=True)
    (folder / "signatures" / "tiandy.yaml").write_text(text, encoding="utf-8")
    subprocess.run([sys.executable, ROOT / "tools/knowledge/build.py", folder / "own.blob", ROOT / "data/facts.yaml",
                    ROOT / "data/ports.yaml", ROOT / "src/proto/proto.h", ROOT / "src/proto/dgram.h",
                    folder / "signatures"], check=True)
    return folder / "own.blob"


def worked_example():
    """The signature that CONTRIBUTING.md shows, in a file with the head of its platform."""
    chapter = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Adding a signature")[1]
    lines = [s[4:] for s in chapter.split("stands as")[1].split("\n- `id`")[0].splitlines() if s.startswith("    ")]
    cells = "".join(f"  {e}: none\n" for e in ("rtsp", "http", "tls"))
    return ("platform: tiandy\nname: Tiandy\ncountry: CN\nsources: a test\ncells:\n" + cells +
            "  onvif: signatures\n  banner: none\n  discovery: none\nsignatures:\n" + "\n".join(lines) + "\n")


def the_programs_own_signatures_are_proved():
    done = kit.lenscap(kit.scratch(), "signatures", "test", check=0)
    assert re.search(r": [0-9]{3,} signatures, [0-9]{4,} examples .* 0 wrong", done.stdout), done.stdout
    listed = [json.loads(s) for s in kit.lenscap(kit.scratch(), "signatures", "list", "--json", check=0)
              .stdout.splitlines()]
    assert f"{len(listed)} signatures" in done.stdout and len({d["id"] for d in listed}) == len(listed)


def the_example_in_contributing_is_true_and_a_wrong_one_is_named():
    folder, good = kit.scratch(), worked_example()
    done = kit.lenscap(folder, "signatures", "test", compiled(folder, good), check=0)
    assert "1 signatures, 2 examples" in done.stdout, done.stdout
    bad = good.replace("expect: {model: TC-C34XN}", "expect: {model: TC-C34}")
    done = kit.lenscap(folder, "signatures", "test", compiled(folder, bad), check=1)
    line = good[:good.index("- facts:")].count("\n") + 1
    assert f"tiandy.yaml:{line}: " in done.stdout and "TC-C34" in done.stdout, done.stdout


def what_is_no_knowledge_is_said_so():
    folder = kit.scratch()
    for content in (b"", b"platform: x\n", b"LCKB" + bytes(60)):
        (folder / "file").write_bytes(content)
        assert "file" in kit.lenscap(folder, "signatures", "test", folder / "file", check=2).stderr
    assert kit.lenscap(folder, "signatures", check=2).stderr


if __name__ == "__main__":
    kit.main([single_observations_of_cameras_are_recognised_and_rightly_named, what_is_no_camera_is_not_called_one,
              the_programs_own_signatures_are_proved,
              the_example_in_contributing_is_true_and_a_wrong_one_is_named, what_is_no_knowledge_is_said_so,
              three_bytes_of_an_address_lead_to_the_platform, a_whole_address_names_who_holds_a_block_of_28_bits,
              local_and_squatted_addresses_lead_nowhere])
