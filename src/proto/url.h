/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which paths may stand in a request of ours, whoever proposed them: a device (Location, icon link)
 * or our own data (documented RTSP paths). The never-send table of the facts (protocols.md A0,
 * class X) is a table here; what matches it is refused before a request is built.
 */
#ifndef LC_PROTO_URL_H
#define LC_PROTO_URL_H

#include "proto/proto.h"

#define LC_PATH_CAP 200U

struct lc_path {
    uint16_t n; /* 0: none */
    char text[LC_PATH_CAP];
};

struct lc_slice lc_path_view(const struct lc_path *p);
bool lc_path_set(struct lc_path *p, struct lc_slice text); /* false: too long, and left empty */

/* "192.0.2.1", "192.0.2.1:81", "[2001:db8::7]:81"; the port is left out when it is `usual`. */
void lc_put_host(struct lc_buf *out, const struct lc_ask *ask, uint16_t usual);

enum lc_url_verdict {
    LC_URL_HERE,    /* same scheme, host and port, and the path may be asked: it is in `out` */
    LC_URL_REFUSED, /* here, but the path is not one we ask */
    LC_URL_HTTPS,   /* https of the same host, seen from http */
    LC_URL_AWAY,    /* another host, port or scheme */
};

enum lc_url_kind {
    LC_URL_PAGE,
    LC_URL_ICON,
    LC_URL_DEVICE, /* a UPnP description (.xml) or the control address that it names */
};

/* A reference in an answer to a request for `base` (an allowed path). Never follows "..", escapes
 * or queries other than a plain cache buster, which is kept. */
enum lc_url_verdict lc_url_resolve(const struct lc_ask *ask, struct lc_slice base,
                                   struct lc_slice ref, enum lc_url_kind kind, struct lc_path *out);

/* May this absolute path be asked as a UPnP description? */
bool lc_url_device_path(struct lc_slice path);

/* Whose an absolute http or https address in a datagram is, and its parts. The address of one host
 * is nothing to go to when another host said it (reliability.md H15). */
enum lc_url_whose {
    LC_WHOSE_NONE,   /* no such address, or a link-local IPv6 one that is not the sender's */
    LC_WHOSE_SENDER, /* the sender's; devices also write 0.0.0.0 for themselves */
    LC_WHOSE_OTHER,
};
struct lc_url_parts {
    bool https;
    uint16_t port;
    struct lc_slice path; /* "/..." as it stands, query included; "/" when it has none */
};
enum lc_url_whose lc_url_whose(const struct lc_addr *from, struct lc_slice url,
                               struct lc_url_parts *out);

/* A documented RTSP path of the knowledge: begins with a slash, printable, no credentials in it. */
bool lc_rtsp_path_ok(struct lc_slice path);

#endif
