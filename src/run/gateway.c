/* SPDX-License-Identifier: Apache-2.0 */
/* The default router, from the kernel's own table (proc(5), /proc/net/route): no packet, no socket.
 */
#include "run/local.h"

#include "scope/file.h"

#define ROUTES_MAX (256U << 10)

static bool hex32(struct lc_slice s, uint32_t *out)
{
    *out = 0;
    if (s.n != 8)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        uint32_t v = 16;

        if (c >= '0' && c <= '9')
            v = c - (uint32_t)'0';
        else if (c >= 'A' && c <= 'F')
            v = c - (uint32_t)'A' + 10;
        if (v > 15)
            return false;
        *out = *out << 4 | v;
    }
    return true;
}

/* "eth0 00000000 0101A8C0 0003 ...": interface, destination, gateway in the machine's byte order.
 */
static bool default_route(struct lc_slice line, struct lc_addr *out)
{
    struct lc_slice field[3];
    uint32_t to, via;

    for (size_t i = 0; i < 3; i++)
        if (lc_slice_next(&line, '\t', &field[i]) != LC_OK)
            return false;
    if (!hex32(lc_slice_trim(field[1]), &to) || !hex32(lc_slice_trim(field[2]), &via) || to || !via)
        return false;
    *out = lc_addr_v4(via >> 24 | (via >> 8 & 0xff00) | (via << 8 & 0xff0000) | via << 24);
    return true;
}

bool lc_gateway_of(struct lc_slice table, struct lc_addr *out)
{
    struct lc_slice line;

    while (lc_slice_next(&table, '\n', &line) == LC_OK)
        if (default_route(line, out))
            return true;
    return false;
}

bool lc_gateway_read(struct lc_addr *out)
{
    struct lc_buf text;
    bool found;

    lc_buf_init(&text, ROUTES_MAX);
    found = lc_file_read("/proc/net/route", &text, NULL, NULL) == LC_OK &&
            lc_gateway_of(lc_buf_view(&text), out);
    lc_buf_free(&text);
    return found;
}
