#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real servers from Debian, started here on loopback: what they are is known, so what Lenscap must say is."""
import os
import shutil
import subprocess
import wave

import kit

GST = os.environ.get("GST_SERVER", "")


def scan(folder, address, *more):
    done = kit.lenscap(folder, "scan", address, "--scope", kit.scope_file(folder), "--store", ":memory:", "--json",
                       *more, check=0)
    return kit.devices(done.stdout)[address]


def certificate(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    "/CN=shop.invalid", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
                   check=True, capture_output=True)


def gstreamer(mode, expected):
    folder, address = kit.scratch(), "127.0.8.1"
    with kit.process([GST, address, "554", mode], ready="ready"):
        d = scan(folder, address)
    assert d["exposed"] == expected, d
    assert d["platform"] == "gstreamer", d
    rules = {f["rule"] for f in d["findings"] if f["result"] == "true"}
    assert ("open-stream" in rules) == (expected == "yes"), d


def gstreamer_open_is_exposed():
    gstreamer("open", "yes")


def gstreamer_with_basic_is_not_exposed():
    gstreamer("basic", "no")


def gstreamer_with_digest_is_not_exposed():
    gstreamer("digest", "no")


def nginx(folder, body, address):
    conf = folder / "nginx.conf"
    conf.write_text(f"daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; user root;\n"
                    "events {}\nhttp { access_log off;\n"
                    + "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in
                              ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")) + body + "}\n")
    (folder / "htpasswd").write_text("nobody:$apr1$x$x\n")
    return kit.process(["nginx", "-c", str(conf)], stderr=subprocess.DEVNULL)


def nginx_with_tls_is_no_camera():
    folder, address = kit.scratch(), "127.0.8.2"
    certificate(folder)
    body = (f"server {{ listen {address}:443 ssl; ssl_certificate {folder}/cert.pem;"
            f"ssl_certificate_key {folder}/key.pem; root /nonexistent; }}\n"
            f"server {{ listen {address}:80; return 301 https://$host$request_uri; }}\n")
    with nginx(folder, body, address):
        kit.wait_for_port(address, 443)
        d = scan(folder, address)
    assert d["class"] in ("not-surveillance", "unknown"), d
    assert {80, 443} <= {e["port"] for e in d["endpoints"] if e["outcome"] == "open"}, d


def nginx_with_basic_authentication_is_no_camera():
    folder, address = kit.scratch(), "127.0.8.3"
    body = (f"server {{ listen {address}:80; auth_basic \"shop\"; auth_basic_user_file {folder}/htpasswd;"
            " root /nonexistent; }\n")
    with nginx(folder, body, address):
        kit.wait_for_port(address, 80)
        d = scan(folder, address)
    assert d["class"] in ("not-surveillance", "unknown"), d
    assert d["exposed"] == "unknown", d


def openssh_is_no_camera():
    folder, address = kit.scratch(), "127.0.8.4"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / "host"], check=True)
    os.makedirs("/run/sshd", exist_ok=True)
    with kit.process(["/usr/sbin/sshd", "-D", "-e", "-f", "/dev/null", "-h", folder / "host", "-o",
                      f"ListenAddress={address}", "-o", "Port=22", "-o", f"PidFile={folder}/pid"],
                     stderr=subprocess.DEVNULL):
        kit.wait_for_port(address, 22)
        d = scan(folder, address)
    assert d["class"] in ("not-surveillance", "unknown"), d
    assert any(e["port"] == 22 and "ssh" in e["protocol"] for e in d["endpoints"]), d


def ftp_and_telnet_daemons_are_recognised_by_their_greeting():
    folder, address = kit.scratch(), "127.0.8.5"
    conf = folder / "vsftpd.conf"
    empty = folder / "empty"
    empty.mkdir()
    conf.write_text(f"listen=YES\nlisten_address={address}\nbackground=NO\nanonymous_enable=NO\n"
                    f"secure_chroot_dir={empty}\nseccomp_sandbox=NO\n")
    # telnetd wants an inetd: a few lines of Python hand it each connection.
    telnetd = ["/usr/sbin/inetutils-telnetd", "--exec-login=/bin/cat"]
    if not os.path.exists(telnetd[0]):
        telnetd = ["/usr/sbin/telnetd"]
    inetd = ("import socket,subprocess\ns=socket.socket()\ns.setsockopt(1,2,1)\n"
             f"s.bind(('{address}',23))\ns.listen(8)\nprint('ready',flush=True)\nwhile True:\n c,_=s.accept()\n"
             f" subprocess.Popen({telnetd},stdin=c,stdout=c,stderr=subprocess.DEVNULL)\n c.close()\n")
    with kit.process(["/usr/sbin/vsftpd", conf], stderr=subprocess.DEVNULL), \
            kit.process(["python3", "-c", inetd], ready="ready"):
        kit.wait_for_port(address, 21)
        d = scan(folder, address)
    protocols = {e["port"]: e["protocol"] for e in d["endpoints"]}
    assert "ftp" in protocols.get(21, ""), d
    assert "telnet" in protocols.get(23, ""), d
    assert d["class"] in ("not-surveillance", "unknown"), d


def vlc_is_recognised_and_its_path_is_not_guessed():
    if not shutil.which("cvlc"):
        raise kit.Skip("VLC is not installed")
    folder, address = kit.scratch(), "127.0.8.6"
    folder.chmod(0o755)
    with wave.open(str(folder / "hum.wav"), "wb") as sound:
        sound.setparams((1, 2, 8000, 80000, "NONE", "none"))
        sound.writeframes(bytes(160000))
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
    with kit.process([*nobody, "cvlc", "-I", "dummy", "-q", "--loop", folder / "hum.wav", "--sout",
                      f"#rtp{{sdp=rtsp://{address}:8554/shop}}"], stderr=subprocess.DEVNULL,
                     env={**os.environ, "HOME": "/tmp"}):
        kit.wait_for_port(address, 8554)
        d = scan(folder, address)
    assert d["platform"] == "vlc", d
    assert d["exposed"] == "unknown", d  # its path is what its owner typed: none is documented, so none is asked


def net_snmp_answers_the_search_for_engines_and_is_no_camera():
    folder, address = kit.scratch(), "127.0.8.9"
    (folder / "snmpd.conf").write_text(f"agentaddress udp:{address}:161\n")  # no community, no user: nobody may read
    with kit.process(["snmpd", "-f", "-Lo", "-C", "-c", folder / "snmpd.conf", "-I", "snmpEngine,system_mib"],
                     ready="NET-SNMP", env={**os.environ, "SNMP_PERSISTENT_DIR": str(folder)}):
        d = scan(folder, address, "--deep")
    assert d["class"] in ("not-surveillance", "unknown"), d
    assert d["discovery"] == ["snmp"], d


if __name__ == "__main__":
    kit.main([gstreamer_open_is_exposed, gstreamer_with_basic_is_not_exposed,
              gstreamer_with_digest_is_not_exposed, nginx_with_tls_is_no_camera,
              nginx_with_basic_authentication_is_no_camera, openssh_is_no_camera,
              ftp_and_telnet_daemons_are_recognised_by_their_greeting,
              vlc_is_recognised_and_its_path_is_not_guessed,
              net_snmp_answers_the_search_for_engines_and_is_no_camera])
