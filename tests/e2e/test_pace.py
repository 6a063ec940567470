#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The default pace, proven on the wire: a veth pair between two namespaces that this test makes, MTU 1500,
captured by tcpdump. Counted are packets that Lenscap initiates (SYN, segments with data); the kernel's own
acknowledgements, FIN and RST are reported apart."""
import collections
import os
import shutil
import struct
import subprocess
import time

import kit

SCOPE = """version: 1
owner: the tests
contact: tests@lenscap.invalid
purpose: pace on a veth pair
valid: {until: 2099-12-31}
allow: [10.99.1.0/24]
"""
OUTSIDE = "10.99.1.200"  # inside the prefix, excluded below


def sh(*command):
    subprocess.run(list(map(str, command)), check=True, capture_output=True)


class Namespaces:
    """Scanner and cameras, joined by one cable; the cameras' side owns 10.99.1.0/24."""

    def __enter__(self):
        self.a, self.b = f"lc-scan-{os.getpid()}", f"lc-cams-{os.getpid()}"
        for ns in (self.a, self.b):
            sh("ip", "netns", "add", ns)
            sh("ip", "-n", ns, "link", "set", "lo", "up")
        sh("ip", "link", "add", "v0", "netns", self.a, "mtu", 1500, "type", "veth",
           "peer", "name", "v1", "netns", self.b)
        for ns, link, address in ((self.a, "v0", "10.99.0.1/30"), (self.b, "v1", "10.99.0.2/30")):
            sh("ip", "-n", ns, "addr", "add", address, "dev", link)
            sh("ip", "-n", ns, "link", "set", link, "mtu", 1500, "up")
        sh("ip", "-n", self.a, "route", "add", "10.99.1.0/24", "via", "10.99.0.2")
        sh("ip", "-n", self.b, "route", "add", "local", "10.99.1.0/24", "dev", "lo")
        return self

    def __exit__(self, *_):
        for ns in (self.a, self.b):
            subprocess.run(["ip", "netns", "del", ns], capture_output=True)

    def inside(self, ns):
        return ("ip", "netns", "exec", ns)


def packets(path):
    """(time, destination, kind, length) of every IPv4/TCP frame to the cameras."""
    data = path.read_bytes()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    nano = data[:4] in (b"\x4d\x3c\xb2\xa1", b"\xa1\xb2\x3c\x4d")
    at = 24
    while at + 16 <= len(data):
        sec, frac, kept, _ = struct.unpack(order + "IIII", data[at:at + 16])
        frame = data[at + 16:at + 16 + kept]
        at += 16 + kept
        if frame[12:14] != b"\x08\x00" or frame[23] != 6:
            continue
        ip = frame[14:]
        head = (ip[0] & 15) * 4
        total = struct.unpack(">H", ip[2:4])[0]
        tcp = ip[head:]
        body, flags = total - head - (tcp[12] >> 4) * 4, tcp[13]
        kind = "syn" if flags & 2 else "data" if body else "rst" if flags & 4 else "fin" if flags & 1 else "ack"
        destination = ".".join(map(str, ip[16:20]))
        yield sec + frac / (1e9 if nano else 1e6), destination, kind, total


def worst_second(times):
    worst = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - 1.0:
            first += 1
        worst = max(worst, last - first + 1)
    return worst


def at_most_ten_initiated_packets_a_second_and_none_outside_the_scope():
    if os.geteuid() != 0 or not shutil.which("tcpdump"):
        raise kit.Skip("network namespaces and tcpdump need root")
    folder = kit.scratch()
    capture = folder / "wire.pcap"
    with Namespaces() as net:
        with kit.street(folder, "--base", "10.99.1.1", prefix=net.inside(net.b)) as street, \
                kit.process([*net.inside(net.a), "tcpdump", "-i", "v0", "-Q", "out", "-s", "96", "-U", "-w", capture,
                             "tcp"], stderr=subprocess.DEVNULL):
            time.sleep(1)  # tcpdump has no ready line
            scope = kit.scope_file(folder, SCOPE + f"exclude: [{OUTSIDE}, 10.99.1.128/26]\n")
            n = len(street.truth())
            done = kit.lenscap(folder, "scan", f"10.99.1.1-10.99.1.{n}", OUTSIDE, "--scope", scope, "--store",
                               ":memory:", "--json", prefix=net.inside(net.a), check=0, timeout=280)
            time.sleep(0.5)
    sent, kinds, longest = collections.defaultdict(list), collections.Counter(), 0
    for at, destination, kind, length in packets(capture):
        kinds[kind] += 1
        longest = max(longest, length)
        assert destination != OUTSIDE and not destination.startswith("10.99.1.1") or destination in street.truth(), \
            f"a packet to {destination}, which the scope excludes"
        if kind in ("syn", "data"):
            sent[destination].append(at)
    worst = max(worst_second(times) for times in sent.values())
    print(f"         worst second of any host: {worst} initiated packets; all: {dict(kinds)}; longest {longest} bytes")
    assert len(kit.devices(done.stdout)) >= 25
    assert worst <= 10, {h: worst_second(t) for h, t in sent.items() if worst_second(t) > 10}
    assert longest <= 1500
    assert street.counters()["totals"]["forbidden"] == 0


if __name__ == "__main__":
    kit.main([at_most_ten_initiated_packets_a_second_and_none_outside_the_scope])
