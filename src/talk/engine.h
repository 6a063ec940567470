/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the talk engine. Three things, each owning the next:
 *
 *   talk      all conversations, their wake-up heap, the numbers of connections
 *   host      one conversation: its ports, its facts, its pace
 *   dialogue  one codec speaking on one port, over one connection at a time
 *
 * Files: talk.c (start, tick, heap), host.c (what a host does next), dialogue.c (bytes to codec and
 * back), datagram.c (questions over UDP), ladder.c (which protocol next on a port), tls_session.c
 * (OpenSSL over memory).
 */
#ifndef LC_TALK_ENGINE_H
#define LC_TALK_ENGINE_H

#include "base/mem.h"
#include "talk/talk.h"

#define DLG_PER_HOST 8U /* upper bound of host_conns */
#define LADDER_MAX   6U
#define CONN_BITS    18U /* connection number: generation above, record index below */
#define CONN_MASK    ((1U << CONN_BITS) - 1)

enum dlg_state {
    DLG_FREE,
    DLG_WANT_DIAL, /* waits for the host's pace */
    DLG_DIALING,
    DLG_OPEN,
};

struct tls_session;

struct dlg {
    enum dlg_state state;
    uint32_t index, generation;
    struct host *host;
    unsigned slot;                /* which port of the host */
    const struct lc_proto *proto; /* NULL: connect only, or a datagram */
    const struct lc_dgram *dgram; /* a question over UDP; then `slot` means nothing */
    struct lc_dgram_ask dgram_ask;
    unsigned heard_n; /* datagrams that came back */
    bool ask_again;   /* the question, should it stay silent */
    void *st;
    struct lc_ask ask;
    struct lc_buf in;   /* plaintext the codec has not used yet */
    struct lc_buf out;  /* the codec's request, before TLS */
    struct lc_buf wire; /* what goes on the wire */
    size_t wire_at;     /* sent so far of `wire` */
    uint32_t answer_n;  /* bytes of the answer under way */
    bool spoke;         /* the peer sent something in this dialogue */
    bool peer_closed;
    bool riding;    /* on the connection of the dialogue before */
    unsigned round; /* of TLS, see struct lc_ask */
    int64_t deadline_us;
    struct tls_session *tls;
    bool want_tls, holds_tls; /* holds: one of LC_TALK_TLS_MAX places */
    uint8_t first[16];
    uint8_t first_n;
};

struct port_slot {
    uint16_t port;
    uint8_t conns;  /* made */
    uint16_t tried; /* bits of enum lc_proto_id */
    uint8_t todo_n;
    uint8_t todo[LADDER_MAX];
    bool busy;
    bool closed;     /* by the sweep's word: never dialled */
    bool tls;        /* speaks TLS */
    bool answered;   /* application data came */
    bool rtsp_again; /* the second look was taken */
};

struct host {
    bool active;
    uint64_t id;
    struct lc_addr addr;
    int64_t start_us, deadline_us, next_send_us, wake_us;
    size_t heap_at; /* place in the heap, NPOS outside */
    struct lc_talk_known known;
    struct port_slot *ports; /* cfg.ports_n, and one more for a UPnP description */
    struct dlg *dlgs[DLG_PER_HOST];
    unsigned next_port;   /* first port not started */
    unsigned begun_n;     /* ports dialled */
    uint32_t dgrams_done; /* bits of enum lc_dgram_id */
    unsigned dgrams_answered;
    bool heard_before; /* discovery has facts of it; whoever gave them may have used its address */
    bool upnp_done;
    uint8_t upnp_path_n;
    uint8_t upnp_path[255];
    unsigned silent_n, refused_n, open_n, mute_n, answered_n;
    uint32_t packets, unreported; /* initiated in all; request segments dial does not know of yet */
    bool given_up;
    struct lc_facts facts;
};

struct lc_talk {
    struct lc_talk_config cfg;
    struct lc_net net;
    struct lc_talk_owner owner;
    int64_t now_us;
    int64_t gap_us; /* between two initiated packets to one host */
    struct host *hosts;
    size_t hosts_busy;
    struct host **free_hosts;
    size_t free_hosts_n;
    struct dlg *dlgs;
    uint32_t *free_dlgs;
    size_t dlgs_n, free_dlgs_n;
    struct host **heap;
    size_t heap_n;
    size_t pool_used; /* bytes in all `in` buffers */
    size_t tls_n;     /* library sessions open or on their way */
    uint64_t nonce;
    void *ssl_ctx;
};

/* talk.c */
void talk_wake(struct lc_talk *t, struct host *h, int64_t at_us);
void talk_finish(struct lc_talk *t, struct host *h);
struct dlg *talk_dlg_take(struct lc_talk *t);
void talk_dlg_give(struct lc_talk *t, struct dlg *d);
uint32_t talk_conn(const struct dlg *d); /* its connection number */

/* host.c */
void host_begin(struct lc_talk *t, struct host *h);
void host_run(struct lc_talk *t, struct host *h); /* does what is due and sets the next wake-up */
bool host_may_send(const struct lc_talk *t, const struct host *h);
void host_sent(struct lc_talk *t, struct host *h, bool segment);
void host_port_outcome(struct lc_talk *t, struct host *h, unsigned slot, const char *outcome);
void host_dlg_over(struct lc_talk *t, struct dlg *d, enum lc_feed how);

/* dialogue.c */
bool dlg_begin(struct lc_talk *t, struct host *h, unsigned slot, enum lc_proto_id proto,
               unsigned round);
void dlg_dialed(struct lc_talk *t, struct dlg *d, enum lc_dial_outcome outcome);
void dlg_data(struct lc_talk *t, struct dlg *d, struct lc_slice bytes);
void dlg_gone(struct lc_talk *t, struct dlg *d);
void dlg_timeout(struct lc_talk *t, struct dlg *d);
/* Sends one segment if something waits; false when nothing did or the connection takes none now. */
bool dlg_flush(struct lc_talk *t, struct dlg *d);
bool dlg_wants_send(const struct dlg *d);
void dlg_drop(struct lc_talk *t, struct dlg *d, bool gently); /* closes and frees, no verdict */

/* datagram.c */
bool dgram_next(struct lc_talk *t, struct host *h); /* begins the next question that fits */
void dgram_dialed(struct lc_talk *t, struct dlg *d, enum lc_dial_outcome outcome);
void dgram_data(struct lc_talk *t, struct dlg *d, struct lc_slice bytes);
void dgram_over(struct lc_talk *t, struct dlg *d, const char *outcome);
void dgram_timeout(struct lc_talk *t, struct dlg *d);
struct lc_net_port dgram_port(const struct dlg *d);

/* ladder.c */
void ladder_plan(const struct lc_talk *t, struct port_slot *p);
/* LC_P_NONE when the port has nothing left to ask. `round`: for TLS, see struct lc_ask. */
enum lc_proto_id ladder_next(struct port_slot *p, unsigned *round);
/* Is ONVIF the next question? Then it is taken off the list. */
bool ladder_take_onvif(struct port_slot *p);
/* What is known of a port when a dialogue on it has ended. */
struct ladder_end {
    enum lc_proto_id was;
    enum lc_feed how;
    struct lc_slice first; /* what the peer said first */
    int http_status;       /* 0: none */
    bool tls_modern;       /* it chose TLS 1.1 or 1.2: does it also take 1.0? */
};
/* Queues what that end suggests. */
void ladder_after(struct port_slot *p, const struct ladder_end *end);

/* tls_session.c: ciphertext in, plaintext out, all in memory. */
void *tls_context_new(
    void); /* NULL when OpenSSL fails; warms up everything a sandbox would forbid later */
void tls_context_free(void *ctx);
struct tls_session *tls_session_new(void *ctx);
void tls_session_free(struct tls_session *s);
/* Feeds `cipher`, appends plaintext to `plain` and handshake output to `cipher_out`. LC_OK; LC_DONE
 * when the peer closed its side; LC_EPARSE on a TLS failure. */
enum lc_status tls_session_feed(struct tls_session *s, struct lc_slice cipher, struct lc_buf *plain,
                                struct lc_buf *cipher_out) LC_MUST_CHECK;
enum lc_status tls_session_write(struct tls_session *s, struct lc_slice plain,
                                 struct lc_buf *cipher_out) LC_MUST_CHECK;
bool tls_session_ready(const struct tls_session *s);
void tls_session_facts(struct tls_session *s, struct lc_facts *f); /* version, suite, leaf */

#endif
