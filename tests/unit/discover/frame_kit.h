/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as a peer would send them, written from the RFCs byte by byte, with a checksum of its
 * own: it shares nothing with src/discover/frame*.c. And one question over UDP that tests may ask:
 * linked with --wrap=lc_dgram_get, "kit" stands in place of LC_D_WSD, and there is no other.
 */
#ifndef LC_TESTS_FRAME_KIT_H
#define LC_TESTS_FRAME_KIT_H

#include "discover/frame.h"

#define KIT_PORT   3702U /* of the question "kit", which has a token */
#define KIT_PORT_B 5050U /* of "kit without token", in place of LC_D_DHLEGACY */

extern uint8_t kit_tail[2]; /* last bytes of the question */

enum kit_what { KIT_TCP, KIT_UDP, KIT_ICMP };

struct kit_answer {
    enum kit_what what;
    struct lc_addr from, to; /* of the answer */
    uint16_t from_port,
        to_port;              /* TCP, UDP; of an ICMP error: our packet's, seen from its sender */
    uint32_t ack;             /* TCP; of an ICMP error: our packet's sequence number */
    uint16_t window;          /* TCP */
    uint8_t flags;            /* TCP */
    struct lc_slice options;  /* TCP, a multiple of four bytes */
    struct lc_slice payload;  /* UDP */
    uint8_t type, code;       /* ICMP */
    uint8_t quoted_proto;     /* ICMP */
    struct lc_addr quoted_to; /* ICMP: whom our packet was for; it was from `to` */
};

#define KIT_SYN_ACK 0x12U
#define KIT_RST     0x04U
#define KIT_RST_ACK 0x14U

size_t kit_frame(const struct kit_answer *a, uint8_t out[static 2048]);
/* Sets the checksums of IP and transport again, as far as the lengths in the frame allow. */
void kit_resum(uint8_t *frame, size_t n);
/* RFC 1071, one byte pair after the other. */
uint16_t kit_sum(const uint8_t *p, size_t n, uint32_t start);

#endif
