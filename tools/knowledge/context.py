# SPDX-License-Identifier: Apache-2.0
"""What every compiler of a data kind is handed: the string pool, the vocabulary, the names that the C
code gives its numbers, and one way to stop with file and line."""
import re
import struct
import sys

sys.path.insert(0, __file__.rsplit("/", 2)[0])
import facts2c  # noqa: E402
import yamlpos as y  # noqa: E402

# The closed list of device classes (identify.h names the groups among them).
CLASSES = ["camera", "ptz", "thermal", "doorbell", "intercom", "nvr", "dvr", "encoder", "decoder", "vms",
           "hub", "access-control", "not-surveillance", "unknown"]


class Makers:
    """What signatures say of makers of hardware addresses, held against data/oui.yaml (oui.py)."""

    def __init__(self):
        self.words = []  # wherever one stands, with its place
        self.weighed = []  # (word, weight): claims that rest on the word alone
        self.named = set()  # looked for by some signature
        self.known = set()  # that stand in data/oui.yaml


class Context:
    def __init__(self, facts_path, headers):
        self.facts = {f["name"]: f for f in facts2c.load(facts_path)}
        self.makers = Makers()
        self.brands = []  # that signatures claim for what watches, with their places (signatures.py)
        self.platforms = set()  # that have a file of signatures
        self.die = y.die
        self._headers = headers
        self._pool = bytearray(b"\0")
        self._at = {"": 0}

    def string(self, text):
        """(offset, length) in STRS; the pool keeps each text once and ends it with NUL."""
        raw = str(text).encode()
        if b"\0" in raw:
            y.die(text, "a NUL cannot stand in a string")
        if text not in self._at:
            self._at[str(text)] = len(self._pool)
            self._pool += raw + b"\0"
        return self._at[text], len(raw)

    def pool(self):
        return bytes(self._pool)

    def fact(self, node):
        """(id, type) of a fact; stops at the name's place when the vocabulary lacks it."""
        if node not in self.facts:
            y.die(node, f'unknown fact "{node}"; data/facts.yaml declares them')
        return self.facts[node]["id"], self.facts[node]["type"]

    def fact_value(self, name, node):
        """The value as it stands in a packed fact record."""
        f = self.facts[name]
        if isinstance(node, (list, dict)):
            y.die(node, f"{name} takes one value here")
        if f["type"] == "bool":
            return bytes([y.boolean(node, name)])
        if f["type"] == "int":
            return struct.pack("<q", y.integer(node, -2**63, 2**63 - 1, name))
        raw = str(node).encode()
        if not 0 < len(raw) <= f["max"]:
            y.die(node, f'{name} holds 1..{f["max"]} bytes, not {len(raw)}')
        return raw

    def enum(self, name, prefix):
        """Members of a C enum as {"lower-case-suffix": value}: numbers are declared in C only."""
        for path in self._headers:
            with open(path, encoding="utf-8") as f:
                text = f.read()
            m = re.search(r"enum " + name + r"\s*\{(.*?)\}", text, re.S)
            if not m:
                continue
            body = re.sub(r"/\*.*?\*/", "", m.group(1), flags=re.S)
            out, value = {}, 0
            for item in filter(None, (s.strip() for s in body.split(","))):
                key, _, given = item.partition("=")
                if given:
                    shift = re.fullmatch(r"\s*(\d+)U?(?:\s*<<\s*(\d+))?\s*", given)
                    if not shift:
                        sys.exit(f"{path}: cannot read {item} of enum {name}")
                    value = int(shift[1]) << int(shift[2] or 0)
                key = key.strip().removeprefix(prefix).lower().replace("_", "-")
                out[key] = value
                value += 1
            return out
        sys.exit(f"no header among {', '.join(self._headers)} declares enum {name}")
