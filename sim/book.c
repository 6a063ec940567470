/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting. The worst second is exact, not sampled: each host remembers the times of its last
 * packets, and a packet that arrives counts those of the second before it.
 */
#include "book.h"

#include "base/mem.h"
#include "base/text.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define UNIT_US 10
#define SECOND  (1000000 / UNIT_US)

enum lc_status sim_book_open(struct sim_book *b, size_t hosts, bool many, bool seconds)
{
    *b = (struct sim_book){.n = hosts, .many = many};
    b->page = lc_alloc_n(hosts, sizeof(*b->page));
    b->second = seconds ? lc_alloc_n(hosts, sizeof(*b->second)) : NULL;
    b->offence = lc_alloc_n(SIM_OFFENCES, sizeof(*b->offence));
    return b->page && b->offence && (!seconds || b->second) ? LC_OK : LC_ENOMEM;
}

void sim_book_close(struct sim_book *b)
{
    lc_free(b->page);
    lc_free(b->second);
    lc_free(b->offence);
}

void sim_book_packet(struct sim_book *b, size_t host, int64_t now_us)
{
    if (!b->second)
        return;
    struct sim_second *p = &b->second[host];
    uint32_t now = (uint32_t)(now_us / UNIT_US);
    while (p->ring_n) {
        uint32_t oldest = p->ring[(p->ring_at + SIM_RING - p->ring_n) % SIM_RING];
        if (now - oldest < SECOND && p->ring_n < SIM_RING)
            break;
        p->ring_n--;
    }
    p->ring[p->ring_at] = now;
    p->ring_at = (p->ring_at + 1) % SIM_RING;
    p->ring_n++;
    if (p->ring_n > p->worst)
        p->worst = p->ring_n;
}

void sim_book_offence(struct sim_book *b, size_t host, uint16_t port, bool forbidden,
                      const char *kind, struct lc_slice text)
{
    struct sim_page *p = &b->page[host];
    p->forbidden += forbidden;
    p->unexpected += !forbidden;
    if (b->offence_n == SIM_OFFENCES)
        return;
    struct sim_offence *o = &b->offence[b->offence_n++];
    *o = (struct sim_offence){.host = host, .port = port, .forbidden = forbidden, .kind = kind};
    o->text_n = text.n < sizeof(o->text) ? text.n : sizeof(o->text);
    memcpy(o->text, text.p, o->text_n);
}

static void put_addr(struct lc_json *j, const struct lc_addr *a)
{
    char text[LC_ADDR_TEXT];
    size_t n = lc_addr_format(a, text);
    lc_json_str(j, "address", lc_slice_of(text, n));
}

static void put_totals(const struct sim_book *b, struct lc_json *j)
{
    uint64_t connections = 0, requests = 0, datagrams = 0, shouts = 0, forbidden = 0,
             unexpected = 0, worst = 0;
    for (size_t i = 0; i < b->n; i++) {
        connections += b->page[i].connections;
        requests += b->page[i].requests;
        datagrams += b->page[i].datagrams;
        shouts += b->page[i].shouts;
        forbidden += b->page[i].forbidden;
        unexpected += b->page[i].unexpected;
        if (b->second && b->second[i].worst > worst)
            worst = b->second[i].worst;
    }
    lc_json_open(j, "totals", '{');
    lc_json_int(j, "hosts", (int64_t)b->n);
    lc_json_int(j, "connections", (int64_t)connections);
    lc_json_int(j, "requests", (int64_t)requests);
    lc_json_int(j, "datagrams", (int64_t)datagrams);
    lc_json_int(j, "shouts", (int64_t)shouts);
    if (b->second)
        lc_json_int(j, "max_initiated_1s", (int64_t)worst);
    lc_json_int(j, "forbidden", (int64_t)forbidden);
    lc_json_int(j, "unexpected", (int64_t)unexpected);
    lc_json_close(j, '}');
}

static void put_hosts(const struct sim_book *b, struct lc_json *j)
{
    lc_json_open(j, "hosts", '[');
    for (size_t i = 0; i < b->n; i++) {
        const struct sim_page *p = &b->page[i];
        if (b->many && !p->forbidden && !p->unexpected)
            continue;
        lc_json_open(j, NULL, '{');
        put_addr(j, &p->addr);
        lc_json_str(j, "id", p->id);
        lc_json_int(j, "connections", (int64_t)p->connections);
        lc_json_int(j, "requests", (int64_t)p->requests);
        lc_json_int(j, "datagrams", (int64_t)p->datagrams);
        lc_json_int(j, "shouts", (int64_t)p->shouts);
        if (b->second)
            lc_json_int(j, "max_initiated_1s", b->second[i].worst);
        lc_json_int(j, "forbidden", (int64_t)p->forbidden);
        lc_json_int(j, "unexpected", (int64_t)p->unexpected);
        lc_json_close(j, '}');
    }
    lc_json_close(j, ']');
}

static void put_offences(const struct sim_book *b, struct lc_json *j, bool forbidden)
{
    lc_json_open(j, forbidden ? "forbidden" : "unexpected", '[');
    for (size_t i = 0; i < b->offence_n; i++) {
        const struct sim_offence *o = &b->offence[i];
        if (o->forbidden != forbidden)
            continue;
        lc_json_open(j, NULL, '{');
        put_addr(j, &b->page[o->host].addr);
        lc_json_int(j, "port", o->port);
        lc_json_str(j, "kind", lc_slice_str(o->kind));
        lc_json_str(j, "text", lc_slice_of(o->text, o->text_n));
        lc_json_close(j, '}');
    }
    lc_json_close(j, ']');
}

static enum lc_status write_file(const char *path, struct lc_slice s, struct lc_err *err)
{
    char beside[4096];
    snprintf(beside, sizeof(beside), "%s.%ld", path, (long)getpid());
    FILE *f = fopen(beside, "wbe");
    if (!f)
        return lc_fail(err, LC_EIO, "%s: cannot be written (%s)", beside, strerror(errno));
    bool ok = fwrite(s.p, 1, s.n, f) == s.n;
    ok = fclose(f) == 0 && ok;
    if (!ok || rename(beside, path) != 0)
        return lc_fail(err, LC_EIO, "%s: cannot be written (%s)", path, strerror(errno));
    return LC_OK;
}

enum lc_status sim_book_write(const struct sim_book *b, const char *path, struct lc_err *err)
{
    struct lc_buf buf;
    lc_buf_init(&buf, b->n * 512 + (1 << 20));
    struct lc_json j = {.out = &buf};
    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "schema", LC_S("lenscap-sim-counters/1"));
    put_totals(b, &j);
    put_offences(b, &j, true);
    put_offences(b, &j, false);
    put_hosts(b, &j);
    lc_json_close(&j, '}');
    lc_buf_puts(&buf, "\n");
    enum lc_status st = buf.full ? lc_fail(err, LC_ENOMEM, "%s: memory ran out", path)
                                 : write_file(path, lc_buf_view(&buf), err);
    lc_buf_free(&buf);
    return st;
}
