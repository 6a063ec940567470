#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`lenscap identify` over hardware addresses: whole ones and the three bytes that other programs give lead to their
makers (facts on brands, B2 to B4), what is nobody's leads nowhere."""
import json

import kit


def identities(*facts):
    """What comes out for each set of facts, in order."""
    lines = "".join(json.dumps({"id": i, "facts": f}) + "\n" for i, f in enumerate(facts))
    out = [json.loads(s) for s in kit.lenscap(kit.scratch(), "identify", stdin=lines, check=0).stdout.splitlines()]
    assert [d["id"] for d in out] == list(range(len(facts))), out
    return out


def three_bytes_of_an_address_lead_to_the_platform():
    hik, tplink, share = identities({"mac.oui": "28:57:BE"}, {"mac.oui": "40:AE:30"}, {"mac.oui": "98:8F:E0"})
    assert (hik["platform"], hik["confidence"]["platform"]) == ("hikvision", 40), hik
    assert {e["fact"] for e in hik["evidence"]} == {"mac.maker"}, hik
    assert (tplink["platform"], tplink["confidence"]["platform"]) == ("tplink", 15), tplink
    # Pavana holds a sixteenth of these 24 bits: any of the sixteen may be meant.
    assert share["evidence"] == [], share


def a_whole_address_names_who_holds_a_block_of_28_bits():
    pavana, neighbour, both = identities({"mac.address": "98:8F:E0:A1:02:03"}, {"mac.address": "98:8F:E0:B1:02:03"},
                                         {"mac.address": "98:8F:E0:A1:02:03", "mac.oui": "98:8F:E0"})
    assert (pavana["brand"], pavana["confidence"]["brand"]) == ("Pavana", 40), pavana
    assert neighbour["evidence"] == [], neighbour
    assert both["brand"] == "Pavana", both


def local_and_squatted_addresses_lead_nowhere():
    for d in identities({"mac.address": "2A:57:BE:01:02:03", "mac.oui": "2A:57:BE"},
                        {"mac.address": "00:12:34:56:78:9A", "mac.oui": "00:12:34"}):
        assert d["class"] == "unknown" and d["evidence"] == [], d


if __name__ == "__main__":
    kit.main([three_bytes_of_an_address_lead_to_the_platform, a_whole_address_names_who_holds_a_block_of_28_bits,
              local_and_squatted_addresses_lead_nowhere])
