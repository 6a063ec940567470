/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The neighbour table: which entries of a dump are handed over (linux/neighbour.h), what a broken
 * dump becomes, and a real table in a network namespace that the test makes for itself.
 */
#include "base/buf.h"
#include "discover/neigh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define SEEN_MAX 16U

struct seen {
    size_t n;
    struct lc_neigh v[SEEN_MAX];
};

static void each(void *ctx, const struct lc_neigh *n)
{
    struct seen *seen = ctx;

    assert_true(seen->n < SEEN_MAX);
    seen->v[seen->n++] = *n;
}

static bool has(const struct seen *seen, const char *addr, const char *mac, uint32_t ifindex)
{
    struct lc_addr a;

    assert_int_equal(lc_addr_parse(lc_slice_str(addr), &a), LC_OK);
    for (size_t i = 0; i < seen->n; i++)
        if (lc_addr_cmp(&seen->v[i].addr, &a) == 0 && seen->v[i].addr.zone == a.zone &&
            memcmp(seen->v[i].mac, mac, 6) == 0 && seen->v[i].ifindex == ifindex)
            return true;
    return false;
}

/* ---- dumps made here ---- */

static void put(struct lc_buf *b, const void *p, size_t n)
{
    assert_int_equal(lc_buf_put(b, lc_slice_of(p, n)), LC_OK);
    while (b->n % 4)
        (void)lc_buf_u8(b, 0);
}

static void put_attr(struct lc_buf *b, uint16_t type, struct lc_slice value)
{
    struct rtattr a = {.rta_len = (uint16_t)(sizeof a + value.n), .rta_type = type};

    put(b, &a, sizeof a);
    put(b, value.p, value.n);
}

struct entry {
    uint8_t family, flags;
    uint16_t state;
    struct lc_slice addr, mac;
};

static const struct entry good = {.family = AF_INET,
                                  .state = NUD_REACHABLE,
                                  .addr = LC_S_INIT("\xC0\x00\x02\x09"),
                                  .mac = LC_S_INIT("\x28\x57\xBE\x01\x02\x03")};

static void put_entry(struct lc_buf *b, const struct entry *e)
{
    struct nlmsghdr h = {.nlmsg_type = RTM_NEWNEIGH, .nlmsg_flags = NLM_F_MULTI};
    struct ndmsg m = {
        .ndm_family = e->family, .ndm_ifindex = 7, .ndm_state = e->state, .ndm_flags = e->flags};
    size_t start = b->n;

    put(b, &h, sizeof h);
    put(b, &m, sizeof m);
    put_attr(b, NDA_DST, e->addr);
    put_attr(b, NDA_LLADDR, e->mac);
    h.nlmsg_len = (uint32_t)(b->n - start);
    memcpy(b->p + start, &h, sizeof h);
}

static void put_end(struct lc_buf *b, uint16_t type, int32_t code)
{
    struct nlmsghdr h = {.nlmsg_len = sizeof h + sizeof code, .nlmsg_type = type};

    put(b, &h, sizeof h);
    put(b, &code, sizeof code);
}

static size_t handed_over(const struct entry *e)
{
    struct seen seen = {0};
    struct lc_buf b;

    lc_buf_init(&b, 4096);
    put_entry(&b, e);
    assert_int_equal(lc_neigh_parse(lc_buf_view(&b), each, &seen), LC_MORE);
    lc_buf_free(&b);
    return seen.n;
}

static void an_entry_gives_address_mac_and_interface(void **state)
{
    struct seen seen = {0};
    struct lc_buf b;

    (void)state;
    lc_buf_init(&b, 4096);
    put_entry(&b, &good);
    put_end(&b, NLMSG_DONE, 0);
    assert_int_equal(lc_neigh_parse(lc_buf_view(&b), each, &seen), LC_DONE);
    assert_int_equal(seen.n, 1);
    assert_true(has(&seen, "192.0.2.9", "\x28\x57\xBE\x01\x02\x03", 7));
    lc_buf_free(&b);
}

static void only_entries_that_the_kernel_vouches_for(void **state)
{
    static const struct {
        uint16_t state;
        size_t n;
    } cases[] = {{NUD_REACHABLE, 1}, {NUD_STALE, 1},      {NUD_DELAY, 1},
                 {NUD_PERMANENT, 1}, {NUD_INCOMPLETE, 0}, {NUD_FAILED, 0},
                 {NUD_PROBE, 0},     {NUD_NOARP, 0},      {NUD_NONE, 0}};
    struct entry e = good;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        e.state = cases[i].state;
        assert_int_equal(handed_over(&e), cases[i].n);
    }
    e = good;
    e.flags = NTF_PROXY;
    assert_int_equal(handed_over(&e), 0);
}

static void hardware_addresses_of_no_device_are_dropped(void **state)
{
    static const struct lc_slice bad[] = {
        LC_S_INIT("\x00\x00\x00\x00\x00\x00"),         LC_S_INIT("\xFF\xFF\xFF\xFF\xFF\xFF"),
        LC_S_INIT("\x01\x00\x5E\x00\x00\x01"),         LC_S_INIT("\x28\x57\xBE\x01\x02"),
        LC_S_INIT("\x28\x57\xBE\x01\x02\x03\x04\x05"), LC_S_INIT("")};
    struct entry e = good;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        e.mac = bad[i];
        assert_int_equal(handed_over(&e), 0);
    }
}

static void an_address_must_have_the_length_of_its_family(void **state)
{
    struct entry e = good;

    (void)state;
    e.family = AF_INET6;
    assert_int_equal(handed_over(&e), 0);
    e.family = AF_BRIDGE;
    assert_int_equal(handed_over(&e), 0);
    e = good;
    e.addr = LC_S("\xC0\x00\x02");
    assert_int_equal(handed_over(&e), 0);
}

static void link_local_addresses_get_their_zone_and_others_do_not(void **state)
{
    struct entry near = good, far = good;
    struct seen seen = {0};
    struct lc_buf b;

    (void)state;
    near.family = far.family = AF_INET6;
    near.addr = LC_S("\xFE\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\x09");
    far.addr = LC_S("\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x09");
    lc_buf_init(&b, 4096);
    put_entry(&b, &near);
    put_entry(&b, &far);
    assert_int_equal(lc_neigh_parse(lc_buf_view(&b), each, &seen), LC_MORE);
    assert_int_equal(seen.n, 2);
    assert_true(has(&seen, "fe80::9%7", "\x28\x57\xBE\x01\x02\x03", 7));
    assert_true(has(&seen, "2001:db8::9", "\x28\x57\xBE\x01\x02\x03", 7));
    lc_buf_free(&b);
}

static void a_refusal_ends_it_and_an_acknowledgement_does_not(void **state)
{
    struct seen seen = {0};
    struct lc_buf b;

    (void)state;
    lc_buf_init(&b, 4096);
    put_end(&b, NLMSG_ERROR, 0);
    put_entry(&b, &good);
    put_end(&b, NLMSG_ERROR, -1);
    put_entry(&b, &good);
    assert_int_equal(lc_neigh_parse(lc_buf_view(&b), each, &seen), LC_EIO);
    assert_int_equal(seen.n, 1);
    lc_buf_free(&b);
}

/* Cut anywhere but between messages, or with a length that lies: never past the end. */
static void lengths_that_lie_are_seen(void **state)
{
    struct seen seen = {0};
    struct lc_buf b;

    (void)state;
    lc_buf_init(&b, 4096);
    put_entry(&b, &good);
    for (size_t n = 1; n < b.n; n++)
        assert_int_equal(lc_neigh_parse(lc_slice_of(b.p, n), each, &seen), LC_EPARSE);
    b.p[0] = 15; /* shorter than its own header */
    assert_int_equal(lc_neigh_parse(lc_buf_view(&b), each, &seen), LC_EPARSE);
    lc_buf_reset(&b);
    put_entry(&b, &good);
    b.p[28] = 3; /* the first attribute's */
    assert_int_equal(lc_neigh_parse(lc_buf_view(&b), each, &seen), LC_EPARSE);
    b.p[28] = 200;
    assert_int_equal(lc_neigh_parse(lc_buf_view(&b), each, &seen), LC_EPARSE);
    assert_int_equal(seen.n, 0);
    lc_buf_free(&b);
}

/* ---- the real thing ---- */

/* A namespace of our own with a link that leads nowhere; false where the system allows none. */
static bool lonely_link(void)
{
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        return false;
    return system("ip link add lc0 type veth peer name lc1 2>/dev/null && ip link set lc0 up && "
                  "ip addr add 192.0.2.1/24 dev lc0") == 0;
}

static void the_systems_own_table_is_read(void **state)
{
    struct seen seen = {0};
    struct lc_err err;
    uint32_t lc0;

    (void)state;
    if (!lonely_link())
        skip();
    lc0 = if_nametoindex("lc0");
    assert_int_equal(
        system("ip neigh add 192.0.2.9 lladdr 28:57:be:01:02:03 dev lc0 nud permanent && "
               "ip neigh add 192.0.2.10 lladdr 28:57:be:01:02:04 dev lc0 nud stale && "
               "ip neigh add 192.0.2.11 lladdr 28:57:be:01:02:05 dev lc0 nud noarp && "
               "ip neigh add 2001:db8::9 lladdr 3c:ef:8c:01:02:03 dev lc0 nud permanent"),
        0);
    assert_int_equal(lc_neigh_read(each, &seen, &err), LC_OK);
    assert_true(has(&seen, "192.0.2.9", "\x28\x57\xBE\x01\x02\x03", lc0));
    assert_true(has(&seen, "192.0.2.10", "\x28\x57\xBE\x01\x02\x04", lc0));
    assert_true(has(&seen, "2001:db8::9", "\x3C\xEF\x8C\x01\x02\x03", lc0));
    assert_int_equal(seen.n, 3);
}

static void count(void *ctx, const struct lc_neigh *n)
{
    size_t *total = ctx;

    if (n->mac[0] == 0x28)
        ++*total;
}

/* 3,000 entries take about 200 KiB, and an answer holds 32. */
static void a_table_longer_than_one_answer_is_read_whole(void **state)
{
    struct lc_err err;
    size_t total = 0;

    (void)state;
    if (!lonely_link())
        skip();
    assert_int_equal(
        system("i=0; while [ $i -lt 3000 ]; do i=$((i + 1)); "
               "echo neigh add 198.18.$((i / 250)).$((i % 250 + 1)) lladdr 28:57:be:00:00:01 dev "
               "lc0 nud permanent; done | ip -batch -"),
        0);
    assert_int_equal(lc_neigh_read(count, &total, &err), LC_OK);
    assert_int_equal(total, 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_gives_address_mac_and_interface),
        cmocka_unit_test(only_entries_that_the_kernel_vouches_for),
        cmocka_unit_test(hardware_addresses_of_no_device_are_dropped),
        cmocka_unit_test(an_address_must_have_the_length_of_its_family),
        cmocka_unit_test(link_local_addresses_get_their_zone_and_others_do_not),
        cmocka_unit_test(a_refusal_ends_it_and_an_acknowledgement_does_not),
        cmocka_unit_test(lengths_that_lie_are_seen),
        cmocka_unit_test(the_systems_own_table_is_read),
        cmocka_unit_test(a_table_longer_than_one_answer_is_read_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
