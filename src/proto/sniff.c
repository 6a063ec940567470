/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Naming a protocol by its first bytes, so that a wrong guess about a port costs one connection
 * (H2). Each rule looks at a fixed place, so a longer prefix never changes an answer once given.
 */
#include "proto/proto.h"

#define GREETING_CAP 256U /* bytes in which a login prompt is looked for */

/* Hikvision's control port greets with these sixteen bytes (protocols.md A3). */
static const struct lc_slice hik =
    LC_S_INIT("\x00\x00\x00\x10\x00\x00\x00\x1e\x00\x00\x00\x1e\x00\x00\x00\x00");

/* "220 ..." is FTP unless its line names mail. Undecided before the line ends. */
static enum lc_proto_id by_220(struct lc_slice s)
{
    size_t lf = lc_slice_chr(s, '\n', 0);

    if (s.n < 4 || lf == LC_NPOS || (s.p[3] != ' ' && s.p[3] != '-'))
        return LC_P_NONE;
    return lc_slice_ifind(lc_slice_sub(s, 0, lf), LC_S("SMTP"), 0) == LC_NPOS ? LC_P_FTP
                                                                              : LC_P_NONE;
}

enum lc_proto_id lc_sniff(struct lc_slice first)
{
    struct lc_slice s = lc_slice_sub(first, 0, GREETING_CAP);

    if (s.n < 2)
        return LC_P_NONE;
    if (lc_slice_starts(s, LC_S("HTTP/")))
        return LC_P_HTTP;
    if (lc_slice_starts(s, LC_S("RTSP/")))
        return LC_P_RTSP;
    if (lc_slice_starts(s, LC_S("SSH-")))
        return LC_P_SSH;
    if (lc_slice_starts(s, hik))
        return LC_P_HIKSDK;
    if ((s.p[0] == 0x16 || s.p[0] == 0x15) && s.p[1] == 0x03)
        return LC_P_TLS; /* handshake or alert record */
    if (s.p[0] == 0xFF && s.p[1] >= 0xFA && s.p[1] <= 0xFE)
        return LC_P_TELNET; /* IAC and an option command, RFC 854 */
    if (lc_slice_starts(s, LC_S("220")))
        return by_220(s);
    if (s.p[0] >= 0x20 && s.p[0] < 0x7F && s.p[0] != '<' &&
        lc_slice_find(s, LC_S("ogin:"), 0) != LC_NPOS)
        return LC_P_TELNET;
    return LC_P_NONE;
}
