# SPDX-License-Identifier: Apache-2.0
"""data/oui.yaml -> section "OUI "; layout: src/knowledge/oui.c.

    makers    maker (unique, in alphabetical order: the value of mac.maker), weight (40, 15 or 0: what a signature
              may claim for it), prefixes (hex digits in upper case, 24, 28 or 36 bits), why. Every maker that
              weighs something is named by a signature, and signatures name no others.
    refused   prefix, why: neither it nor a prefix inside it nor one around it may stand under makers
"""
import re
import struct

import yamlpos as y

MAKER_KEYS = ["maker", "weight", "prefixes", "why"]
REFUSED_KEYS = ["prefix", "why"]
WEIGHTS = ["40", "15", "0"]
SHAPE = re.compile(r"[0-9A-F]{2}:[0-9A-F]{2}:[0-9A-F]{2}(:[0-9A-F]|:[0-9A-F]{2}:[0-9A-F])?")


def prefix(node):
    """Its hex digits: 6, 7 or 9 of them."""
    if not isinstance(node, str) or not SHAPE.fullmatch(node):
        y.die(node, f'"{node}" is no prefix of 24, 28 or 36 bits: AA:BB:CC, AA:BB:CC:D, AA:BB:CC:DD:E')
    if int(node[1], 16) & 3:
        y.die(node, f"{node} is a group's or locally administered: nobody registered it")
    return node.replace(":", "")


def read_refused(doc):
    out = {}
    for entry in doc.get("refused", []):
        y.need(entry, REFUSED_KEYS, REFUSED_KEYS, "a refused prefix")
        out[prefix(entry["prefix"])] = entry["why"]
    return out


def check_maker(m, last, ctx):
    y.need(m, MAKER_KEYS, MAKER_KEYS, "a maker")
    if last is not None and m["maker"].lower() <= last.lower():
        y.die(m, f'{m["maker"]} does not stand behind {last}: makers are in alphabetical order')
    ctx.fact_value("mac.maker", m["maker"])
    if m["weight"] not in WEIGHTS:
        y.die(m["weight"], f'weight is {", ".join(WEIGHTS)}, not {m["weight"]}')
    if not isinstance(m["prefixes"], y.Seq) or not m["prefixes"]:
        y.die(m, f'{m["maker"]} has no prefixes')


def check_signatures(makers, ctx):
    """Both files speak of the same makers, and no claim weighs more than its maker."""
    said = ctx.makers
    for word in said.words:
        if word not in makers:
            y.die(word, f'data/oui.yaml has no maker "{word}"')
    for word, weight in said.weighed:
        most = makers[word]["weight"]
        if int(weight) > int(most):
            y.die(weight, f"data/oui.yaml lets {word} weigh {most} at most, not {weight}")
    for name, m in makers.items():
        if m["weight"] != "0" and name not in said.named:
            y.die(m["maker"], f"no signature names {name}: one on mac.maker must say what follows, or its weight is 0")


def compile(path, ctx):
    """The records; without a file there are none, and no maker that a signature could name."""
    doc = y.load(path) if path else {"makers": []}
    if path:
        y.need(doc, ["makers", "refused"], ["makers"], "the table of prefixes")
    refused = read_refused(doc)
    records, makers, last = {}, {}, None
    for m in doc["makers"]:
        check_maker(m, last, ctx)
        last = m["maker"]
        makers[str(last)] = m
        ctx.makers.known.add(str(last))
        tail = struct.pack("<BxII", int(m["weight"]), *ctx.string(last))
        for node in m["prefixes"]:
            digits = prefix(node)
            for no, why in refused.items():
                if digits.startswith(no) or no.startswith(digits):
                    y.die(node, f"{node} is refused: {why}")
            if digits in records:
                y.die(node, f"{node} stands twice")
            left = bytes.fromhex(digits.ljust(10, "0"))
            records[digits] = left + bytes([4 * len(digits)]) + tail
    check_signatures(makers, ctx)
    return b"".join(sorted(records.values()))
