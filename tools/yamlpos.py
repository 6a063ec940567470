# SPDX-License-Identifier: Apache-2.0
"""YAML with places: every mapping, sequence and scalar remembers its file and line, duplicate keys are
errors, and scalars keep their text ("no" stays "no"). All data compilers read through this."""
import sys

import yaml


class Str(str):
    """A scalar that knows where it stands; `plain` tells quoted from unquoted."""
    where = "?"
    plain = False


class Map(dict):
    where = "?"


class Seq(list):
    where = "?"


def die(node, message):
    where = node if isinstance(node, str) and not isinstance(node, Str) else getattr(node, "where", "?")
    sys.exit(f"{where}: {message}")


def _build(node, path):
    where = f"{path}:{node.start_mark.line + 1}"
    if isinstance(node, yaml.ScalarNode):
        out = Str(node.value)
        out.plain = node.style is None
    elif isinstance(node, yaml.SequenceNode):
        out = Seq(_build(n, path) for n in node.value)
    else:
        out = Map()
        for k, v in node.value:
            key = _build(k, path)
            if key in out:
                die(key, f'"{key}" stands twice')
            out[key] = _build(v, path)
    out.where = where
    return out


def load(path):
    try:
        with open(path, encoding="utf-8") as f:
            node = yaml.compose(f, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as e:
        sys.exit(f"{path}:{e.problem_mark.line + 1}: {e.problem}")
    except UnicodeDecodeError as e:
        sys.exit(f"{path}:1: not UTF-8 ({e.reason} at byte {e.start})")
    if node is None:
        sys.exit(f"{path}:1: the file is empty")
    return _build(node, path)


def need(m, allowed, required, what):
    """`m` is a mapping with only these keys, and with the required ones."""
    if not isinstance(m, Map):
        die(m, f"{what} must be a mapping")
    for key in m:
        if key not in allowed:
            die(key, f'unknown key "{key}" in {what}; known: {", ".join(allowed)}')
    for key in required:
        if key not in m:
            die(m, f'{what} lacks "{key}"')


def integer(s, low, high, what):
    try:
        v = int(s)
    except (ValueError, TypeError):
        die(s, f'{what} must be a number, not "{s}"')
    if not low <= v <= high:
        die(s, f"{what} must lie in {low}..{high}, not {v}")
    return v


def boolean(s, what):
    if s not in ("true", "false"):
        die(s, f'{what} must be true or false, not "{s}"')
    return s == "true"
