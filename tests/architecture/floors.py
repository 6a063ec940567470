#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: a room sees its own floor and the floors below, never above (ARCHITECTURE.md).

Also: the simulator and the scanner share src/base only; src/proto opens no socket and reads no clock."""
import pathlib
import re
import sys

FLOORS = [
    ["base"],
    ["proto", "scope", "facts", "net", "import"],
    ["knowledge", "identify", "assess", "passwords"],
    ["discover", "talk", "watch"],
    ["store"],
    ["serve", "report", "notify", "fleet"],
    ["run"],
    ["cmd"],
]
LEVEL = {room: level for level, rooms in enumerate(FLOORS) for room in rooms}
PURE = ["proto", "import", "facts", "knowledge", "identify", "assess", "passwords"]
IMPURE = re.compile(r"<(sys/socket|sys/epoll|unistd|fcntl|pthread|signal)\.h>|base/clock\.h")
CLOCK = re.compile(r"\b(time|clock_gettime|gettimeofday)\s*\(")


def includes(path):
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        match = re.match(r'#include\s+(["<][^">]+[">])', line)
        if match:
            yield number, match.group(1)


def main():
    root = pathlib.Path(sys.argv[1])
    wrong, seen = [], 0
    for path in sorted(root.glob("src/*/*.[ch]")):
        room = path.parent.name
        if room not in LEVEL:
            wrong.append(f"{path.relative_to(root)}:1: the room {room} stands on no floor")
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if room in PURE and CLOCK.search(line) and not line.startswith((" *", "/*")):
                wrong.append(f"{path.relative_to(root)}:{number}: {room} is pure and reads no clock")
        for number, name in includes(path):
            seen += 1
            place = f"{path.relative_to(root)}:{number}"
            other = re.match(r'"([a-z]+)/', name)
            if other and LEVEL.get(other.group(1), 99) > LEVEL[room]:
                wrong.append(f"{place}: {room} may not include {name}")
            if room in PURE and IMPURE.search(name):
                wrong.append(f"{place}: {room} is pure and may not include {name}")
    for path in sorted(root.glob("sim/*.[ch]")):
        for number, name in includes(path):
            other = re.match(r'"([a-z]+)/', name)
            if other and other.group(1) not in ("base", "sim"):
                wrong.append(f"{path.relative_to(root)}:{number}: the simulator shares src/base only, not {name}")
    print("\n".join(wrong))
    sys.exit(1 if wrong or seen < 100 else 0)


main()
