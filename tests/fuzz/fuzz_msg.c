/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of HTTP and RTSP answers: one answer read whole and in pieces gives the same message,
 * and every length it names lies inside the bytes that came.
 */
#include "fuzz.h"
#include "proto/msg.h"

struct reading {
    struct lc_msg m;
    enum lc_status st;
};

static struct reading read_answer(struct lc_slice all, uint8_t choices, bool pieces)
{
    struct fuzz_split split = fuzz_split(choices);
    struct reading r = {.st = LC_MORE};
    struct lc_slice in = {all.p, 0};

    lc_msg_start(&r.m, choices & 1 ? LC_MSG_RTSP : LC_MSG_HTTP);
    while (r.st == LC_MORE && in.n < all.n) {
        struct lc_slice copy;

        in.n += pieces ? fuzz_piece(&split, all.n - in.n) : all.n;
        copy = fuzz_copy(in);
        r.st = lc_msg_feed(&r.m, copy, LC_MSG_OPEN);
        fuzz_free(copy);
    }
    if (r.st == LC_MORE)
        r.st = lc_msg_feed(&r.m, all, choices & 2 ? LC_MSG_CUT : LC_MSG_CLOSED);
    return r;
}

static void check_headers(const struct lc_msg *m, struct lc_slice in)
{
    struct lc_slice head = lc_msg_headers(m, in), rest = head;
    struct lc_header h;
    size_t lines = 0;

    FUZZ_CHECK(fuzz_inside(head, lc_slice_sub(in, 0, m->head)));
    while (lc_msg_next(&rest, &h)) {
        FUZZ_CHECK(fuzz_inside(h.name, head) && fuzz_inside(h.value, head));
        FUZZ_CHECK(++lines <= head.n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_slice all = lc_slice_of(p + 1, n ? n - 1 : 0), body;
    struct reading a, b;
    struct lc_buf tmp;

    if (n == 0)
        return 0;
    a = read_answer(all, p[0], false);
    b = read_answer(all, p[0], true);
    FUZZ_CHECK(a.st != LC_MORE && a.st == b.st);
    FUZZ_CHECK(a.st == LC_EPARSE || a.m.odd == b.m.odd);
    FUZZ_CHECK(a.m.status == b.m.status && a.m.head == b.m.head && a.m.total == b.m.total);
    FUZZ_CHECK(a.m.last == b.m.last);
    if (a.st != LC_OK && a.st != LC_EFULL)
        return 0;
    FUZZ_CHECK(a.m.head <= a.m.total && a.m.total <= all.n && a.m.total <= LC_MSG_CAP);
    FUZZ_CHECK(a.m.status >= 100 && a.m.status <= 999);
    check_headers(&a.m, all);
    lc_buf_init(&tmp, LC_MSG_CAP);
    body = lc_msg_body(&a.m, all, &tmp);
    FUZZ_CHECK(body.n <= a.m.total - a.m.head);
    FUZZ_CHECK(fuzz_inside(body, all) || fuzz_inside(body, lc_buf_view(&tmp)));
    lc_buf_free(&tmp);
    return 0;
}
