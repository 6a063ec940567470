/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine xdp's part in the kernel. It is run on frames that the kernel makes for it (live frames of
 * BPF_PROG_TEST_RUN): each becomes the next record of the batch and leaves through the interface.
 *
 * Two checks that the process outside cannot get around, since it may write records and nothing
 * else: the destination is in the scope, looked up in what leaves and not in what was handed over;
 * and an overall budget (virtual scheduling, as in scope/pace.h). Besides targets only questions
 * for the router's hardware address pass. Its own copy of the scope's lists, its own search: it
 * shares no code with the gate.
 *
 * No helper that is reserved for another licence is called.
 */
#include "discover/xdp_sweep.h"

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define STEPS 25 /* of a search: lists of up to 2^24 ranges */

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, LC_XDP_BATCH + LC_XDP_SPARE);
    __type(key, __u32);
    __type(value, struct lc_xdp_record);
} records SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct lc_xdp_run);
} runs SEC(".maps");

/* When the next frames may leave, and how many may now: the clock costs a tenth of all that is done
 * here, so it is read for CREDIT frames at once. Not in a page that the process sees. */
#define CREDIT 16
struct budget {
    __u64 next, credit;
};
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct budget);
} budgets SEC(".maps");

/* The scope: sorted, apart; frozen when filled. */
struct list {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_RDONLY_PROG);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct lc_xdp_range);
} allow SEC(".maps"), exclude SEC(".maps"), never SEC(".maps");

const volatile struct lc_xdp_fixed fixed;

static __always_inline bool before(const __u64 a[2], const __u64 b[2])
{
    return a[0] < b[0] || (a[0] == b[0] && a[1] < b[1]);
}

/* Is `x` in one of the list's `n` ranges? `doubt` when the search itself fails. */
static __always_inline bool listed(void *list, __u32 n, const __u64 x[2], bool doubt)
{
    struct lc_xdp_range *r;
    __u32 low = 0, high = n;

    for (int i = 0; i < STEPS && low < high; i++) {
        __u32 mid = low + (high - low) / 2;

        r = bpf_map_lookup_elem(list, &mid);
        if (!r)
            return doubt;
        if (before(r->last, x))
            low = mid + 1;
        else
            high = mid;
    }
    if (low < high)
        return doubt;
    if (low == n)
        return false;
    r = bpf_map_lookup_elem(list, &low);
    return r ? !before(x, r->first) : doubt;
}

static __always_inline bool in_scope(const __u64 x[2])
{
    return listed(&allow, fixed.allow_n, x, false) && !listed(&exclude, fixed.exclude_n, x, true) &&
           !listed(&never, fixed.never_n, x, true);
}

static __always_inline __u64 be64(const __u8 *p)
{
    __u16 v[4];

    __builtin_memcpy(v, p, 8);
    return (__u64)bpf_ntohs(v[0]) << 48 | (__u64)bpf_ntohs(v[1]) << 32 |
           (__u64)bpf_ntohs(v[2]) << 16 | bpf_ntohs(v[3]);
}

/* Frames that may leave: TCP over IPv4 or IPv6 to a target, ARP, and a neighbour solicitation to
 * its group (RFC 4861, 4.3), which no router passes on. */
static __always_inline bool may_leave(const __u8 *f, const __u8 *end)
{
    __u64 x[2] = {0, 0};

    if (f + 42 > end)
        return false;
    if (f[12] == 0x08 && f[13] == 0x06)
        return true;
    if (f[12] == 0x08 && f[13] == 0x00) {
        x[1] = 0xffff00000000 | (__u64)f[30] << 24 | (__u64)f[31] << 16 | (__u64)f[32] << 8 | f[33];
        return f[14] == 0x45 && f[23] == 6 && in_scope(x);
    }
    if (f[12] != 0x86 || f[13] != 0xdd || f + 74 > end)
        return false;
    x[0] = be64(f + 38);
    x[1] = be64(f + 46);
    if (f[20] == 58)
        return f[54] == 135 && f[21] == 255 && x[0] == 0xff02000000000000 && x[1] >> 24 == 0x1ff;
    return f[20] == 6 && in_scope(x);
}

/* Copies in eights and twos, because the verifier wants to see where each ends. */
static __always_inline void copy(__u8 *to, const __u8 *end, const __u8 *from)
{
    int i;

#pragma unroll
    for (i = 0; i < (int)LC_XDP_FRAME / 8; i++) {
        if (to + 8 > end)
            break;
        __builtin_memcpy(to, from, 8);
        to += 8;
        from += 8;
    }
#pragma unroll
    for (i = 0; i < 3; i++) {
        if (to + 2 > end)
            break;
        __builtin_memcpy(to, from, 2);
        to += 2;
        from += 2;
    }
}

static __always_inline bool take_budget(void)
{
    __u64 now, next;
    struct budget *b;
    __u32 zero = 0;

    b = bpf_map_lookup_elem(&budgets, &zero);
    if (!b)
        return false;
    if (b->credit == 0) {
        now = bpf_ktime_get_ns() << 10;
        next = b->next;
        if (next + fixed.burst < now)
            next = now - fixed.burst;
        if (next > now)
            return false;
        b->next = next + CREDIT * fixed.gap;
        b->credit = CREDIT;
    }
    b->credit--;
    return true;
}

SEC("xdp")
int sweep(struct xdp_md *ctx)
{
    struct lc_xdp_record *r;
    struct lc_xdp_run *run;
    __u32 zero = 0, i;
    int shrink;

    /* The program is also attached to an interface that carries nothing (engine_xdp.c, pin). */
    run = bpf_map_lookup_elem(&runs, &zero);
    if (!run || run->at >= run->n || run->stopped)
        return XDP_DROP;
    i = run->at;
    r = bpf_map_lookup_elem(&records, &i);
    if (!r || !take_budget()) {
        run->stopped = 1;
        return XDP_DROP;
    }
    run->at = i + 1;
    shrink = (int)r->len - (int)(ctx->data_end - ctx->data);
    if (shrink > 0 || (shrink < 0 && bpf_xdp_adjust_tail(ctx, shrink) != 0)) {
        run->refused++;
        return XDP_DROP;
    }
    copy((void *)(long)ctx->data, (void *)(long)ctx->data_end, r->frame);
    if (!may_leave((void *)(long)ctx->data, (void *)(long)ctx->data_end)) {
        run->refused++;
        return XDP_DROP;
    }
    return (int)bpf_redirect(fixed.ifindex, 0);
}

/* The device took fewer than it was given (trace/events/xdp.h: to, from, sent, drops, error). */
SEC("raw_tp/xdp_devmap_xmit")
int count_lost(struct bpf_raw_tracepoint_args *ctx)
{
    struct lc_xdp_run *run;
    __u32 zero = 0;
    int drops = (int)ctx->args[3];

    run = bpf_map_lookup_elem(&runs, &zero);
    if (run && run->busy && drops > 0)
        run->lost += (__u64)drops;
    return 0;
}

/* ... or there was no way to it at all. */
SEC("raw_tp/xdp_redirect_err")
int count_refused(struct bpf_raw_tracepoint_args *ctx)
{
    struct lc_xdp_run *run;
    __u32 zero = 0;

    (void)ctx;
    run = bpf_map_lookup_elem(&runs, &zero);
    if (run && run->busy)
        run->lost++;
    return 0;
}

char terms[] SEC("license") = "Apache-2.0";
