#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compile data/ into the knowledge blob: build.py [--asm OUT.S] [--depfile OUT.d] OUT FILES...

FILES are facts.yaml, ports.yaml, oui.yaml, passwords.yaml and vendors.yaml (may be missing), the C headers whose
enums the data speaks of, and the folders signatures, rules, vulnerabilities and kev (every *.yaml in them; each may
be missing).
Everything is named from the root of the tree, so neither messages nor the blob tell where the tree lies.
One module here per kind of data; the shape of the blob stands in src/knowledge/kb.h. Any fault ends the build
with file:line and the reason."""
import argparse
import hashlib
import os
import struct
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [HERE, os.path.dirname(HERE)]
import context  # noqa: E402
import oui  # noqa: E402
import passwords  # noqa: E402
import ports  # noqa: E402
import signatures  # noqa: E402
import vendors  # noqa: E402

FORMAT = 1


def assemble(version, sections):
    """Header, table, version text, then the sections at multiples of 8."""
    table = 16 + 12 * len(sections)
    head = b"LCKB" + struct.pack("<III", FORMAT, table, len(sections))
    body = version.encode() + b"\0"
    entries = b""
    for tag, data in sections:
        body += bytes(-(table + len(body)) % 8)
        entries += tag.encode() + struct.pack("<II", table + len(body), len(data))
        body += data
    return head + entries + body


def expand(files):
    """Folders become their YAML files; everything relative to the root, sorted."""
    out = []
    for f in files:
        f = os.path.relpath(f, ROOT)
        if os.path.isdir(os.path.join(ROOT, f)):
            out += [os.path.join(f, n) for n in os.listdir(os.path.join(ROOT, f)) if n.endswith(".yaml")]
        elif os.path.exists(os.path.join(ROOT, f)):
            out.append(f)
    return sorted(out)


def named(files, name):
    """The one file of that name."""
    found = [f for f in files if os.path.basename(f) == name]
    if len(found) != 1:
        sys.exit(f"build.py: give exactly one {name}, not {len(found)}")
    return found[0]


def below(files, folder):
    return [f for f in files if os.path.basename(os.path.dirname(f)) == folder]


def digest(files):
    """The version: a hash of names and contents of the data."""
    h = hashlib.sha256()
    for path in files:
        with open(path, "rb") as f:
            data = f.read()
        h.update(b"%s\0%d\0" % (path.encode(), len(data)) + data)
    return h.hexdigest()[:16]


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)


ASM = """/* Generated: the knowledge, version {version}. */
    .section .rodata
    .balign 8
    .globl lc_knowledge_blob
lc_knowledge_blob:
    .incbin "{blob}"
    .balign 4
    .globl lc_knowledge_blob_n
lc_knowledge_blob_n:
    .long {size}
    .section .note.GNU-stack,"",@progbits
"""


def main():
    args = argparse.ArgumentParser()
    args.add_argument("--asm")
    args.add_argument("--depfile")
    args.add_argument("out")
    args.add_argument("files", nargs="+")
    args = args.parse_args()
    blob_name = args.out
    out, asm, dep = (p and os.path.abspath(p) for p in (args.out, args.asm, args.depfile))
    watched = [os.path.abspath(p) for p in args.files if os.path.exists(p)]
    files = expand(args.files)
    os.chdir(ROOT)

    data = [f for f in files if f.endswith(".yaml")]
    ctx = context.Context(named(data, "facts.yaml"), [f for f in files if f.endswith(".h")])
    port_map = named(data, "ports.yaml")
    sections = [("PORT", ports.compile(port_map, ctx)), ("DGRM", ports.datagrams(port_map, ctx))]
    sections += signatures.compile(below(data, "signatures"), ctx)
    prefixes = any(os.path.basename(f) == "oui.yaml" for f in data)
    sections.append(("OUI ", oui.compile(named(data, "oui.yaml") if prefixes else None, ctx)))
    if any(os.path.basename(f) == "vendors.yaml" for f in data):
        sections.append(("VEND", vendors.compile(named(data, "vendors.yaml"), ctx)))
    if any(os.path.basename(f) == "passwords.yaml" for f in data):
        sections.append(("PWRD", passwords.compile(named(data, "passwords.yaml"), ctx)))
    rule_files = below(data, "rules")
    if rule_files:
        import rules
        sections.append(("RULE", rules.compile(rule_files, ctx)))
    flaw_files = below(data, "vulnerabilities")
    if flaw_files:
        import vulnerabilities
        flaws, listed = vulnerabilities.compile(flaw_files, named(data, "kev.yaml"), ctx)
        sections += [("VULN", flaws), ("KEV ", listed)]
    sections.append(("STRS", ctx.pool()))
    version = digest(data)
    blob = assemble(version, sections)

    write(out, blob)
    if asm:
        write(asm, ASM.format(version=version, blob=blob_name, size=len(blob)).encode())
    if dep:
        tools = [os.path.join(HERE, n) for n in os.listdir(HERE) if n.endswith(".py")]
        needs = watched + [os.path.join(ROOT, f) for f in files] + tools
        write(dep, f"{blob_name}: {' '.join(sorted(set(needs)))}\n".encode())


if __name__ == "__main__":
    main()
