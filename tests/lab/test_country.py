#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The country is what its truth says: the kernel's filter, the simulator and the list agree on who lives where."""
import errno
import ipaddress
import random
import select
import socket

import country
import lab
from lab import kit

WHERE = "10.0.0.0/16"
NETWORK = ipaddress.ip_network(WHERE)


def outcomes(laboratory, wanted):
    """Connects to each (address, port) at once, in this order. What was answered until all in `wanted` that answer
    had done so: what is silent was asked first, so any answer to it would have come before."""
    loop, found, waiting = select.epoll(), {}, {}
    answering = {target for target, word in wanted.items() if word != "silent"}
    order = sorted(wanted, key=lambda target: wanted[target] != "silent")
    with laboratory.in_namespace("scanner"):
        for target in order:
            s = socket.socket()
            s.setblocking(False)
            s.connect_ex(target)
            waiting[s.fileno()] = (s, target)
            loop.register(s, select.EPOLLOUT)
    while answering - found.keys():
        events = loop.poll(20)
        assert events, f"no answer within 20 s from {sorted(answering - found.keys())[:5]}"
        for number, _ in events:
            s, target = waiting.pop(number)
            why = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            found[target] = {0: "open", errno.ECONNREFUSED: "refused"}.get(why, errno.errorcode.get(why))
            loop.unregister(s)
            s.close()
    for s, target in waiting.values():
        s.close()
    return {target: found.get(target, "silent") for target in order}


def ask(laboratory, target, request, until):
    with laboratory.in_namespace("scanner"):
        s = socket.socket()
    with s:
        s.settimeout(20)
        s.connect(target)
        s.sendall(request)
        data = b""
        while until not in data:
            piece = s.recv(65536)
            assert piece, f"{target}: ended after {data!r}"
            data += piece
    return data


def filter_simulator_and_truth_agree():
    """Silent, refusing and open are decided by nft's jhash; the truth by sim/country.c; a third reckoning of the hash
    stands in lab.py. All three must say the same, address for address."""
    lab.need()
    rng = random.Random(7)
    with lab.Lab(WHERE) as laboratory:
        land = country.Country(kit.scratch(), WHERE)
        homes = {address: (persona, camera, ports) for address, persona, camera, ports in land.truth()}
        with land.play(laboratory):
            some = {str(NETWORK[rng.randrange(65536)]) for _ in range(400)} | set(country.sample(homes, 250))
            wanted = {}
            for address in some:
                place = lab.scaled(ipaddress.ip_address(address).packed, int(country.SEED, 16), 1000)
                assert (place < 50) == (address in homes), f"{address}: place {place}"
                for port in rng.sample(country.PORTS, 3) + [4999]:
                    open_here = address in homes and port in homes[address][2]
                    wanted[address, port] = "open" if open_here else "refused" if place < 150 else "silent"
                for port in homes.get(address, ("", False, []))[2]:
                    wanted[address, port] = "open"
            found = outcomes(laboratory, wanted)
            wrong = {t: (w, found[t]) for t, w in wanted.items() if w != found[t]}
            assert not wrong, f"{len(wrong)} of {len(wanted)} differ: {sorted(wrong.items())[:5]}"
        words = list(wanted.values())
        assert all(words.count(w) > 300 for w in ("open", "refused", "silent")), "the sample shows too little"
        assert land.counters()["totals"]["hosts"] == len(homes)
        assert land.counters()["totals"]["connections"] == words.count("open")


def every_persona_lives_there_as_often_as_its_weight_says():
    land = country.Country(kit.scratch(), WHERE, share=500, refuse=0)
    counted = {}
    for _, persona, _, _ in land.truth():
        counted[persona] = counted.get(persona, 0) + 1
    total = sum(counted.values())
    assert abs(total - 32768) < 5 * 128, total  # binomial: standard deviation 128
    for persona, weight in country.POPULATION.items():
        share = weight / 1000
        slack = 5 * (total * share * (1 - share)) ** 0.5
        assert abs(counted[f"country-{persona}"] - total * share) < slack, (persona, counted)


def one_camera_in_twenty_opens_none_of_the_likely_ports():
    land = country.Country(kit.scratch(), WHERE, share=500, refuse=0)
    cameras = [ports for _, _, camera, ports in land.truth() if camera]
    hidden = sum(not set(ports) & set(country.PORTS[:country.LIKELY]) for ports in cameras)
    assert all(set(ports) <= set(country.PORTS) for ports in cameras)
    assert 0.045 < hidden / len(cameras) < 0.055, hidden / len(cameras)


def a_device_answers_as_its_persona_and_what_is_forbidden_is_counted_on_its_address():
    lab.need()
    with lab.Lab(WHERE) as laboratory:
        land = country.Country(kit.scratch(), WHERE)
        home, end = {}, b"\r\n\r\n"
        for address, persona, _, _ in land.truth():
            home.setdefault(persona, address)
        with land.play(laboratory, "--country-seconds"):
            answer = ask(laboratory, (home["country-dahua"], 554), b"OPTIONS * RTSP/1.0\r\nCSeq: 5" + end, end)
            assert b"CSeq: 5\r\n" in answer and b"Server: Rtsp Server/3.0\r\n" in answer, answer
            page = ask(laboratory, (home["country-tvt"], 80), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"</html>")
            assert b"Server: Cross Web Server\r\n" in page, page
            ask(laboratory, (home["country-hikvision"], 554), b"PLAY rtsp://x/ RTSP/1.0\r\nCSeq: 1" + end, end)
        counters = land.counters()
        assert counters["totals"]["forbidden"] == 1 and counters["totals"]["requests"] == 3, counters["totals"]
        assert counters["totals"]["max_initiated_1s"] == 2, "a connection and a request, each device"
        offender = home["country-hikvision"]
        assert [(o["address"], o["kind"]) for o in counters["forbidden"]] == [(offender, "rtsp-method")]
        assert [h["address"] for h in counters["hosts"]] == [offender]


if __name__ == "__main__":
    kit.main([filter_simulator_and_truth_agree, every_persona_lives_there_as_often_as_its_weight_says,
              one_camera_in_twenty_opens_none_of_the_likely_ports,
              a_device_answers_as_its_persona_and_what_is_forbidden_is_counted_on_its_address])
