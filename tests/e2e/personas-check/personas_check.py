# SPDX-License-Identifier: Apache-2.0
"""The street is what its files say: every persona is well-formed, listens where it says and only there, answers
what its truth claims, and the judge counts each request that must never be sent. Talks to loopback only."""
import json
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest
import warnings

import yaml

sys.modules.setdefault("personas_check", sys.modules[__name__])  # for udp_check.py, which shares what is here
SIM = sys.argv[1]
PERSONAS = pathlib.Path(sys.argv[2])
CLASSES = {"camera", "ptz", "thermal", "doorbell", "intercom", "nvr", "dvr", "encoder", "decoder", "vms", "hub",
           "access-control", "not-surveillance", "unknown"}
PATIENCE = 10  # seconds until a missing answer is a failure
warnings.simplefilter("ignore", DeprecationWarning)  # some devices speak TLS 1.0


def load(folder):
    return {p.stem: yaml.safe_load(p.read_text(encoding="utf-8")) for p in sorted(folder.glob("*.yaml"))}


DEVICES, HOSTILE = load(PERSONAS), load(PERSONAS / "hostile")


class Street:
    """A running simulator; leaving it ends it and reads its counters."""

    def __init__(self, *args):
        self.dir = tempfile.TemporaryDirectory()
        self.args = args

    def __enter__(self):
        base = pathlib.Path(self.dir.name)
        self.counters_file = base / "counters.json"
        self.process = subprocess.Popen(
            [SIM, "--truth", base / "truth", "--counters", self.counters_file, "--max-seconds", "100", *self.args],
            stdout=subprocess.PIPE, text=True)
        self.ready = self.process.stdout.readline()
        if not self.ready.startswith("ready "):
            raise AssertionError("the simulator did not start")
        self.truth = [json.loads(line) for line in (base / "truth").read_text().splitlines()]
        self.address = {t["id"]: t["address"] for t in self.truth}
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.code = self.process.wait(PATIENCE)
        self.process.stdout.close()
        self.counters = json.loads(self.counters_file.read_text())
        self.dir.cleanup()


def dial(address, port, tls=False):
    s = socket.create_connection((address, port), timeout=PATIENCE)
    if not tls:
        return s
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context.wrap_socket(s)


def receive_answer(s):
    """One answer with its body by Content-Length, or all until the end."""
    data = b""
    while True:
        head, gap, body = data.partition(b"\r\n\r\n")
        lengths = [l.split(b":")[1] for l in head.split(b"\r\n") if l.lower().startswith(b"content-length:")]
        if gap and len(body) >= (int(lengths[0]) if lengths else 0):
            return data
        more = s.recv(65536)
        if not more:
            return data
        data += more


def ask(address, port, request, tls=False):
    with dial(address, port, tls) as s:
        s.sendall(request)
        return receive_answer(s)


def rtsp(method, path, cseq=1):
    return f"{method} rtsp://camera{path} RTSP/1.0\r\nCSeq: {cseq}\r\n\r\n".encode()


def http(path, method="GET", body="", extra=""):
    return (f"{method} {path} HTTP/1.1\r\nHost: camera\r\n{extra}Content-Length: {len(body)}\r\n\r\n{body}").encode()


def soap(action):
    return f'<s:Envelope xmlns:s="x"><s:Body><tds:{action} xmlns:tds="y"/></s:Body></s:Envelope>'


def numbers(port):
    return port["port"] if isinstance(port["port"], list) else [port["port"]]


def ports_of(persona, protocol):
    return [(n, p) for p in persona["ports"] if p["protocol"] == protocol for n in numbers(p)]


def described_paths(port):
    for a in port.get("answers", []):
        paths = a.get("path", [])
        if a.get("method") == "DESCRIBE" and a["status"].startswith("200"):
            yield from [paths] if isinstance(paths, str) else paths


def kinds(counters):
    return sorted(o["kind"] for o in counters["forbidden"])


class Files(unittest.TestCase):
    def test_there_are_enough_devices_and_hostile_peers(self):
        self.assertGreaterEqual(len(DEVICES), 41)
        self.assertGreaterEqual(len(HOSTILE), 12)
        self.assertGreaterEqual(sum(1 for p in DEVICES.values() if not p["truth"]["camera"]), 9)

    def test_each_file_has_its_name_a_source_and_a_complete_truth(self):
        for name, p in {**DEVICES, **HOSTILE}.items():
            with self.subTest(name):
                self.assertEqual(p["id"], name)
                self.assertGreater(len(p["about"]), 30)
                self.assertIn(p["truth"]["class"], CLASSES)
                for shown in p["truth"]["shows"]:
                    self.assertTrue(p["truth"][shown], f"shows {shown} but the truth has none")

    def test_five_percent_of_the_cameras_open_none_of_the_six_likeliest_ports(self):
        likely = {80, 443, 554, 8000, 8080, 37777}
        cameras = [p for p in DEVICES.values() if p["truth"]["camera"]]
        hidden = [p for p in cameras if not likely & {n for port in p["ports"] for n in numbers(port)}]
        self.assertGreaterEqual(len(hidden) * 20, len(cameras))


class Answers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.street = Street("--personas", PERSONAS, "--base", "127.0.61.1")
        cls.street.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.street.__exit__()

    def each(self, protocol):
        for name, p in DEVICES.items():
            for n, port in ports_of(p, protocol):
                with self.subTest(f"{name} port {n}"):
                    yield self.street.address[name], n, port, p["truth"]

    def test_every_file_is_a_device_of_the_street(self):
        self.assertEqual(self.street.ready, f"ready {len(DEVICES)} devices\n")
        for t in self.street.truth:
            want = DEVICES[t["id"]]["truth"]
            self.assertEqual(t["shows"], want["shows"])
            self.assertEqual(t["camera"], want["camera"])

    def test_a_port_that_is_not_in_the_file_is_closed(self):
        for name, address in self.street.address.items():
            with self.subTest(name), self.assertRaises(ConnectionRefusedError):
                dial(address, 1)

    def test_rtsp_options_is_answered_with_its_cseq(self):
        for address, n, port, _ in self.each("rtsp"):
            head = ask(address, n, rtsp("OPTIONS", "/", 4711))
            self.assertTrue(head.startswith(b"RTSP/1.0 200 OK\r\n"))
            self.assertRegex(head, rb"(?i)\r\ncseq: 4711\r\n")

    def test_describe_bears_out_the_exposure_of_the_truth(self):
        for address, n, port, truth in self.each("rtsp"):
            nowhere = ask(address, n, rtsp("DESCRIBE", "/no-such-path-7f3a"))
            somewhere = [ask(address, n, rtsp("DESCRIBE", path)) for path in described_paths(port)]
            video = [a for a in somewhere if b" 200 " in a[:20] and b"m=video" in a]
            if truth["exposed"] is True or truth["exposed"] == "yes":
                self.assertTrue(video)
                self.assertNotIn(b" 200 ", nowhere[:20])
            elif truth["exposed"] is False or truth["exposed"] == "no":
                self.assertIn(b" 401 ", nowhere[:20])
                self.assertFalse(video)
            else:
                self.assertIn(b" 200 ", nowhere[:20])

    def test_every_web_port_answers_and_every_certificate_is_the_one_of_the_file(self):
        for address, n, port, _ in self.each("http"):
            with dial(address, n, "tls" in port) as s:
                if "tls" in port:
                    der = s.getpeercert(binary_form=True)
                    for part in port["tls"]["subject"]:
                        self.assertIn(part.partition("=")[2].encode(), der)
                s.sendall(http("/"))
                self.assertTrue(receive_answer(s).startswith(b"HTTP/1."))

    def test_head_has_the_length_and_no_body(self):
        with dial(self.street.address["hikvision-ipc"], 80) as s:
            s.sendall(http("/", "HEAD", extra="Connection: close\r\n"))
            answer = b"".join(iter(lambda: s.recv(65536), b""))
        self.assertRegex(answer, rb"\r\nContent-Length: [1-9][0-9]*\r\n")
        self.assertTrue(answer.endswith(b"\r\n\r\n"))

    def test_onvif_answers_what_is_open_and_refuses_the_rest(self):
        tapo = self.street.address["tapo-c200"]
        when = ask(tapo, 2020, http("/onvif/device_service", "POST", soap("GetSystemDateAndTime")))
        self.assertIn(b"<tt:Year>", when)
        who = ask(tapo, 2020, http("/onvif/device_service", "POST", soap("GetDeviceInformation")))
        self.assertIn(b"ter:NotAuthorized", who)

    def test_greetings_come_unasked(self):
        for protocol in ("ssh", "ftp", "telnet"):
            for address, n, _, _ in self.each(protocol):
                with dial(address, n) as s:
                    self.assertTrue(s.recv(256))

    def test_nonces_are_fresh_where_they_should_be_and_static_where_the_device_is_known_for_it(self):
        def nonce(name):
            answer = ask(self.street.address[name], 554, rtsp("DESCRIBE", "/a"))
            return answer.partition(b'nonce="')[2].partition(b'"')[0]
        self.assertNotEqual(nonce("hikvision-ipc"), nonce("hikvision-ipc"))
        self.assertEqual(nonce("hipcam-digest"), nonce("hipcam-digest"))

    def test_two_requests_in_one_segment_get_two_answers(self):
        with dial(self.street.address["hikvision-ipc"], 554) as s:
            s.sendall(rtsp("OPTIONS", "/", 1) + rtsp("OPTIONS", "/", 2))
            data = b""
            while data.count(b"\r\n\r\n") < 2:
                data += s.recv(65536)
            self.assertIn(b"CSeq: 2\r\n", data)


class Hostility(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.street = Street("--personas", PERSONAS / "hostile", "--base", "127.0.62.1", "--tarpits", "50")
        cls.street.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.street.__exit__()

    def test_one_byte_segments_are_still_the_whole_answer(self):
        answer = ask(self.street.address["h8-segments"], 80, http("/"))
        self.assertTrue(answer.endswith(b"</html>\n"))

    def test_a_reset_comes_behind_the_answer(self):
        with dial(self.street.address["h8-half-and-reset"], 554) as s:
            s.sendall(rtsp("OPTIONS", "/"))
            with self.assertRaises(ConnectionResetError):
                while True:
                    self.assertTrue(s.recv(4096))

    def test_a_half_closed_side_ends_the_answer(self):
        with dial(self.street.address["h8-half-and-reset"], 80) as s:
            s.sendall(http("/"))
            while s.recv(4096):
                pass
            s.sendall(b"x")  # their side still hears

    def test_an_endless_body_passes_a_megabyte(self):
        for port in (80, 8080):
            with dial(self.street.address["h11-endless-body"], port) as s:
                s.sendall(http("/"))
                got = 0
                while got < 1 << 20:
                    got += len(s.recv(65536))

    def test_a_tarpit_gives_one_byte_and_then_nothing(self):
        with dial("127.0.62.50", 554) as s:
            self.assertEqual(len(s.recv(4096)), 1)
            s.settimeout(0.05)
            with self.assertRaises(TimeoutError):
                s.recv(4096)

    def test_a_large_certificate_is_really_large(self):
        with dial(self.street.address["h16-huge-certificate"], 443, True) as s:
            self.assertGreater(len(s.getpeercert(binary_form=True)), 100000)

    def test_poison_arrives_unaltered(self):
        answer = ask(self.street.address["h19-poison"], 554, rtsp("OPTIONS", "/"))
        for part in (b"<script>", b"\x1b]8;;", "\u202e".encode(), b"\0end"):
            self.assertIn(part, answer)


class Judge(unittest.TestCase):
    """Each forbidden request alone, on a street of its own, so that no other can hide that it is not counted."""

    def judged(self, persona, port, *requests):
        with Street("--personas", PERSONAS, "--only", persona, "--base", "127.0.63.1") as street:
            for request in requests:
                with dial("127.0.63.1", port) as s:
                    s.sendall(request)
                    s.shutdown(socket.SHUT_WR)
                    while s.recv(65536):
                        pass
        self.assertEqual(street.code, 0)
        return street.counters

    def assert_kinds(self, persona, port, request, *want):
        with self.subTest(request=request):
            counters = self.judged(persona, port, request)
            self.assertEqual(kinds(counters), sorted(want))
            self.assertEqual(counters["totals"]["forbidden"], len(want))

    def test_rtsp_methods_that_fetch_video_or_change_something(self):
        for method in ("SETUP", "PLAY", "ANNOUNCE", "RECORD", "GET_PARAMETER"):
            self.assert_kinds("hikvision-ipc", 554, rtsp(method, "/"), "rtsp-method")

    def test_any_login(self):
        basic = "Authorization: Basic YWRtaW46\r\n"
        self.assert_kinds("hikvision-ipc", 554, rtsp("OPTIONS", "/")[:-2] + basic.encode() + b"\r\n", "login")
        self.assert_kinds("hikvision-ipc", 80, http("/", extra=basic), "login")
        self.assert_kinds("hikvision-ipc", 554, b"OPTIONS rtsp://a:b@c/ RTSP/1.0\r\nCSeq: 1\r\n\r\n", "login")
        self.assert_kinds("hikvision-ipc", 80, http("/ISAPI/Security/sessionLogin"), "login")
        self.assert_kinds("hikvision-ipc", 80, http("/onvif-http/x?auth=YWRtaW46MTEK"), "login")

    def test_pictures_and_holes(self):
        for path in ("/cgi-bin/snapshot.cgi", "/mjpg/video.mjpg", "/live.m3u8", "/live.flv", "/tmpfs/auto.jpg"):
            self.assert_kinds("hikvision-ipc", 80, http(path), "picture")
        for path in ("/System/configurationFile", "/current_config/passwd", "/cap.js", "/../../mnt/mtd/x"):
            self.assert_kinds("dahua-ipc", 80, http(path), "exploit")

    def test_http_methods_that_write(self):
        for method in ("PUT", "DELETE", "POST", "OPTIONS"):
            self.assert_kinds("hikvision-ipc", 80, http("/", method), "http-method")

    def test_onvif_actions_that_look_or_list_users(self):
        for action in ("GetUsers", "GetProfiles", "GetStreamUri", "GetSnapshotUri", "SystemReboot"):
            self.assert_kinds("tapo-c200", 2020, http("/onvif/device_service", "POST", soap(action)), "onvif-action")

    def test_a_single_byte_on_a_mute_port(self):
        for persona, port in (("tvt-nvr", 4567), ("xiongmai-dvr", 9530), ("xiongmai-dvr", 34567), ("dahua-ipc", 37777)):
            self.assert_kinds(persona, port, b"\n", "mute-port")

    def test_words_spoken_to_a_login_prompt(self):
        self.assert_kinds("not-openssh", 22, b"SSH-2.0-x\r\n", "spoke-to-login")
        self.assert_kinds("axis-old-ftp", 21, b"USER anonymous\r\n", "spoke-to-login")
        self.assert_kinds("xiongmai-dvr", 23, b"root\r\n", "spoke-to-login")

    def test_refusing_a_telnet_option_is_no_word(self):
        self.assert_kinds("xiongmai-dvr", 23, bytes([255, 252, 1, 255, 254, 3]))

    def test_the_fourth_describe_path(self):
        paths = ["/a", "/b", "/c", "/a"]
        self.assertEqual(kinds(self.judged("hikvision-ipc", 554, *[rtsp("DESCRIBE", p) for p in paths])), [])
        self.assertEqual(kinds(self.judged("hikvision-ipc", 554, *[rtsp("DESCRIBE", p) for p in paths + ["/d"]])),
                         ["describe-paths"])

    def test_what_is_allowed_stays_uncounted(self):
        counters = self.judged("hikvision-ipc", 80, http("/"), http("/", "HEAD"), http("/favicon.ico"),
                               http("/doc/index.html"), http("/SDK/activateStatus"),
                               *[http("/onvif/device_service", "POST", soap(a)) for a in (
                                   "GetSystemDateAndTime", "GetServices", "GetCapabilities", "GetServiceCapabilities",
                                   "GetDeviceInformation")])
        self.assertEqual(counters["totals"]["forbidden"], 0)
        self.assertEqual(counters["totals"]["unexpected"], 0)
        self.assertEqual(counters["totals"]["requests"], 10)

    def test_an_unknown_path_is_unexpected_and_not_forbidden(self):
        counters = self.judged("hikvision-ipc", 80, http("/some/other/page"))
        self.assertEqual(counters["totals"]["forbidden"], 0)
        self.assertEqual(counters["totals"]["unexpected"], 1)

    def test_connections_and_request_segments_of_the_worst_second_are_counted(self):
        counters = self.judged("hikvision-ipc", 554, rtsp("OPTIONS", "/"), rtsp("OPTIONS", "/"), rtsp("OPTIONS", "/"))
        self.assertEqual(counters["hosts"][0]["connections"], 3)
        self.assertEqual(counters["hosts"][0]["max_initiated_1s"], 6)


def run_sim(*args):
    return subprocess.run([SIM, *args], capture_output=True, text=True, timeout=60, check=False)


class Program(unittest.TestCase):
    def test_an_unknown_key_names_file_and_line(self):
        with tempfile.TemporaryDirectory() as d:
            bad = pathlib.Path(d) / "bad.yaml"
            bad.write_text("id: bad\nabout: x\ntruth: {class: camera, camera: yes, exposed: no, shows: []}\n"
                           "ports:\n- port: 80\n  protocol: http\n  colour: blue\n")
            done = run_sim("--personas", d)
        self.assertEqual(done.returncode, 5)
        self.assertIn("bad.yaml:7: unknown key \"colour\"", done.stderr)

    def test_counters_are_written_on_demand(self):
        with Street("--personas", PERSONAS, "--only", "tiandy-ipc", "--base", "127.0.64.1") as street:
            ask("127.0.64.1", 554, rtsp("OPTIONS", "/"))
            street.process.send_signal(signal.SIGUSR1)
            for _ in range(2):  # the second answer can only come after the signal was served
                ask("127.0.64.1", 554, rtsp("OPTIONS", "/"))
            early = json.loads(street.counters_file.read_text())
        self.assertGreaterEqual(early["totals"]["requests"], 1)
        self.assertEqual(street.counters["totals"]["requests"], 3)


class Fleet(unittest.TestCase):
    """Takes a network namespace of its own: a wildcard listener needs its ports free on all addresses."""

    def fleet(self, *more):
        with Street("--personas", PERSONAS, "--fleet", "1000", "--fleet-persona", "dahua-ipc", "--fleet-persona",
                    "axis-new", "--base", "127.65.0.1", *more) as street:
            realms = {ask(street.truth[i]["address"], 554, rtsp("DESCRIBE", "/a")).partition(b'realm="')[2][:20]
                      for i in (0, 1, 2, 3, 999)}
            with self.assertRaises(ConnectionResetError):  # address 1001 of 1000
                with dial("127.65.3.233", 554) as outside:
                    outside.recv(1)
        self.assertEqual(len(realms), 5)
        self.assertEqual(street.counters["totals"]["hosts"], 1000)

    def test_a_fleet_on_lo_answers_on_every_address_as_its_own_device(self):
        self.fleet()

    def test_a_fleet_may_leave_lo_in_a_namespace_of_its_own(self):
        self.fleet("--anywhere")


class Outside(unittest.TestCase):
    def test_wildcard_listeners_stay_off_the_machines_own_network(self):
        done = run_sim("--personas", PERSONAS, "--fleet", "2", "--fleet-persona", "not-openssh", "--anywhere")
        self.assertEqual(done.returncode, 3)

    def test_what_is_said_over_udp_stays_off_the_machines_own_network(self):
        done = run_sim("--personas", PERSONAS, "--only", "axis-new", "--base", "192.0.2.1")
        self.assertEqual(done.returncode, 3)


def suite(*classes):
    return unittest.TestSuite(unittest.defaultTestLoader.loadTestsFromTestCase(c) for c in classes)


def run(tests):
    return unittest.TextTestRunner().run(tests).wasSuccessful()


def main():
    street = (Files, Answers, Hostility, Judge, Program)
    if sys.argv[3:] == ["inside"]:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        import udp_check
        return run(suite(*street, Fleet, *udp_check.CLASSES))
    if subprocess.run(["unshare", "-n", "ip", "link", "set", "lo", "up"], capture_output=True, check=False).returncode:
        print("no network namespace can be made here: the tests of fleets and of UDP are skipped")
        return run(suite(*street))
    inside = subprocess.run(["unshare", "-n", sys.executable, "-W", "ignore", __file__, SIM, PERSONAS, "inside"],
                            check=False)
    return run(suite(Outside)) and inside.returncode == 0


if __name__ == "__main__":
    sys.exit(not main())
