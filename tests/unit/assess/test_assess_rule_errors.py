#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A faulty rule stops the build with file, line and the reason.

usage: test_assess_rule_errors.py rules.py facts.yaml

One good rule, and one change for each fault; the message must name the line where the fault stands."""
import os
import subprocess
import sys
import tempfile

GOOD = """rules:
- id: a-rule
  severity: low
  ladder: none
  scope: port
  applies: {class: [camera], port: [80]}
  requires: [http.status]
  when:
    all:
    - {fact: http.server, is: x, absent: false}
    - {fact: http.status, gt: 100}
  title: {en: a, vi: á}
  why: {en: a, vi: á}
  remedy: {en: a, vi: á}
  source: RFC 1
  example: {80: {http.status: 200, http.server: x}}
  counter: {80: {http.status: 200}}
  unknown: {80: {http.server: x}}
"""

# what to replace, by what, the line that must be named (0: any), a part of the message
FAULTS = [
    ("severity: low", "severity: awful", 3, 'not "awful"'),
    ("ladder: none", "ladder: T9", 4, 'not "T9"'),
    ("ladder: none", "ladder: T1", 4, "what it gains"),
    ("ladder: none", "ladder: none\n  gains: view", 4, "what it gains"),
    ("ladder: none", "ladder: T1\n  gains: nothing", 5, 'not "nothing"'),
    ("scope: port", "scope: street", 5, "street"),
    ("class: [camera]", "class: [toaster]", 6, "toaster"),
    ("ladder: none\n  scope: port\n  applies: {class: [camera]",
     "ladder: T0\n  scope: port\n  applies: {class: [unknown]", 4, "no step of the ladder"),
    ("port: [80]", "port: [70000]", 6, "1..65535"),
    ("requires: [http.status]", "requires: []", 7, "not empty"),
    ("requires: [http.status]", "requires: [http.nonsense]", 7, "http.nonsense"),
    ("requires: [http.status]", "requires: [identity.class]", 7, "fact of that port"),
    ("{fact: http.server, is: x,", "{fact: identity.class, is: toaster,", 10, "toaster"),
    ("    all:\n", "    some:\n", 9, "some"),
    ("is: x", "is: x, has: y", 10, "exactly one"),
    ("is: x", "gt: 3", 10, "does not apply"),
    ("gt: 100", "gt: many", 11, "many"),
    ("gt: 100", "like: 100", 11, "like"),
    ("absent: false", "absent: maybe", 10, "true or false"),
    ("title: {en: a, vi: á}", "title: {en: a}", 12, 'lacks "vi"'),
    ("title: {en: a, vi: á}", "title: {en: a, vi: khong dau}", 12, "marks"),
    ("  source: RFC 1\n", "", 2, 'lacks "source"'),
    ("  counter: {80: {http.status: 200}}\n", "", 2, 'lacks "counter"'),
    ("example: {80: {http.status: 200, http.server: x}}", "example: []", 16, "not empty"),
    ("{80: {http.server: x}}", "{80: {http.nonsense: x}}", 18, "http.nonsense"),
    ("{80: {http.server: x}}", "{port80: {http.server: x}}", 18, "port80"),
    ("  severity: low\n", "  severity: low\n  colour: red\n", 4, "colour"),
    ("  severity: low\n", "  severity: low\n  severity: low\n", 4, "twice"),
    ("id: a-rule", "id: A_Rule", 2, "A_Rule"),
]


def run(tool, facts, folder, text):
    path = os.path.join(folder, "rule.yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write(text)
    outs = [os.path.join(folder, n) for n in ("r", "s", "e", "d")]
    return subprocess.run([sys.executable, tool, facts, *outs, path], capture_output=True, text=True)


def main():
    tool, facts = sys.argv[1:3]
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        good = run(tool, facts, folder, GOOD)
        if good.returncode:
            sys.exit(f"the good rule is refused: {good.stderr}")
        for old, new, line, part in FAULTS:
            if old not in GOOD:
                sys.exit(f"the good rule lacks {old!r}")
            got = run(tool, facts, folder, GOOD.replace(old, new, 1))
            if got.returncode == 0 or f"rule.yaml:{line}:" not in got.stderr or part not in got.stderr:
                failed += 1
                print(f"{new!r}: expected line {line} and {part!r}, got: {got.stderr.strip()}")
    twice = GOOD + GOOD.split("\n", 1)[1]
    with tempfile.TemporaryDirectory() as folder:
        got = run(tool, facts, folder, twice)
        failed += got.returncode == 0 or "stands already in" not in got.stderr
    sys.exit(1 if failed else 0)


main()
