/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Source ports of a sweep: where neither the kernel's own connections nor anybody's service would
 * get our answers, and we none of theirs.
 *
 *     /proc/sys/net/ipv4/ip_local_port_range   "32768\t60999\n"                          ip(7)
 *     /proc/net/tcp, tcp6, udp, udp6           "   0: 0100007F:0277 00000000:0000 0A ..." proc(5)
 *
 * The highest range below the kernel's is taken, else the highest above it. A port that somebody
 * binds later is a small loss on both sides: the cookie keeps the answers apart.
 */
#include "discover/engine.h"
#include "discover/engine_route.h"

#include "base/tr.h"
#include "scope/file.h"

#include <string.h>

#define LOWEST    1024U
#define TABLE_MAX (16U << 20) /* a table that is longer is looked at as far as this */

struct used {
    uint8_t bits[65536 / 8];
};

static void use(struct used *u, unsigned port)
{
    u->bits[port / 8] = (uint8_t)(u->bits[port / 8] | 1U << port % 8);
}

static bool is_used(const struct used *u, unsigned port)
{
    return (u->bits[port / 8] & 1U << port % 8) != 0;
}

static bool number_of(struct lc_slice *s, uint64_t *out)
{
    struct lc_slice word;

    *s = lc_slice_trim(*s);
    word = *s;
    for (size_t i = 0; i < s->n; i++)
        if (s->p[i] < '0' || s->p[i] > '9') {
            word.n = i;
            break;
        }
    *s = lc_slice_from(*s, word.n);
    return lc_slice_u64(word, 65535, out) == LC_OK;
}

static bool hex16(struct lc_slice s, unsigned *out)
{
    *out = 0;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];

        if (c >= '0' && c <= '9')
            *out = *out << 4 | (unsigned)(c - '0');
        else if (c >= 'A' && c <= 'F')
            *out = *out << 4 | (unsigned)(c - 'A' + 10);
        else
            return false;
    }
    return s.n == 4;
}

/* Of each line the second word, and of that what follows the colon. */
static void use_table(struct used *u, struct lc_slice table)
{
    struct lc_slice line, word;
    unsigned port;

    while (lc_slice_next(&table, '\n', &line) == LC_OK) {
        line = lc_slice_trim(line);
        if (lc_slice_next(&line, ' ', &word) != LC_OK || lc_slice_next(&line, ' ', &word) != LC_OK)
            continue;
        if (hex16(lc_slice_from(word, lc_slice_chr(word, ':', 0) + 1), &port))
            use(u, port);
    }
}

/* Highest range of free ports within first..last; 0: none. */
static uint16_t highest(const struct used *u, unsigned first, unsigned last)
{
    unsigned run = 0;

    for (unsigned port = last; port >= first && port > 0; port--) {
        run = is_used(u, port) ? 0 : run + 1;
        if (run == LC_ENGINE_PORTS)
            return (uint16_t)port;
    }
    return 0;
}

uint16_t lc_engine_ports_pick(struct lc_slice range, const struct lc_slice *tables, size_t n)
{
    struct used u = {.bits = {0}};
    uint64_t low, high;
    uint16_t found;

    if (!number_of(&range, &low) || !number_of(&range, &high) || low == 0 || high < low)
        low = 32768, high = 65535; /* no such file: a kernel that hands out as most do */
    for (size_t i = 0; i < n; i++)
        use_table(&u, tables[i]);
    found = highest(&u, LOWEST, (unsigned)low - 1);
    return found ? found : highest(&u, high < LOWEST ? LOWEST : (unsigned)high + 1, 65535);
}

enum lc_status lc_engine_ports(uint16_t *low, uint16_t *high, struct lc_err *err)
{
    static const char *const paths[5] = {"/proc/sys/net/ipv4/ip_local_port_range", "/proc/net/tcp",
                                         "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6"};
    struct lc_buf text[5];
    struct lc_slice view[5];

    for (size_t i = 0; i < 5; i++) {
        lc_buf_init(&text[i], TABLE_MAX);
        (void)!lc_file_read(paths[i], &text[i], NULL, NULL);
        view[i] = lc_buf_view(&text[i]);
    }
    *low = lc_engine_ports_pick(view[0], view + 1, 4);
    for (size_t i = 0; i < 5; i++)
        lc_buf_free(&text[i]);
    if (*low == 0)
        return lc_fail(err, LC_EINVAL, "%s",
                       _("no 4,096 free ports in a row are left for the sweep: narrow "
                         "net.ipv4.ip_local_port_range, or use --engine connect"));
    *high = (uint16_t)(*low + LC_ENGINE_PORTS - 1);
    return LC_OK;
}
