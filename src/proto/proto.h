/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one interface every TCP protocol implements.
 *
 * A codec is pure: it builds requests and turns bytes into facts. It opens nothing, sends nothing,
 * reads no clock and allocates nothing but what its buffers' bounds allow. The talk engine owns
 * connections, time, budgets and bytes; it calls
 *
 *     open(st, ask, out)
 *         once; `out` gets the first request, or stays empty to listen first
 *     feed(st, in, &used, out, facts)
 *         whenever bytes came. `in` is everything not yet used, from its start: it only ever grows
 *         between calls until `used` takes bytes off its front. Feeding the same bytes in any
 *         pieces gives the same facts.
 *     end(st, in, cut, out, facts)
 *         the peer closed, or we stopped listening because time ran out or the byte cap was reached
 *         (`cut`); `in` is what was left unused
 *
 * and obeys the answer. `out` is empty at each call; LC_FEED_SEND and LC_FEED_REDIAL come with a
 * request in it. After LC_FEED_REDIAL the engine opens a fresh connection to the same port (if the
 * port's budget of five allows), sends `out` there and goes on feeding with an empty input. The
 * engine stamps facts->port; the codec sets facts->exch to the number of its exchange (0 for the
 * first answer).
 *
 * No builder can express a request of the never-send table
 * (tests/unit/proto/test_proto_never_send.c proves it).
 */
#ifndef LC_PROTO_PROTO_H
#define LC_PROTO_PROTO_H

#include "base/addr.h"
#include "facts/facts.h"

enum lc_feed {
    LC_FEED_MORE,   /* waiting for more bytes */
    LC_FEED_SEND,   /* send `out` on this connection */
    LC_FEED_REDIAL, /* send `out` on a fresh connection */
    LC_FEED_DONE,   /* all that this codec wanted to know is known */
    LC_FEED_WRONG,  /* the peer does not speak this protocol (lc_sniff may tell which) */
    LC_FEED_ERROR,  /* it does, but broke it beyond use; facts so far stand */
};

enum lc_proto_id {
    LC_P_NONE,
    LC_P_RTSP,
    LC_P_HTTP,
    LC_P_TLS,   /* our own ClientHello: versions, suite, certificate; never completes a handshake */
    LC_P_ONVIF, /* over HTTP */
    LC_P_SSH,
    LC_P_FTP,
    LC_P_TELNET,
    LC_P_HIKSDK, /* the unasked greeting of Hikvision's port 8000 */
    LC_P_UPNP, /* the description that a host's own SSDP answer names; a gateway's port mappings */
    LC_P_COUNT,
};

/* Documented paths DESCRIBEd at most, beside the impossible control path. */
#define LC_RTSP_PATHS 2

/* What the engine tells a codec. Slices and the callbacks live as long as the dialogue. */
struct lc_ask {
    struct lc_addr addr;
    uint16_t port;
    bool tls;             /* the bytes travel inside TLS (https URLs) */
    bool device_info;     /* the scope allows anonymous GetDeviceInformation */
    uint64_t nonce;       /* random per dialogue: control path, SOAP MessageID */
    struct lc_slice path; /* UPNP: where the description lies, by the host's own word */
    bool gateway;         /* UPNP: the host is this network's router, its mappings may be read */
    unsigned round; /* TLS: 0 offers up to 1.2, 1 offers only 1.0 (is an obsolete one accepted?) */
    /* RTSP: documented paths of the platform that the facts so far point at; returns how many
     * (0..2). */
    unsigned (*rtsp_paths)(void *ctx, struct lc_slice facts, struct lc_slice out[LC_RTSP_PATHS]);
    /* HTTP: which of the codec's extra, harmless questions fit the platform (enum lc_http_extra
     * bits). */
    unsigned (*http_extras)(void *ctx, struct lc_slice facts);
    void *ctx;
};

struct lc_proto {
    const char *name;   /* "rtsp": as in data/ports.yaml */
    const char *prefix; /* its facts: "rtsp." */
    size_t state_size;  /* zeroed by the engine before open */
    uint32_t limit;     /* bytes read per answer at most */
    bool listens;       /* speaks only after the peer did */
    void (*open)(void *st, const struct lc_ask *ask, struct lc_buf *out);
    enum lc_feed (*feed)(void *st, struct lc_slice in, size_t *used, struct lc_buf *out,
                         struct lc_facts *facts);
    enum lc_feed (*end)(void *st, struct lc_slice in, bool cut, struct lc_buf *out,
                        struct lc_facts *facts);
    /* Turns header-level facts into finer ones (http.www_authenticate -> http.auth.realm), for live
     * answers and imports alike. Called by feed/end themselves; NULL where there is nothing to
     * derive. */
    void (*derive)(const struct lc_fact *fact, struct lc_facts *out);
};

extern const struct lc_proto lc_proto_rtsp, lc_proto_http, lc_proto_tls, lc_proto_onvif,
    lc_proto_ssh, lc_proto_ftp, lc_proto_telnet, lc_proto_hiksdk, lc_proto_upnp;

const struct lc_proto *lc_proto_get(enum lc_proto_id id);
enum lc_proto_id lc_proto_by_name(struct lc_slice name); /* LC_P_NONE when unknown */

/* Which protocol the first bytes of a peer belong to; LC_P_NONE when undecided. Deterministic on a
 * prefix: once it says something, more bytes do not change it. */
enum lc_proto_id lc_sniff(struct lc_slice first);

/* Derives over a whole set: used by imports and `lenscap identify`. Appends to `f` itself. */
void lc_derive_all(struct lc_facts *f);

#endif
