# SPDX-License-Identifier: Apache-2.0
"""The laboratory: a scanner and a world of addresses in two network namespaces, joined by one cable.

The world owns whole prefixes (a local route: every address of them is its own), and nft decides at the end of the
cable, before the stack, who answers, who refuses and who stays dark. Nothing here can reach another network: the
namespaces have no other interface. All names carry the pid of their maker; what dead makers left is removed."""
import array
import atexit
import contextlib
import ctypes
import fcntl
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
import kit  # noqa: E402 (its folder stands beside ours)

PREFIX = "lc-lab-"
SCANNER4, WORLD4 = "192.0.2.1", "192.0.2.2"  # RFC 5737: outside every range that is swept
SCANNER6, WORLD6 = "fd00:1ab::1", "fd00:1ab::2"
SCANNER_MAC, WORLD_MAC = "02:4c:41:42:00:01", "02:4c:41:42:00:02"
CABLE = {"scanner": "v0", "world": "v1"}
# The listen queue, time-wait and ICMP limits of the world must not be what is measured.
WORLD_SYSCTL = {"net.core.somaxconn": 65535, "net.ipv4.tcp_max_syn_backlog": 65536, "net.ipv4.icmp_ratelimit": 0,
                "net.ipv4.tcp_max_tw_buckets": 65536, "net.ipv4.tcp_syn_retries": 1, "net.ipv4.tcp_synack_retries": 1,
                "net.ipv4.conf.all.rp_filter": 0, "net.ipv4.conf.default.rp_filter": 0}
SCANNER_SYSCTL = {"net.ipv4.conf.all.rp_filter": 0, "net.ipv4.conf.default.rp_filter": 0}
SCOPE = """version: 1
owner: the tests
contact: tests@lenscap.invalid
purpose: laboratory in network namespaces of its own
valid: {{until: 2099-12-31}}
laboratory: true
allow: [{allow}]
rates: {{host: 100000, host-connections: 4, block: 10000000, total: 10000000}}
"""


def sh(*command, text=None):
    done = subprocess.run(list(map(str, command)), input=text, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(map(str, command))}: {done.stderr.strip()}"
    return done.stdout


def need(*programs):
    """Skip where the laboratory cannot be built."""
    if os.geteuid() != 0:
        raise kit.Skip("network namespaces need root")
    for program in ("ip", "nft", *programs):
        if not shutil.which(program):
            raise kit.Skip(f"{program} is not installed")
    if subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode:
        raise kit.Skip("no network namespace can be made here")


def remove(name):
    pids = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True).stdout.split()
    for pid in map(int, pids):
        with contextlib.suppress(OSError):
            os.kill(pid, signal.SIGKILL)
    subprocess.run(["ip", "netns", "del", name], capture_output=True)


def remove_of(pid):
    for name in pathlib.Path("/run/netns").glob(f"{PREFIX}{pid}-*"):
        remove(name.name)


def remove_left_over():
    for name in pathlib.Path("/run/netns").glob(f"{PREFIX}*"):
        pid = name.name[len(PREFIX):].partition("-")[0]
        if not pathlib.Path("/proc", pid).exists():
            remove(name.name)


def feature(namespace, device, command, on):
    """One ETHTOOL_S... switch (linux/ethtool.h) of a device in a namespace, by a child that enters it."""
    def work():
        libc = ctypes.CDLL(None, use_errno=True)
        with open(f"/run/netns/{namespace}") as ns:
            assert libc.setns(ns.fileno(), 0x40000000) == 0  # CLONE_NEWNET
        value = array.array("B", struct.pack("II", command, on))
        request = struct.pack("16sP", device.encode(), value.buffer_info()[0])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            fcntl.ioctl(s, 0x8946, request)  # SIOCETHTOOL
    pid = os.fork()
    if pid == 0:
        code = 1
        with contextlib.suppress(Exception):
            work()
            code = 0
        os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


class Lab:
    """`with Lab("198.18.0.0/15") as lab:` - the world owns the prefixes given."""
    made = 0

    def __init__(self, *prefixes):
        Lab.made += 1
        self.prefixes = prefixes
        self.scanner = f"{PREFIX}{os.getpid()}-{Lab.made}s"
        self.world = f"{PREFIX}{os.getpid()}-{Lab.made}w"

    def __enter__(self):
        need()
        remove_left_over()
        atexit.register(remove_of, os.getpid())
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that atexit runs when a test times out
        try:
            self.build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        remove(self.scanner)
        remove(self.world)

    def build(self):
        for name in (self.scanner, self.world):
            sh("ip", "netns", "add", name)
            sh("ip", "-n", name, "link", "set", "lo", "up")
        sh("ip", "link", "add", "v0", "netns", self.scanner, "address", SCANNER_MAC, "type", "veth",
           "peer", "name", "v1", "netns", self.world, "address", WORLD_MAC)
        self.set_sysctl("scanner", SCANNER_SYSCTL)
        self.set_sysctl("world", WORLD_SYSCTL)
        for name, link, v4, v6, other4, other6, mac in (
                (self.scanner, "v0", SCANNER4, SCANNER6, WORLD4, WORLD6, WORLD_MAC),
                (self.world, "v1", WORLD4, WORLD6, SCANNER4, SCANNER6, SCANNER_MAC)):
            sh("ip", "-n", name, "link", "set", link, "up")
            sh("ip", "-n", name, "addr", "add", v4 + "/30", "dev", link)
            sh("ip", "-n", name, "addr", "add", v6 + "/64", "dev", link, "nodad")
            for other in (other4, other6):  # nobody has to ask who has an address
                sh("ip", "-n", name, "neigh", "replace", other, "lladdr", mac, "dev", link, "nud", "permanent")
        for prefix in self.prefixes:
            self.own(prefix)

    def own(self, prefix):
        """The world answers for each address of the prefix, and the scanner finds the way."""
        v6 = ":" in prefix
        sh("ip", "-n", self.world, "route", "add", "local", prefix, "dev", "lo")
        sh("ip", "-n", self.scanner, "route", "add", prefix, "via", WORLD6 if v6 else WORLD4, "dev", "v0", "onlink")

    def set_sysctl(self, where, values):
        with self.in_namespace(where):
            for key, value in values.items():
                pathlib.Path("/proc/sys", key.replace(".", "/")).write_text(str(value))

    def inside(self, where):
        return ("ip", "netns", "exec", {"scanner": self.scanner, "world": self.world}[where])

    def nft(self, text, where="world"):
        sh(*self.inside(where), "nft", "-f", "-", text=text)

    def nft_list(self, *what, where="world"):
        return json.loads(sh(*self.inside(where), "nft", "-j", "list", *what))["nftables"]

    def counter(self, name, table="world"):
        """Packets of a named counter of the filter below."""
        for item in self.nft_list("counter", "netdev", table, name):
            if "counter" in item:
                return item["counter"]["packets"]
        raise AssertionError(f"no counter {name}")

    def filter(self, rules, sets=""):
        """Rules for what arrives in the world, before its stack. Each first packet of a connection is counted as
        `syn`; the counter `lost` is there for a rule to use. An earlier filter is replaced."""
        self.nft(f"""table netdev world
delete table netdev world
table netdev world {{
  counter syn {{ }}
  counter lost {{ }}
  {sets}
  chain entrance {{
    type filter hook ingress device "v1" priority 0;
    meta protocol != {{ ip, ip6 }} accept
    meta l4proto != tcp accept
    tcp flags & (fin | syn | rst | ack) != syn accept
    counter name syn
    {rules}
  }}
}}
""")

    def packets(self, where="world"):
        """Packets that arrived at this end of the cable so far, without starting a program."""
        with self.in_namespace(where):
            text = pathlib.Path("/proc/thread-self/net/dev").read_text()
        for line in text.splitlines():
            name, _, figures = line.partition(":")
            if name.strip() == CABLE[where]:
                return int(figures.split()[1])
        raise AssertionError("the cable is gone")

    @contextlib.contextmanager
    def in_namespace(self, where):
        """This thread stands in a namespace for the block: sockets made there stay there."""
        libc = ctypes.CDLL(None, use_errno=True)
        name = {"scanner": self.scanner, "world": self.world}[where]
        with open("/proc/thread-self/ns/net") as home, open(f"/run/netns/{name}") as there:
            assert libc.setns(there.fileno(), 0x40000000) == 0, os.strerror(ctypes.get_errno())
            try:
                yield
            finally:
                assert libc.setns(home.fileno(), 0x40000000) == 0

    def scope(self, folder, *allow, name="scope.yaml"):
        return kit.scope_file(folder, SCOPE.format(allow=", ".join(allow or self.prefixes)), name)

    @contextlib.contextmanager
    def listener(self, *ports, more=()):
        """Accepts on every address of the world, and ends what it accepted."""
        with kit.process([*self.inside("world"), sys.executable, HERE / "listener.py", *more, *ports],
                         ready="ready") as p:
            yield p

    def offload(self, where, command, on):
        return feature({"scanner": self.scanner, "world": self.world}[where], CABLE[where], command, on)

    def receive_offload(self, where, on):
        """GRO: a cable whose far end has it takes frames that an XDP program sends (facts on the laboratory)."""
        return self.offload(where, 0x2c, on)  # ETHTOOL_SGRO


def bpf(command, attributes):
    libc = ctypes.CDLL(None, use_errno=True)
    kept = ctypes.create_string_buffer(attributes, 128)
    fd = libc.syscall(321, command, kept, 128)  # bpf(2) on x86_64
    if fd < 0:
        raise kit.Skip(f"bpf: {os.strerror(ctypes.get_errno())}")
    return fd


# linux/bpf.h; offsets count from the next instruction. ARP stays: an engine may ask whether its way is alive.
DROP_ALL_BUT_ARP = [
    (0x61, 0x12, 0, 0),     # r2 = ctx->data
    (0x61, 0x13, 4, 0),     # r3 = ctx->data_end
    (0xb7, 0x00, 0, 1),     # r0 = XDP_DROP
    (0xbf, 0x24, 0, 0),     # r4 = r2
    (0x07, 0x04, 0, 14),    # r4 += 14
    (0x2d, 0x34, 3, 0),     # if r4 > r3: end
    (0x69, 0x25, 12, 0),    # r5 = the frame's type
    (0x55, 0x05, 1, 0x608), # if it is not ARP: end
    (0xb7, 0x00, 0, 2),     # r0 = XDP_PASS
    (0x95, 0x00, 0, 0),     # end
]


@contextlib.contextmanager
def xdp_drop(laboratory):
    """All that arrives in the world is dropped in the driver, but ARP."""
    code = b"".join(struct.pack("<BBhi", *line) for line in DROP_ALL_BUT_ARP)
    insns, licence = ctypes.create_string_buffer(code), ctypes.create_string_buffer(b"Apache-2.0")
    program = bpf(5, struct.pack("<IIQQ", 6, len(DROP_ALL_BUT_ARP), ctypes.addressof(insns), ctypes.addressof(licence)))
    try:
        with laboratory.in_namespace("world"):
            link = bpf(28, struct.pack("<IIII", program, socket.if_nametoindex("v1"), 37, 4))  # BPF_XDP, driver mode
        try:
            yield
        finally:
            os.close(link)
    finally:
        os.close(program)


def rol(v, n):
    return (v << n | v >> (32 - n)) & 0xffffffff


def jhash(key, seed):
    """Linux's jhash of 4 or 16 bytes: Bob Jenkins' lookup3 with a start value of its own."""
    m = 0xffffffff
    words = struct.unpack(f"<{len(key) // 4}I", key)
    a = b = c = (0xdeadbeef + len(key) + seed) & m
    while len(words) > 3:
        a, b, c = (a + words[0]) & m, (b + words[1]) & m, (c + words[2]) & m
        a = (a - c & m) ^ rol(c, 4)
        c = c + b & m
        b = (b - a & m) ^ rol(a, 6)
        a = a + c & m
        c = (c - b & m) ^ rol(b, 8)
        b = b + a & m
        a = (a - c & m) ^ rol(c, 16)
        c = c + b & m
        b = (b - a & m) ^ rol(a, 19)
        a = a + c & m
        c = (c - b & m) ^ rol(b, 4)
        b = b + a & m
        words = words[3:]
    a = a + words[0] & m
    assert len(words) == 1
    c = (c ^ b) - rol(b, 14) & m
    a = (a ^ c) - rol(c, 11) & m
    b = (b ^ a) - rol(a, 25) & m
    c = (c ^ b) - rol(b, 16) & m
    a = (a ^ c) - rol(c, 4) & m
    b = (b ^ a) - rol(a, 14) & m
    return (c ^ b) - rol(b, 24) & m


def scaled(key, seed, modulus):
    """What `jhash ip daddr mod MODULUS seed SEED` says in nft."""
    return jhash(key, seed) * modulus >> 32


class Peak:
    """Highest proportional set size of a process and all it started, sampled by whoever calls."""

    def __init__(self):
        self.kib = 0

    def sample(self, pid):
        total, todo = 0, [pid]
        while todo:
            one = todo.pop()
            with contextlib.suppress(OSError, ValueError):
                for line in pathlib.Path(f"/proc/{one}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
            for task in pathlib.Path(f"/proc/{one}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    todo += map(int, task.read_text().split())
        self.kib = max(self.kib, total)


def wait_until(condition, what, timeout=30):
    limit = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < limit, f"waited {timeout} s for {what}"
        time.sleep(0.01)
