# SPDX-License-Identifier: Apache-2.0
"""Texts of which every match of a pattern holds at least one: literals(pattern) -> set, empty when there is none.

The engine looks for these first, which is far cheaper than the pattern, and turns nearly everything away (match.c).
Python's own parser reads the pattern, whose syntax is a part of Python's (src/identify/re.h); the texts are in lower
case and are looked for in any case, so that folding needs no care."""
import re._constants as c
import re._parser as parser

ENOUGH = 5  # bytes that a text needs to be rare
MOST = 48  # texts of one pattern; more would cost what they save


def folded(byte):
    """Only ASCII has two cases for the engine."""
    return chr(byte).lower() if byte < 128 else chr(byte)


def exact(item):
    """All texts that an item matches, when they are few; else None."""
    op, arg = item
    if op is c.LITERAL:
        return {folded(arg)}
    if op is c.IN and len(arg) <= 6 and all(o is c.LITERAL for o, _ in arg):
        return {folded(a) for _, a in arg}
    if op is c.AT:
        return {""}
    if op is c.SUBPATTERN:
        return exact_all(arg[-1])
    if op is c.BRANCH:
        parts = [exact_all(b) for b in arg[1]]
        return None if None in parts else bounded(set().union(*parts))
    if op is c.MAX_REPEAT and arg[:2] == (0, 1):
        inner = exact_all(arg[2])
        return None if inner is None else bounded(inner | {""})
    return None


def bounded(texts):
    return texts if len(texts) <= MOST else None


def exact_all(items):
    out = {""}
    for item in items:
        more = exact(item)
        if more is None or len(out) * len(more) > MOST:
            return None
        out = {a + b for a in out for b in more}
    return out


def inner(item):
    """What an item that is no exact text still demands."""
    op, arg = item
    if op is c.SUBPATTERN:
        return demand(arg[-1])
    if op is c.MAX_REPEAT and arg[0] >= 1:
        return demand(arg[2])
    if op is c.BRANCH:
        parts = [demand(b) for b in arg[1]]
        return set() if set() in parts else bounded(set().union(*parts)) or set()
    return set()


def worth(texts):
    """Long ones turn more away, up to a point; then few of them."""
    return (min(min(map(len, texts)), ENOUGH), -len(texts)) if texts else (0, 0)


def demand(items):
    """The best of what stands in a row."""
    found, run = [], {""}
    for item in items:
        more = exact(item)
        if more is not None and len(run) * len(more) <= MOST:
            run = {a + b for a in run for b in more}
            continue
        found += [run, inner(item) if more is None else more]
        run = {""}
    return max(found + [run], key=worth)


def literals(pattern):
    best = demand(parser.parse(pattern))
    return best if min(map(len, best), default=0) >= 2 else set()
