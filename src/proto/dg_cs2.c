/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The LAN search of CS2 (PPPP) and its relative iLnkP2P, UDP 32108 (facts on protocols A3). Big
 * endian:
 *
 *     off size
 *      0   1   f1
 *      1   1   30 and 32 ask, 41 answers; every other number leads into a session
 *      2   2   bytes that follow: 0 asked, about 20 answered
 *      4   8   prefix, padded with 0
 *     12   4   serial number
 *     16  6-8  check letters, padded with 0
 *
 * The answer is the UID: PREFIX-123456-ABCDE. Saying it back would begin a session, so nothing is
 * sent after the search; the two questions are constants.
 */
#include "proto/dgram.h"
#include "proto/emit.h"

#define MARK   0xF1U
#define ANSWER 0x41U

static const uint8_t questions[] = {0x30, 0x32};

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)lc_buf_u8(out, MARK);
    (void)lc_buf_u8(out, questions[ask->variant ? 1 : 0]);
    (void)lc_buf_be16(out, 0);
}

static struct lc_slice letters(struct lc_slice s)
{
    size_t n = 0;

    while (n < s.n && s.p[n] >= 'A' && s.p[n] <= 'Z')
        n++;
    return lc_slice_sub(s, 0, n);
}

/* Prefixes of VStarcam, all iLnkP2P but EEEE, which both stacks use [PM]. */
static bool vstarcam(struct lc_slice prefix)
{
    static const char list[][5] = {"VSTD", "VSTF", "QHSV", "ROSS", "ISRP", "GCMN", "ELSA"};

    for (size_t i = 0; i < sizeof list / sizeof *list; i++)
        if (lc_slice_eq(prefix, lc_slice_str(list[i])))
            return true;
    return false;
}

/* iLnkP2P's five check letters are hexadecimal digits: A to F. By chance those of CS2 are so in one
 * device of 1,500. */
static void emit_stack(struct lc_facts *f, struct lc_slice prefix, struct lc_slice check)
{
    size_t hex = 0;

    if (lc_slice_eq(prefix, LC_S("EEEE")))
        return;
    while (hex < check.n && check.p[hex] <= 'F')
        hex++;
    lc_facts_bool(f, LC_F_CS2_ILNK, hex >= 5 || vstarcam(prefix));
}

static void emit_uid(struct lc_facts *f, struct lc_slice prefix, uint32_t serial,
                     struct lc_slice check)
{
    struct lc_buf uid;

    lc_buf_init(&uid, 32);
    (void)lc_buf_put(&uid, prefix);
    (void)lc_buf_putf(&uid, "-%06u-", serial);
    (void)lc_buf_put(&uid, check);
    if (!uid.full)
        (void)lc_emit(f, LC_F_CS2_UID, lc_buf_view(&uid));
    lc_buf_free(&uid);
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    struct lc_cur c = {.s = lc_slice_from(in, 2)};
    struct lc_slice padded, prefix, check;
    uint32_t serial;

    (void)ask;
    (void)from;
    if (in.n < 4 || in.p[0] != MARK || lc_cur_be16(&c) != c.s.n)
        return LC_EPARSE;
    if (in.p[1] != ANSWER)
        return LC_EREFUSED;
    padded = lc_cur_take(&c, 8);
    serial = lc_cur_be32(&c);
    prefix = letters(padded);
    check = letters(lc_slice_sub(c.s, 0, 8));
    if (c.bad || prefix.n == 0 || (prefix.n < 8 && padded.p[prefix.n]) || check.n < 5)
        return LC_EPARSE;
    (void)lc_emit(facts, LC_F_CS2_PREFIX, prefix);
    emit_uid(facts, prefix, serial, check);
    emit_stack(facts, prefix, check);
    return LC_OK;
}

const struct lc_dgram lc_dgram_cs2 = {
    .name = "cs2",
    .port = 32108,
    .variants = sizeof questions,
    .unicast = true,
    .broadcast = true,
    .build = build,
    .parse = parse,
};
