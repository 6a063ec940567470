#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compile a gettext .po file into the C table that src/base/tr.c searches.

usage: po2c.py vi.po out.c
A missing or empty translation is an error: every string a person reads exists in both languages.
A translation must carry the same printf conversions in the same order as its original.
"""
import re
import sys


def entries(path):
    """Yield (line, msgid, msgstr) for each entry of the file."""
    line_no, field, ident, text = 0, None, "", ""
    for number, raw in enumerate(open(path, encoding="utf-8"), 1):
        raw = raw.strip()
        match = re.match(r'(msgid|msgstr)?\s*(".*")$', raw)
        if not match or raw.startswith("#"):
            continue
        keyword, literal = match.groups()
        if keyword == "msgid":
            if field == "msgstr":
                yield line_no, ident, text
            line_no, field, ident, text = number, "msgid", "", ""
        elif keyword == "msgstr":
            field = "msgstr"
        if field == "msgid":
            ident += literal[1:-1]
        else:
            text += literal[1:-1]
    if field == "msgstr":
        yield line_no, ident, text


def conversions(text):
    return re.findall(r"%[-+ #0]*[\d*]*(?:\.[\d*]+)?(?:hh|h|ll|l|z|j)?[a-zA-Z]", text.replace("%%", ""))


def main():
    path, out = sys.argv[1:3]
    table = {}
    for line, ident, text in entries(path):
        if ident == "":
            continue
        if not text:
            sys.exit(f"{path}:{line}: no translation for \"{ident}\"")
        if conversions(ident) != conversions(text):
            sys.exit(f"{path}:{line}: conversions differ from the original's in \"{text}\"")
        if ident in table:
            sys.exit(f"{path}:{line}: \"{ident}\" stands twice")
        table[ident] = text
    unescaped = lambda s: s.encode("utf-8").decode("unicode_escape").encode("latin-1")
    with open(out, "w", encoding="utf-8") as f:
        f.write('#include "base/tr_table.h"\n\nconst struct lc_tr_entry lc_tr_table[] = {\n')
        for ident in sorted(table, key=unescaped):
            f.write(f'    {{"{ident}",\n     "{table[ident]}"}},\n')
        f.write('    {"", ""},\n};\n\n')
        f.write(f"const size_t lc_tr_n = {len(table)};\n")


main()
