#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Authorisations on the command line: a draft for a country authorises nothing until somebody answers for it, who is
excluded stays excluded, and lists of other scanners are targets like any other. Public addresses stand in these
tests only where they are refused; nothing is sent to them."""
import kit

DELEGATED = """2|apnic|20261121|3|19830613|20261120|+1000
apnic|*|ipv4|*|2|summary
apnic|VN|ipv4|203.0.113.0|192|20100802|allocated|A91A560A
apnic|VN|ipv6|2001:db8::|32|20100802|assigned|A91A560A
apnic|JP|ipv4|198.51.100.0|256|20100802|allocated|A91A560B
"""
ANSWERS = {"owner": "o", "purpose": "p", "contact": "c@e.invalid", "page": "https://e.invalid/", "stop": "s@e.invalid",
           "from": "2026-01-01", "until": "2099-12-31"}


def scan(folder, *args):
    return kit.lenscap(folder, "scan", "--store", ":memory:", *args)


def a_draft_for_a_country_is_refused_until_it_is_answered_for_and_signed():
    folder = kit.scratch()
    registry = kit.scope_file(folder, DELEGATED, "delegated")
    draft = folder / "vn.yaml"
    done = kit.lenscap(folder, "scope", "from-delegated", "vn", registry, "--output", draft, check=0)
    assert "2 prefixes of IPv4 with 192 addresses, 1 prefixes of IPv6" in done.stderr, done.stderr
    assert done.stdout == "", done.stdout
    text = draft.read_text()
    assert '"203.0.113.128/26"' in text and "198.51.100" not in text, text
    for key, value in ANSWERS.items():
        done = scan(folder, "--scope", draft, "203.0.113.1")
        assert done.returncode == 3 and f"{key}: this is empty" in done.stderr, (key, done.returncode, done.stderr)
        text = text.replace(f'{key}: ""', f"{key}: {value}")
        draft.write_text(text)
    done = scan(folder, "--scope", draft, "203.0.113.1")
    assert done.returncode == 3 and "is not signed" in done.stderr, (done.returncode, done.stderr)
    # Signed by somebody whom this machine's administrator did not pin: still refused.
    kit.lenscap(folder, "scope", "sign", "--new-key", folder / "key", check=0)
    kit.lenscap(folder, "scope", "sign", "--key", folder / "key", draft, check=0)
    done = scan(folder, "--scope", draft, "203.0.113.1")
    assert done.returncode == 3 and "key" in done.stderr, (done.returncode, done.stderr)


def a_draft_goes_to_standard_output_and_never_over_a_file():
    folder = kit.scratch()
    done = kit.lenscap(folder, "scope", "from-delegated", "VN", "-", stdin=DELEGATED, check=0)
    assert done.stdout.startswith("# VN, apnic 20261121\n"), done.stdout
    (folder / "mine").write_text("mine")
    done = kit.lenscap(folder, "scope", "from-delegated", "VN", "-", "--output", folder / "mine", stdin=DELEGATED,
                       check=2)
    assert "exists already" in done.stderr and (folder / "mine").read_text() == "mine", done.stderr
    done = kit.lenscap(folder, "scope", "from-delegated", "FR", "-", stdin=DELEGATED, check=2)
    assert "FR" in done.stderr and done.stdout == "", done.stderr
    done = kit.lenscap(folder, "scope", "from-delegated", "VN", "-", stdin=DELEGATED[:-30], check=2)
    assert "stdin:5: " in done.stderr and done.stdout == "", done.stderr


def a_file_that_was_cut_between_two_lines_is_told():
    folder = kit.scratch()
    cut = "".join(DELEGATED.splitlines(True)[:-1])
    done = kit.lenscap(folder, "scope", "from-delegated", "VN", "-", stdin=cut, check=0)
    assert "announces 3 records and holds 2" in done.stderr, done.stderr
    done = kit.lenscap(folder, "scope", "from-delegated", "VN", "-", stdin=DELEGATED, check=0)
    assert "announces" not in done.stderr, done.stderr


def who_asked_to_be_left_alone_stands_on_the_list_once():
    folder = kit.scratch()
    never = folder / "never-scan"
    for _ in range(2):
        kit.lenscap(folder, "scope", "exclude", "203.0.113.0/24", "--reason", "mail\n10.0.0.0/8", "--file", never,
                    check=0)
    lines = never.read_text().splitlines()
    assert len(lines) == 1 and lines[0].startswith("203.0.113.0/24 # "), lines
    assert lines[0].endswith("mail 10.0.0.0/8"), lines
    done = kit.lenscap(folder, "scope", "exclude", "203.0.113.9", "--file", never, check=0)
    assert "already" in done.stderr and len(never.read_text().splitlines()) == 1, done.stderr
    for wrong, word in (("cam.invalid", "not an address range"), ("203.0.113.1/24", "bits set")):
        done = kit.lenscap(folder, "scope", "exclude", wrong, "--file", never, check=2)
        assert word in done.stderr, done.stderr


def lists_of_other_scanners_are_targets():
    folder = kit.scratch()
    scope = kit.scope_file(folder)
    cases = [
        ("#masscan\nopen tcp 1 127.0.9.1 1600000000\nopen tcp 1 127.0.9.2 1600000001\n# end\n", 0, "2 addresses asked"),
        ("saddr\n127.0.9.1\nx\n", 2, "stdin:3: "),
        ("saddr\n192.0.2.1\n", 3, "192.0.2.1"),
    ]
    for text, code, word in cases:
        done = kit.lenscap(folder, "scan", "--scope", scope, "--store", ":memory:", "--ports", "1", "@-", stdin=text,
                           check=code)
        assert word in done.stderr, done.stderr


if __name__ == "__main__":
    kit.main([a_draft_for_a_country_is_refused_until_it_is_answered_for_and_signed,
              a_draft_goes_to_standard_output_and_never_over_a_file, a_file_that_was_cut_between_two_lines_is_told,
              who_asked_to_be_left_alone_stands_on_the_list_once, lists_of_other_scanners_are_targets])
