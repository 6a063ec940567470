# SPDX-License-Identifier: Apache-2.0
"""data/vendors.yaml -> section "VEND"; layout: src/knowledge/vendors.c.

    vendors   in alphabetical order, keys in this order:
    brand       as signatures claim it
    also        other names that devices give the same brand
    maker       the company whose name is on the box
    country     its country, ISO 3166 alpha-2; left out where it is not known
    built_by    self; another brand of this file, whose firmware it runs; or unknown
    platforms   signature files whose firmware it was seen with, at most 4
    oui         words of data/oui.yaml, at most 4
    clouds      DNS names of its service, at most 8
    contact     where flaws are reported: an address on the web or of mail
    updates     where firmware is offered
    eol         {en, vi}: what is known of ends of life
    confidence  0..100
    source      where it stands

The origin of a brand is the country of whoever builds its devices: `built_by` is followed to the end. A brand that a
signature claims and that has no entry ends the build, with the place of the claim."""
import re
import struct
import sys

import yamlpos as y

KEYS = ["brand", "also", "maker", "country", "built_by", "platforms", "oui", "clouds", "contact", "updates", "eol",
        "confidence", "source"]
REQUIRED = ["brand", "built_by", "confidence", "source"]
PLATFORMS, OUIS, CLOUDS = 4, 4, 8  # LC_VENDOR_*
NAME_MAX = 64
HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
URL = re.compile(r"https://[A-Za-z0-9.-]+(?:/[A-Za-z0-9._~/%?=&-]*)?")
MAIL = re.compile(r"[a-z0-9._-]+@(?:[a-z0-9-]+\.)+[a-z]{2,}")


def folded(name):
    """The key of a lookup: ASCII letters without case, everything else as it is."""
    return re.sub(r"[A-Z]", lambda m: m.group().lower(), name).encode()


def listed(v, key, most):
    value = v.get(key, y.Seq())
    if not isinstance(value, y.Seq) or len(value) > most or (key in v and not value):
        y.die(value, f"{key} is a list of one to {most}")
    return value


def check_entry(v, last, ctx):
    y.need(v, KEYS, REQUIRED, "a vendor")
    given = list(v)
    if given != sorted(given, key=KEYS.index):
        y.die(v, f'keys of a vendor stand in the order {", ".join(k for k in KEYS if k in v)}')
    for name in [v["brand"], *listed(v, "also", 8)]:
        if not 0 < len(name.encode()) <= NAME_MAX:
            y.die(name, f"a brand has 1..{NAME_MAX} bytes")
    if last is not None and folded(v["brand"]) <= folded(last):
        y.die(v["brand"], f'{v["brand"]} does not stand behind {last}: brands are in alphabetical order')
    if "country" in v and not re.fullmatch(r"[A-Z]{2}", v["country"]):
        y.die(v["country"], f'{v["country"]} is no country code of two letters (ISO 3166)')
    y.integer(v["confidence"], 0, 100, "confidence")
    if not v["source"]:
        y.die(v["source"], "a source is named")
    check_ways(v)
    check_lists(v, ctx)


def check_ways(v):
    """What a reader would follow."""
    if "contact" in v and not (URL.fullmatch(v["contact"]) or MAIL.fullmatch(v["contact"])):
        y.die(v["contact"], "contact is an https:// address or a mail address")
    if "updates" in v and not URL.fullmatch(v["updates"]):
        y.die(v["updates"], "updates is an https:// address")
    if "eol" in v:
        y.need(v["eol"], ["en", "vi"], ["en", "vi"], "eol")


def check_lists(v, ctx):
    for p in listed(v, "platforms", PLATFORMS):
        if p not in ctx.platforms:
            y.die(p, f'no file of signatures is of platform "{p}"')
    for o in listed(v, "oui", OUIS):
        if o not in ctx.makers.known:
            y.die(o, f'data/oui.yaml has no maker "{o}"')
    for c in listed(v, "clouds", CLOUDS):
        if not HOST.fullmatch(c):
            y.die(c, f'"{c}" is no DNS name')


def index(vendors):
    """Every name to its entry; a name stands once."""
    out = {}
    for v in vendors:
        for name in [v["brand"], *v.get("also", [])]:
            if folded(name) in out:
                y.die(name, f'{name} stands twice, with {out[folded(name)]["brand"].where}')
            out[folded(name)] = v
    return out


def origin(v, by_name):
    """The country of whoever builds it; "" when that is not known."""
    seen = []
    while v["built_by"] != "self":
        if v["built_by"] == "unknown":
            return ""
        if folded(v["built_by"]) not in by_name:
            y.die(v["built_by"], f'built_by is self, unknown or a brand of this file, not "{v["built_by"]}"')
        seen.append(v["brand"])
        v = by_name[folded(v["built_by"])]
        if v["brand"] in seen:
            y.die(v["built_by"], f'{" builds ".join(seen)} builds itself')
    return v.get("country", "")


def refuse_missing(ctx, by_name):
    """Brands that signatures claim, once each."""
    missing = {}
    for b in ctx.brands:
        if folded(b) not in by_name:
            missing.setdefault(str(b), b)
    for b in missing.values():
        print(f'{b.where}: data/vendors.yaml has no brand "{b}"', file=sys.stderr)
    if missing:
        sys.exit(f"data/vendors.yaml: {len(missing)} brands are missing, see above")


def record(key, v, by_name, ctx):
    def text(s):
        return struct.pack("<II", *ctx.string(s))
    eol = v.get("eol", {"en": "", "vi": ""})
    built_by = v["built_by"] if v["built_by"] not in ("self", "unknown") else ""
    lists = [v.get(k, []) for k in ("platforms", "oui", "clouds")]
    out = b"".join(text(s) for s in (key.decode(), v["brand"], v.get("maker", ""), v.get("country", ""), built_by,
                                     origin(v, by_name), v.get("contact", ""), v.get("updates", ""), eol["en"],
                                     eol["vi"]))
    out += struct.pack("<BBBBB3x", int(v["confidence"]), v["built_by"] == "unknown", *map(len, lists))
    return out + b"".join(text(s) for part in lists for s in part)


def compile(path, ctx):
    doc = y.load(path)
    y.need(doc, ["vendors"], ["vendors"], "the table of brands")
    if not isinstance(doc["vendors"], y.Seq):
        y.die(doc, "vendors is a list")
    last = None
    for v in doc["vendors"]:
        check_entry(v, last, ctx)
        last = v["brand"]
    by_name = index(doc["vendors"])
    refuse_missing(ctx, by_name)
    return struct.pack("<I", len(by_name)) + b"".join(record(k, by_name[k], by_name, ctx) for k in sorted(by_name))
