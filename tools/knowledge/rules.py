#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compile data/rules/*.yaml into section "RULE" of the knowledge blob, and its examples into a test file.

compile(paths, ctx) is what build.py calls; main() writes the same section with a string pool of its own.

usage: rules.py facts.yaml rules.bin strings.bin examples.bin depfile (FILE | FOLDER)

A rule (same key order everywhere):
    id, severity (info low medium high critical), ladder (T0..T4 none)
    gains     what a stranger has in hand then: view or control; only with a step of the ladder
    scope     port or device
    applies   {class: [...], platform: [...], port: [...]}: elsewhere the rule is not judged at all. Only a
              rule that names not-surveillance or unknown is judged on what is no camera: ladder none
    requires  facts without which the answer is unknown. Discovery speaks of port 0, where a rule of a
              port is judged only when one of these facts stands there
    when      {all: [...]} or {any: [...]}; a member is a condition, or one group of the other kind
    title, why, remedy {en, vi}; source
    example, counter, unknown: facts that must make it true, false, unknown (one mapping or several)

A condition is {fact: NAME, OP: VALUE} with the options
    absent: true|false   what a missing fact counts as; without it: unknown
    undecided: [...]     values that decide nothing ("silent")
    hide: true           show the matched text as evidence, not the value (serial numbers)

OP: is, in [...], has (any of), starts (any of), lt, gt, longer, shorter (bytes), present: true,
rules_out: true (never true; false when the fact is there),
before_now, after_now, off_now (days: value < now - d, value > now + d, further than d from now).
Text is compared without regard to ASCII case. Beside facts, conditions may name
identity.{class,platform,brand,model,firmware}, judged.exposed (yes, no, unknown) and port.number.
(That every platform named exists is a test of its own, tests/unit/assess/test_assess_kb.c.)

Layout, little-endian; a string is u32 offset, u32 length in the pool:
    u32 rules, conditions, values
    rule       str id, title[2], why[2], remedy[2]; u8 severity, ladder, per_port, any;
               u16 first and number of: required, conditions, classes, platforms, ports;
               u8 gains, 0[3]                                                             (84 bytes)
    condition  u16 name; u8 op, type, group (0: member of the rule), absent (0 false 1 true 2 unknown),
               hide, 0; u16 first and number of: values, undecided                        (16 bytes)
    value      i64 number; str                                                           (16 bytes)
"""
import calendar
import os
import re
import struct
import sys
import time

sys.path.insert(0, __file__.rsplit("/", 2)[0])
import context  # noqa: E402
import yamlpos as y  # noqa: E402

KEYS = ["id", "severity", "ladder", "gains", "scope", "applies", "requires", "when", "title", "why", "remedy",
        "source", "example", "counter", "unknown"]
SEVERITIES = ["info", "low", "medium", "high", "critical"]
LADDER = {"T0": 0, "T1": 1, "T2": 2, "T3": 3, "T4": 4, "none": 6}
GAINS = ["nothing", "view", "control"]
OPS = ["is", "in", "has", "starts", "lt", "gt", "longer", "shorter", "present", "rules_out",
       "before_now", "after_now", "off_now"]
OPS_OF = {"string": {"is", "in", "has", "starts", "longer", "shorter", "present", "rules_out"},
          "int": {"is", "in", "lt", "gt", "present", "rules_out", "before_now", "after_now", "off_now"},
          "bool": {"is", "present", "rules_out"}}
TYPES = ["string", "int", "bool"]
ATTRS = ["class", "platform", "brand", "model", "firmware"]
PSEUDO = {f"identity.{a}": (0xFF00 + i, "string") for i, a in enumerate(ATTRS)}
PSEUDO["judged.exposed"] = (0xFF10, "string")
PSEUDO["port.number"] = (0xFF11, "int")
EXPECT = {"counter": 0, "example": 1, "unknown": 2}
DAY = 86400
NOW = "2026-11-22"


def seq(node, what):
    if not isinstance(node, y.Seq) or not node:
        y.die(node, f"{what} must be a list that is not empty")
    return node


def one_of(node, allowed, what):
    if node not in allowed:
        y.die(node, f'{what} must be one of {", ".join(allowed)}, not "{node}"')
    return node


class Compiler:
    def __init__(self, ctx):
        self.ctx, self.conds, self.values, self.examples, self.ids = ctx, [], [], [], {}

    def string(self, text):
        return struct.pack("<II", *self.ctx.string(str(text)))

    def fact(self, node):
        return PSEUDO[node] if node in PSEUDO else self.ctx.fact(node)

    def put_values(self, pairs):
        """Appends (number, text) pairs; gives the first index and how many."""
        first = len(self.values)
        self.values += [struct.pack("<q", n) + self.string(t) for n, t in pairs]
        return first, len(pairs)

    def typed(self, node, kind):
        if kind == "string":
            if not isinstance(node, y.Str) or not node:
                y.die(node, "a text is expected")
            return 0, node
        if kind == "bool":
            return int(y.boolean(node, "the value")), ""
        return y.integer(node, -(1 << 63), (1 << 63) - 1, "the value"), ""

    def operand(self, node, op, kind):
        if op in ("present", "rules_out"):
            if node != "true":
                y.die(node, f"{op} can only be true")
            return []
        if op in ("longer", "shorter"):
            return [(y.integer(node, 0, 4096, op), "")]
        if op in ("before_now", "after_now", "off_now"):
            return [(y.integer(node, 0, 36500, op) * DAY, "")]
        if op == "in" or (op in ("has", "starts") and isinstance(node, y.Seq)):
            return [self.typed(n, kind) for n in seq(node, op)]
        return [self.typed(node, kind)]

    def condition(self, node, group):
        y.need(node, ["fact", *OPS, "absent", "undecided", "hide"], ["fact"], "a condition")
        number, kind = self.fact(node["fact"])
        ops = [k for k in node if k in OPS]
        if len(ops) != 1:
            y.die(node, "a condition has exactly one operator")
        op = ops[0]
        if op not in OPS_OF[kind]:
            y.die(node, f'{node["fact"]} is of type {kind}: "{op}" does not apply')
        hide = y.boolean(node.get("hide", "false"), "hide")
        if hide and op not in ("is", "in", "has", "starts"):
            y.die(node, "hide needs a text to show instead")
        absent = 2 if "absent" not in node else int(y.boolean(node["absent"], "absent"))
        if op == "rules_out" and absent == 1:
            y.die(node, "rules_out is never true")
        if op in ("is", "in") and node["fact"] == "identity.class":
            for c in node[op] if op == "in" else [node[op]]:
                one_of(c, context.CLASSES, "a class")
        values = self.put_values(self.operand(node[op], op, kind))
        undecided = self.put_values([self.typed(n, kind) for n in seq(node["undecided"], "undecided")]
                                    if "undecided" in node else [])
        code = OPS.index("is" if op == "in" else op)
        self.conds.append(struct.pack("<HBBBBBBHHHH", number, code, TYPES.index(kind), group, absent,
                                      int(hide), 0, *values, *undecided))

    def when(self, node):
        """Conditions of a rule; gives (first, number, any)."""
        y.need(node, ["all", "any"], [], "when")
        if len(node) != 1:
            y.die(node, "when is either all or any")
        kind = next(iter(node))
        other = "any" if kind == "all" else "all"
        first, group = len(self.conds), 0
        for member in seq(node[kind], kind):
            if not isinstance(member, y.Map):
                y.die(member, "a condition must be a mapping")
            if other in member:
                y.need(member, [other], [other], "a group")
                group += 1
                for inner in seq(member[other], other):
                    self.condition(inner, group)
            else:
                self.condition(member, 0)
        return first, len(self.conds) - first, kind == "any"

    def applies(self, node):
        y.need(node, ["class", "platform", "port"], [], "applies")
        for c in node.get("class", []):
            one_of(c, context.CLASSES, "a class")
        texts = [self.put_values([(0, t) for t in seq(node[k], k)] if k in node else [])
                 for k in ("class", "platform")]
        ports = self.put_values([(y.integer(p, 1, 65535, "a port"), "") for p in seq(node["port"], "port")]
                                if "port" in node else [])
        return [*texts[0], *texts[1], *ports]

    def texts(self, node, what, longest):
        y.need(node, ["en", "vi"], ["en", "vi"], what)
        for lang in ("en", "vi"):
            if not node[lang] or len(node[lang]) > longest:
                y.die(node[lang], f"{what} must have 1 to {longest} characters")
        if node["vi"].isascii():
            y.die(node["vi"], f"{what}: Vietnamese is written with its marks")
        return self.string(node["en"]) + self.string(node["vi"])

    def rule(self, node):
        y.need(node, KEYS, [k for k in KEYS if k not in ("applies", "gains")], "a rule")
        rid = node["id"]
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rid):
            y.die(rid, f'"{rid}" is not of the form a-b-c')
        if rid in self.ids:
            y.die(rid, f'rule "{rid}" stands already in {self.ids[rid]}')
        self.ids[rid] = rid.where
        per_port = one_of(node["scope"], ["port", "device"], "scope") == "port"
        required = [(n, self.fact(n)[0]) for n in seq(node["requires"], "requires")]
        if per_port and all(n in PSEUDO for n, _ in required):
            y.die(node["requires"], "a rule of a port needs a fact of that port")
        need = self.put_values([(number, "") for _, number in required])
        first, number, any_of = self.when(node["when"])
        applies = self.applies(node.get("applies", y.Map()))
        if node["ladder"] != "none" and {"not-surveillance", "unknown"} & set(node.get("applies", {}).get("class", [])):
            y.die(node["ladder"], "what is no camera stands on no step of the ladder")
        step = LADDER[one_of(node["ladder"], list(LADDER), "ladder")]
        if (node["ladder"] == "none") == ("gains" in node):
            y.die(node["ladder"], "a rule says what it gains a stranger (view, control) when it is on the ladder, and "
                                  "only then")
        gains = GAINS.index(one_of(node["gains"], GAINS[1:], "gains")) if "gains" in node else 0
        if not node["source"]:
            y.die(node["source"], "a rule names its source")
        for kind, expect in EXPECT.items():
            several = seq(node[kind], kind) if isinstance(node[kind], y.Seq) else [node[kind]]
            self.examples += [(rid, expect, e) for e in several]
        head = struct.pack("<BBBB", SEVERITIES.index(one_of(node["severity"], SEVERITIES, "severity")),
                           step, per_port, any_of)
        return (self.string(rid) + self.texts(node["title"], "a title", 90)
                + self.texts(node["why"], "a reason", 600) + self.texts(node["remedy"], "a remedy", 900)
                + head + struct.pack("<10HB3x", *need, first, number, *applies, gains))


def build(paths, ctx):
    """The section and the compiler, which holds the examples."""
    c, rules = Compiler(ctx), []
    for path in sorted(paths):
        doc = y.load(path)
        y.need(doc, ["rules"], ["rules"], "a rule file")
        rules += [c.rule(r) for r in seq(doc["rules"], "rules")]
    section = struct.pack("<III", len(rules), len(c.conds), len(c.values))
    return section + b"".join(rules) + b"".join(c.conds) + b"".join(c.values), c


def compile(paths, ctx):
    return build(paths, ctx)[0]


def seconds(day):
    return calendar.timegm(time.strptime(day, "%Y-%m-%d"))


# ---- examples: packed facts and an identity, for the test that runs them through the engine ----

def pack_fact(ctx, name, port, exch, node):
    number, kind = ctx.fact(name)
    if kind == "int" and re.fullmatch(r"\d{4}-\d\d-\d\d", node):
        value = struct.pack("<q", seconds(node))
    else:
        value = ctx.fact_value(name, node)
    return struct.pack("<HHBBH", number, port, exch, 0, len(value)) + value


def pack_facts(ctx, node):
    """Keys "554" or "554/1" (port/exchange), values {fact: value or list of values}."""
    out = b""
    for key, facts in node.items():
        match = re.fullmatch(r"(\d{1,5})(?:/(\d{1,3}))?", key)
        if not match:
            y.die(key, f'"{key}" is neither an attribute nor of the form PORT or PORT/EXCHANGE')
        if not isinstance(facts, y.Map):
            y.die(facts, "facts are a mapping")
        for name, value in facts.items():
            for v in value if isinstance(value, y.Seq) else [value]:
                out += pack_fact(ctx, name, int(match[1]), int(match[2] or 0), v)
    return out


def pack_example(ctx, rule, expect, node):
    if not isinstance(node, y.Map):
        y.die(node, "an example is a mapping of facts")
    facts = y.Map({k: v for k, v in node.items() if k not in ATTRS and k != "now"})
    facts.where = node.where
    parts = [rule, node.where, *(node.get(a, "camera" if a == "class" else "") for a in ATTRS)]
    now = seconds(node.get("now", NOW))
    body = b"".join(struct.pack("<I", len(p)) + p for p in
                    [*(str(t).encode() for t in parts), pack_facts(ctx, facts)])
    return struct.pack("<Iq", expect, now) + body


def main():
    facts_yaml, rules_bin, strings_bin, examples_bin, depfile, where = sys.argv[1:]
    paths = [where]
    if os.path.isdir(where):
        paths = [os.path.join(where, n) for n in sorted(os.listdir(where)) if n.endswith(".yaml")]
    ctx = context.Context(facts_yaml, [])
    section, c = build(paths, ctx)
    examples = b"".join(pack_example(ctx, *e) for e in c.examples)
    needs = f"{rules_bin}: {where} {' '.join(paths)}\n"
    for path, data in ((rules_bin, section), (strings_bin, ctx.pool()), (examples_bin, examples),
                       (depfile, needs.encode())):
        with open(path, "wb") as f:
            f.write(data)


if __name__ == "__main__":
    main()
