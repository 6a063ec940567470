#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compile data/vulnerabilities/*.yaml into section "VULN", data/kev/*.yaml into section "KEV ", and the
examples into a file that a test runs through the engine.

compile(paths, kev, ctx) is what build.py calls; main() writes the same with a string pool of its own:
usage: vulnerabilities.py facts.yaml vuln.bin kev.bin strings.bin examples.bin depfile KEV.yaml (FILE | FOLDER)

A file holds one or more of these lists (same key order everywhere):

schemes     how firmware versions of one grammar are read and compared
    id, why; grammars: [{re, parts}]: each capture is one part; the first pattern that fits counts
    order: the parts that decide, the first that differs; maintained: branches that get fixes under lower numbers
    pairs: [[A, OP, B]], OP one of < = > ?: run by tests/unit/assess/test_assess_version.c
    parts: numbers (dotted, short ones filled up with zeros), date (yymmdd, yyyymmdd, yyyy-mm-dd), daycount
    (yymmddNN), minute (yymmddHHMM), count, letter and hotfix (none is the lowest), each (every number for itself),
    branch, board, line (equal or not to be compared), revision (of the hardware: never compared)
families    id, name, scheme, platforms, brands, revision (fact that names the hardware's revision), by_grammar (its
            grammar is so peculiar that a version alone names it)
kinds       id, over (taking the device over, or its pictures or passwords), title and why {en, vi}
remedies    id, text {en, vi}
reasons     nothing: they are the engine's own
vulnerabilities
    cve, also: [...] (the same in every respect), family (products may name others), kind
    login     none, user (any account), admin
    reach     internet, lan, cloud, physical
    severity  low medium high critical
    products  [{family, models, not_models, brands, classes, revisions, affected, safe}]; a model is a glob: * anything,
              ? one character; an entry without models is for all of its family
        affected  all (no fix exists, the model decides), or a list of ranges
        safe      a list of ranges; what lies in neither stays unknown
        a range   from, before, to, is (versions), built_from, built_before, built_to (dates), board: [...]
        fixed     X: short for affected: [{before: X}] and safe: [{from: X}]
    when      [{fact, is|has|present, port}]: settings that must be so; a missing one leaves it unknown
    suspect   [{fact, is|has|present, port}]: one of them is enough for "suspected" where nothing is decided; a
              family without platform and brand is asked for these only
    exploited who says so; absent: not known. KEV entries come from data/kev
    disputed  what the maker says; opaque: true, cannot be told from the network; no_fix: true, out of support
    remedy    [codes]; confidence: most that a match is worth; memory: true, some value is from memory only
    source    where this comes from
    example, counter  {platform, brand, model, firmware, class, revision, facts, expect}: expect is affected in an
              example and anything else in a counter-example, unless it says so; several as a list. Without platform
              it is of the family's first platform, or else brand

Layout, little-endian; a string is u32 offset, u32 length in the pool, a list is u8 number and its members:
    u16 schemes, families, flaws (sorted by their first number); str known_title[2], known_why[2], known_remedy[2]
    scheme    str id; list {str re; u8 parts_n; u8 part[4]}; list u8 order; list str maintained
    family    str id, name; u8 scheme, by_grammar; u16 revision's fact; list str platforms, brands
    flaw      list str cves; str title[2], why[2], remedy[2], source, exploited, kind; u8 family, severity, login,
              reach, flags, confidence; list condition when, suspect; list product
    condition u16 fact, port (0: any); u8 op (0 is, 1 has, 2 present); str value
    product   u8 family, all; list str models, not_models, brands, classes, revisions; list range affected, safe
    range     u8 what is there (1 from, 2 before, 4 to, 8 is, 16 built_from, 32 built_before, 64 built_to, 128 board);
              then per bit, in this order: str, or u32 yyyymmdd, or list str
"""
import calendar
import os
import re
import struct
import sys

sys.path.insert(0, __file__.rsplit("/", 2)[0])
import context  # noqa: E402
import yamlpos as y  # noqa: E402

PARTS = ["numbers", "date", "daycount", "minute", "count", "letter", "hotfix", "each", "branch", "board", "line",
         "revision"]
SLOT = {"daycount": "date", "minute": "date"}
LISTS = ["schemes", "families", "kinds", "remedies", "vulnerabilities"]
SEVERITIES = ["info", "low", "medium", "high", "critical"]
LOGINS = ["none", "user", "admin"]
REACHES = ["internet", "lan", "cloud", "physical"]
VERDICTS = ["none", "affected", "not-affected", "unknown", "suspected", "disputed"]
FLAGS = ["over", "no_fix", "disputed", "memory", "opaque"]
OPS = ["is", "has", "present"]
TEXTS = ["from", "before", "to", "is"]
DATES = ["built_from", "built_before", "built_to"]
ATTRS = ["class", "platform", "brand", "model", "firmware"]
KEYS = ["cve", "also", "family", "kind", "login", "reach", "severity", "products", "when", "suspect", "exploited",
        "disputed", "opaque", "no_fix", "remedy", "confidence", "memory", "source", "example", "counter"]
NEED = ["cve", "family", "kind", "login", "reach", "severity", "products", "remedy", "confidence", "source", "example",
        "counter"]
SURE = 60  # LC_FLAW_SURE in src/assess/vuln.h: what is worth less is suspected at most
PRODUCT_KEYS = ["family", "models", "not_models", "brands", "classes", "revisions", "affected", "safe", "fixed"]
EXPECT_KEYS = ATTRS + ["revision", "facts", "expect"]


def seq(node, what):
    if not isinstance(node, y.Seq) or not node:
        y.die(node, f"{what} must be a list that is not empty")
    return node


def one_of(node, allowed, what):
    if node not in allowed:
        y.die(node, f'{what} is one of {", ".join(allowed)}, not "{node}"')
    return allowed.index(node)


def day(node):
    m = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", str(node))
    if not m or not 1 <= int(m[2]) <= 12 or not 1 <= int(m[3]) <= calendar.monthrange(int(m[1]), int(m[2]))[1]:
        y.die(node, f'"{node}" is no day of the form 2025-08-07')
    return int(m[1]) * 10000 + int(m[2]) * 100 + int(m[3])


class Compiler:
    def __init__(self, ctx):
        self.ctx = ctx
        self.schemes, self.families, self.kinds, self.remedies = {}, {}, {}, {}
        self.cves, self.examples, self.pairs = {}, [], []

    # ---- small parts of the layout ----

    def str(self, text):
        return struct.pack("<II", *self.ctx.string(text))

    def list(self, items, node=None):
        if len(items) > 255:
            y.die(node, f"a list holds at most 255 members, not {len(items)}")
        return bytes([len(items)]) + b"".join(items)

    def strs(self, nodes, what):
        return self.list([self.str(n) for n in (seq(nodes, what) if nodes is not None else [])], nodes)

    def texts(self, node, what, longest):
        y.need(node, ["en", "vi"], ["en", "vi"], what)
        for lang in ("en", "vi"):
            if not 0 < len(node[lang]) <= longest:
                y.die(node[lang], f"{what} must have 1 to {longest} characters")
        if node["vi"].isascii():
            y.die(node["vi"], f"{what}: Vietnamese is written with its marks")
        return node["en"], node["vi"]

    def new(self, node, table, what):
        if node in table:
            y.die(node, f'{what} "{node}" stands already in {table[node]["where"]}')
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", node):
            y.die(node, f'"{node}" is not of the form a-b-c')
        table[str(node)] = {"where": node.where, "at": len(table)}
        return table[str(node)]

    # ---- schemes, families, words ----

    def grammar(self, g):
        y.need(g, ["re", "parts"], ["re", "parts"], "a grammar")
        try:
            pattern = re.compile(g["re"])
        except re.error as e:
            y.die(g["re"], f"the pattern is no regular expression: {e}")
        parts = seq(g["parts"], "parts")
        codes = [one_of(p, PARTS, "a part") for p in parts]
        if pattern.groups != len(parts) or len(parts) > 4:
            y.die(g["re"], f"{pattern.groups} captures for {len(parts)} parts (four at most)")
        data = self.str(g["re"]) + bytes([len(codes)]) + bytes(codes).ljust(4, b"\0")
        return pattern, list(parts), data

    def scheme(self, node):
        y.need(node, ["id", "why", "grammars", "order", "maintained", "pairs"],
               ["id", "why", "grammars", "order", "pairs"], "a scheme")
        s = self.new(node["id"], self.schemes, "scheme")
        grammars = [self.grammar(g) for g in seq(node["grammars"], "grammars")]
        s["grammars"] = grammars
        known = {SLOT.get(p, p) for _, parts, _ in grammars for p in parts} - {"revision"}
        order = seq(node["order"], "order")
        for p in order:
            one_of(p, sorted(known), "a part of the order")
        if len(set(order)) != len(order) or len(order) > 4:
            y.die(node["order"], "the order names each part once, four at most")
        s["dated"] = "date" in order
        s["boards"] = "board" in order
        for t in node.get("maintained", []):
            if not re.fullmatch(r"\d+(\.\d+)*", t):
                y.die(t, f'"{t}" is no dotted number')
        for p in seq(node["pairs"], "pairs"):
            if not isinstance(p, y.Seq) or len(p) != 3 or p[1] not in list("<=>?"):
                y.die(p, "a pair is [A, OP, B], OP one of < = > ?")
            self.pairs.append((node["id"], p.where, p[0], p[1], p[2]))
        return (self.str(node["id"]) + self.list([d for _, _, d in grammars])
                + self.list([bytes([PARTS.index(p)]) for p in order])
                + self.strs(node.get("maintained"), "maintained"))

    def family(self, node):
        y.need(node, ["id", "name", "scheme", "platforms", "brands", "revision", "by_grammar"],
               ["id", "name", "scheme"], "a family")
        if node["scheme"] not in self.schemes:
            y.die(node["scheme"], f'there is no scheme "{node["scheme"]}"')
        f = self.new(node["id"], self.families, "family")
        f["scheme"] = self.schemes[node["scheme"]]
        alone = y.boolean(node.get("by_grammar", "false"), "by_grammar")
        f["revision"] = node.get("revision")
        f["platforms"], f["brands"] = node.get("platforms", []), node.get("brands", [])
        fact = self.ctx.fact(f["revision"])[0] if f["revision"] else 0
        return (self.str(node["id"]) + self.str(node["name"]) + struct.pack("<BBH", f["scheme"]["at"], alone, fact)
                + self.strs(node.get("platforms"), "platforms") + self.strs(node.get("brands"), "brands"))

    def kind(self, node):
        y.need(node, ["id", "over", "title", "why"], ["id", "over", "title", "why"], "a kind")
        k = self.new(node["id"], self.kinds, "kind")
        k["over"] = y.boolean(node["over"], "over")
        k["title"], k["why"] = self.texts(node["title"], "a title", 80), self.texts(node["why"], "a reason", 420)

    def remedy(self, node):
        y.need(node, ["id", "text"], ["id", "text"], "a remedy")
        self.new(node["id"], self.remedies, "remedy")["text"] = self.texts(node["text"], "a remedy", 420)

    # ---- one flaw ----

    def version(self, node, family):
        """A bound must be a version of its family, with no doubt about its dates."""
        if not any(p.search(node) for p, _, _ in family["scheme"]["grammars"]):
            y.die(node, f'"{node}" is no version of this family')
        return self.str(node)

    def one_range(self, node, family):
        y.need(node, TEXTS + DATES + ["board"], [], "a range")
        if not node:
            y.die(node, "a range that says nothing")
        flags, out = 0, b""
        for i, key in enumerate(TEXTS):
            if key in node:
                flags |= 1 << i
                out += self.version(node[key], family)
        for i, key in enumerate(DATES):
            if key in node:
                if not family["scheme"]["dated"]:
                    y.die(node[key], f"versions of this family have no date: {key} decides nothing")
                flags |= 16 << i
                out += struct.pack("<I", day(node[key]))
        if "board" in node:
            if not family["scheme"]["boards"]:
                y.die(node["board"], "versions of this family name no board")
            flags |= 128
            out += self.strs(node["board"], "board")
        return bytes([flags]) + out

    def ranges(self, node, what, family):
        return self.list([self.one_range(r, family) for r in seq(node, what)] if node is not None else [], node)

    def product(self, node, default):
        y.need(node, PRODUCT_KEYS, [], "a product")
        family = self.family_of(node.get("family", default))
        if "fixed" in node and ("affected" in node or "safe" in node):
            y.die(node["fixed"], "fixed stands for affected and safe: give one or the others")
        every = node.get("affected") == "all"
        for c in node.get("classes", []):
            one_of(c, context.CLASSES, "a class")
        if "fixed" in node:
            bound = self.version(node["fixed"], family)
            affected, safe = self.list([b"\2" + bound]), self.list([b"\1" + bound])
        else:
            affected = self.ranges(None if every else node.get("affected"), "affected", family)
            safe = self.ranges(node.get("safe"), "safe", family)
        return (bytes([family["at"], every])
                + b"".join(self.strs(node.get(k), k) for k in PRODUCT_KEYS[1:6])
                + affected + safe)

    def family_of(self, node):
        if node not in self.families:
            y.die(node, f'there is no family "{node}"')
        return self.families[node]

    def condition(self, node):
        y.need(node, ["fact", *OPS, "port"], ["fact"], "a condition")
        op = [k for k in OPS if k in node]
        if len(op) != 1:
            y.die(node, "a condition has exactly one of is, has, present")
        number, kind = self.ctx.fact(node["fact"])
        if kind == "int" or (kind == "bool" and op[0] == "has"):
            y.die(node, f'{node["fact"]} is of type {kind}: "{op[0]}" does not apply')
        if kind == "bool" or op[0] == "present":
            y.boolean(node[op[0]], op[0])
        port = y.integer(node["port"], 1, 65535, "a port") if "port" in node else 0
        return struct.pack("<HHB", number, port, OPS.index(op[0])) + self.str(node[op[0]])

    def flaw(self, node):
        y.need(node, KEYS, NEED, "a vulnerability")
        cves = [node["cve"], *node.get("also", [])]
        for cve in cves:
            if not re.fullmatch(r"CVE-\d{4}-\d{4,7}", cve):
                y.die(cve, f'"{cve}" is no CVE number')
            if cve in self.cves:
                y.die(cve, f"{cve} stands already in {self.cves[cve]}")
            self.cves[str(cve)] = cve.where
        family = self.family_of(node["family"])
        if node["kind"] not in self.kinds:
            y.die(node["kind"], f'there is no kind "{node["kind"]}"')
        kind = self.kinds[node["kind"]]
        remedy = [self.remedies[r]["text"] if r in self.remedies else y.die(r, f'there is no remedy "{r}"')
                  for r in seq(node["remedy"], "remedy")]
        flags = {"over": kind["over"], "disputed": "disputed" in node}
        flags |= {k: y.boolean(node.get(k, "false"), k) for k in ("no_fix", "memory", "opaque")}
        confidence = y.integer(node["confidence"], 1, 99, "confidence")
        if flags["memory"] and confidence > 60:
            y.die(node["confidence"], "what is known from memory is worth 60 at most")
        if not node["source"]:
            y.die(node["source"], "a vulnerability names its source")
        self.collect(node, family, flags)
        texts = [self.str(f"{node['cve']}: {t}") for t in kind["title"]]
        texts += [self.str(t) for t in self.reason(kind, node)]
        texts += [self.str(" ".join(r[i] for r in remedy)) for i in (0, 1)]
        head = bytes([family["at"], 1 + one_of(node["severity"], SEVERITIES[1:], "severity"),
                      one_of(node["login"], LOGINS, "login"), one_of(node["reach"], REACHES, "reach"),
                      sum(flags[f] << i for i, f in enumerate(FLAGS)), confidence])
        return (self.list([self.str(c) for c in cves]) + b"".join(texts) + self.str(node["source"])
                + self.str(node.get("exploited", "")) + self.str(node["kind"]) + head
                + self.list([self.condition(c) for c in node.get("when", [])])
                + self.list([self.condition(c) for c in node.get("suspect", [])])
                + self.list([self.product(p, node["family"]) for p in seq(node["products"], "products")]))

    @staticmethod
    def reason(kind, node):
        """Why it matters, and what is doubtful about it, in both languages."""
        en, vi = kind["why"]
        if node["login"] != "none":
            en += " An account on the device is needed for it."
            vi += " Kẻ tấn công cần có tài khoản trên thiết bị."
        if node["reach"] == "lan":
            en += " It works from the same local network."
            vi += " Lỗi này bị khai thác từ trong cùng mạng nội bộ."
        if node["reach"] == "physical":
            en += " It needs the device in hand."
            vi += " Phải cầm được thiết bị trong tay mới khai thác được."
        if node.get("no_fix") == "true":
            en += " The maker mends it no more."
            vi += " Hãng không còn vá lỗi này."
        if node.get("memory") == "true":
            en += " Some of what is said here about this entry rests on memory and not on a document: confirm it."
            vi += " Một phần thông tin về mục này dựa vào trí nhớ chứ chưa có tài liệu: hãy kiểm chứng lại."
        if "disputed" in node:
            en += " The maker disputes it."
            vi += " Hãng phản đối thông tin này."
        return en, vi

    # ---- examples ----

    def collect(self, node, family, flags):
        best = "disputed" if flags["disputed"] else "affected" if int(node["confidence"]) >= SURE else "suspected"
        for kind in ("example", "counter"):
            several = node[kind] if isinstance(node[kind], y.Seq) else [node[kind]]
            if not several:
                y.die(node[kind], f"{kind} must not be empty")
            for e in several:
                y.need(e, EXPECT_KEYS, [], "an example")
                expect = e.get("expect", best if kind == "example" else "none")
                one_of(expect, VERDICTS, "expect")
                if kind == "counter" and expect == best:
                    y.die(e, "a counter-example cannot be affected")
                if kind == "example" and expect in ("none", "not-affected") and not flags["opaque"]:
                    y.die(e, "an example shows what the entry finds: affected, suspected, disputed or unknown")
                self.examples.append((node["cve"], kind, expect, e, family))

    @staticmethod
    def whose(e, family):
        """An example without platform is of the family's first one, or of its first brand."""
        out = y.Map(e)
        out.where = e.where
        if "platform" not in e and family["platforms"]:
            out["platform"] = family["platforms"][0]
        if "platform" not in out and "brand" not in e and family["brands"]:
            out["brand"] = family["brands"][0]
        return out

    @staticmethod
    def at(text, node):
        out = y.Str(text)
        out.where = node.where
        return out

    def pack_example(self, example):
        cve, kind, expect, e, family = example
        e = self.whose(e, family)
        facts = b""
        for key, value in e.get("facts", {}).items():
            name, _, port = key.partition("@")
            name = self.at(name, key)
            number, _ = self.ctx.fact(name)
            raw = self.ctx.fact_value(name, value)
            facts += struct.pack("<HHBBH", number, int(port or 0), 0, 0, len(raw)) + raw
        if "revision" in e:
            if not family["revision"]:
                y.die(e["revision"], "this family has no fact for the hardware's revision")
            number, _ = self.ctx.fact(family["revision"])
            raw = str(e["revision"]).encode()
            facts += struct.pack("<HHBBH", number, 0, 0, 0, len(raw)) + raw
        parts = [cve, e.where, *(e.get(a, "camera" if a == "class" else "") for a in ATTRS)]
        strict = kind == "example" or "expect" in e
        body = b"".join(struct.pack("<I", len(p)) + p for p in [*(str(t).encode() for t in parts), facts])
        return struct.pack("<II", VERDICTS.index(expect), strict) + body

    # ---- all of it ----

    def compile(self, paths):
        docs = [y.load(p) for p in sorted(paths)]
        out = {}
        for doc in docs:
            y.need(doc, LISTS, [], "a file of vulnerabilities")
        for name, verb in (("schemes", self.scheme), ("families", self.family), ("kinds", self.kind),
                           ("remedies", self.remedy), ("vulnerabilities", self.flaw)):
            nodes = [n for doc in docs if name in doc for n in seq(doc[name], name)]
            if name == "vulnerabilities":  # the reader searches them by number
                nodes.sort(key=lambda n: str(n.get("cve", "")))
            out[name] = [verb(n) for n in nodes]
        if "open-question" not in self.kinds or "find-version" not in self.remedies:
            sys.exit("data/vulnerabilities needs the kind open-question and the remedy find-version")
        known = [*self.kinds["open-question"]["title"], *self.kinds["open-question"]["why"],
                 *self.remedies["find-version"]["text"]]
        lists = [out[n] for n in ("schemes", "families", "vulnerabilities")]
        if len(lists[0]) > 255 or len(lists[1]) > 255:
            sys.exit("data/vulnerabilities: at most 255 schemes and 255 families")
        return (struct.pack("<HHH", *map(len, lists)) + b"".join(self.str(t) for t in known)
                + b"".join(b"".join(items) for items in lists))


def kev(path, known):
    """The bundled subset as an overlay (src/assess/vuln_overlay.c reads both)."""
    doc = y.load(path)
    keys = ["catalog", "released", "source", "entries"]
    y.need(doc, keys, keys, "the subset")
    day(doc["released"])
    lines = ["lenscap.overlay/1", f'kev-date {doc["released"]} {doc["catalog"]}']
    for e in seq(doc["entries"], "entries"):
        y.need(e, ["cve", "added"], ["cve", "added"], "an entry")
        if e["cve"] not in known:
            y.die(e["cve"], f'data/vulnerabilities has no {e["cve"]}')
        day(e["added"])
        lines.append(f'kev {e["cve"]} {e["added"]}')
    return "\n".join(lines).encode() + b"\n"


def compile(paths, kev_path, ctx):
    c = Compiler(ctx)
    section = c.compile(paths)
    return section, kev(kev_path, c.cves)


def main():
    facts_yaml, vuln_bin, kev_bin, strings_bin, examples_bin, depfile, kev_yaml, where = sys.argv[1:]
    paths = [where]
    if os.path.isdir(where):
        paths = [os.path.join(where, n) for n in sorted(os.listdir(where)) if n.endswith(".yaml")]
    ctx = context.Context(facts_yaml, [])
    c = Compiler(ctx)
    section = c.compile(paths)
    overlay = kev(kev_yaml, c.cves)
    words = [str(t).encode() for pair in c.pairs for t in pair]
    pairs = b"".join(struct.pack("<I", len(w)) + w for w in words)
    examples = (struct.pack("<II", len(c.pairs), len(c.examples)) + pairs
                + b"".join(c.pack_example(e) for e in c.examples))
    needs = f"{vuln_bin}: {where} {kev_yaml} {' '.join(paths)}\n"
    for path, data in ((vuln_bin, section), (kev_bin, overlay), (strings_bin, ctx.pool()),
                       (examples_bin, examples), (depfile, needs.encode())):
        with open(path, "wb") as f:
            f.write(data)


if __name__ == "__main__":
    main()
