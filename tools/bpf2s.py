#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compile a BPF program and embed it: bpf2s.py CLANG INCLUDE SOURCE OUT.o OUT.S

INCLUDE is the root that the program's own headers are named from. The kernel's headers lie beside those of
the machine's C library, in a folder that only the ordinary compiler knows."""
import os
import subprocess
import sys

ASM = """# SPDX-License-Identifier: Apache-2.0
    .section .rodata
    .balign 8
    .global lc_xdp_object
    .global lc_xdp_object_end
lc_xdp_object:
    .incbin "{path}"
lc_xdp_object_end:
    .section .note.GNU-stack,"",%progbits
"""


def main():
    clang, include, source, out, asm = sys.argv[1:]
    machine = subprocess.run([clang, "-print-multiarch"], capture_output=True, text=True).stdout.strip()
    if not machine:
        machine = os.uname().machine + "-linux-gnu"
    subprocess.run([clang, "-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-I", include,
                    "-idirafter", "/usr/include/" + machine,
                    "-c", source, "-o", out], check=True)
    with open(asm, "w", encoding="utf-8") as f:
        f.write(ASM.format(path=os.path.abspath(out)))


main()
