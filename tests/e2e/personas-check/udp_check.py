# SPDX-License-Identifier: Apache-2.0
"""Over UDP too the street is what its files say: each answer of each persona is provoked and holds to the layout of
its protocol, questions to groups reach every member, lies are told as ordered, and the judge counts each datagram that
must never be sent. On a loopback of its own: some answers come to ports that programs of this machine may use."""
import contextlib
import selectors
import socket
import struct
import time
import unittest

import datagrams as d
from personas_check import DEVICES, HOSTILE, PATIENCE, PERSONAS, Street, ask, http, kinds

BIND_TO_DEVICE = 25


def plain(word):
    return "".join(c for c in (word or "").lower() if c.isalnum())


class Ear:
    """A socket of the asker; several may share a port, each with its own groups."""

    def __init__(self, port=0, groups=(), address="127.0.0.1"):
        self.s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        lo = struct.pack("4s4si", bytes(4), bytes(4), socket.if_nametoindex("lo"))
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.s.setsockopt(socket.SOL_SOCKET, BIND_TO_DEVICE, b"lo\0")
        self.s.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, lo)
        self.s.bind((groups[0] if groups else address, port))
        for group in groups:
            if group != "255.255.255.255":
                self.s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + lo[4:])
        self.s.settimeout(PATIENCE)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.s.close()

    def hear(self):
        data, (address, port) = self.s.recvfrom(65535)
        return data, address, port


def raw(node):
    """Bytes as a persona file writes them, where they hold no holes."""
    if isinstance(node, list):
        return b"".join(map(raw, node))
    if isinstance(node, dict):
        return bytes.fromhex(str(node["hex"])) if "hex" in node else raw(node["text"])
    return str(node).encode()


def parts(node):
    return [] if node is None else [raw(n) for n in node] if isinstance(node, list) else [raw(node)]


def fits(when, question):
    return question.startswith(raw(when.get("starts", ""))) and when.get("size", len(question)) == len(question) \
        and when.get("asks", "").split(".")[0].encode() in question \
        and all(p in question for p in parts(when.get("has"))) \
        and not any(p in question for p in parts(when.get("lacks")))


def ready_made(port):
    """The answers that `wsd` and `mdns` stand for, as questions they fit."""
    if "wsd" in port:
        has = ["/discovery/Probe"] + ["NetworkVideoTransmitter"] * bool(port["wsd"].get("typed"))
        yield {"when": {"has": has}}
    if "mdns" in port:
        label = port["mdns"]["service"].split(".")[0].encode()
        yield {"when": {"has": [label.decode()]}}
        yield {"when": {"has": ["_services"]}}


def answers_to(port, question):
    for a in [*port.get("answers", []), *ready_made(port)]:
        if "every_ms" not in a and fits(a.get("when", {}), question):
            yield from [a] * a.get("times", 1)


def place(port, answer):
    """Where an answer is heard: (port, group); (0, "") for the socket that asked."""
    to = answer.get("to", {})
    return (to.get("port", port["port"] if "group" in to else 0), to.get("group", ""))


def unasked(port):
    yield from (a for a in port.get("answers", []) if "every_ms" in a)
    for key, group, every in (("wsd", "239.255.255.250", "hello_ms"), ("mdns", "224.0.0.251", "announce_ms")):
        if every in port.get(key, {}):
            yield {"to": {"group": group}, "every_ms": port[key][every]}


def udp_ports(devices):
    return [(name, p, u) for name, p in devices.items() for u in p.get("udp", [])]


class Files(unittest.TestCase):
    def test_what_is_shown_on_the_lan_is_in_the_truth_and_has_an_answer_to_stand_in(self):
        for name, p in {**DEVICES, **HOSTILE}.items():
            with self.subTest(name):
                for shown in p["truth"].get("shows_lan", []):
                    self.assertTrue(p["truth"][shown], f"shows {shown} but the truth has none")
                    self.assertTrue(p.get("udp"))

    def test_every_protocol_of_the_facts_has_a_persona(self):
        spoken = {u["port"] for _, _, u in udp_ports(DEVICES)}
        self.assertEqual(spoken, set(d.QUESTIONS))


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.street = Street("--personas", PERSONAS, "--base", "127.0.65.1")
        cls.street.__enter__()
        cls.truth = {t["id"]: t for t in cls.street.truth}

    @classmethod
    def tearDownClass(cls):
        cls.street.__exit__()

    def provoke(self, name, port, question):
        """All that one question to one device must bring, each read by the reader of its protocol."""
        want = list(answers_to(port, question))
        places = {place(port, a) for a in want}
        with contextlib.ExitStack() as stack:
            ears = {p: stack.enter_context(Ear(p[0], (p[1],) if p[1] else ())) for p in places | {(0, "")}}
            ears[(0, "")].s.sendto(question, (self.street.address[name], port["port"]))
            for a in want:
                data, address, source = ears[place(port, a)].hear()
                self.assertEqual((address, source), (self.street.address[name], port["port"]))
                yield d.READERS[port["port"]](data, address)

    def test_each_answer_comes_to_the_right_place_and_holds_to_its_layout(self):
        told = {}
        for name, persona, port in udp_ports(DEVICES):
            asked = sum("every_ms" not in a for a in port.get("answers", [])) or "wsd" in port or "mdns" in port
            with self.subTest(f"{name} port {port['port']}"):
                said = [x for q in d.QUESTIONS[port["port"]] for x in self.provoke(name, port, q)]
                self.assertEqual(bool(said), bool(asked))
                told.setdefault(name, []).extend(said)
        for name, said in told.items():
            truth, seen = DEVICES[name]["truth"], {"mac": set()}
            for x in said:
                for word in ("model", "firmware", "mac"):
                    seen.setdefault(word, set()).add(plain(x.get(word)))
            with self.subTest(name):
                for word in set(truth.get("shows_lan", [])) & {"model", "firmware"}:
                    own = {plain(truth[word]), plain(truth[word]).removeprefix(plain(truth["brand"]))}
                    names = {plain(x.get("name")) for x in said}
                    self.assertTrue(any(o in s for o in own for s in seen[word] | names), (word, seen[word] | names))
                if self.truth[name]["mac"] and seen["mac"] - {""}:
                    self.assertEqual(seen["mac"] - {""}, {plain(self.truth[name]["mac"])})

    def test_a_probe_without_a_type_is_answered_by_all_but_the_picky(self):
        picky = DEVICES["tapo-c200"]["udp"][1]
        self.assertTrue(picky["wsd"]["typed"])
        other = d.UUID.replace("13a888a9", "ffffffff")
        second = d.wsd_probe("dn:NetworkVideoTransmitter").replace(d.UUID.encode(), other.encode())
        with Ear() as ear:
            for question in (d.wsd_probe(), second):
                ear.s.sendto(question, (self.street.address["tapo-c200"], 3702))
            self.assertIn(other.encode(), ear.hear()[0])  # the first to come is for the second

    def test_a_question_to_a_group_or_to_all_is_answered_by_each_member_from_its_own_address(self):
        for port, question, groups in ((37020, d.sadp(), ("239.255.255.250", "255.255.255.255")),
                                       (37810, d.dhip(), ("239.255.255.251", "255.255.255.255")),
                                       (3702, d.wsd_probe("dn:NetworkVideoTransmitter"), ("239.255.255.250",)),
                                       (34569, d.xm(), ("255.255.255.255",)), (20002, d.tdp(), ("255.255.255.255",))):
            members = {self.street.address[n] for n, _, u in udp_ports(DEVICES) if u["port"] == port and
                       any("group" not in a.get("to", {}) for a in answers_to(u, question))}
            for group in groups:
                with self.subTest(f"{group} port {port}"), Ear() as ear:
                    ear.s.sendto(question, (group, port))
                    self.assertEqual({ear.hear()[1] for _ in members}, members)

    def test_what_is_said_unasked_arrives_and_comes_again(self):
        said = {(self.street.address[name], port["port"]): (a, []) for name, _, port in udp_ports(DEVICES)
                for a in unasked(port)}
        limit = time.monotonic() + PATIENCE
        with contextlib.ExitStack() as stack, selectors.DefaultSelector() as wait:
            for port, group in {(port, a["to"]["group"]) for (_, port), (a, _) in said.items()}:
                wait.register(stack.enter_context(Ear(port, (group,))).s, selectors.EVENT_READ, port)
            while min(len(times) for _, times in said.values()) < 2 and time.monotonic() < limit:
                for key, _ in wait.select(1):
                    data, (address, _) = key.fileobj.recvfrom(65535)
                    said[(address, key.data)][1].append((time.monotonic(), data))
        for (address, port), (a, heard) in said.items():
            with self.subTest(f"{address} port {port}"):
                self.assertGreaterEqual(len(heard), 2)
                self.assertGreater(heard[1][0] - heard[0][0], a["every_ms"] / 2000)
                if port != 3702:
                    d.READERS[port](heard[0][1], address)
                elif b"Resolve" not in heard[0][1]:  # the computer that asks
                    self.assertIn(b"/discovery/Hello<", heard[0][1])

    def test_a_port_without_a_socket_is_refused_by_the_kernel(self):
        with Ear() as ear:
            ear.s.connect((self.street.address["not-openssh"], 3702))
            ear.s.send(d.wsd_probe())
            with self.assertRaises(ConnectionRefusedError):
                ear.s.recv(1)

    def test_what_a_question_does_not_fit_is_not_answered(self):
        with Ear() as ear:
            for bad in (b"", b"\0", d.sadp().replace(b"inquiry", b"reboot"), d.dhip()):
                ear.s.sendto(bad, (self.street.address["hikvision-ipc"], 37020))
            ear.s.sendto(d.sadp(), (self.street.address["hikvision-ipc"], 37020))
            self.assertIn(d.UUID.encode(), ear.hear()[0])
            ear.s.setblocking(False)
            with self.assertRaises(BlockingIOError):
                ear.s.recv(1)

    def test_a_router_tells_its_outer_address_and_its_one_mapping(self):
        def call(action, inside=""):
            body = (f'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><u:{action} xmlns:u='
                    f'"urn:schemas-upnp-org:service:WANIPConnection:1">{inside}</u:{action}></s:Body></s:Envelope>')
            extra = f'SOAPAction: "urn:schemas-upnp-org:service:WANIPConnection:1#{action}"\r\n'
            return ask(self.street.address["not-router-igd"], 49152, http("/ctl/IPConn", "POST", body, extra)).decode()
        index = "<NewPortMappingIndex>{}</NewPortMappingIndex>".format
        self.assertEqual(d.element(call("GetExternalIPAddress"), "NewExternalIPAddress"), "203.0.113.7")
        first = call("GetGenericPortMappingEntry", index(0))
        self.assertEqual(d.element(first, "NewInternalClient"), self.street.address["hikvision-ipc"])
        self.assertEqual(d.element(first, "NewExternalPort"), "8554")
        self.assertEqual(d.element(call("GetGenericPortMappingEntry", index(1)), "errorCode"), "713")


class Lies(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.street = Street("--personas", PERSONAS / "hostile", "--base", "127.0.66.1")
        cls.street.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.street.__exit__()

    def first(self, name, port, question):
        with Ear() as ear:
            ear.s.sendto(question, (self.street.address[name], port))
            return ear.hear()

    def test_each_port_of_each_hostile_peer_says_something(self):
        for name, _, port in udp_ports(HOSTILE):
            if port["port"] == 6667:  # it speaks unasked only
                continue
            questions = d.QUESTIONS[port["port"]] + [d.dns_question("_rtsp._tcp.local")] * (port["port"] == 5353)
            question = next(q for q in questions if list(answers_to(port, q)))
            where = place(port, next(answers_to(port, question)))
            with self.subTest(f"{name} port {port['port']}"), Ear(where[0], (where[1],) if where[1] else ()) as ear, \
                    Ear() as asker:
                asker.s.sendto(question, (self.street.address[name], port["port"]))
                (ear if where != (0, "") else asker).hear()

    def test_the_wrong_sender_is_another_address_of_the_same_network(self):
        data, address, _ = self.first("h5-wrong-sender", 37020, d.sadp())
        self.assertEqual(address, "127.0.66.240")
        self.assertEqual(d.element(data.decode(), "Uuid"), d.UUID)

    def test_a_wrong_token_is_not_the_questions(self):
        data, _, _ = self.first("h5-wrong-token", 37020, d.sadp())
        self.assertNotIn(d.UUID.encode(), data)

    def test_a_flood_is_a_thousand_copies(self):
        with Ear() as ear:
            ear.s.sendto(d.sadp(), (self.street.address["h5-flood"], 37020))
            self.assertEqual(len({ear.hear()[0] for _ in range(1000)}), 1)

    def test_an_oversized_answer_is_sixty_thousand_bytes(self):
        data, address, _ = self.first("h11-oversized", 37020, d.sadp())
        self.assertEqual(len(data), 60000)
        self.assertEqual(d.read_sadp(data.rstrip(b"A"), address)["model"], "DS-2CD2143G0-I")

    def test_a_truncated_answer_comes_once_in_each_length(self):
        with Ear() as ear:
            ear.s.sendto(d.MIIO, (self.street.address["h17-truncated"], 54321))
            got = [ear.hear()[0] for _ in range(32)]
        self.assertEqual([len(x) for x in got], list(range(32)))
        self.assertTrue(all(got[-1].startswith(x) for x in got))

    def test_nesting_is_ten_thousand_deep(self):
        data, _, _ = self.first("h17-deep", 37810, d.dhip())
        self.assertEqual(data.count(b'{"a":'), 10000)
        self.assertEqual(len(data), 32 + struct.unpack("<I", data[16:20])[0])

    def test_a_clone_shows_the_mac_and_serial_of_its_twin(self):
        one, two = (self.first(f"h4-clone-{x}", 37020, d.sadp()) for x in "ab")
        self.assertNotEqual(one[1], two[1])
        for name in ("MAC", "DeviceSN", "DeviceDescription"):
            self.assertEqual(d.element(one[0].decode(), name), d.element(two[0].decode(), name))


class Judge(unittest.TestCase):
    """Each forbidden datagram alone, as over TCP."""

    def judged(self, persona, port, *datagrams, group=None):
        with Street("--personas", PERSONAS, "--only", persona, "--base", "127.0.67.1") as street, Ear() as ear:
            for data in datagrams:
                ear.s.sendto(data, (group or "127.0.67.1", port))
            last, question = next((u, q) for u in DEVICES[persona]["udp"] for q in d.QUESTIONS[u["port"]]
                                  for a in answers_to(u, q) if place(u, a) == (0, ""))
            ear.s.sendto(question, ("127.0.67.1", last["port"]))
            ear.hear()  # what was sent before is judged by now
        self.assertEqual(street.code, 0)
        return street.counters

    def assert_kinds(self, persona, port, data, *want):
        with self.subTest(data=data[:60]):
            counters = self.judged(persona, port, data)
            self.assertEqual(kinds(counters), sorted(want))
            self.assertEqual(counters["totals"]["forbidden"], len(want))

    def test_every_question_of_the_facts_may_be_asked(self):
        with Street("--personas", PERSONAS, "--base", "127.0.68.1") as street, Ear() as ear:
            for name, _, port in udp_ports(DEVICES):
                for question in d.QUESTIONS[port["port"]]:
                    ear.s.sendto(question, (street.address[name], port["port"]))
            ear.s.sendto(d.sadp("inquiry_v32"), (street.address["hikvision-ipc"], 37020))
            while b"inquiry_v32" not in ear.hear()[0]:
                pass
        asked = sum(len(d.QUESTIONS[u["port"]]) for _, _, u in udp_ports(DEVICES)) + 1
        self.assertEqual(street.counters["totals"]["datagrams"], asked)
        self.assertEqual((street.counters["forbidden"], street.counters["unexpected"]), ([], []))

    def test_sadp_types_that_change_the_device_or_start_a_reset(self):
        for types in ("activate", "update", "reboot", "restore", "SetMailBox", "ezvizUnbind", "resetPassword",
                      "securityCode", "getencryptstring", "exchangecode", "GetQRcodes", "getBindList", "inquiry_x", ""):
            self.assert_kinds("hikvision-ipc", 37020, d.sadp(types), "sadp-types")
        twice = d.sadp().replace(b"</Probe>", b"<Types>reboot</Types></Probe>")
        self.assert_kinds("hikvision-ipc", 37020, twice, "sadp-types")

    def test_dhip_methods_but_the_search(self):
        for method in ("DevInit.account", "PasswdFind.resetPassword", "DHDiscover.setConfig",
                       "Security.modifyPwdOutSession", "deviceDiscovery.ipScan", "global.login"):
            self.assert_kinds("dahua-ipc", 37810, d.dhip(method), "dhip-method")

    def test_xiongmai_messages_but_the_search(self):
        for message in (1000, 1009, 1532):
            self.assert_kinds("xiongmai-dvr", 34569, d.xm(message), "xm-message")

    def test_binary_opcodes_beside_the_searches(self):
        for command in (0, 3, 4, 12, 18):
            self.assert_kinds("provision-ipc", 23456, d.mhed(command), "mhed-opcode")
        self.assert_kinds("provision-ipc", 23456, d.mhed(1, 3), "mhed-opcode")
        self.assert_kinds("hichip-ipc", 8002, b"CMD * HDS/1.0\r\n\r\n", "hds-verb")
        self.assert_kinds("vstarcam-10554", 8600, bytes.fromhex("44480102"), "vstarcam-opcode")
        self.assert_kinds("vstarcam-10554", 8600, d.VSTARCAM + b"\0", "vstarcam-opcode")
        for other in ("f1410014", "f1000000", "f130000041"):
            self.assert_kinds("vstarcam-10554", 32108, bytes.fromhex(other), "cs2-message")
        self.assert_kinds("xiaomi-c400", 54321, bytes.fromhex("21310020") + bytes(28), "miio-message")

    def test_speaking_as_a_device(self):
        hello = d.wsd_probe().replace(b"wsd:Probe>", b"wsd:Hello>").replace(b"/Probe<", b"/Hello<")
        self.assert_kinds("dahua-ipc", 3702, hello, "speaks-as-device")
        self.assert_kinds("dahua-ipc", 1900, b"NOTIFY * HTTP/1.1\r\nNTS: ssdp:byebye\r\n\r\n", "speaks-as-device")
        for flags, questions, answers, authority in ((0x8400, 0, 1, 0), (0, 1, 0, 1), (0x2800, 1, 0, 0)):
            claim = struct.pack(">HHHHHH", 0, flags, questions, answers, authority, 0) + b"\1a\0"
            self.assert_kinds("axis-new", 5353, claim, "speaks-as-device")

    def test_a_word_to_those_who_are_only_listened_to(self):
        with Street("--personas", PERSONAS, "--only", "tuya-rtsp", "--base", "127.0.67.1") as street, Ear() as ear:
            ear.s.sendto(b"x", ("127.0.67.1", 6667))
            with Ear(6667, ("255.255.255.255",)) as beacon:
                beacon.hear()
                beacon.hear()  # it was heard before this one was sent
        self.assertEqual(kinds(street.counters), ["passive-only"])

    def test_actions_that_change_a_router(self):
        for action in ("AddPortMapping", "DeletePortMapping", "ForceTermination", "SetConnectionType",
                       "RequestConnection"):
            with self.subTest(action):
                self.assertEqual(self.told_a_router(action, action), ["igd-action"])

    def test_a_harmless_body_under_a_harmful_header_is_caught_and_the_other_way_round(self):
        self.assertEqual(self.told_a_router("AddPortMapping", "GetStatusInfo"), ["igd-action"])
        self.assertEqual(self.told_a_router("GetStatusInfo", "AddPortMapping"), ["igd-action"])
        self.assertEqual(self.told_a_router("GetStatusInfo", "GetStatusInfo"), [])

    def told_a_router(self, header, body):
        with Street("--personas", PERSONAS, "--only", "not-router-igd", "--base", "127.0.67.1") as street:
            body = f'<s:Envelope xmlns:s="x"><s:Body><u:{body} xmlns:u="y"/></s:Body></s:Envelope>'
            head = f'SOAPAction: "urn:schemas-upnp-org:service:WANIPConnection:1#{header}"\r\n'
            ask("127.0.67.1", 49152, http("/ctl/IPConn", "POST", body, head))
        return kinds(street.counters)

    def test_an_unknown_datagram_is_unexpected_and_not_forbidden(self):
        for persona, port, data in (("dahua-ipc", 37810, b"\1"), ("axis-new", 5353, b"abc"),
                                    ("dahua-ipc", 3702, b"<x/>")):
            counters = self.judged(persona, port, data)
            self.assertEqual((counters["totals"]["forbidden"], counters["totals"]["unexpected"]), (0, 1))

    def test_where_one_visitor_is_named_others_are_answered_and_not_judged(self):
        with Street("--personas", PERSONAS, "--only", "hikvision-ipc", "--base", "127.0.67.1", "--visitor",
                    "127.0.0.1") as street, Ear() as visitor, Ear(address="127.0.0.2") as other:
            for ear, types in ((other, "reboot"), (visitor, "inquiry"), (other, "inquiry")):
                for to in ("127.0.67.1", "239.255.255.250"):
                    ear.s.sendto(d.sadp(types), (to, 37020))
            for ear in (visitor, other, visitor, other):
                self.assertIn(d.UUID.encode(), ear.hear()[0])
        totals = street.counters["totals"]
        self.assertEqual((totals["datagrams"], totals["shouts"], totals["forbidden"]), (1, 1, 0))

    def test_a_shout_is_judged_once_and_counts_for_each_that_hears_it(self):
        with Street("--personas", PERSONAS, "--base", "127.0.69.1") as street, Ear() as ear:
            ear.s.sendto(d.sadp("reboot"), ("239.255.255.250", 37020))
            ear.s.sendto(d.sadp(), (street.address["hikvision-ipc"], 37020))
            ear.hear()
        hear = {street.address[n] for n, _, u in udp_ports(DEVICES) if u["port"] == 37020}
        heard = {h["address"]: h["shouts"] for h in street.counters["hosts"]}
        self.assertEqual({a for a, n in heard.items() if n}, hear)
        self.assertEqual(street.counters["totals"]["forbidden"], 1)
        worst = {h["address"]: h["max_initiated_1s"] for h in street.counters["hosts"]}
        self.assertEqual(worst[street.address["hikvision-ipc"]], 2)


class Fleet(unittest.TestCase):
    def test_each_device_of_a_fleet_answers_what_is_asked_of_it_alone(self):
        with Street("--personas", PERSONAS, "--fleet", "600", "--fleet-persona", "hikvision-ipc", "--fleet-persona",
                    "dahua-ipc", "--base", "127.70.0.1") as street, Ear() as ear:
            for i in (0, 598):
                ear.s.sendto(d.sadp(), (street.truth[i]["address"], 37020))
                data, address, _ = ear.hear()
                self.assertEqual(address, street.truth[i]["address"])
                self.assertEqual(plain(d.read_sadp(data, address)["mac"]), plain(street.truth[i]["mac"]))
            ear.s.sendto(d.sadp(), (street.truth[1]["address"], 37020))  # a persona without that port
            ear.s.sendto(d.dhip(), (street.truth[1]["address"], 37810))
            self.assertEqual(ear.hear()[2], 37810)
        self.assertEqual(street.counters["totals"]["datagrams"], 4)


CLASSES = (Files, Answers, Lies, Judge, Fleet)
