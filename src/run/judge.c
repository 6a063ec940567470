/* SPDX-License-Identifier: Apache-2.0 */
/* Splitting a host's facts by endpoint, and the two judgements over the whole. */
#include "run/judge.h"

#include <string.h>

void lc_judge_init(struct lc_judge *j, struct lc_identifier *identifier,
                   struct lc_assessor *assessor)
{
    memset(j, 0, sizeof *j);
    j->identifier = identifier;
    j->assessor = assessor;
    lc_buf_init(&j->split, 2 * LC_FACTS_MAX);
}

void lc_judge_free(struct lc_judge *j)
{
    lc_buf_free(&j->split);
}

static void insert(uint16_t *sorted, size_t n, uint16_t port)
{
    for (; n && sorted[n - 1] > port; n--)
        sorted[n] = sorted[n - 1];
    sorted[n] = port;
}

/* Ports that opened, ascending: what was said first depends on the moment, the result must not. */
static size_t open_ports(struct lc_slice facts, uint16_t out[static LC_TALK_PORTS])
{
    struct lc_cur at = {.s = facts};
    struct lc_fact f;
    size_t n = 0;

    while (n < LC_TALK_PORTS && lc_facts_next(&at, &f) == LC_OK)
        if (f.name == LC_F_PORT_OUTCOME && lc_slice_eq(f.value, LC_S("open")))
            insert(out, n++, f.port);
    return n;
}

static bool listed(const uint16_t *ports, size_t n, uint16_t port)
{
    for (size_t i = 0; i < n; i++)
        if (ports[i] == port)
            return true;
    return false;
}

/* Copies the records of one port (0: of every port not among `open`) behind each other. */
static struct lc_slice facts_of(struct lc_judge *j, struct lc_slice facts, uint16_t port,
                                const uint16_t *open, size_t open_n)
{
    size_t begin = j->split.n;
    struct lc_cur at = {.s = facts};
    struct lc_fact f;
    const uint8_t *from = facts.p;

    while (lc_facts_next(&at, &f) == LC_OK) {
        const uint8_t *to = f.value.p + f.value.n;

        if (port ? f.port == port : !listed(open, open_n, f.port))
            (void)lc_buf_put(&j->split, lc_slice_of(from, (size_t)(to - from)));
        from = to;
    }
    return lc_slice_of(j->split.p + begin, j->split.n - begin);
}

void lc_judge_host(struct lc_judge *j, struct lc_slice facts, int64_t now_us,
                   struct lc_host_result *out)
{
    uint16_t open[LC_TALK_PORTS];
    size_t n = open_ports(facts, open);

    lc_buf_reset(&j->split);
    out->endpoints_n = 0;
    out->endpoints = j->endpoints;
    if (lc_buf_reserve(&j->split, 2 * facts.n) != LC_OK)
        n = 0; /* cannot be: facts are bounded by LC_FACTS_MAX */
    for (size_t i = 0; i < n; i++)
        j->endpoints[out->endpoints_n++] =
            (struct lc_endpoint_result){open[i], facts_of(j, facts, open[i], open, n)};
    j->endpoints[out->endpoints_n++] =
        (struct lc_endpoint_result){0, facts_of(j, facts, 0, open, n)};
    lc_identify(j->identifier, lc_buf_view(&j->split), &j->identity);
    lc_assess(j->assessor, lc_buf_view(&j->split), &j->identity, now_us / 1000000, &j->judgement);
    out->identity = &j->identity;
    out->judgement = &j->judgement;
    out->observed_us = now_us;
}
