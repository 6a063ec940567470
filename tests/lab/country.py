# SPDX-License-Identifier: Apache-2.0
"""The country that lenscap-sim plays, for the lab tests and the bench: its population, its ports, its way up.

Of 1,000 devices 954 are cameras and 46 are not. Of the cameras 48 (5.0 %) open none of the six likeliest ports:
vstarcam, dahua-mapped and v380. Only tapo speaks TLS: 60 of 1,000 devices, on one of 2,700 open ports."""
import contextlib
import json
import random
import subprocess

import lab
from lab import kit

SEED = "c0ffee"
POPULATION = {"hikvision": 220, "hikvision-sdk": 40, "dahua": 190, "kbvision": 96, "xiongmai": 120, "tapo": 60,
              "tvt": 50, "uniview": 50, "yoosee": 40, "hichip": 20, "reolink": 20, "vstarcam": 24,
              "dahua-mapped": 14, "v380": 10, "not-router": 23, "not-nginx": 23}
# In the order of data/ports.yaml; the likely ones are its first six.
PORTS = [554, 80, 443, 8000, 37777, 34567, 8080, 2020, 8899, 5000, 81, 82, 83, 84, 85, 88, 8554, 10554, 8800, 9000,
         8081, 8088, 8443, 6036]
LIKELY = 6


class Country:
    """`where`: a prefix or A-B inside what the laboratory's world owns. `share` and `refuse` of 1,000 addresses."""

    def __init__(self, folder, where, share=50, refuse=100, seed=SEED):
        self.folder, self.truth_file = folder, folder / "country.txt"
        self.counters_file = folder / "counters.json"
        self.options = ["--personas", kit.ROOT / "sim/personas/country", "--country", where, "--seed", seed,
                        "--share", f"{share}/1000", "--country-refuse", f"{refuse}/1000"]
        for persona, weight in POPULATION.items():
            self.options += ["--country-persona", f"country-{persona}:{weight}"]
        simulator(self.options, "--country-truth", self.truth_file)

    def truth(self):
        """address: (persona, is a camera, ports)"""
        with open(self.truth_file) as lines:
            for line in lines:
                address, persona, kind, ports = line.split()
                yield address, persona, kind == "camera", [int(p) for p in ports.split(",")]

    @contextlib.contextmanager
    def play(self, laboratory, *more, seconds=7200):
        laboratory.nft(simulator(self.options, "--country-nft", lab.CABLE["world"]))
        command = [*laboratory.inside("world"), kit.SIM, *self.options, "--counters", self.counters_file,
                   "--max-seconds", seconds, *more]
        with kit.process(command, ready="ready", timeout=60) as p:
            yield p

    def counters(self):
        return json.loads(self.counters_file.read_text())


def simulator(options, *more):
    command = [kit.SIM, *options, *more]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def sample(truth, n, seed=1):
    return random.Random(seed).sample(sorted(truth), n)
