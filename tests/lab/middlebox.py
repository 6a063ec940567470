# SPDX-License-Identifier: Apache-2.0
"""A middlebox that says yes to everything and means nothing: a SYN-ACK for any port, window 0, no option
(facts on scanners 2.3), and not a word after it.

usage: middlebox.py DEVICE ADDRESS     in a network namespace of its own, where the stack keeps silent for ADDRESS"""
import ctypes
import ipaddress
import socket
import struct
import sys

ETH_P_IP, ETH_P_ALL = 0x0800, 3  # ALL: taken before the ingress filter drops it
SO_ATTACH_FILTER = 26


def only_syns_to(address):
    """Classic BPF: IPv4 to this address, TCP with SYN and without ACK. Else nothing reaches us: the sweep is fast."""
    code = [(0x28, 0, 0, 12), (0x15, 0, 9, ETH_P_IP),      # ethertype
            (0x30, 0, 0, 23), (0x15, 0, 7, 6),             # protocol
            (0x20, 0, 0, 30), (0x15, 0, 5, int(address)),  # destination
            (0xb1, 0, 0, 14), (0x50, 0, 0, 27),            # flags, behind the IP header
            (0x54, 0, 0, 0x12), (0x15, 0, 1, 0x02),
            (0x06, 0, 0, 0xffff), (0x06, 0, 0, 0)]
    program = b"".join(struct.pack("HBBI", *line) for line in code)
    kept = ctypes.create_string_buffer(program)
    return kept, struct.pack("HL", len(code), ctypes.addressof(kept))


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def answer(frame):
    ip = frame[14:]
    tcp = ip[(ip[0] & 15) * 4:]
    source, destination, (sport, dport, seq) = ip[12:16], ip[16:20], struct.unpack(">HHI", tcp[:8])
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 40, 0, 0x4000, 64, 6, 0, destination, source)
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    body = struct.pack(">HHIIBBHHH", dport, sport, 0x5eed, (seq + 1) & 0xffffffff, 5 << 4, 0x12, 0, 0, 0)
    pseudo = destination + source + struct.pack(">BBH", 0, 6, len(body))
    body = body[:16] + struct.pack(">H", checksum(pseudo + body)) + body[18:]
    return frame[6:12] + frame[:6] + frame[12:14] + head + body


def main():
    device, address = sys.argv[1], ipaddress.IPv4Address(sys.argv[2])
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
    kept, program = only_syns_to(address)
    s.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, program)
    s.bind((device, ETH_P_ALL))
    print("ready", flush=True)
    while True:
        s.send(answer(s.recv(2048)))


main()
