# SPDX-License-Identifier: Apache-2.0
"""Accepts connections on every address of this namespace and resets them: a port that is open, and nothing more.

usage: listener.py [--transparent] PORT..."""
import resource
import selectors
import socket
import struct
import sys

IP_TRANSPARENT, IPV6_TRANSPARENT = 19, 75


def main():
    arguments = sys.argv[1:]
    transparent = "--transparent" in arguments
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    wait = selectors.DefaultSelector()
    for port in (int(a) for a in arguments if a.isdigit()):
        s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)  # IPv4 as well
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if transparent:
            s.setsockopt(socket.IPPROTO_IP, IP_TRANSPARENT, 1)
            s.setsockopt(socket.IPPROTO_IPV6, IPV6_TRANSPARENT, 1)
        s.bind(("::", port))
        s.listen(65535)
        s.setblocking(False)
        wait.register(s, selectors.EVENT_READ)
    print("ready", flush=True)
    while True:
        for key, _ in wait.select():
            try:
                while True:
                    c, _ = key.fileobj.accept()
                    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    c.close()
            except OSError:
                pass


main()
