/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge: is this a request that a scanner which never looks and never breaks in may send?
 * Written from DESIGN.md section 2 and the never-send table of facts/protocols.md A0, sharing
 * nothing with the scanner.
 */
#ifndef SIM_FORBIDDEN_H
#define SIM_FORBIDDEN_H

#include "book.h"
#include "persona.h"

struct sim_visit {
    size_t host;
    uint16_t port;
    enum sim_speak speak; /* what the device speaks there */
    bool known_path;      /* the persona itself has an answer for this very path */
    int64_t now_us;
};

/* `bytes`: one whole request with its body where the device frames requests, a received piece
 * otherwise. */
void sim_judge(struct sim_book *b, const struct sim_visit *v, struct lc_slice bytes);

/* One datagram that arrived at `port` over UDP (udp_judge.c). */
void sim_judge_datagram(struct sim_book *b, size_t host, uint16_t port, struct lc_slice bytes);

/* Local name of the first element inside the SOAP Body of `bytes`; empty when there is none. */
struct lc_slice sim_soap_action(struct lc_slice bytes);

#endif
