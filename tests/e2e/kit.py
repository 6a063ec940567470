# SPDX-License-Identifier: Apache-2.0
"""What the end-to-end tests share: starting the real binaries, scratch folders, and a runner that names tests
after what they prove. Everything listens and scans on loopback, or in namespaces that the test makes."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import traceback

LENSCAP = os.environ.get("LENSCAP", "build/lenscap")
SIM = os.environ.get("LENSCAP_SIM", "build/lenscap-sim")
ROOT = pathlib.Path(__file__).resolve().parents[2]
# A laboratory scope: loopback only, so the raised rates hurt nobody.
LAB_SCOPE = """version: 1
owner: the tests
contact: tests@lenscap.invalid
purpose: end-to-end test on loopback
valid: {until: 2099-12-31}
laboratory: true
allow: [127.0.0.0/8]
rates: {host: 100000, host-connections: 2, block: 1000000, total: 1000000}
"""


class Skip(Exception):
    pass


def scratch():
    """A folder that is removed at the end of the process."""
    path = tempfile.mkdtemp(prefix="lenscap-test-")
    import atexit
    atexit.register(shutil.rmtree, path, True)
    return pathlib.Path(path)


def environment(folder, **more):
    env = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    env.update({"HOME": str(folder), "XDG_DATA_HOME": str(folder), "LANG": "C.UTF-8", **more})
    return env


def lenscap(folder, *args, timeout=120, stdin=None, env=None, check=None, prefix=()):
    """Run lenscap to its end. `check` is the exit code that is expected."""
    done = subprocess.run([*prefix, LENSCAP, *map(str, args)], capture_output=True, text=True, timeout=timeout,
                          input=stdin, env=environment(folder, **(env or {})), errors="surrogateescape")
    if check is not None:
        assert done.returncode == check, \
            f"lenscap {' '.join(map(str, args))}: exit {done.returncode}, expected {check}\n" \
            f"stdout: {done.stdout[-2000:]}\nstderr: {done.stderr[-2000:]}"
    return done


def scope_file(folder, text=LAB_SCOPE, name="scope.yaml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def devices(text):
    """JSON lines of a scan or report as {address: object}."""
    found = {}
    for line in text.splitlines():
        d = json.loads(line)
        assert d["schema"] == "lenscap.device/1", d
        assert d["address"] not in found, f"{d['address']} stands twice"
        found[d["address"]] = d
    return found


@contextlib.contextmanager
def process(command, ready=None, timeout=20, **how):
    """A helper process, ended with the block; waits for the line `ready` on its stdout."""
    p = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE if ready else subprocess.DEVNULL,
                         stderr=how.pop("stderr", None), text=True, **how)
    try:
        if ready:
            limit = time.monotonic() + timeout
            while True:
                line = p.stdout.readline()
                if ready in line:
                    break
                assert p.poll() is None, f"{command[0]} ended with {p.returncode} before it was ready"
                assert time.monotonic() < limit, f"{command[0]} is not ready"
        yield p
    finally:
        p.terminate()
        try:
            p.wait(10)
        except subprocess.TimeoutExpired:
            p.kill()
            p.wait()


class Street:
    """The simulator's side of a test: ground truth while it runs, counters after it ended."""

    def __init__(self, folder):
        self.folder = folder
        self.truth_file, self.counters_file = folder / "truth.jsonl", folder / "counters.json"

    def truth(self):
        return {t["address"]: t for t in map(json.loads, self.truth_file.read_text().splitlines())}

    def counters(self):
        return json.loads(self.counters_file.read_text())


@contextlib.contextmanager
def street(folder, *args, personas=("sim/personas",), prefix=()):
    s = Street(folder)
    where = [x for p in personas for x in ("--personas", ROOT / p)]
    command = [*prefix, SIM, *where, "--truth", s.truth_file, "--counters", s.counters_file,
               "--max-seconds", 300, *args]
    with process(command, ready="ready") as p:
        s.pid = p.pid
        yield s


def children(pid):
    """Pids of the roles that `pid` started, by name of role."""
    out = {}
    for proc in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            stat = (proc / "stat").read_text().rsplit(")", 1)[1].split()
            line = (proc / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if stat[1] == str(pid) and len(line) > 2 and line[1] == b"--role":
            out.setdefault(line[2].decode(), []).append(int(proc.name))
    return out


def wait_for_port(address, port, timeout=15):
    import socket
    limit = time.monotonic() + timeout
    while time.monotonic() < limit:
        with contextlib.suppress(OSError), socket.create_connection((address, port), 1):
            return
        time.sleep(0.05)
    raise AssertionError(f"nothing listens on {address}:{port}")


def main(tests):
    """Run the functions; exit 77 (skipped) when all of them skipped, 1 when one failed."""
    wanted = sys.argv[1:]
    if os.geteuid() == 0 and not os.environ.get("LENSCAP_TEST_NET"):
        # A loopback of our own: no port of this machine is in the way, and nothing can leave.
        env = {**os.environ, "LENSCAP_TEST_NET": "1"}
        os.execvpe("unshare", ["unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh", sys.executable,
                               *sys.argv], env)
    failed = skipped = 0
    for test in tests:
        if wanted and test.__name__ not in wanted:
            continue
        started = time.monotonic()
        try:
            test()
            word = "ok"
        except Skip as reason:
            skipped += 1
            word = f"skipped: {reason}"
        except Exception:
            failed += 1
            word = "FAILED"
            traceback.print_exc()
        print(f"{word:8} {test.__name__} ({time.monotonic() - started:.1f} s)", flush=True)
    sys.exit(1 if failed else 77 if skipped == len(tests) else 0)
