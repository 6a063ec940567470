#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Local discovery, on one segment that this test makes of network namespaces: a switch, the scanner, the cameras (each
device with its own address and, where its persona has one, its own MAC), and real daemons in namespaces of their own.
`lenscap scan` without a target and without a scope finds what is there, names it by what it shows on the LAN, and
believes nobody who lies. Everything the scanner sends is captured; nothing can leave, there is no way out."""
import collections
import contextlib
import csv
import functools
import io
import ipaddress
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import time

import kit

sys.path.insert(0, str(pathlib.Path(__file__).parent / "personas-check"))
import datagrams as asked  # noqa: E402

NETWORK = ipaddress.ip_network("10.99.2.0/24")
FIRST, SCANNER, CAMERAS, AVAHI, ROUTER, COMPUTER = (str(NETWORK[n]) for n in (1, 250, 254, 230, 231, 232))
FORGED = {str(NETWORK[240]), str(NETWORK[241]), "192.0.2.77", "198.51.100.9"}
THIRD_PARTY_PORT = 64999  # asked nowhere: liars name it beside the addresses of others
GROUPS = {"239.255.255.250", "239.255.255.251", "224.0.0.251", "234.55.55.55", "234.55.55.56", "255.255.255.255",
          str(NETWORK.broadcast_address)}
KERNELS = {"224.0.0.22"}  # IGMP reports of the groups that were joined
LEAKS = ("SECRETUSER", "SECRETPASSWORD", "SECRETOWNER", "SECRETSALT", "SECRETKEY", "SECRETDATA")
PERSONAL = ("SECRETDEVICE", "SECRETGW")
ICMP, TCP, UDP = 1, 6, 17


def sh(*command, **how):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **how)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.stderr}"
    return done.stdout


def need(*programs):
    if os.geteuid() != 0:
        raise kit.Skip("network namespaces need root")
    for program in programs:
        if not shutil.which(program):
            raise kit.Skip(f"{program} is not installed")


class Lan:
    """A switch and the namespaces that hang on it."""

    def __init__(self):
        self.names = []

    def __enter__(self):
        try:
            self.switch = self.namespace("sw")
            sh("ip", "-n", self.switch, "link", "add", "br0", "type", "bridge", "mcast_snooping", 0)
            sh("ip", "-n", self.switch, "link", "set", "br0", "up")
            self.scanner, self.from_scanner = self.host("scan", SCANNER)
            self.way_out(CAMERAS)
            return self
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        for name in self.names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)

    def namespace(self, name):
        name = f"lc-{name}-{os.getpid()}"
        sh("ip", "netns", "add", name)
        self.names.append(name)
        sh("ip", "-n", name, "link", "set", "lo", "up")
        return name

    def way_out(self, router):
        """The scanner's default router: what it sends to strangers must be seen, not refused by its own kernel. And
        only of its own router may a scanner ask what it forwards. Nobody here forwards anything."""
        sh("ip", "-n", self.scanner, "route", "replace", "default", "via", router)

    def host(self, name, address):
        """A namespace on the segment; its device is called lan0."""
        ns = self.namespace(name)
        port = f"p{len(self.names)}"
        sh("ip", "link", "add", "lan0", "netns", ns, "type", "veth", "peer", "name", port, "netns", self.switch)
        sh("ip", "-n", self.switch, "link", "set", port, "master", "br0", "up")
        sh("ip", "-n", ns, "addr", "add", f"{address}/24", "brd", "+", "dev", "lan0")
        sh("ip", "-n", ns, "link", "set", "lan0", "up")
        return ns, ("ip", "netns", "exec", ns)

    def settle(self, devices):
        """The cameras' namespace: each device's address on a device of the machine that has its MAC."""
        ns, inside = self.host("cams", CAMERAS)
        # ARP is answered by the device that has the address, and asked for in the name of the segment's own.
        sh(*inside, "sysctl", "-qw", *(f"net.ipv4.conf.{i}.{k}" for i in ("all", "default", "lan0")
                                       for k in ("arp_ignore=1", "arp_announce=2", "rp_filter=0")))
        lines = []
        for i, d in enumerate(devices):
            link = f"m{i}" if d["mac"] else "lan0"
            if d["mac"]:
                lines.append(f"link add {link} link lan0 address {d['mac'].lower()} type macvlan mode bridge")
            lines.append(f"addr add {d['address']}/32 dev {link}")
            if d["mac"]:
                lines.append(f"link set {link} up")
        sh("ip", "-n", ns, "-batch", "-", input="\n".join(lines) + "\n")
        return inside


def truth_of(folder, *args, personas):
    where = [x for p in personas for x in ("--personas", kit.ROOT / p)]
    sh(kit.SIM, *where, "--base", FIRST, "--truth", folder / "plan.jsonl", "--truth-only", *args)
    return [json.loads(line) for line in (folder / "plan.jsonl").read_text().splitlines()]


@contextlib.contextmanager
def street(lan, folder, *args, personas=("sim/personas",)):
    devices = truth_of(folder, *args, personas=personas)
    inside = lan.settle(devices)
    # Other hosts of the segment may speak UDP to the cameras too: only the scanner is judged.
    with kit.street(folder, "--base", FIRST, "--lan", "lan0", "--visitor", SCANNER, *args, personas=personas,
                    prefix=inside) as s:
        yield s, {d["address"]: d for d in devices}


# ---- what left the scanner ----

def frames(path):
    """(time, destination, protocol, port, initiated) of every frame; destination None for what is not IP."""
    data = path.read_bytes()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    nano = data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
    at = 24
    while at + 16 <= len(data):
        sec, frac, kept, _ = struct.unpack(order + "IIII", data[at:at + 16])
        frame, at = data[at + 16:at + 16 + kept], at + 16 + kept
        when, kind = sec + frac / (1e9 if nano else 1e6), frame[12:14]
        if kind == b"\x08\x06":
            yield when, socket.inet_ntoa(frame[38:42]), "arp", 0, False
        elif kind == b"\x86\xdd":
            yield when, socket.inet_ntop(socket.AF_INET6, frame[38:54]), "ip6", 0, False
        elif kind == b"\x08\x00":
            ip, head = frame[14:], (frame[14] & 15) * 4
            to, total = socket.inet_ntoa(ip[16:20]), struct.unpack(">H", ip[2:4])[0]
            port = struct.unpack(">H", ip[head + 2:head + 4])[0] if ip[9] in (TCP, UDP) else 0
            body = total - head - (ip[head + 12] >> 4) * 4 if ip[9] == TCP else total
            syn = ip[9] == TCP and ip[head + 13] & 0x12 == 2
            unreachable = ip[9] == ICMP and ip[head] == 3
            kind = {TCP: "tcp", UDP: "udp"}.get(ip[9], "unreachable" if unreachable else str(ip[9]))
            yield when, to, kind, port, ip[9] == UDP or syn or (ip[9] == TCP and body > 0)


def worst_second(times):
    worst = first = 0
    times = sorted(times)
    for last, at in enumerate(times):
        while times[first] <= at - 1.0:
            first += 1
        worst = max(worst, last - first + 1)
    return worst


@contextlib.contextmanager
def capture(lan, path):
    command = [*lan.from_scanner, "tcpdump", "-i", "lan0", "-Q", "out", "-s", "128", "-U", "-w", path]
    with kit.process(command, ready="listening on", stderr=subprocess.STDOUT):
        yield


def astray(path):
    """Frames to anybody but the segment, the groups of discovery and the link's own multicast. The kernel tells whoever
    sends to a port that is closed by then, also in a forged name: that is not ours."""
    out = collections.Counter()
    for _, to, kind, port, _ in frames(path):
        if kind == "unreachable":
            continue
        address = ipaddress.ip_address(to)
        known = to in GROUPS | KERNELS or address in NETWORK if address.version == 4 else \
            address.is_link_local or to.startswith("ff02:")
        if not known or port == THIRD_PARTY_PORT:
            out[(to, kind, port)] += 1
    return dict(out)


def heard_by(path, devices):
    """Times of the packets that the scanner initiated, for each device that hears them: its own, and those to a group
    or to all on a port that it has a socket for."""
    times = collections.defaultdict(list)
    for when, to, kind, port, initiated in frames(path):
        if initiated and to not in GROUPS:
            times[to].append(when)
        elif initiated and kind == "udp":
            for address, d in devices.items():
                if port in d["udp"]:
                    times[address].append(when)
    return times


# ---- the runs: each once, looked at by several tests ----

class Run:
    """A scan of the segment: what it found, what it sent, and what the cameras noticed."""

    def __init__(self, devices):
        self.folder, self.devices = kit.scratch(), devices
        self.wire = self.folder / "wire.pcap"

    def scan(self, lan):
        with capture(lan, self.wire):
            self.done = kit.lenscap(self.folder, "scan", "--json", "--store", self.folder / "s.db",
                                    prefix=lan.from_scanner, check=0, timeout=280)
        self.found = kit.devices(self.done.stdout)

    def outputs(self):
        """Every text that the program makes of this run."""
        store = ("--store", self.folder / "s.db")
        texts = {"scan --json": self.done.stdout}
        for name, args in (("list", ["list"]), ("export", ["export", "--canonical"])):
            texts[name] = kit.lenscap(self.folder, *args, *store, check=0).stdout
        for form in ("html", "json", "csv"):
            texts[form] = kit.lenscap(self.folder, "report", "--format", form, *store, check=0).stdout
        for address in self.found:
            texts[f"show {address}"] = kit.lenscap(self.folder, "show", address, *store, check=0).stdout
        return texts


def street_run(*args, personas):
    need("tcpdump")
    with Lan() as lan:
        folder = kit.scratch()
        with street(lan, folder, *args, personas=personas) as (s, devices):
            for address, d in devices.items():
                if d["id"] == "not-router-igd":
                    lan.way_out(address)
            run = Run(devices)
            run.scan(lan)
        run.counters = s.counters()
    return run


@functools.lru_cache
def peaceful():
    return street_run(personas=("sim/personas",))


HEALTHY = ("hikvision-ipc", "dahua-ipc", "tapo-c200", "axis-new", "xiongmai-dvr", "tvt-nvr", "kbvision-ipc",
           "not-smart-tv")


def liars():
    """Ids of the hostile peers that speak UDP."""
    files = (kit.ROOT / "sim/personas/hostile").glob("*.yaml")
    return sorted(p.stem for p in files if "\nudp:" in p.read_text("utf-8"))


@functools.lru_cache
def hostile():
    only = [x for i in (*HEALTHY, *liars()) for x in ("--only", i)]
    return street_run(*only, personas=("sim/personas", "sim/personas/hostile"))


# ---- what a verdict must be ----

def plain(word):
    return "".join(c for c in (word or "").lower() if c.isalnum())


def faults(t, d):
    """What is wrong with the verdict `d` on a device with the truth `t`."""
    if d is None:  # who is no camera and has no TCP port may be left out
        return [f"{t['id']}: not found"] if t["ports"] or (t["udp"] and t["camera"]) else []
    if not t["camera"]:
        fine = d["class"] in ("not-surveillance", "unknown", t["class"])
        return [] if fine else [f"{t['id']}: a {t['class']} called {d['class']}"]
    shown, wrong = {*t["shows"], *t["shows_lan"]}, []
    if "class" in shown and d["class"] != t["class"]:
        wrong.append(f"{t['id']}: class {d['class']}, truth {t['class']}")
    if d["class"] == "not-surveillance" or ("platform" in t["shows"] and d["class"] == "unknown"):
        wrong.append(f"{t['id']}: class {d['class']}")
    for word in ("platform", "brand", "model", "firmware"):
        right = {plain(t[word])}
        if word == "model":  # with or without the name on the box in front
            right |= {plain(t["brand"] + t[word]), plain(t[word]).removeprefix(plain(t["brand"]))}
        if word in shown and plain(d[word]) not in right:
            wrong.append(f"{t['id']}: {word} {d[word]}, truth {t[word]}")
        elif d[word] and plain(d[word]) not in right | {plain(t["platform"])}:
            wrong.append(f"{t['id']}: {word} {d[word]} is invented, truth {t[word] or 'not shown'}")
    if {d["exposed"], t["exposed"]} == {"yes", "no"}:
        wrong.append(f"{t['id']}: exposed {d['exposed']} ({d['exposed_why']}), truth {t['exposed']}")
    return wrong


def strangers(run, *known):
    return sorted(set(run.found) - set(run.devices) - {CAMERAS, SCANNER, *known})


# ---- the segment itself, without Lenscap ----

def inside_ask():
    """Run in the scanner's namespace: asks what stands on stdin, prints what came back. A question is [group, port,
    datagram, where answers come (port, group or ""), how many are expected]."""
    number = socket.if_nametoindex("lan0")
    device = struct.pack("4s4si", bytes(4), bytes(4), number)
    answers = []
    for group, port, question, (at, where), count in json.load(sys.stdin):
        family = socket.AF_INET6 if ":" in group else socket.AF_INET
        with contextlib.ExitStack() as stack:
            s, ear = (stack.enter_context(socket.socket(family, socket.SOCK_DGRAM)) for _ in range(2))
            for x in (s, ear):
                x.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                x.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                x.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
                if family == socket.AF_INET:
                    x.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, device)
                else:
                    x.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, number)
                x.settimeout(5)
            if at:
                ear.bind((where, at))
            if where:
                ear.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(where) + device[4:])
            s.sendto(bytes.fromhex(question), (group, port))
            got = []
            with contextlib.suppress(TimeoutError):
                while len(got) < count:
                    data, (address, source, *_) = (ear if at else s).recvfrom(65535)
                    got.append([data.hex(), address, source])
        answers.append(got)
    json.dump(answers, sys.stdout)


def ask(lan, *questions):
    text = json.dumps([[g, p, q.hex(), where, n] for g, p, q, where, n in questions])
    out = sh(*lan.from_scanner, sys.executable, __file__, "--ask", input=text)
    return [[(bytes.fromhex(d), a, p) for d, a, p in got] for got in json.loads(out)]


def the_street_answers_on_the_segment_each_device_from_its_own_address_and_mac():
    need()
    probe = asked.wsd_probe("dn:NetworkVideoTransmitter")
    with Lan() as lan, street(lan, kit.scratch()) as (_, devices):
        of = {port: [a for a, d in devices.items() if port in d["udp"]] for port in (37020, 37810, 34569, 23456)}
        told = {p["address"] for p in devices.values() if p["id"] == "hikvision-ipc-old-open"}
        sadp, dhip, xm, mhed, wsd = ask(
            lan, ("239.255.255.250", 37020, asked.sadp(), (0, ""), len(of[37020]) - len(told)),
            ("255.255.255.255", 37810, asked.dhip(), (0, ""), len(of[37810])),
            (str(NETWORK.broadcast_address), 34569, asked.xm(), (0, ""), len(of[34569])),
            ("234.55.55.55", 23456, asked.mhed(), (23456, "234.55.55.56"), 1),
            ("239.255.255.250", 3702, probe, (0, ""), 20))
        alone = ask(lan, *((a, 37810, asked.dhip(), (0, ""), 1) for a in of[37810]))
        neighbours = sh("ip", "-n", lan.scanner, "neigh").lower()
    for (data, address, _), wanted in zip((got[0] for got in alone), of[37810], strict=True):
        mac = devices[address]["mac"].lower()
        assert address == wanted and plain(asked.read_dhip(data, address)["mac"]) == plain(mac)
        assert f"{address} dev lan0 lladdr {mac}" in neighbours, (address, mac, neighbours)
    assert {a for _, a, _ in sadp} == set(of[37020]) - told, sadp
    assert {a for _, a, _ in dhip} == set(of[37810])
    assert {a for _, a, _ in xm} == set(of[34569])
    assert len(wsd) == 20 and len({a for _, a, _ in wsd}) == 20, [a for _, a, _ in wsd]
    for port, got in ((37020, sadp), (37810, dhip), (34569, xm), (23456, mhed), (3702, wsd)):
        assert got, port
        for data, address, source in got:
            assert source == port
            asked.READERS[port](data, address)


def a_street_on_ipv6_answers_its_groups_from_its_own_addresses():
    need()
    folder, own = kit.scratch(), ["fd00:99::1", "fd00:99::2"]
    with Lan() as lan:
        ns, inside = lan.host("cams", CAMERAS)
        for name, address in ((ns, own[0]), (ns, own[1]), (lan.scanner, "fd00:99::ff")):
            sh("ip", "-n", name, "-6", "addr", "add", f"{address}/64", "dev", "lan0", "nodad")
        with kit.street(folder, "--base", own[0], "--lan", "lan0", "--only", "axis-new", "--only", "vigi-c350",
                        prefix=inside):
            wsd, mdns = ask(lan, ("ff02::c", 3702, asked.wsd_probe("dn:NetworkVideoTransmitter"), (0, ""), 2),
                            ("ff02::fb", 5353, asked.dns_question("_axis-video._tcp.local"), (0, ""), 1))
    assert sorted(a for _, a, _ in wsd) == own and all(f"[{a}]".encode() in d for d, a, _ in wsd), wsd
    assert [a for _, a, _ in mdns] == own[:1]


# ---- real daemons ----

def avahi(lan, folder):
    """avahi-daemon with its own configuration, seen as /etc/avahi/services by nobody else (ip netns exec has its own
    mounts): a camera's services."""
    _, inside = lan.host("avahi", AVAHI)
    for name in ("services", "run"):
        (folder / name).mkdir()
    (folder / "services/camera.service").write_text("""<?xml version="1.0"?><service-group>
<name>AXIS P1448-LE - ACCC8E010203</name><service><type>_axis-video._tcp</type><port>80</port>
<txt-record>macaddress=ACCC8E010203</txt-record></service><service><type>_rtsp._tcp</type><port>554</port></service>
</service-group>""")
    (folder / "avahi.conf").write_text("""[server]
host-name=axis-accc8e010203
allow-interfaces=lan0
use-ipv6=no
enable-dbus=no
[publish]
publish-workstation=no
publish-aaaa-on-ipv4=no
""")
    script = (f"mkdir -p /run/avahi-daemon && mount --bind {folder}/services /etc/avahi/services && "
              f"mount --bind {folder}/run /run/avahi-daemon && "
              f"exec avahi-daemon --no-drop-root --no-chroot --no-rlimits -f {folder}/avahi.conf")
    return kit.process([*inside, "sh", "-c", script], ready="successfully established", stderr=subprocess.STDOUT)


NAT = """table inet filter {
 chain forward { type filter hook forward priority 0; jump miniupnpd; }
 chain miniupnpd { }
 chain prerouting { type nat hook prerouting priority -100; jump prerouting_miniupnpd; }
 chain postrouting { type nat hook postrouting priority 100; jump postrouting_miniupnpd; }
 chain prerouting_miniupnpd { }
 chain postrouting_miniupnpd { }
}
"""


def miniupnpd(lan, folder, client):
    """miniupnpd with one mapping, read from its lease file: nobody had to ask for it. Its outer address must look
    public to it; the cable of that side ends in nothing."""
    ns, inside = lan.host("igd", ROUTER)
    sh("ip", "-n", ns, "link", "add", "wan0", "type", "veth", "peer", "name", "wan1")
    sh("ip", "-n", ns, "addr", "add", "11.22.33.44/32", "dev", "wan0")
    sh("ip", "-n", ns, "link", "set", "wan0", "up")
    sh(*inside, "nft", "-f", "-", input=NAT)
    (folder / "leases").write_text(f"TCP:8554:{client}:554:0:camera\n")
    (folder / "upnp.conf").write_text(f"""ext_ifname=wan0
listening_ip=lan0
http_port=49152
enable_natpmp=no
enable_upnp=yes
secure_mode=yes
lease_file={folder}/leases
uuid=00000000-0000-0000-0000-000000000001
allow 1-65535 {NETWORK} 1-65535
""")
    return kit.process([*inside, "miniupnpd", "-d", "-f", folder / "upnp.conf", "-P", folder / "upnp.pid"],
                       ready="HTTP listening on port", stderr=subprocess.STDOUT)


def wsdd2(lan):
    _, inside = lan.host("pc", COMPUTER)
    return kit.process([*inside, "stdbuf", "-oL", "wsdd2", "-4", "-w", "-W", "-i", "lan0", "-N", "OFFICEPC"],
                       ready="wsdd-mcast-v4", stderr=subprocess.STDOUT)


@contextlib.contextmanager
def daemons(lan, client):
    """Those that are installed."""
    folder = kit.scratch()
    with contextlib.ExitStack() as stack:
        if shutil.which("avahi-daemon"):
            stack.enter_context(avahi(lan, folder))
        if shutil.which("miniupnpd") and shutil.which("nft"):
            stack.enter_context(miniupnpd(lan, folder, client))
        if shutil.which("wsdd2"):
            stack.enter_context(wsdd2(lan))
        yield


@functools.lru_cache
def among_daemons():
    need("tcpdump")
    with Lan() as lan, street(lan, kit.scratch(), "--only", "hikvision-ipc", "--only", "dahua-ipc") as (s, devices):
        camera = next(a for a, d in devices.items() if d["id"] == "hikvision-ipc")
        with daemons(lan, camera):
            lan.way_out(ROUTER)
            run = Run(devices)
            run.scan(lan)
    run.counters, run.camera = s.counters(), camera
    return run


def the_real_daemons_answer_on_the_segment():
    need("avahi-daemon", "miniupnpd", "nft", "wsdd2")
    igd = "urn:schemas-upnp-org:device:InternetGatewayDevice:1"
    with Lan() as lan, daemons(lan, FIRST):
        ssdp, wsd, mdns = ask(lan, ("239.255.255.250", 1900, asked.msearch(igd), (0, ""), 1),
                              ("239.255.255.250", 3702, asked.wsd_probe(), (0, ""), 1),
                              ("224.0.0.251", 5353, asked.dns_question("_axis-video._tcp.local"), (0, ""), 1))
    assert ssdp[0][1] == ROUTER and igd.encode() in ssdp[0][0], ssdp
    assert wsd[0][1] == COMPUTER and b"pub:Computer" in wsd[0][0], wsd
    assert mdns[0][1] == AVAHI and b"AXIS P1448-LE" in mdns[0][0], mdns


# ---- Lenscap ----

def every_device_is_found_and_named_as_it_shows_itself_on_the_lan():
    run = peaceful()
    wrong = [w for address, t in run.devices.items() for w in faults(t, run.found.get(address))]
    wrong += [f"{address}: nobody lives there: {run.found[address]}" for address in strangers(run)]
    assert not wrong, "\n" + "\n".join(wrong)


def nothing_forbidden_is_sent_and_nothing_leaves_the_segment():
    for run in (peaceful(), hostile(), among_daemons()):
        assert run.counters["totals"]["forbidden"] == 0, json.dumps(run.counters["forbidden"])[:2000]
        assert run.counters["unexpected"] == [], json.dumps(run.counters["unexpected"])[:2000]
        assert not astray(run.wire), astray(run.wire)


def no_device_hears_more_than_ten_packets_in_any_second():
    for run in (peaceful(), hostile()):
        worst = {a: worst_second(t) for a, t in heard_by(run.wire, run.devices).items()}
        print(f"         worst second of any device: {max(worst.values())} packets, datagrams to its groups included")
        assert max(worst.values()) <= 10, {a: n for a, n in worst.items() if n > 10}


def discovery_really_was_over_udp():
    totals = peaceful().counters["totals"]
    assert totals["shouts"] > 0, totals


def secrets_that_devices_leak_are_kept_nowhere():
    run = peaceful()
    leaking = [a for a, t in run.devices.items() if t["id"] in ("vstarcam-10554", "tapo-c200", "hikvision-ipc")]
    assert len(leaking) == 3 and all(a in run.found for a in leaking)
    for name, text in run.outputs().items():
        assert not [w for w in (*LEAKS, *PERSONAL) if w in text], name
    for path in run.folder.glob("s.db*"):
        data = path.read_bytes()
        assert not [w for w in LEAKS if w.encode() in data], path.name


def a_mapping_of_the_router_is_told_of_the_camera_behind_it():
    run = peaceful()
    camera = next(a for a, t in run.devices.items() if t["id"] == "hikvision-ipc")
    facts = {(f["evidence"] or {}).get("fact") for f in run.found[camera]["findings"]}
    assert any(f and f.startswith("igd.") for f in facts), run.found[camera]["findings"]


def floods_and_forged_senders_add_no_device():
    run = hostile()
    assert not strangers(run), strangers(run)
    assert not FORGED & set(run.found)
    flooding = next(a for a, t in run.devices.items() if t["id"] == "h5-flood")
    assert flooding in run.found  # once: kit.devices refuses a second line
    stale = next(a for a, t in run.devices.items() if t["id"] == "h5-wrong-token")
    # An answer to somebody else's question is overheard: what the device says of itself, under its own address only,
    # and no port of it is believed open.
    told = run.found.get(stale, {"endpoints": [], "exposed": "unknown"})
    assert not told["endpoints"] and told["exposed"] == "unknown", told


def clones_with_one_mac_and_serial_stay_two_devices():
    run = hostile()
    clones = {a: t for a, t in run.devices.items() if t["id"].startswith("h4-clone")}
    wrong = [w for a, t in clones.items() for w in faults(t, run.found.get(a))]
    assert len(clones) == 2 and not wrong, wrong


def hostile_neighbours_break_nobody_else():
    run = hostile()
    wrong = [w for a, t in run.devices.items() if t["id"] in HEALTHY for w in faults(t, run.found.get(a))]
    assert not wrong, "\n" + "\n".join(wrong)


def poison_over_udp_comes_out_inert_everywhere():
    run = hostile()
    for name, text in run.outputs().items():
        bad = re.findall("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]", text)
        assert not bad, (name, bad[:5])
        if name == "html":
            assert "<script" not in text.lower() and "<img" not in text.lower()
        if name == "csv":
            for row in csv.reader(io.StringIO(text)):
                assert not any(cell.startswith(("=", "+", "-", "@", "|", "%")) for cell in row), row


def a_camera_behind_avahi_is_found_by_its_service():
    need("avahi-daemon")
    found = among_daemons().found.get(AVAHI)
    assert found and plain(found["platform"]) == "axis", found
    assert plain(found["model"]) in ("p1448le", "axisp1448le"), found["model"]


def a_real_router_is_no_camera_and_tells_its_mapping():
    need("miniupnpd", "nft")
    run = among_daemons()
    assert run.found[ROUTER]["class"] in ("unknown", "not-surveillance"), run.found[ROUTER]
    facts = {(f["evidence"] or {}).get("fact") for f in run.found[run.camera]["findings"]}
    assert any(f and f.startswith("igd.") for f in facts), run.found[run.camera]["findings"]


def a_real_computer_that_answers_ws_discovery_is_no_camera():
    need("wsdd2")
    found = among_daemons().found.get(COMPUTER)
    assert found is None or found["class"] in ("unknown", "not-surveillance"), found


def a_wide_network_does_not_fill_the_kernels_neighbour_table():
    """2,046 addresses on one link, nearly all of them nobody's: each costs the kernel a row for three seconds, and it
    has 1,024. Who asks all at once loses devices."""
    need("ip")
    folder, living = kit.scratch(), [f"10.98.5.{i}" for i in range(1, 41)]
    with Lan() as lan:
        near, far = lan.namespace("near"), lan.namespace("far")
        sh("ip", "link", "add", "lan0", "netns", near, "type", "veth", "peer", "name", "lan0", "netns", far)
        for name, addresses in ((near, ["10.98.0.1"]), (far, living)):
            sh("ip", "-n", name, "link", "set", "lan0", "up")
            for address in addresses:
                sh("ip", "-n", name, "addr", "add", f"{address}/21", "dev", "lan0")
        fleet = ["--fleet", len(living), "--base", living[0], "--fleet-persona", "hikvision-ipc", "--anywhere"]
        with kit.street(folder, *fleet, prefix=("ip", "netns", "exec", far)):
            done = kit.lenscap(folder, "scan", "10.98.0.0/21", "--store", ":memory:", "--json", "--ports", "80",
                               "--no-local", "--no-udp", check=0, prefix=("ip", "netns", "exec", near))
    found = kit.devices(done.stdout)
    assert found.keys() == set(living), found.keys() ^ set(living)
    assert all(d["endpoints"] for d in found.values()), found


if __name__ == "__main__":
    if sys.argv[1:] == ["--ask"]:
        inside_ask()
        sys.exit()
    kit.main([the_street_answers_on_the_segment_each_device_from_its_own_address_and_mac,
              a_street_on_ipv6_answers_its_groups_from_its_own_addresses,
              the_real_daemons_answer_on_the_segment,
              every_device_is_found_and_named_as_it_shows_itself_on_the_lan,
              discovery_really_was_over_udp,
              nothing_forbidden_is_sent_and_nothing_leaves_the_segment,
              no_device_hears_more_than_ten_packets_in_any_second,
              secrets_that_devices_leak_are_kept_nowhere,
              a_mapping_of_the_router_is_told_of_the_camera_behind_it,
              floods_and_forged_senders_add_no_device,
              clones_with_one_mac_and_serial_stay_two_devices,
              hostile_neighbours_break_nobody_else,
              poison_over_udp_comes_out_inert_everywhere,
              a_camera_behind_avahi_is_found_by_its_service,
              a_real_router_is_no_camera_and_tells_its_mapping,
              a_real_computer_that_answers_ws_discovery_is_no_camera,
              a_wide_network_does_not_fill_the_kernels_neighbour_table])
