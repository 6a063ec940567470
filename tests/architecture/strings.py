#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every string that a person reads exists in Vietnamese: each _("...") and N_("...") of src/ stands in po/vi.po,
and po/vi.po has nothing that no source uses."""
import pathlib
import re
import sys

LITERAL = r'"(?:\\.|[^"\\\n])*"'


def used(root):
    for path in sorted(root.glob("src/*/*.c")) + sorted(root.glob("src/*/*.h")):
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(rf"\bN?_\(\s*((?:{LITERAL}\s*)+)\)", text):
            line = text.count("\n", 0, match.start()) + 1
            if match.group(1) == '"..."':
                continue  # a comment that explains the mark
            yield "".join(s[1:-1] for s in re.findall(LITERAL, match.group(1))), f"{path.relative_to(root)}:{line}"


def translated(root):
    ids, field, ident = set(), None, ""
    for raw in (root / "po/vi.po").read_text(encoding="utf-8").split("\n") + ['msgid ""']:
        match = re.match(r'(msgid|msgstr)?\s*(".*")$', raw.strip())
        if not match:
            continue
        if match.group(1) == "msgid":
            ids.add(ident)
            field, ident = "msgid", ""
        elif match.group(1) == "msgstr":
            field = "msgstr"
        if field == "msgid":
            ident += match.group(2)[1:-1]
    return ids - {""}


def main():
    root = pathlib.Path(sys.argv[1])
    wanted = dict(used(root))
    have = translated(root)
    wrong = [f"{place}: not in po/vi.po: {text}" for text, place in wanted.items() if text not in have]
    wrong += [f"po/vi.po: no source uses: {text}" for text in sorted(have - set(wanted))]
    print("\n".join(wrong))
    sys.exit(1 if wrong or len(wanted) < 100 else 0)


main()
