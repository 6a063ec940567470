# SPDX-License-Identifier: Apache-2.0
"""A server whose bytes can be checked at any place: block n is the number n, 8 bytes, repeated.

usage: stream.py ADDRESS PORT"""
import socket
import struct
import sys

BLOCK = 65536
SO_MAX_PACING_RATE, PACE = 47, 20 << 20  # bytes a second: an ordinary connection, not a second flood


def block(n):
    return struct.pack(">Q", n) * (BLOCK // 8)


def main():
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        s.bind((sys.argv[1], int(sys.argv[2])))
        s.listen(8)
        print("ready", flush=True)
        while True:
            c, _ = s.accept()
            c.setsockopt(socket.SOL_SOCKET, SO_MAX_PACING_RATE, PACE)
            n = 0
            try:
                while True:
                    c.sendall(block(n))
                    n += 1
            except OSError:
                c.close()


if __name__ == "__main__":
    main()
