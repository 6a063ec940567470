# SPDX-License-Identifier: Apache-2.0
"""Accepts connections on every address of this namespace and says nothing: a port that is open, and nothing more.
The last thousands are held, so that no visitor sees a reset where it asked for a connection.

usage: listener.py [--transparent] PORT..."""
import collections
import resource
import selectors
import socket
import sys

IP_TRANSPARENT, IPV6_TRANSPARENT = 19, 75


def main():
    arguments = sys.argv[1:]
    transparent = "--transparent" in arguments
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    held = collections.deque(maxlen=most // 2)  # what falls out is closed
    wait = selectors.DefaultSelector()
    for port in (int(a) for a in arguments if a.isdigit()):
        s = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)  # IPv4 as well
        s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
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
                    held.append(key.fileobj.accept()[0])
            except OSError:
                pass


main()
