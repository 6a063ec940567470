/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening the knowledge blob. The blob comes with the program, yet it is read like a stranger's
 * bytes: a damaged file must end in a message, not in a wild pointer. So every reader goes through
 * a cursor or a checked section, and strings only through lc_kb_string.
 */
#include "knowledge/kb_room.h"

#include <string.h>

#define FORMAT   1U
#define HEADER_N 16U
#define ENTRY_N  12U
#define SECTIONS 32U

static enum lc_status damaged(struct lc_err *err, const char *what)
{
    return lc_fail(err, LC_EPARSE, _("the knowledge is damaged (%s): install lenscap again"), what);
}

static enum lc_status no_memory(struct lc_err *err)
{
    return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
}

static bool within(const struct lc_kb *kb, uint32_t off, uint32_t len)
{
    return off <= kb->blob.n && len <= kb->blob.n - off;
}

static uint32_t le32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static enum lc_status check_table(struct lc_kb *kb, struct lc_err *err)
{
    struct lc_cur at = {.s = kb->blob};
    uint32_t format, version;

    if (!lc_slice_eq(lc_cur_take(&at, 4), LC_S("LCKB")))
        return damaged(err, "magic");
    format = lc_cur_le32(&at);
    if (!at.bad && format != FORMAT)
        return lc_fail(err, LC_EVERSION, _("the knowledge has format %u, this program reads %u"),
                       (unsigned)format, FORMAT);
    version = lc_cur_le32(&at);
    kb->sections = lc_cur_le32(&at);
    if (at.bad || kb->sections > SECTIONS || at.s.n / ENTRY_N < kb->sections)
        return damaged(err, "table");
    if (!within(kb, version, 17) || kb->blob.p[version + 16] != 0 ||
        memchr(kb->blob.p + version, 0, 16) != NULL)
        return damaged(err, "version");
    kb->version = (const char *)kb->blob.p + version;
    for (uint32_t i = 0; i < kb->sections; i++) {
        const uint8_t *e = kb->blob.p + HEADER_N + (size_t)i * ENTRY_N;

        if (!within(kb, le32(e + 4), le32(e + 8)))
            return damaged(err, "section");
    }
    return LC_OK;
}

enum lc_status lc_kb_open(struct lc_slice blob, struct lc_kb **out, struct lc_err *err)
{
    struct lc_kb *kb = lc_alloc(sizeof *kb);
    enum lc_status st;

    *out = NULL;
    if (!kb)
        return no_memory(err);
    kb->blob = blob;
    st = check_table(kb, err);
    if (st == LC_OK) {
        kb->strings = lc_kb_section(kb, "STRS");
        if (kb->strings.n == 0 || kb->strings.p[0] != 0 || kb->strings.p[kb->strings.n - 1] != 0)
            st = damaged(err, "strings");
    }
    if (st == LC_OK && (st = lc_kb_ports_open(kb)) != LC_OK)
        st = st == LC_EPARSE ? damaged(err, "ports") : no_memory(err);
    if (st == LC_OK && (st = lc_kb_datagrams_open(kb)) != LC_OK)
        st = st == LC_EPARSE ? damaged(err, "datagrams") : no_memory(err);
    if (st == LC_OK && (st = lc_kb_platforms_open(kb)) != LC_OK)
        st = st == LC_EPARSE ? damaged(err, "platforms") : no_memory(err);
    if (st == LC_OK && (st = lc_kb_oui_open(kb)) != LC_OK)
        st = st == LC_EPARSE ? damaged(err, "prefixes") : no_memory(err);
    if (st == LC_OK && (st = lc_kb_vendors_open(kb)) != LC_OK)
        st = st == LC_EPARSE ? damaged(err, "vendors") : no_memory(err);
    if (st != LC_OK) {
        lc_kb_close(kb);
        return st;
    }
    *out = kb;
    return LC_OK;
}

void lc_kb_close(struct lc_kb *kb)
{
    if (!kb)
        return;
    lc_free(kb->ports);
    lc_free(kb->datagrams);
    lc_free(kb->platforms);
    lc_free(kb->ouis);
    lc_free(kb->vendors);
    lc_free(kb);
}

const char *lc_kb_version(const struct lc_kb *kb)
{
    return kb->version;
}

struct lc_slice lc_kb_section(const struct lc_kb *kb, const char tag[static 4])
{
    for (uint32_t i = 0; i < kb->sections; i++) {
        const uint8_t *e = kb->blob.p + HEADER_N + (size_t)i * ENTRY_N;

        if (memcmp(e, tag, 4) == 0)
            return lc_slice_of(kb->blob.p + le32(e + 4), le32(e + 8));
    }
    return (struct lc_slice){NULL, 0};
}

struct lc_slice lc_kb_string(const struct lc_kb *kb, uint32_t off, uint32_t len)
{
    if (off >= kb->strings.n || len >= kb->strings.n - off || kb->strings.p[off + len] != 0)
        return (struct lc_slice){NULL, 0};
    return lc_slice_of(kb->strings.p + off, len);
}

struct lc_slice lc_kb_take_string(const struct lc_kb *kb, struct lc_cur *at)
{
    uint32_t off = lc_cur_le32(at), len = lc_cur_le32(at);
    struct lc_slice s = lc_kb_string(kb, off, len);

    if (!s.p) {
        at->bad = true;
        return LC_S("");
    }
    return s;
}
