#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Generate the fact vocabulary from data/facts.yaml: facts2c.py facts.yaml out.h out.c"""
import re
import sys

import yamlpos as y

HASHED_N = 18  # LC_HASHED_N in src/store/sql.h
KEYS = ["id", "name", "type", "many", "max", "privacy", "en", "vi"]


def load(path):
    """The vocabulary as a list of dicts, checked."""
    doc = y.load(path)
    y.need(doc, ["facts"], ["facts"], "the vocabulary")
    out, ids, names = [], set(), set()
    for f in doc["facts"]:
        y.need(f, KEYS, ["id", "name", "type", "en", "vi"], "a fact")
        fact = {
            "id": y.integer(f["id"], 1, 4095, "id"),
            "name": f["name"],
            "type": f["type"],
            "many": y.boolean(f.get("many", "false"), "many"),
            "max": y.integer(f["max"], 1, 4096, "max") if "max" in f else 0,
            "privacy": f.get("privacy", "public"),
            "en": f["en"],
            "vi": f["vi"],
        }
        if fact["id"] in ids or fact["name"] in names:
            y.die(f, f'{fact["name"]}: id or name is taken')
        if not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+", fact["name"]):
            y.die(f, f'"{fact["name"]}" is not of the form prefix.name')
        if fact["type"] not in ("string", "int", "bool"):
            y.die(f, "type must be string, int or bool")
        if (fact["type"] == "string") != (fact["max"] > 0):
            y.die(f, "a string has a max, the others have none")
        if fact["privacy"] not in ("public", "personal", "shaped"):
            y.die(f, "privacy must be public, personal or shaped")
        if fact["privacy"] == "personal" and fact["type"] == "string" and fact["max"] < HASHED_N:
            y.die(f, f"max must be {HASHED_N} or more: the store keeps a keyed hash of that length")
        ids.add(fact["id"])
        names.add(fact["name"])
        out.append(fact)
    return out


def const(name):
    return "LC_F_" + re.sub(r"[.]", "_", name).upper()


def quoted(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def main():
    path, header, source = sys.argv[1:4]
    facts = load(path)
    top = max(f["id"] for f in facts) + 1
    with open(header, "w", encoding="utf-8") as h:
        h.write("/* Generated from data/facts.yaml. */\n#ifndef LC_FACTS_GEN_H\n#define LC_FACTS_GEN_H\n\n")
        h.write("enum lc_fact_name {\n    LC_F_NONE = 0,\n")
        for f in facts:
            h.write(f'    {const(f["name"])} = {f["id"]},\n')
        h.write(f"    LC_F_COUNT = {top},\n}};\n\n#endif\n")
    with open(source, "w", encoding="utf-8") as c:
        c.write('/* Generated from data/facts.yaml. */\n#include "facts/facts.h"\n\n')
        c.write("const struct lc_fact_info lc_fact_infos[LC_F_COUNT] = {\n")
        for f in facts:
            c.write(f'    [{const(f["name"])}] = {{{quoted(f["name"])}, LC_FT_{f["type"].upper()}, '
                    f'LC_FP_{f["privacy"].upper()}, {str(f["many"]).lower()}, {f["max"]},\n'
                    f'        {quoted(f["en"])},\n        {quoted(f["vi"])}}},\n')
        c.write("};\n")


if __name__ == "__main__":
    main()
