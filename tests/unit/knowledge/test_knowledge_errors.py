#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Faulty data ends the build with file, line and reason: test_knowledge_errors.py KNOWLEDGE-CHECK"""
import os
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../.."))
CHECK = os.path.abspath(sys.argv.pop())
PORTS = "ports:\n- {port: 554, priority: 1, asks: [rtsp], service: RTSP, why: test}\n"
OUI = """makers:
- maker: Alpha
  weight: 40
  prefixes: [00:0E:53, 10:DC:B6:5]
  why: test
- maker: Beta
  weight: 15
  prefixes: [20:BB:BC:DD:E]
  why: test
- maker: Gamma
  weight: 0
  prefixes: [00:00:5E]
  why: test
refused:
- prefix: 50:62:55:7
  why: another company
"""
PASSWORDS = """defaults:
- {maker: Alpha, account: admin, password: "4321", source: its manual}
installers:
- accounts: [installer, lắp đặt]
  source: test
limits:
- {brand: Alpha, model: DVR, max: 6, chars: any, source: its manual, example: A-DVR04, counter: A-NVR04}
words:
- about: test
  words: [camera, matkhau]
examples:
- {password: "4321", strength: very-weak}
"""
VENDORS = """vendors:
- brand: Alpha
  maker: Alpha Works
  country: VN
  built_by: self
  platforms: [alpha]
  oui: [Alpha]
  clouds: [alpha.example]
  contact: security@alpha.example
  updates: https://alpha.example/firmware
  eol: {en: The A1 is too old., vi: A1 quá cũ.}
  confidence: 90
  source: test
- brand: Beta
  also: [Betatec]
  built_by: Alpha
  confidence: 50
  source: test
- brand: Gamma
  built_by: Beta
  confidence: 50
  source: test
"""
GOOD = """platform: alpha
name: Alpha
country: VN
rtsp_paths:
- {path: /a, why: test}
sources: test
cells: {rtsp: signatures, http: none, tls: none, onvif: none, banner: none, discovery: none}
signatures:
- id: alpha.rtsp.server
  why: test
  when:
  - {fact: rtsp.server, re: "^alpha ([0-9]+)$"}
  claims: {platform: 50, model: [$1, 60]}
  examples:
  - facts: {rtsp.server: alpha 12}
    expect: {model: "12"}
  counter:
  - {rtsp.server: beta}
"""
# With a signature on the makers of OUI.
MAKERS = GOOD.replace("discovery: none", "discovery: signatures") + """- id: alpha.mac.prefix
  why: test
  when:
  - {fact: mac.maker, in: [Alpha, Beta]}
  claims: {platform: 15}
  examples:
  - facts: {mac.maker: Beta}
  counter:
  - {mac.maker: Gamma}
"""


class Errors(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)

    def build(self, signatures=GOOD, ports=PORTS, more=None, oui=None, passwords=None, vendors=None):
        """(exit status, what was said) of build.py and, when that went well, of knowledge-check."""
        folder = os.path.join(self.dir.name, "signatures")
        os.makedirs(folder, exist_ok=True)
        for name, text in {"alpha.yaml": signatures, **(more or {})}.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as f:
                f.write(text)
        with open(os.path.join(self.dir.name, "ports.yaml"), "w", encoding="utf-8") as f:
            f.write(ports)
        if oui is not None:
            with open(os.path.join(self.dir.name, "oui.yaml"), "w", encoding="utf-8") as f:
                f.write(oui)
        for kind, text in (("passwords", passwords), ("vendors", vendors)):
            if text is not None:
                with open(os.path.join(self.dir.name, kind + ".yaml"), "w", encoding="utf-8") as f:
                    f.write(text)
        blob = os.path.join(self.dir.name, "blob")
        run = subprocess.run([sys.executable, f"{ROOT}/tools/knowledge/build.py", blob, f"{ROOT}/data/facts.yaml",
                              *(f"{self.dir.name}/{kind}.yaml" for kind in ("ports", "oui", "passwords", "vendors")),
                              f"{ROOT}/src/proto/proto.h", folder],
                             capture_output=True, text=True)
        said = run.stderr
        if run.returncode == 0:
            run = subprocess.run([CHECK, blob], capture_output=True, text=True)
            said += run.stderr
        return run.returncode, said

    def refused(self, old, new, line, reason, **more):
        self.assertIn(old, GOOD)
        status, said = self.build(GOOD.replace(old, new, 1), **more)
        self.assertEqual(status, 1, said)
        self.assertIn(f"alpha.yaml:{line}: ", said)
        self.assertIn(reason, said)

    def test_good_data_is_taken(self):
        self.assertEqual(self.build(), (0, ""))

    def refused_passwords(self, old, new, line, reason):
        self.assertIn(old, PASSWORDS)
        status, said = self.build(passwords=PASSWORDS.replace(old, new, 1))
        self.assertEqual(status, 1, said)
        self.assertIn(f"passwords.yaml:{line}: ", said)
        self.assertIn(reason, said)

    def test_passwords(self):
        self.assertEqual(self.build(passwords=PASSWORDS), (0, ""))
        self.refused_passwords(", source: its manual}\ninst", "}\ninst", 2, 'lacks "source"')
        self.refused_passwords("lắp đặt", "Installer", 4, "stands twice")
        self.refused_passwords("example: A-DVR04", "example: A-XVR04", 7, 'has no "dvr" in it')
        self.refused_passwords("counter: A-NVR04", "counter: A-DVR05", 7, 'has "dvr" in it')
        self.refused_passwords("chars: any", "chars: all", 7, "digits, alnum, any")
        self.refused_passwords("max: 6", "max: 0", 7, "1..128")
        self.refused_passwords("matkhau", "mật khẩu", 10, "ASCII letters")
        self.refused_passwords("matkhau", "camera", 10, "stands twice")
        self.refused_passwords("strength: very-weak", "strength: poor", 12, "very-weak, weak, not-weak")
        self.refused_passwords("words:\n", "wordz:\n", 8, 'unknown key "wordz"')

    def test_unknown_key(self):
        self.refused("  why: test\n  when", "  whhy: test\n  when", 10, 'unknown key "whhy"')

    def test_key_out_of_order(self):
        self.refused("name: Alpha\ncountry: VN\n", "country: VN\nname: Alpha\n", 1, "stand in the order")

    def test_unknown_fact(self):
        self.refused("fact: rtsp.server", "fact: rtsp.sever", 12, 'unknown fact "rtsp.sever"')

    def test_unknown_fact_in_example(self):
        self.refused("facts: {rtsp.server", "facts: {rtsp.sever", 15, 'unknown fact "rtsp.sever"')

    def test_personal_fact(self):
        self.refused("fact: rtsp.server", "fact: onvif.serial", 12, "personal")

    def test_unknown_class(self):
        self.refused("{platform: 50", "{class: [kamera, 50], platform: 50", 13, 'unknown class "kamera"')

    def test_weight_out_of_range(self):
        self.refused("platform: 50", "platform: 100", 13, "1..99")

    def test_missing_example(self):
        self.refused('  - facts: {rtsp.server: alpha 12}\n    expect: {model: "12"}\n', "    []\n", 9,
                     "lacks an example")

    def test_missing_counter_example(self):
        self.refused("  - {rtsp.server: beta}\n", "    []\n", 9, "lacks a counter-example")

    def test_expectation_missing(self):
        self.refused('    expect: {model: "12"}\n', "", 15, "which model to expect")

    def test_empty_cell_claimed(self):
        self.refused("http: none", "http: signatures", 7, "no http signature")

    def test_full_cell_denied(self):
        self.refused("rtsp: signatures", "rtsp: none", 7, "there are rtsp signatures")

    def test_forgotten_cell(self):
        self.refused(", discovery: none", "", 7, 'lacks "discovery"')

    def test_discovery_has_a_cell_of_its_own(self):
        self.refused("fact: rtsp.server,", "fact: sadp.model,", 7, "no rtsp signature")
        self.refused("rtsp: signatures, http: none, tls: none, onvif: none, banner: none, discovery: none",
                     "rtsp: none, http: none, tls: none, onvif: none, banner: none, discovery: signatures", 7,
                     "there are rtsp signatures")

    def test_operator_of_another_type(self):
        self.refused('re: "^alpha ([0-9]+)$"', "gt: 3", 12, "`gt` does not apply")
        self.refused('{fact: rtsp.server, re: "^alpha ([0-9]+)$"}', '{fact: rtsp.status, re: "4"}', 12,
                     "`re` does not apply")
        self.refused('{fact: rtsp.server, re: "^alpha ([0-9]+)$"}', "{fact: onvif.service, lt: 1}", 12,
                     "`lt` does not apply")
        self.refused('{fact: rtsp.server, re: "^alpha ([0-9]+)$"}', "{fact: rtsp.status, gt: many}", 12, "many")

    def test_discovery_and_port_without_anywhere(self):
        self.refused('([0-9]+)$"}', '([0-9]+)$"}\n  - {fact: sadp.model, is: x}', 13, "say `anywhere`")

    def test_three_paths(self):
        path = "- {path: /a, why: test}\n"
        self.refused(path, 3 * path, 5, "at most two")

    def test_pattern_outside_the_subset(self):
        self.refused("^alpha ([0-9]+)$", "^(?=alpha) ([0-9]+)$", 12, "look-around")

    def test_capture_that_is_not_there(self):
        self.refused("^alpha ([0-9]+)$", "^alpha [0-9]+$", 9, "no capture $1")

    def test_personal_capture_claimed(self):
        self.refused('$"}', '$", pii: true}', 9, "personal")

    def test_example_that_does_not_match(self):
        self.refused("alpha 12}", "alpha x}", 15, "does not match")

    def test_example_with_another_value(self):
        self.refused('model: "12"', 'model: "13"', 15, 'expected model "13", got "12"')

    def test_counter_example_that_matches(self):
        self.refused("{rtsp.server: beta}", "{rtsp.server: alpha 3}", 18, "counter-example matches")

    def test_cross_match_of_platforms(self):
        beta = GOOD.replace("alpha.rtsp", "beta.rtsp").replace("platform: alpha", "platform: beta")
        status, said = self.build(more={"beta.yaml": beta})
        self.assertEqual(status, 1)
        self.assertIn("alpha.yaml:15: cross-match: beta.rtsp.server claims platform beta", said)

    def test_cross_match_that_is_listed(self):
        beta = GOOD.replace("alpha.rtsp", "beta.rtsp").replace("platform: alpha", "platform: beta")
        listed = '    expect: {model: "12"}\n'
        status, said = self.build(GOOD.replace(listed, listed + "    also: [beta]\n"),
                                  more={"beta.yaml": beta.replace(listed, listed + "    also: [alpha]\n")})
        self.assertEqual((status, said), (0, ""))

    def test_port_faults(self):
        for ports, reason in ((PORTS.replace("rtsp", "rtps"), 'unknown protocol "rtps"'),
                              (PORTS.replace("554", "70000"), "1..65535"),
                              (PORTS + PORTS.split("\n")[1] + "\n", "stands twice"),
                              (PORTS.replace("asks: [rtsp]", "asks: []"), "connect_only")):
            status, said = self.build(ports=ports)
            self.assertEqual(status, 1)
            self.assertIn("ports.yaml:", said)
            self.assertIn(reason, said)

    def refused_maker(self, old, new, line, reason, oui=OUI):
        self.assertIn(old, MAKERS)
        status, said = self.build(MAKERS.replace(old, new, 1), oui=oui)
        self.assertEqual(status, 1, (old, new, said))
        self.assertIn(f"alpha.yaml:{line}: ", said)
        self.assertIn(reason, said)

    def test_good_prefixes_are_taken(self):
        self.assertEqual(self.build(MAKERS, oui=OUI), (0, ""))

    def test_maker_that_knows_too_much(self):
        self.refused_maker("{platform: 15}", "{platform: 15, model: [A, 10]}", 23, "cannot tell the model")
        self.refused_maker("{platform: 15}", "{firmware: [A, 10]}", 23, "cannot tell the firmware")
        self.refused_maker("{platform: 15}", "{platform: 41}", 23,
                           "an address prefix or a DHCP word weighs 40 at most")

    def test_maker_heavier_than_the_table_says(self):
        self.refused_maker("{platform: 15}", "{platform: 16}", 23, "lets Beta weigh 15 at most, not 16")
        self.refused_maker("{platform: 15}", "{platform: 15, brand: [B, 40]}", 23, "lets Beta weigh 15 at most")
        self.refused_maker("[Alpha, Beta]", "[Alpha, Beta, Gamma]", 23, "lets Gamma weigh 0 at most, not 15")

    def test_maker_that_the_table_lacks(self):
        lacks = 'data/oui.yaml has no maker "Delta"'
        self.refused_maker("[Alpha, Beta]", "[Alpha, Beta, Delta]", 22, lacks)
        self.refused_maker("in: [Alpha, Beta]", "is: Delta", 22, lacks)
        self.refused_maker("facts: {mac.maker: Beta}", "facts: {mac.maker: Delta}", 25, lacks)
        self.refused_maker("- {mac.maker: Gamma}", "- {mac.maker: Delta}", 27, lacks)

    def test_makers_without_a_table(self):
        self.refused_maker("platform: alpha", "platform: alpha", 22, 'has no maker "Alpha"', oui=None)

    def test_maker_looked_for_in_other_ways(self):
        self.refused_maker("in: [Alpha, Beta]", 're: "^A"', 22, "`is` or `in`")
        self.refused_maker("in: [Alpha, Beta]", "starts: Al", 22, "`is` or `in`")
        self.refused_maker("in: [Alpha, Beta]", "is: alpha, ignore_case: true", 22, "as it stands there")
        self.refused_maker("mac.maker, in: [Alpha, Beta]", 'mac.oui, is: "00:0E:53"', 22, "look at mac.maker")

    def test_maker_that_no_signature_names(self):
        for signatures, line, name in (
                (MAKERS.replace("[Alpha, Beta]", "[Beta]"), 2, "Alpha"),
                (MAKERS.replace("[Alpha, Beta]", "[Alpha]").replace("maker: Beta", "maker: Alpha"), 6, "Beta"),
                (MAKERS.replace("}\n  claims: {platform: 15", "}\n  not:\n  - {fact: mac.maker, is: Alpha}\n"
                                "  claims: {platform: 15").replace("[Alpha, Beta]", "[Beta]"), 2, "Alpha"),
                (GOOD, 2, "Alpha")):
            status, said = self.build(signatures, oui=OUI)
            self.assertEqual(status, 1, said)
            self.assertIn(f"oui.yaml:{line}: no signature names {name}", said)

    def test_prefix_faults(self):
        for old, new, line, reason in (
                ("00:0E:53", "00:0E", 4, "is no prefix"),
                ("00:0E:53", "00:0e:53", 4, "is no prefix"),
                ("10:DC:B6:5", "10:DC:B6:55", 4, "is no prefix"),
                ("00:0E:53", "02:0E:53", 4, "locally administered"),
                ("00:0E:53", "01:0E:53", 4, "group's"),
                ("20:BB:BC:DD:E", "00:0E:53", 8, "stands twice"),
                ("00:0E:53", "50:62:55:7", 4, "refused: another company"),
                ("00:0E:53", "50:62:55:77:7", 4, "is refused"),
                ("00:0E:53", "50:62:55", 4, "is refused"),
                ("weight: 15", "weight: 60", 7, "weight is 40, 15, 0"),
                ("[20:BB:BC:DD:E]", "[]", 6, "has no prefixes"),
                ("maker: Beta", "maker: Aaron", 6, "alphabetical"),
                ("maker: Beta", "maker: B" + 32 * "e", 6, "mac.maker holds 1..32 bytes"),
                ("  why: test\nrefused", "refused", 10, 'lacks "why"')):
            self.assertIn(old, OUI)
            status, said = self.build(MAKERS, oui=OUI.replace(old, new, 1))
            self.assertEqual(status, 1, (old, new, said))
            self.assertIn(f"oui.yaml:{line}: ", said)
            self.assertIn(reason, said)

    def test_good_vendors_are_taken(self):
        self.assertEqual(self.build(MAKERS, oui=OUI, vendors=VENDORS), (0, ""))

    def test_vendor_faults(self):
        for old, new, line, reason in (
                ("maker: Alpha Works", "makker: Alpha Works", 3, 'unknown key "makker"'),
                ("  confidence: 90\n", "", 2, 'lacks "confidence"'),
                ("  source: test\n- brand: Beta", "- brand: Beta", 2, 'lacks "source"'),
                ("  country: VN\n  built_by: self", "  built_by: self\n  country: VN", 2, "stand in the order"),
                ("country: VN", "country: vn", 4, "no country code"),
                ("country: VN", "country: VNM", 4, "no country code"),
                ("built_by: Beta", "built_by: Delta", 20, 'not "Delta"'),
                ("built_by: self", "built_by: Gamma", 5, "builds itself"),
                ("brand: Gamma", "brand: Aaron", 19, "alphabetical"),
                ("brand: Gamma", "brand: beta", 19, "alphabetical"),
                ("also: [Betatec]", "also: [ALPHA]", 15, "stands twice"),
                ("also: [Betatec]", "also: []", 15, "one to 8"),
                ("platforms: [alpha]", "platforms: [beta]", 6, 'of platform "beta"'),
                ("oui: [Alpha]", "oui: [Delta]", 7, 'has no maker "Delta"'),
                ("clouds: [alpha.example]", "clouds: [https://alpha]", 8, "is no DNS name"),
                ("security@alpha.example", "call us", 9, "contact is"),
                ("https://alpha.example/firmware", "http://alpha.example/firmware", 10, "updates is"),
                ("https://alpha.example/firmware", "'https://alpha.example/\"><b>'", 10, "updates is"),
                (", vi: A1 quá cũ.", "", 11, 'lacks "vi"'),
                ("confidence: 90", "confidence: 101", 12, "0..100")):
            self.assertIn(old, VENDORS)
            status, said = self.build(MAKERS, oui=OUI, vendors=VENDORS.replace(old, new, 1))
            self.assertEqual(status, 1, (old, new, said))
            self.assertIn(f"vendors.yaml:{line}: ", said)
            self.assertIn(reason, said)

    def test_brand_without_vendor_is_refused(self):
        claim = "claims: {platform: 50, model: [$1, 60]}"
        for brand, told in (("BETATEC", False), ("Delta", True), ("$1", False)):
            signatures = MAKERS.replace(claim, f"claims: {{platform: 50, brand: [{brand}, 60], model: [$1, 60]}}")
            if brand == "$1":
                signatures = signatures.replace('expect: {model: "12"}', 'expect: {model: "12", brand: "12"}')
            status, said = self.build(signatures, oui=OUI, vendors=VENDORS)
            refused = (status, "alpha.yaml:13: " in said, f'no brand "{brand}"' in said)
            self.assertEqual(refused, (int(told), told, told), said)
        printer = MAKERS.replace(claim, "claims: {class: [not-surveillance, 60], brand: [Delta, 60], model: [$1, 60]}")
        self.assertEqual(self.build(printer, oui=OUI, vendors=VENDORS), (0, ""))

    def test_version_follows_the_data(self):
        def version():
            with open(os.path.join(self.dir.name, "blob"), "rb") as f:
                blob = f.read()
            return blob[int.from_bytes(blob[8:12], "little"):][:16]
        self.build()
        first = version()
        self.build()
        self.assertEqual(version(), first)
        self.build(GOOD.replace("platform: 50", "platform: 51"))
        self.assertNotEqual(version(), first)


if __name__ == "__main__":
    unittest.main()
