#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The house rules that a machine can check. Prints file:line: message; exits 1 when it found something."""
import re
import subprocess
import sys

BANNED = ["sprintf", "vsprintf", "strcpy", "strncpy", "strcat", "strncat", "strtok", "strtok_r", "atoi", "atol",
          "atof", "scanf", "sscanf", "fscanf", "gets", "alloca"]
HEAP = ["malloc", "calloc", "realloc", "free", "strdup", "strndup"]
MAX_LINE, MAX_FILE, MAX_FUNCTION = 110, 800, 80
# Prose, data and generated layout wrap by other rules.
FREE = (".yaml", ".po", ".md", ".json", ".svg", ".css", ".1", ".5", ".build")
problems = []


def strip(text):
    """The code without comments and literals, line structure kept."""
    out = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)
    out = re.sub(r"'(?:\\.|[^'\\\n])*'", "''", out)
    return re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), out, flags=re.S)


def check_c(path, text):
    lines = text.split("\n")
    code = strip(text).split("\n")
    if not lines[0].startswith("/* SPDX-License-Identifier: Apache-2.0 */"):
        problems.append(f"{path}:1: the first line must be the SPDX line")
    if len(lines) > MAX_FILE:
        problems.append(f"{path}:{MAX_FILE}: two rooms: {len(lines)} lines")
    heap_ok = path.startswith(("src/base/", "sim/", "tests/"))
    start = None
    for number, line in enumerate(code, 1):
        for word in BANNED + ([] if heap_ok else HEAP):
            if re.search(rf"(?<![\w.>]){word}\s*\(", line):
                problems.append(f"{path}:{number}: {word} is banned (STYLE, banned functions)")
        if re.search(r"(^|[^:])//", line):
            problems.append(f"{path}:{number}: comments are /* */")
        if line == "{":
            start = number
        elif line.startswith("}") and start:
            if number - start - 1 > MAX_FUNCTION:
                problems.append(f"{path}:{start}: function of {number - start - 1} lines")
            start = None


def check_any(path, text):
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > MAX_LINE + 10 * path.endswith(".py") and not path.endswith(FREE):
            problems.append(f"{path}:{number}: {len(line)} columns")
        if re.search(r"\b(TODO|FIXME|XXX)\b", line) and path != "tools/style.py":
            problems.append(f"{path}:{number}: unfinished work belongs in a document with an owner")
        if line != line.rstrip():
            problems.append(f"{path}:{number}: trailing blanks")


def main():
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], check=True,
                            capture_output=True, text=True).stdout.split("\n")
    for path in filter(None, listed):
        if not path.endswith((".c", ".h", ".py", ".sh", ".yaml", ".build", ".md", ".css")):
            continue
        if path.startswith(("tests/wire/cases", "tests/fuzz/corpus")):
            continue
        try:
            text = open(path, encoding="utf-8").read()
        except FileNotFoundError:
            continue
        check_any(path, text)
        if path.endswith((".c", ".h")):
            check_c(path, text)
    print("\n".join(problems))
    sys.exit(1 if problems else 0)


main()
