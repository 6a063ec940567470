# SPDX-License-Identifier: Apache-2.0
"""data/signatures/*.yaml -> sections PLAT (layout: src/knowledge/platforms.c), SIGN and MODL (layout:
src/identify/identify_room.h), LABL (the facts that are labels), EXAM (layout: src/identify/check.c).

One file is one platform, keys in this order everywhere:

    platform     id, the file's name; `none` for what has no platform of its own (look-alikes, software)
    name         as people write it
    country      ISO 3166 of the maker, or ""
    class        [what it usually is, weight]: assumed when nothing says more; optional
    brand        [the maker's own, weight]: assumed when nothing names the box; 30 at most, for rebrands exist; optional
    rtsp_paths   at most two documented paths, each {path, why}: all that is ever asked without a password
    http_extras  harmless questions the HTTP codec may add (enum lc_http_extra)
    sources      where the facts stand
    notes        what the reader should know; optional
    cells        platform x evidence: `signatures`, or why there are none. `discovery` is what datagrams,
                 announcements and address prefixes tell (DISCOVERY below)
    signatures   id, why, when, not, group, mask, claims, examples, counter
    models       id, re, class, brand, why: what a model name says, once the platform is known

when, not   conditions {fact, op: value, port, ignore_case, anywhere, pii}; op: is in starts ends has re for
            text, is in gt lt for numbers. All of `when` must hold and none of `not`, on one port unless
            `anywhere`; `port` wants that very port, 0 a fact of the whole device, as all of discovery are.
            A signature that mixes facts of discovery and of ports says `anywhere` for the second kind.
            Captures are numbered through. Who a hardware address belongs to is mac.maker, `is` or `in` words of
            data/oui.yaml; prefixes stand nowhere else.
            The fact `label` stands for any of LABELS, the texts in which a device tells its name; where several
            conditions look at `label` they mean the same fact. It is proved on one fact of each cell (PROVED).
            Of a label only what matched is shown as evidence: it may hold a serial.
            `word: name` is that pattern of data/words.yaml, whatever the case.
            `pii`: what is captured is personal: never claimed, and cut from the evidence shown.
claims      attribute: [value or $1, weight] or [value, weight, transform]; platform: weight.
            Transforms: strip (blanks at the ends), firmware (also puts the blank in front of "build"),
            dots (dashes become dots). An address prefix weighs 40 at most, a maker what data/oui.yaml says,
            and neither sets model or firmware (brands.md B4). A vendor class of DHCP is the firmware's own word.
group       which evidence is one voice; without it: what stands before the first dot of the first fact,
            greetings being one voice, WS-Discovery that of the ONVIF scopes it carries, a UPnP gateway UPnP's
examples    {facts: {name or name@port: value or list}, expect: {attribute: value}, also: [other platforms]};
            without @port facts of discovery stand on 0, the others on one port;
            `expect` has every captured claim, constant ones are checked anyway
counter     facts that must not match: a mapping of facts each
"""
import os
import re
import struct

import context
import literals
import yamlpos as y

HEAD = ["platform", "name", "country", "class", "brand", "rtsp_paths", "http_extras", "sources", "notes", "cells",
        "signatures", "models"]
EVIDENCE = ["rtsp", "http", "tls", "onvif", "banner", "discovery"]
BANNERS = {"ssh", "ftp", "telnet", "hiksdk", "banner"}
DISCOVERY = {"sadp", "dhip", "xm", "mhed", "tdp", "miio", "tuya", "cs2", "tutk", "reolink", "hanwha", "bosch",
             "vivotek", "foscam", "vstarcam", "v380", "hichip", "upnp", "igd", "mdns", "wsd", "mac", "snmp", "dhcp"}
SAME_VOICE = {"wsd": "onvif", "igd": "upnp"}
BRAND_ASSUMED = 30
HINTS = {"mac"}
MAKER = "mac.maker"
SIGNATURE = ["id", "why", "when", "not", "group", "mask", "claims", "examples", "counter"]
LABEL = "label"
LABELS = ["http.server", "http.title", "http.auth.realm", "ftp.banner", "telnet.banner", "ssh.banner", "rtsp.server",
          "rtsp.realm", "tls.cert.subject", "tls.cert.issuer", "onvif.label", "upnp.server", "upnp.model", "mdns.name",
          "snmp.sysdescr", "sip.server", "dhcp.vendor_class"]
PROVED = ["http.title", "rtsp.realm", "tls.cert.subject", "ftp.banner", "onvif.label", "snmp.sysdescr"]  # one a cell
MASK_LABEL = 2
OPS = {"is": 0, "in": 0, "starts": 1, "ends": 2, "has": 3, "re": 4, "gt": 5, "lt": 6}
OPS_OF = {"string": {"is", "in", "starts", "ends", "has", "re"}, "int": {"is", "in", "gt", "lt"},
          "bool": {"is", "in"}}
CONDITION = ["fact"] + list(OPS) + ["word", "port", "ignore_case", "anywhere", "pii"]
NOT, ICASE, ANYWHERE, PII, DEVICE, LABELLED = 1, 2, 4, 8, 16, 32
ATTRS = ["class", "platform", "brand", "model", "firmware"]  # enum lc_attr
TRANSFORMS = ["none", "strip", "firmware", "dots"]  # enum lc_transform
MODEL = ["id", "re", "class", "brand", "why"]


def in_order(m, keys, required, what):
    """Only these keys, the required ones present, in this order."""
    y.need(m, keys, required, what)
    given = list(m)
    if given != sorted(given, key=keys.index):
        y.die(m, f'keys of {what} stand in the order {", ".join(k for k in keys if k in m)}')


def listed(m, key, what):
    value = m.get(key, y.Seq())
    if not isinstance(value, y.Seq):
        y.die(value, f"{key} of {what} must be a list")
    return value


def family(fact):
    return fact.split(".")[0]


def cell_of(fact):
    kind = family(fact)
    return "discovery" if kind in DISCOVERY else "banner" if kind in BANNERS else kind


def voice(fact):
    """Which evidence is one voice with this fact's."""
    kind = family(fact)
    return "banner" if kind in BANNERS else SAME_VOICE.get(kind, kind)


def text(ctx, s):
    return struct.pack("<II", *ctx.string(s))


class Compiler:
    def __init__(self, ctx, words):
        self.ctx, self.words = ctx, words
        self.heads, self.signatures, self.models, self.examples = {}, [], [], []
        self.seen = set()

    # ---- the head ----

    def head(self, doc, path):
        ctx, ident = self.ctx, doc["platform"]
        cls, weight = "", 0
        if "class" in doc:
            cls, weight = self.weighted(doc["class"], "class")
        paths = listed(doc, "rtsp_paths", "a platform")
        if len(paths) > 2:
            y.die(paths, "at most two RTSP paths are ever asked")
        for p in paths:
            in_order(p, ["path", "why"], ["path", "why"], "an RTSP path")
            if not p["path"].startswith("/"):
                y.die(p, "a path starts with /")
        bits = 0
        for extra in listed(doc, "http_extras", "a platform"):
            known = ctx.enum("lc_http_extra", "LC_HTTP_")
            if extra not in known:
                y.die(extra, f'unknown extra "{extra}"; known: {", ".join(known)}')
            bits |= known[extra]
        if ident == "none":
            return
        if ident != os.path.splitext(os.path.basename(path))[0]:
            y.die(ident, "a platform's file has its name")
        record = text(ctx, ident) + text(ctx, doc["name"]) + text(ctx, doc["country"]) + text(ctx, cls)
        brand, sure = self.weighted(doc["brand"], "brand") if "brand" in doc else ("", 0)
        if sure > BRAND_ASSUMED:
            y.die(doc["brand"], f"an assumed brand weighs {BRAND_ASSUMED} at most")
        record += text(ctx, brand) + struct.pack("<BBBBH", weight, sure, 0, len(paths), bits)
        self.heads[str(ident)] = record + b"".join(text(ctx, p["path"]) for p in paths)

    def weighted(self, node, attr):
        """[value, weight] -> checked (value, weight)."""
        if not isinstance(node, y.Seq) or len(node) != 2:
            y.die(node, f"{attr} is [value, weight]")
        self.value(node[0], attr)
        return node[0], y.integer(node[1], 1, 99, "weight")

    def value(self, v, attr):
        if not v or len(v) > 64:
            y.die(v, f"a {attr} has 1..64 characters")
        if attr == "class" and v not in context.CLASSES[:-1]:
            y.die(v, f'unknown class "{v}"; known: {", ".join(context.CLASSES[:-1])}')

    def cells(self, doc, filled):
        cells = doc["cells"]
        in_order(cells, EVIDENCE, EVIDENCE, "cells")
        for e in EVIDENCE:
            if cells[e] == "signatures" and e not in filled:
                y.die(cells[e], f"there is no {e} signature: say why the cell is empty")
            if cells[e] != "signatures" and e in filled:
                y.die(cells[e], f"there are {e} signatures: write `signatures`")

    # ---- signatures ----

    def condition(self, c, flags):
        ctx = self.ctx
        y.need(c, CONDITION, ["fact"], "a condition")
        self.named_word(c)
        op = [k for k in c if k in OPS]
        if len(op) != 1:
            y.die(c, f'a condition has one of {", ".join(OPS)}')
        op, value = op[0], c[op[0]]
        label = c["fact"] == LABEL
        fact, kind = (0, "string") if label else ctx.fact(c["fact"])
        flags |= LABELLED * label
        if not label and ctx.facts[c["fact"]]["privacy"] == "personal":
            y.die(c, f'{c["fact"]} is personal: signatures do not look at it')
        for key, bit in (("ignore_case", ICASE), ("anywhere", ANYWHERE), ("pii", PII)):
            flags |= bit * y.boolean(c.get(key, "false"), key)
        if (op == "in") != isinstance(value, y.Seq) or isinstance(value, y.Map):
            y.die(c, "`in` takes a list, the others one value")
        if op not in OPS_OF[kind]:
            y.die(c, f'{c["fact"]} is {kind}: `{op}` does not apply')
        values = list(value) if op == "in" else [value]
        self.prefixes(c, op, values)
        for v in values:
            if kind == "string" and not v:
                y.die(c, "an empty value matches everything or nothing")
        port = y.integer(c["port"], 0, 65535, "port") if "port" in c else 0
        flags |= DEVICE if "port" in c and port == 0 else 0
        out = struct.pack("<HBBH", fact, OPS[op], flags, port)
        out += text(ctx, value.where if op == "re" else "") + struct.pack("<H", len(values))
        for v in values:
            if kind == "string":
                out += text(ctx, v)
            else:
                n = y.boolean(v, c["fact"]) if kind == "bool" else y.integer(v, -2**63, 2**63 - 1, c["fact"])
                out += struct.pack("<q", n)
        if op == "re":
            needs = sorted(self.needs(c, value))
            out += struct.pack("<H", len(needs)) + b"".join(text(ctx, v) for v in needs)
        return out

    @staticmethod
    def needs(c, pattern):
        """Texts of which every match holds one; a pattern that cannot be read is told by the engine."""
        try:
            return literals.literals(pattern)
        except (re.error, OverflowError):
            return set()

    def named_word(self, c):
        """`word: name` is that pattern, whatever its case."""
        if "word" not in c:
            return
        if c["word"] not in self.words:
            y.die(c["word"], f'unknown word "{c["word"]}"; known: {", ".join(self.words)}')
        c["re"] = self.words[c.pop("word")]
        c["ignore_case"] = y.Str("true")

    def prefixes(self, c, op, values):
        """Prefixes have one home, data/oui.yaml; a misspelt maker would never match."""
        if c["fact"] == "mac.oui":
            y.die(c, "data/oui.yaml knows whose a prefix is: look at mac.maker")
        if c["fact"] == MAKER:
            if op not in ("is", "in") or "ignore_case" in c:
                y.die(c, f"{MAKER} is one of the words of data/oui.yaml: `is` or `in`, as it stands there")
            self.ctx.makers.words += values

    def claim(self, attr, node, platform):
        if attr == "platform":
            if platform == "none":
                y.die(node, "this file is of no platform and cannot claim one")
            node = y.Seq([platform, node])
        if not isinstance(node, y.Seq) or not 2 <= len(node) <= 3:
            y.die(node, f"{attr} is [value, weight] or [value, weight, transform]")
        value, transform = node[0], node[2] if len(node) == 3 else "none"
        if transform not in TRANSFORMS:
            y.die(node, f'unknown transform "{transform}"; known: {", ".join(TRANSFORMS)}')
        capture = 0
        if len(value) == 2 and value[0] == "$" and value[1] in "1234":
            capture, value = int(value[1]), ""
        else:
            self.value(value, attr)
        weight = y.integer(node[1], 1, 99, "weight")
        return struct.pack("<BBBB", ATTRS.index(attr), weight, TRANSFORMS.index(transform),
                           capture) + text(self.ctx, value), capture

    def brand(self, claims):
        """Brands of what watches have an entry in data/vendors.yaml (vendors.py); those of printers need none."""
        name = claims.get("brand", y.Seq([y.Str()]))[0]
        if name and not name.startswith("$") and claims.get("class", [""])[0] != "not-surveillance":
            self.ctx.brands.append(name)

    @staticmethod
    def group(s):
        return str(s["group"]) if "group" in s else voice(s["when"][0]["fact"])

    def conditions(self, s):
        """Those of `when`, then those of `not`, and what only all of them together can show to be wrong."""
        positive, negative = listed(s, "when", "a signature"), listed(s, "not", "a signature")
        if not 1 <= len(positive) + len(negative) <= 8 or not positive:
            y.die(s, "a signature has one to eight conditions, the first one in `when`")
        packed = [self.condition(c, 0) for c in positive] + [self.condition(c, NOT) for c in negative]
        if "anywhere" in positive[0]:
            y.die(positive[0], "the first condition sets the port: it has no `anywhere`")
        first = family(positive[0]["fact"]) in DISCOVERY
        if positive[0]["fact"] == LABEL:
            return positive, packed
        for c in positive[1:] + negative:
            if (family(c["fact"]) in DISCOVERY) != first and "anywhere" not in c:
                y.die(c, "discovery speaks of the device, the other facts of a port: say `anywhere`")
        return positive, packed

    def hint(self, s):
        """Who bought an address prefix is no proof of what the device is."""
        for attr in ("model", "firmware"):
            if attr in s["claims"]:
                y.die(s["claims"][attr], f"an address prefix or a DHCP word cannot tell the {attr}")
        for attr, node in s["claims"].items():
            weight = node if attr == "platform" else node[1]
            if int(weight) > 40:
                y.die(weight, "an address prefix or a DHCP word weighs 40 at most")
            self.ctx.makers.weighed += [(word, weight) for word in self.named(s["when"][:1])]

    @staticmethod
    def named(conditions):
        """The makers that any of these conditions looks for."""
        found = [c.get("in", c.get("is")) for c in conditions if c["fact"] == MAKER]
        return [word for f in found for word in (f if isinstance(f, y.Seq) else [f])]

    def labels(self, s):
        """Does it look at labels? Then all its conditions may, and its name says so."""
        conditions = listed(s, "when", "a signature") + listed(s, "not", "a signature")
        if not any(c.get("fact") == LABEL for c in conditions):
            return False
        if s["id"].split(".")[1:2] != [LABEL] or conditions[0].get("fact") != LABEL or "group" in s:
            y.die(s["id"], f"a signature on labels is called name.{LABEL}.word and begins with one")
        return True

    def signature(self, s, platform):
        """Compiles it; the cells that it fills."""
        ctx = self.ctx
        label = self.labels(s)
        in_order(s, SIGNATURE, ["id", "why", "when", "claims", "examples", "counter"], "a signature")
        want = None if platform == "none" else platform
        parts = s["id"].split(".")
        if len(parts) != 3 or (want and parts[0] != want):
            y.die(s["id"], f'an id is {want or "name"}.evidence.word')
        if s["id"] in self.seen:
            y.die(s["id"], "this id is taken")
        self.seen.add(str(s["id"]))
        positive, conditions = self.conditions(s)
        y.need(s["claims"], ATTRS, [], "claims")
        claims = [self.claim(a, s["claims"][a], platform) for a in ATTRS if a in s["claims"]]
        if not claims:
            y.die(s["claims"], "a signature claims something")
        if family(positive[0]["fact"]) in HINTS:
            self.hint(s)
        ctx.makers.named |= set(self.named(positive))
        self.brand(s["claims"])
        pii = any("pii" in c for c in positive)
        mask = MASK_LABEL if label else y.boolean(s.get("mask", "false"), "mask") or pii
        out = text(ctx, s["id"]) + text(ctx, s["id"].where)
        out += text(ctx, want or "") + text(ctx, "" if label else self.group(s))
        out += struct.pack("<BBBx", mask, len(conditions), len(claims))
        self.signatures.append(out + b"".join(conditions) + b"".join(c for c, _ in claims))
        captured = {a for a in s["claims"] if a != "platform" and s["claims"][a][0].startswith("$")}
        for fact in PROVED if label else [None]:
            self.proofs(s, captured, fact)
        return {cell_of(f) for f in LABELS} if label else {cell_of(positive[0]["fact"])}

    # ---- examples ----

    def facts(self, node, label):
        """A mapping of facts as packed records (facts/facts.h)."""
        if not isinstance(node, y.Map) or not node:
            y.die(node, "facts are a mapping of name or name@port to value")
        out = b""
        for key, values in node.items():
            name, _, port = key.partition("@")
            name = label if name == LABEL and label else name
            at = y.Str(name)
            at.where = key.where
            ident, _ = self.ctx.fact(at)
            port = y.integer(port, 0, 65535, "port") if port else int(family(name) not in DISCOVERY)
            values = values if isinstance(values, y.Seq) else [values]
            self.ctx.makers.words += values if name == MAKER else []
            for v in values:
                raw = self.ctx.fact_value(name, v)
                out += struct.pack("<HHBBH", ident, port, 0, 0, len(raw)) + raw
        return out

    def proof(self, s, node, kind, facts, expect, also):
        head = text(self.ctx, node.where) + text(self.ctx, s["id"])
        head += struct.pack("<BBBxI", kind, len(expect), len(also), len(facts)) + facts
        head += b"".join(struct.pack("<B", ATTRS.index(a)) + text(self.ctx, expect[a]) for a in expect)
        self.examples.append(head + b"".join(text(self.ctx, p) for p in also))

    def proofs(self, s, captured, label):
        for e in listed(s, "examples", "a signature"):
            in_order(e, ["facts", "expect", "also"], ["facts"], "an example")
            expect = e.get("expect", y.Map())
            y.need(expect, ATTRS, [], "expect")
            for a in captured - set(expect):
                y.die(e, f"the example does not say which {a} to expect")
            self.proof(s, e, 1, self.facts(e["facts"], label), expect, listed(e, "also", "an example"))
        for c in listed(s, "counter", "a signature"):
            self.proof(s, c, 0, self.facts(c, label), {}, [])
        for key in ("examples", "counter"):
            if not s[key]:
                y.die(s, f'{s["id"]} lacks {"an example" if key == "examples" else "a counter-example"}')

    # ---- model names ----

    def model(self, m, platform):
        ctx = self.ctx
        in_order(m, MODEL, ["id", "re", "why"], "a model line")
        if platform == "none":
            y.die(m, "model lines need a platform")
        if not m["re"].startswith("^"):
            y.die(m["re"], "a model pattern starts with ^")
        cls, cw = self.weighted(m["class"], "class") if "class" in m else ("", 0)
        brand, bw = self.weighted(m["brand"], "brand") if "brand" in m else ("", 0)
        if not cw and not bw:
            y.die(m, "a model line says class or brand")
        self.brand(m)
        self.models.append(text(ctx, platform) + text(ctx, f'{platform}.model.{m["id"]}') +
                           text(ctx, m["re"].where) + text(ctx, m["re"]) +
                           struct.pack("<BBBx", cw, bw, 1) + text(ctx, cls) + text(ctx, brand))

    def file(self, path):
        doc = y.load(path)
        in_order(doc, HEAD, ["platform", "name", "country", "sources", "signatures"], "a signature file")
        platform = str(doc["platform"])
        if platform != "none" and "cells" not in doc:
            y.die(doc, "the file lacks its cells")
        self.head(doc, path)
        filled = set().union(*[self.signature(s, platform) for s in doc["signatures"]])
        if "cells" in doc:
            self.cells(doc, filled)
        for m in listed(doc, "models", "a platform"):
            self.model(m, platform)


WORD = ["id", "re", "why"]


def load_words(path):
    """data/words.yaml: patterns that many signatures share. The signatures' examples prove them."""
    words = {}
    for w in y.load(path)["words"] if path else []:
        in_order(w, WORD, WORD, "a word")
        if w["id"] in words:
            y.die(w["id"], "this word is taken")
        words[str(w["id"])] = w["re"]
    return words


def compile(paths, ctx, words=None):
    c = Compiler(ctx, load_words(words))
    for path in sorted(paths):
        c.file(path)
    ctx.platforms = set(c.heads)

    def section(records):
        return struct.pack("<I", len(records)) + b"".join(records)
    heads = [c.heads[k] for k in sorted(c.heads, key=str.encode)]
    labels = [struct.pack("<H", ctx.facts[f]["id"]) + text(ctx, voice(f)) for f in LABELS if f in ctx.facts]
    return [("PLAT", section(heads)), ("LABL", section(labels)), ("SIGN", section(c.signatures)),
            ("MODL", section(c.models)), ("EXAM", section(c.examples))]
