/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a talker and dial say to each other, over a SOCK_SEQPACKET pair: one packet is a batch of
 * fixed records of one kind. Descriptors of opened connections stand beside the answers, in their
 * order.
 *
 *   talk -> dial   struct lc_door_ask[]     "connect me there" (spent: request segments sent
 * meanwhile) dial -> talk   struct lc_door_answer[]  + SCM_RIGHTS for those with outcome
 * LC_DIAL_OPEN
 */
#ifndef LC_RUN_DOOR_H
#define LC_RUN_DOOR_H

#include "net/net.h"

#define LC_DOOR_BATCH 128U /* records per packet, descriptors at most 253 (SCM_MAX_FD) */

struct lc_door_ask {
    uint32_t conn;
    uint32_t spent;
    struct lc_net_port port;
    struct lc_addr addr;
};

struct lc_door_answer {
    uint32_t conn;
    uint32_t outcome; /* enum lc_dial_outcome */
};

#endif
