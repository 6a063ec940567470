/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What each role gives up before it sees the first byte of a peer. Layers, each of which suffices
 * for most faults of the others: another user and no capabilities, no_new_privs, resource limits,
 * Landlock without a single path, a seccomp allow-list that kills.
 *
 *   ctl   keeps files and processes; loses the making of network sockets
 *   dial  keeps socket, connect, bind and the passing of descriptors; no file
 *   talk  keeps read, write, epoll on descriptors it was given; no socket, no connect, no addressed
 * send, no file (hear is held by the same filter)
 *   sweep keeps sending and receiving on the raw sockets it opened before; no socket, no file. With
 *         engine xdp it may also run the program in the kernel that it loaded before, and nothing
 *         else of bpf(2)
 */
#ifndef LC_RUN_SANDBOX_H
#define LC_RUN_SANDBOX_H

#include "base/status.h"

#include <stdbool.h>

enum lc_role { LC_ROLE_CTL, LC_ROLE_DIAL, LC_ROLE_TALK, LC_ROLE_SWEEP, LC_ROLE_SWEEP_XDP };

struct lc_sandbox_report {
    bool other_user, no_caps, seccomp;
    int landlock_abi; /* 0: not there */
};

/* `required`: LC_EPERM when seccomp or Landlock cannot be had; otherwise best effort, told in
 * `out`. */
enum lc_status lc_sandbox_enter(enum lc_role role, bool required, struct lc_sandbox_report *out,
                                struct lc_err *err) LC_MUST_CHECK;
int lc_landlock_abi(void); /* 0 when the kernel has none */

#endif
