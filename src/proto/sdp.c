/* SPDX-License-Identifier: Apache-2.0 */
/* One forward pass over the lines of a session description: see sdp.h. */
#include "proto/sdp.h"

/* Static payload types of video, RFC 3551 table 5: these come without an rtpmap. */
static const struct {
    const char *type;
    struct lc_slice name;
} static_types[] = {
    {"26", LC_S_INIT("JPEG")}, {"31", LC_S_INIT("H261")}, {"32", LC_S_INIT("MPV")},
    {"33", LC_S_INIT("MP2T")}, {"34", LC_S_INIT("H263")},
};

static void add_codec(struct lc_sdp *out, struct lc_slice name)
{
    for (unsigned i = 0; i < out->codecs_n; i++)
        if (lc_slice_ieq(out->codec[i], name))
            return;
    if (name.n && out->codecs_n < LC_SDP_CODECS)
        out->codec[out->codecs_n++] = name;
}

/* "m=video 0 RTP/AVP 26" */
static void video_line(struct lc_sdp *out, struct lc_slice line)
{
    struct lc_slice word, last = {NULL, 0};

    out->video = true;
    while (lc_slice_next(&line, ' ', &word) == LC_OK)
        last = word;
    for (size_t i = 0; i < sizeof static_types / sizeof *static_types; i++)
        if (lc_slice_eq(last, lc_slice_str(static_types[i].type)))
            add_codec(out, static_types[i].name);
}

/* "a=rtpmap:96 H264/90000" */
static void rtpmap_line(struct lc_sdp *out, struct lc_slice value)
{
    size_t blank = lc_slice_chr(value, ' ', 0), slash;

    if (blank == LC_NPOS)
        return;
    value = lc_slice_trim(lc_slice_from(value, blank + 1));
    slash = lc_slice_chr(value, '/', 0);
    add_codec(out, lc_slice_sub(value, 0, slash == LC_NPOS ? value.n : slash));
}

void lc_sdp_read(struct lc_slice body, struct lc_sdp *out)
{
    bool in_video = false;
    struct lc_slice line;

    *out = (struct lc_sdp){.is_sdp = false};
    while (lc_slice_next(&body, '\n', &line) == LC_OK) {
        line = lc_slice_trim(line);
        if (lc_slice_starts(line, LC_S("v=0")) || lc_slice_starts(line, LC_S("m=")))
            out->is_sdp = true;
        if (lc_slice_starts(line, LC_S("m=")))
            in_video = lc_slice_starts(line, LC_S("m=video"));
        if (lc_slice_starts(line, LC_S("m=video")))
            video_line(out, line);
        else if (lc_slice_starts(line, LC_S("a=tool:")) && out->tool.n == 0)
            out->tool = lc_slice_trim(lc_slice_from(line, 7));
        else if (in_video && lc_slice_starts(line, LC_S("a=rtpmap:")))
            rtpmap_line(out, lc_slice_from(line, 9));
    }
}
