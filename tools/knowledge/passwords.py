# SPDX-License-Identifier: Apache-2.0
"""data/passwords.yaml -> section "PWRD"; layout: src/passwords/words.c.

    defaults    maker, account, password, source: a password that the maker's own document prints. No lists of
                others: those of botnets mix in back doors and guesses
    installers  accounts, source: names that installers and factories give to accounts
    limits      brand and/or model (part of it), max, chars (digits, alnum, any), source, example, counter: models
                that it must and must not be taken for
    words       about, words: what people build passwords of; the likeliest first, over the whole file
    examples    password, strength (very-weak, weak, not-weak): what the audit must say of it, without knowing
                anything else; the unit tests ask it"""
import struct
import unicodedata

import yamlpos as y

CHARS = ["digits", "alnum", "any"]
STRENGTHS = ["very-weak", "weak", "not-weak"]
SHORTEST = 3  # of a word: shorter ones would be found in every password


def fold(text):
    """As lc_pw_alnum: letters and digits, lower case, without marks. Other scripts stay as they are."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return "".join(c for c in plain if c.isalnum()) if plain.isascii() else str(text)


def rows(doc, key, keys, required):
    for row in doc[key]:
        y.need(row, keys, required, f"an entry of {key}")
        yield row


def pack(ctx, text):
    return struct.pack("<II", *ctx.string(text))


def defaults(doc, ctx):
    """Every password once, also as the first of the words."""
    out = []
    for d in rows(doc, "defaults", ["maker", "account", "password", "source"], ["maker", "password", "source"]):
        if d["password"] and d["password"] not in out:
            out.append(d["password"])
    return out


def installers(doc):
    out = []
    for row in rows(doc, "installers", ["accounts", "source"], ["accounts", "source"]):
        for name in row["accounts"]:
            if fold(name) in out:
                y.die(name, f'"{name}" stands twice')
            out.append(fold(name))
    return out


def limit(row, ctx):
    brand, model = fold(row.get("brand", "")), fold(row.get("model", ""))
    if not brand and not model:
        y.die(row, "a limit names a brand or a part of models")
    if model and model not in fold(row["example"]):
        y.die(row["example"], f'{row["example"]} has no "{model}" in it')
    if model and model in fold(row["counter"]):
        y.die(row["counter"], f'{row["counter"]} has "{model}" in it')
    if row["chars"] not in CHARS:
        y.die(row["chars"], f'chars is {", ".join(CHARS)}, not {row["chars"]}')
    most = y.integer(row["max"], 1, 128, "max")
    return pack(ctx, brand) + pack(ctx, model) + struct.pack("<HBx", most, CHARS.index(row["chars"]))


def words(doc, first):
    out = list(first)
    for part in rows(doc, "words", ["about", "words"], ["about", "words"]):
        for word in part["words"]:
            if not word.isascii() or len(word) < SHORTEST:
                y.die(word, f'"{word}": words are {SHORTEST} and more ASCII letters')
            if word in out:
                y.die(word, f'"{word}" stands twice')
            out.append(word)
    return out


def examples(doc, ctx):
    out = b""
    for e in rows(doc, "examples", ["password", "strength"], ["password", "strength"]):
        if e["strength"] not in STRENGTHS:
            y.die(e["strength"], f'strength is {", ".join(STRENGTHS)}, not {e["strength"]}')
        out += pack(ctx, e["password"]) + bytes([STRENGTHS.index(e["strength"])])
    return out


def compile(path, ctx):
    doc = y.load(path)
    parts = ["defaults", "installers", "limits", "words", "examples"]
    y.need(doc, parts, parts, "the file of passwords")
    known = defaults(doc, ctx)
    accounts = installers(doc)
    keys = ["brand", "model", "max", "chars", "source", "example", "counter"]
    limits = [limit(r, ctx) for r in rows(doc, "limits", keys, ["max", "chars", "source", "example", "counter"])]
    spoken = words(doc, [d for d in known if len(d) >= SHORTEST])
    head = struct.pack("<IIII", len(known), len(accounts), len(limits), len(spoken))
    return (head + b"".join(pack(ctx, s) for s in known) + b"".join(pack(ctx, s) for s in accounts) +
            b"".join(limits) + b"".join(pack(ctx, s) for s in spoken) + examples(doc, ctx))
