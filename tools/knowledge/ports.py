# SPDX-License-Identifier: Apache-2.0
"""data/ports.yaml -> sections PORT and DGRM; the order of the file is the order of likelihood. Layout:
src/knowledge/ports.c."""
import struct

import yamlpos as y

KEYS = ["port", "priority", "asks", "connect_only", "camera", "service", "why"]
ASKS = 4  # LC_PORT_ASKS
DATAGRAM = ["name", "priority", "platforms", "service", "why"]
PLATFORMS = 4  # LC_DGRAM_PLATFORMS


def compile(path, ctx):
    doc = y.load(path)
    y.need(doc, ["ports", "datagrams"], ["ports"], "the port map")
    protocols = ctx.enum("lc_proto_id", "LC_P_")
    for word in ("none", "count"):
        protocols.pop(word)
    out, seen = b"", set()
    for p in doc["ports"]:
        y.need(p, KEYS, ["port", "priority", "asks", "service", "why"], "a port")
        port = y.integer(p["port"], 1, 65535, "port")
        if port in seen:
            y.die(p, f"port {port} stands twice")
        seen.add(port)
        connect_only = y.boolean(p.get("connect_only", "false"), "connect_only")
        camera = y.boolean(p.get("camera", "false"), "camera")
        asks = p["asks"]
        if not isinstance(asks, y.Seq) or len(asks) > ASKS:
            y.die(p, f"asks is a list of at most {ASKS} protocols")
        for a in asks:
            if a not in protocols:
                y.die(a, f'unknown protocol "{a}"; known: {", ".join(protocols)}')
        if connect_only == bool(asks):
            y.die(p, "a connect_only port has no asks, every other one has some")
        numbers = [protocols[a] for a in asks] + [0] * (ASKS - len(asks))
        out += struct.pack("<HBBB4BxII", port, y.integer(p["priority"], 1, 3, "priority"),
                           connect_only | camera << 1, len(asks), *numbers, *ctx.string(p["service"]))
    return out


def datagrams(path, ctx):
    listed = y.load(path).get("datagrams", y.Seq())
    known = ctx.enum("lc_dgram_id", "LC_D_") if listed else {}
    out, seen = b"", set()
    for d in listed:
        y.need(d, DATAGRAM, DATAGRAM, "a question over UDP")
        name, platforms = d["name"], d["platforms"]
        if name not in known or name in ("none", "count"):
            y.die(d, f'unknown discovery protocol "{name}"')
        if name in seen:
            y.die(d, f"{name} stands twice")
        seen.add(name)
        if not isinstance(platforms, y.Seq) or len(platforms) > PLATFORMS:
            y.die(d, f"platforms is a list of at most {PLATFORMS}")
        texts = [ctx.string(p) for p in platforms] + [ctx.string("")] * (PLATFORMS - len(platforms))
        out += struct.pack("<BBBxII", known[name], y.integer(d["priority"], 1, 2, "priority"), len(platforms),
                           *ctx.string(d["service"]))
        for t in texts:
            out += struct.pack("<II", *t)
    return out
