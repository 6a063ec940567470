#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`lenscap passwords` judges an owner's list and lets nothing of it out: a canary is looked for in everything that the
process writes, in the files it could have left, in its memory while it lives, and in a core that it must not leave."""
import contextlib
import fcntl
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import termios
import time

import kit

# Not in any list, and not part of anything else that the tests write.
CANARY = "Vq7#hLm2pZ-kanarienvogel"
TABLE = f"""device,account,password,serial,mac,model,brand,phone,app
192.168.1.64,admin,12345,,,,Hikvision,,
gate,admin,{CANARY},,,,,,
yard,kythuat,{CANARY},,,,,,
shop,admin,be010203,,28:57:BE:01:02:03,,,,
old,admin,,,,DH-DVR0404LE-L,Dahua,,
,me@example.com,{CANARY},,,,,,Hik-Connect
fine,admin,u7XpLq2vNe4Z,,,,,,
"""


def file(text=TABLE, mode=0o600):
    path = kit.scratch() / "list.csv"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return path


def audit(path, *args, check=0, **how):
    return kit.lenscap(kit.scratch(), "passwords", path, *args, check=check, **how)


def logins(*args, **how):
    out = [json.loads(s) for s in audit(*args, "--json", **how).stdout.splitlines()]
    assert all(d["schema"] == "lenscap.password/1" for d in out), out
    return {d["line"]: d for d in out}


def ids(login):
    return [f["id"] for f in login["findings"]]


def every_login_gets_its_findings():
    d = logins(file())
    assert ids(d[2]) == ["maker-default"], d[2]
    assert ids(d[3]) == ["app-password", "same-password"], d[3]
    assert ids(d[4]) == ["app-password", "same-password", "installer-account"], d[4]
    assert ids(d[5])[0] == "derived" and d[5]["findings"][0]["from"] == ["mac"], d[5]
    assert ids(d[6]) == ["no-password", "device-limit"], d[6]
    assert ids(d[7]) == ["app-password"] and d[7]["app"] == "Hik-Connect", d[7]
    assert ids(d[8]) == [] and d[8]["group"] is None, d[8]
    assert d[3]["group"] == d[4]["group"] == d[7]["group"] == 1
    assert all(f["remedy"] and f["title"] for login in d.values() for f in login["findings"])


def exit_codes_follow_the_worst_finding_and_what_was_left_out():
    for severity, code in (("critical", 1), ("info", 1)):
        audit(file(), "--fail-on", severity, check=code)
    weak = file("device,account,password\na,kythuat,u7XpLq2vNe4Z\n")
    audit(weak, "--fail-on", "medium", check=1)
    audit(weak, "--fail-on", "high", check=0)
    audit(file("device,password\na,x,y\nb,u7XpLq2vNe4Z\n"), check=4)
    for wrong in (file("a,b\nc,d\n"), kit.scratch(), "/nonexistent"):
        audit(wrong, check=2)
    audit(file("x" * (2 << 20) + "\n"), check=2)


def both_languages_say_what_to_do():
    english, vietnamese = (audit(file(), "--lang", lang).stdout for lang in ("en", "vi"))
    assert "What to do" in english and "(line 2)" in " ".join(english.split()), english
    assert "Việc cần làm" in vietnamese and "nhóm 1" in vietnamese, vietnamese
    assert "What to do" not in vietnamese


def the_standard_input_is_read_like_a_file():
    table = audit("-", stdin=TABLE).stdout
    assert table == audit(file()).stdout and "group 1" in table


def a_file_that_others_can_read_is_warned_of():
    assert "chmod 600" in audit(file(mode=0o640)).stderr
    assert "chmod 600" not in audit(file(mode=0o600)).stderr


def spellings():
    """The canary as it is, backwards (zxcvbn's copy), and the codes that somebody could have printed instead."""
    import base64
    import hashlib
    raw = CANARY.encode()
    out = [raw, raw[::-1], raw.lower(), base64.b64encode(raw)]
    for name in ("md5", "sha1", "sha256"):
        h = hashlib.new(name, raw)
        out += [h.digest(), h.hexdigest().encode()]
    return out


def no_output_and_no_file_has_the_password():
    home = kit.scratch()
    lists = [file(), file(f"{CANARY}\n{CANARY}\n"), file(f"device,password\n{CANARY},{CANARY}\n"),
             file(f"device,password\na,{CANARY},b\nb,\"{CANARY}\nc,{CANARY}\"x\n"),
             file(f"password,password\n{CANARY},a\n"), file(f"a,{CANARY}\nb,{CANARY}\n"),
             file(f"{CANARY},password\na,b\n")]
    for path in lists:
        for args in ([], ["--json"], ["--lang", "vi"], ["--plain"]):
            done = kit.lenscap(home, "passwords", path, *args)
            assert done.returncode in (0, 2, 4), done
            said = (done.stdout + done.stderr).encode()
            assert said
            for word in spellings():
                assert word not in said, (path.read_text(), args, word)
    left = [p for p in home.rglob("*")]
    assert left == [], left


@contextlib.contextmanager
def waiting(text, ready, end=False, **how):
    """The process while it lives: with `text` read and more to come, or (`end`) with more to say than anybody reads.
    `ready` looks at its number."""
    env = kit.environment(kit.scratch(), ASAN_OPTIONS="quarantine_size_mb=0:thread_local_quarantine_size_kb=0")
    p = subprocess.Popen([kit.LENSCAP, "passwords", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.DEVNULL, env=env, **how)
    try:
        p.stdin.write(text.encode())
        p.stdin.flush()
        if end:
            p.stdin.close()
        limit = time.monotonic() + 60
        while not ready(p):
            assert p.poll() is None and time.monotonic() < limit, "it never came so far"
        yield p
    finally:
        p.kill()
        p.wait()
        for pipe in (p.stdin, p.stdout):
            with contextlib.suppress(OSError):
                pipe.close()


def mappings(pid):
    """(head, flags, bytes) of what the process may write; a sanitizer's shadow is too large to be looked at."""
    out, head = [], None
    try:
        with open(f"/proc/{pid}/smaps", encoding="utf-8") as smaps, open(f"/proc/{pid}/mem", "rb", 0) as mem:
            for line in smaps:
                word = line.split()
                if "-" in word[0] and not word[0].endswith(":"):
                    head = word
                elif word[0] == "VmFlags:" and "wr" in word:
                    low, high = (int(x, 16) for x in head[0].split("-"))
                    if high - low > 1 << 28:
                        continue
                    with contextlib.suppress(OSError, OverflowError, ValueError):
                        mem.seek(low)
                        out.append((head, word[1:], mem.read(high - low)))
    except PermissionError as e:
        raise kit.Skip(f"only root looks into a process that may not be dumped ({e})") from e
    return out


def has_read(p):
    return any(CANARY.encode() in data for _, _, data in mappings(p.pid))


def has_answered(p):
    """The audit is over: there is something to read, and more of it than a pipe holds."""
    return int.from_bytes(fcntl.ioctl(p.stdout, termios.FIONREAD, bytes(4)), sys.byteorder) > 0


def pieces(n=7):
    """Of the canary and of its mirror image: a heap overwrites the beginning of what it is given back."""
    for raw in (CANARY.encode(), CANARY.encode()[::-1]):
        yield from (raw[i:i + n] for i in range(len(raw) - n + 1))


def is_sanitized(pid):
    return "libasan" in pathlib.Path(f"/proc/{pid}/maps").read_text()


def its_only_copy_lies_in_pages_that_are_locked_and_never_dumped():
    rows = "".join(f"camera {i},admin,{CANARY}\n" for i in range(1200))
    with waiting("device,account,password\n" + rows, has_answered, end=True) as p:
        secret, elsewhere = [], []
        for head, flags, data in mappings(p.pid):
            for word in [*spellings(), *pieces()]:
                if word in data and "dd" not in flags:
                    elsewhere.append((head, word))
            if CANARY.encode() in data and "dd" in flags:
                secret.append((head, flags))
        assert elsewhere == [], elsewhere
        assert len(secret) == 1, secret
        # Sanitizers turn mlock into nothing.
        assert is_sanitized(p.pid) or "lo" in secret[0][1], secret


def while_it_reads_it_is_confined():
    with waiting(TABLE, has_read) as p:
        status = pathlib.Path(f"/proc/{p.pid}/status").read_text()
        assert "Seccomp:\t2" in status and "NoNewPrivs:\t1" in status, status


def a_crash_leaves_no_core():
    folder = kit.scratch()

    def unlimited():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        os.chdir(folder)
    # Without a core of an ordinary program under the same conditions the test would show nothing.
    control = subprocess.Popen(["sleep", "60"], preexec_fn=unlimited)
    with waiting(TABLE, has_read, preexec_fn=unlimited) as p:
        for victim in (control, p):
            victim.send_signal(signal.SIGSEGV)
        dumped = {}
        for name, victim in (("control", control), ("lenscap", p)):
            _, state = os.waitpid(victim.pid, 0)
            victim.returncode = -signal.SIGSEGV
            dumped[name] = os.WCOREDUMP(state)
    assert not dumped["lenscap"], "the kernel says that it wrote a core"
    for path in folder.iterdir():
        assert CANARY.encode() not in path.read_bytes(), path
    if not dumped["control"]:
        raise kit.Skip("this machine writes no cores at all")


if __name__ == "__main__":
    kit.main([every_login_gets_its_findings, exit_codes_follow_the_worst_finding_and_what_was_left_out,
              both_languages_say_what_to_do, the_standard_input_is_read_like_a_file,
              a_file_that_others_can_read_is_warned_of, no_output_and_no_file_has_the_password,
              its_only_copy_lies_in_pages_that_are_locked_and_never_dumped,
              while_it_reads_it_is_confined, a_crash_leaves_no_core])
