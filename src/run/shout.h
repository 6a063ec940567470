/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Discovery on the local link, dial's half: sockets on attached networks that lie inside the scope,
 * and the questions themselves, to their groups and to broadcast. Whoever answers is read elsewhere
 * (role_hear.c): each new socket is handed over, and not one byte is received here.
 */
#ifndef LC_RUN_SHOUT_H
#define LC_RUN_SHOUT_H

#include "run/config.h"

struct lc_shout {
    int fds[LC_SHOUT_NETS][LC_D_COUNT]; /* -1: not yet made */
};

void lc_shout_init(struct lc_shout *s);
void lc_shout_close(struct lc_shout *s);
/* Both ends of the network pass the gate, and it is private: dial's own look at what ctl asks for.
 */
bool lc_shout_allowed(const struct lc_shout_net *net, const struct lc_gate *gate, int64_t now_s);
/* The socket of this protocol on this network; made at the first call, `*fresh` then set. -1: the
 * system refuses (a port in use, no such group). */
int lc_shout_socket(struct lc_shout *s, const struct lc_shout_net *net, size_t net_i,
                    enum lc_dgram_id id, bool *fresh);
/* Sends one form of the question to every place the protocol has on that link; returns how many
 * datagrams left. A protocol that is only listened to sends none. */
unsigned lc_shout_send(int fd, const struct lc_shout_net *net, enum lc_dgram_id id,
                       unsigned variant, uint64_t nonce);

#endif
