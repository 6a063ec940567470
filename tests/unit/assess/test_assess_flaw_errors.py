#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A faulty entry of data/vulnerabilities stops the build with file, line and the reason.

usage: test_assess_flaw_errors.py vulnerabilities.py facts.yaml

One good file, and one change for each fault; the message must name the line where the fault stands."""
import os
import subprocess
import sys
import tempfile

GOOD = """schemes:
- id: plain
  why: numbers
  grammars:
  - {re: "^([0-9]+(?:[.][0-9]+)*)$", parts: [numbers]}
  order: [numbers]
  pairs:
  - ["1.2", "<", "1.10"]
families:
- {id: fam, name: Fam, scheme: plain, platforms: [axis]}
kinds:
- {id: open-question, over: false, title: {en: a, vi: á}, why: {en: a, vi: á}}
- {id: reset, over: true, title: {en: a, vi: á}, why: {en: a, vi: á}}
remedies:
- {id: find-version, text: {en: a, vi: á}}
- {id: update, text: {en: a, vi: á}}
vulnerabilities:
- cve: CVE-2020-0001
  family: fam
  kind: reset
  login: none
  reach: lan
  severity: high
  products:
  - {models: [X*], affected: [{before: 1.5}], safe: [{from: 1.5}]}
  when: [{fact: sadp.cloud, is: true}]
  remedy: [update]
  confidence: 90
  source: a record
  example: {model: X1, firmware: 1.4}
  counter: {model: X1, firmware: 1.5}
"""
KEV = """catalog: 2026.08.21
released: 2026-08-21
source: CISA
entries:
- {cve: CVE-2020-0001, added: 2026-08-20}
"""

# what to replace, by what, the line that must be named, a part of the message
FAULTS = [
    ("parts: [numbers]", "parts: [numbers, date]", 5, "1 captures for 2 parts"),
    ("parts: [numbers]", "parts: [figures]", 5, "figures"),
    ("([0-9]+(?", "([0-9]+(?(", 5, "no regular expression"),
    ("order: [numbers]", "order: [date]", 6, "date"),
    ('"<"', '"<<"', 8, "one of < = > ?"),
    ("scheme: plain", "scheme: fancy", 10, 'no scheme "fancy"'),
    ("vi: á}, why: {en: a, vi: á}}\n- {id: reset", "vi: khong}, why: {en: a, vi: á}}\n- {id: reset", 12, "marks"),
    ("cve: CVE-2020-0001", "cve: CVE-20-1", 18, "no CVE number"),
    ("family: fam", "family: other", 19, 'no family "other"'),
    ("kind: reset", "kind: magic", 20, 'no kind "magic"'),
    ("login: none", "login: maybe", 21, "maybe"),
    ("reach: lan", "reach: moon", 22, "moon"),
    ("severity: high", "severity: info", 23, "info"),
    ("before: 1.5", "before: abc", 25, "no version of this family"),
    ("before: 1.5", "built_before: 2020-01-01", 25, "have no date"),
    ("before: 1.5", "until: 1.5", 25, "until"),
    ("before: 1.5", "board: [A]", 25, "no board"),
    ("fact: sadp.cloud", "fact: sadp.nonsense", 26, "sadp.nonsense"),
    ("is: true", "is: perhaps", 26, "true or false"),
    ("is: true", "is: true, has: x", 26, "exactly one"),
    ("remedy: [update]", "remedy: [pray]", 27, 'no remedy "pray"'),
    ("confidence: 90", "confidence: 100", 28, "1..99"),
    ("confidence: 90", "confidence: 70\n  memory: true", 28, "worth 60 at most"),
    ("  source: a record\n", "", 18, 'lacks "source"'),
    ("  example: {model: X1, firmware: 1.4}\n", "", 18, 'lacks "example"'),
    ("  counter: {model: X1, firmware: 1.5}\n", "", 18, 'lacks "counter"'),
    ("example: {model: X1, firmware: 1.4}", "example: {model: X1, colour: red}", 30, "colour"),
    ("firmware: 1.5}", "firmware: 1.5, expect: affected}", 31, "cannot be affected"),
    ("  login: none\n", "  login: none\n  colour: red\n", 22, "colour"),
    ("  login: none\n", "  login: none\n  login: none\n", 22, "twice"),
]


def run(tool, facts, folder, text, kev=KEV):
    paths = [os.path.join(folder, n) for n in ("v", "k", "s", "e", "d", "kev.yaml", "flaws.yaml")]
    for path, content in zip(paths[5:], (kev, text)):
        with open(path, "w", encoding="utf-8") as f:
            f.write(content)
    return subprocess.run([sys.executable, tool, facts, *paths], capture_output=True, text=True)


def main():
    tool, facts = sys.argv[1:3]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        good = run(tool, facts, folder, GOOD)
        if good.returncode:
            sys.exit(f"the good file is refused: {good.stderr}")
        for old, new, line, part in FAULTS:
            if old not in GOOD:
                sys.exit(f"the good file lacks {old!r}")
            got = run(tool, facts, folder, GOOD.replace(old, new, 1))
            if got.returncode == 0 or f"flaws.yaml:{line}:" not in got.stderr or part not in got.stderr:
                failed += 1
                print(f"{new!r}: expected line {line} and {part!r}, got: {got.stderr.strip()}")
        got = run(tool, facts, folder, GOOD, KEV.replace("0001", "0002"))
        failed += got.returncode == 0 or "kev.yaml:5: data/vulnerabilities has no CVE-2020-0002" not in got.stderr
        entry = GOOD[GOOD.index("- cve"):]
        got = run(tool, facts, folder, GOOD + entry)
        failed += got.returncode == 0 or "stands already in" not in got.stderr
    sys.exit(1 if failed else 0)


main()
