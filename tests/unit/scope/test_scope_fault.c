/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The n-th allocation or system call fails, for every n: a status and a message come back, nothing
 * leaks (the sanitizer looks), nothing is half written, and a scope never comes out wider than it
 * was.
 *
 * The linker sends the calls of our own objects through the wrappers below (meson.build: --wrap).
 */
#include "scratch.h"

#include <errno.h>
#include <ifaddrs.h>

static unsigned left; /* calls until one fails; 0: none does */

static bool fails(void)
{
    return left && --left == 0;
}

#define WRAP(type, name, params, args, failed)                                                     \
    type __real_##name params;                                                                     \
    type __wrap_##name params;                                                                     \
    type __wrap_##name params                                                                      \
    {                                                                                              \
        if (!fails())                                                                              \
            return __real_##name args;                                                             \
        errno = ENOSPC;                                                                            \
        return failed;                                                                             \
    }

WRAP(void *, lc_alloc, (size_t n), (n), NULL)
WRAP(void *, lc_alloc_n, (size_t c, size_t n), (c, n), NULL)
WRAP(void *, lc_realloc_n, (void *p, size_t c, size_t n), (p, c, n), NULL)
WRAP(void *, lc_arena_alloc, (struct lc_arena * a, size_t n), (a, n), NULL)
WRAP(ssize_t, read, (int fd, void *p, size_t n), (fd, p, n), -1)
WRAP(ssize_t, write, (int fd, const void *p, size_t n), (fd, p, n), -1)
WRAP(int, fsync, (int fd), (fd), -1)
WRAP(int, fstat, (int fd, struct stat *st), (fd, st), -1)
WRAP(int, fchmod, (int fd, mode_t mode), (fd, mode), -1)
WRAP(int, rename, (const char *a, const char *b), (a, b), -1)
WRAP(int, mkostemp, (char *name, int flags), (name, flags), -1)
WRAP(int, getifaddrs, (struct ifaddrs * *list), (list), -1)

#define TEXT                                                                                       \
    "version: 1\nowner: o\npurpose: p\ncontact: c\npage: https://e/\nstop: s\n"                    \
    "valid: {until: 2027-01-01}\nallow: [203.0.113.0/24]\nexclude: [203.0.113.7]\n"
#define NOW 1790000000

static const struct lc_scope_paths *paths(void)
{
    static char keys[128], never[128];
    static const struct lc_scope_paths p = {keys, never};

    (void)snprintf(keys, sizeof keys, "%s", scratch("keys"));
    (void)snprintf(never, sizeof never, "%s", scratch("never"));
    return &p;
}

/* Each returns LC_OK only when its whole work is right. */

static enum lc_status load_plan_pack(struct lc_err *err)
{
    struct lc_targets want = {.n = 0}, out = {.n = 0};
    struct lc_gate gate = {.allow_n = 0};
    struct lc_scope s;
    struct lc_buf bytes;
    enum lc_status st = lc_scope_load(scratch("s.yaml"), paths(), NOW, &s, err);

    if (st != LC_OK)
        return st;
    assert_true(s.is_signed && s.is_public && s.allow_n == 1 && s.exclude_n == 1);
    lc_buf_init(&bytes, 65536);
    st = lc_targets_add(&want, "203.0.113.0/24", err);
    if (st == LC_OK)
        st = lc_scope_plan(&s, &want, &out, err);
    if (st == LC_OK)
        assert_int_equal(lc_targets_count(&out), 255);
    if (st == LC_OK)
        st = lc_gate_pack(&s, &bytes);
    if (st == LC_OK)
        st = lc_gate_unpack(lc_buf_view(&bytes), &gate);
    lc_gate_free(&gate);
    lc_buf_free(&bytes);
    lc_targets_free(&want);
    lc_targets_free(&out);
    lc_scope_free(&s);
    return st;
}

static enum lc_status refused_plan(struct lc_err *err)
{
    struct lc_targets want = {.n = 0}, out = {.n = 0};
    struct lc_range never;
    struct lc_scope s = {.never_n = 1, .never = &never};
    enum lc_status st;

    assert_int_equal(lc_range_parse(LC_S("224.0.0.0/4"), &never), LC_OK);
    st = lc_targets_add(&want, "224.0.0.1", err);
    if (st == LC_OK)
        st = lc_scope_plan(&s, &want, &out, err);
    assert_int_equal(out.n, 0);
    lc_targets_free(&want);
    return st == LC_EREFUSED ? LC_OK : st;
}

static enum lc_status built_in(struct lc_err *err)
{
    static const struct lc_attached net = {.ifname = "e", .bits = 24, .kind = LC_NET_ALLOWED};
    struct lc_attached nets[12];
    struct lc_scope s;
    enum lc_status st;

    for (unsigned i = 0; i < 12; i++) {
        nets[i] = net;
        nets[i].net.first = lc_addr_v4(0x0a000000 + (i << 9));
        nets[i].net.last = lc_addr_v4(0x0a0000ff + (i << 9));
    }
    st = lc_scope_builtin_from(nets, 12, scratch("never"), &s, err);
    if (st == LC_OK) {
        assert_int_equal(s.allow_n, 14);
        lc_scope_free(&s);
    }
    return st;
}

static enum lc_status target_list(struct lc_err *err)
{
    struct lc_targets t = {.n = 0};
    char at[160];
    enum lc_status st;

    (void)snprintf(at, sizeof at, "@%s", scratch("list"));
    st = lc_targets_add(&t, at, err);
    assert_int_equal(t.n, st == LC_OK ? 20 : 0);
    lc_targets_free(&t);
    return st;
}

static enum lc_status target_forms(struct lc_err *err)
{
    struct lc_targets t = {.n = 0};
    enum lc_status st = lc_targets_add(&t, "192.168.1-40.1", err);

    assert_int_equal(t.n, st == LC_OK ? 40 : 0);
    if (st == LC_OK) {
        st = lc_targets_add(&t, "2001:db8::/58/64+ff", err);
        assert_int_equal(t.n, st == LC_OK ? 40 + 64 : 40);
    }
    lc_targets_free(&t);
    return st;
}

static enum lc_status delegated(struct lc_err *err)
{
    struct lc_delegated d;
    struct lc_buf draft;
    enum lc_status st = lc_delegated_read(scratch("folder"), "VN", &d, err);

    if (st != LC_OK)
        return st;
    assert_int_equal(d.v4_n, 20);
    lc_buf_init(&draft, 65536);
    lc_scope_draft(&d, &draft);
    if (draft.full)
        st = lc_fail(err, LC_ENOMEM, "full");
    lc_buf_free(&draft);
    lc_delegated_free(&d);
    return st;
}

static enum lc_status exclusion(struct lc_err *err)
{
    bool added;
    enum lc_status st;

    (void)unlink(scratch("alone"));
    st = lc_never_add(scratch("alone"), LC_S("203.0.113.7"), LC_S("x"), &added, err);
    assert_true(added == (st == LC_OK));
    return st;
}

static enum lc_status sign(struct lc_err *err)
{
    return lc_scope_sign(scratch("s.yaml"), scratch("key"), err);
}

static enum lc_status keygen(struct lc_err *err)
{
    struct lc_buf b;
    enum lc_status st;

    (void)unlink(scratch("key2"));
    lc_buf_init(&b, 256);
    st = lc_scope_keygen(scratch("key2"), &b, err);
    lc_buf_free(&b);
    return st;
}

static enum lc_status template(struct lc_err *err) {
    struct lc_buf b; bool full;

    lc_buf_init(&b, 65536);
    lc_scope_template(&b);
    full = b.full;
    lc_buf_free(&b);
    return full ? lc_fail(err, LC_ENOMEM, "full") : LC_OK;
}

static void each_failure_is_told(enum lc_status (*work)(struct lc_err *))
{
    unsigned n = 1;

    for (;; n++) {
        struct lc_err err = {""};
        enum lc_status st;

        left = n;
        st = work(&err);
        if (left) /* the n-th call was never made: all were tried */
            break;
        if (st != LC_OK && st != LC_EFULL && !err.text[0])
            fail_msg("no message for %s at call %u", lc_status_name(st), n);
    }
    left = 0;
    assert_true(n > 1);
}

static void every_failing_call_gives_a_status_and_a_message(void **state)
{
    enum lc_status (*const works[])(struct lc_err *) = {
        load_plan_pack, refused_plan, built_in, target_list, target_forms,
        delegated,      exclusion,    sign,     keygen,      template};
    struct lc_buf line;
    struct lc_err err;
    char list[256] = "", registry[2048] = "2|apnic|20261121|20|19830613|20261120|+1000\n";

    (void)state;
    left = 0;
    (void)put_file("s.yaml", TEXT, 0600);
    for (unsigned i = 0; i < 20; i++)
        (void)snprintf(list + strlen(list), sizeof list - strlen(list), "10.0.0.%u\n", 2 * i);
    (void)put_file("list", list, 0600);
    for (unsigned i = 0; i < 20; i++)
        (void)snprintf(registry + strlen(registry), sizeof registry - strlen(registry),
                       "apnic|VN|ipv4|10.0.%u.0|256|20100802|allocated|A\n", 2 * i);
    (void)put_file("folder", registry, 0600);
    lc_buf_init(&line, 256);
    assert_int_equal(lc_scope_keygen(scratch("key"), &line, &err), LC_OK);
    (void)lc_buf_puts(&line, " us\n");
    (void)put_file("keys", lc_buf_cstr(&line), 0600);
    lc_buf_free(&line);
    assert_int_equal(sign(&err), LC_OK);
    for (size_t i = 0; i < sizeof works / sizeof *works; i++) {
        each_failure_is_told(works[i]);
        assert_int_equal(works[i](&err), LC_OK);
    }
}

static void a_failed_replacement_leaves_the_old_file(void **state)
{
    struct lc_err err;
    struct lc_buf text;

    (void)state;
    left = 0;
    (void)put_file("list", "old", 0600);
    for (left = 1;; left++) {
        unsigned n = left;
        enum lc_status st = lc_file_replace(scratch("list"), LC_S("new"), 0600, &err);
        bool all = left != 0;

        left = 0;
        lc_buf_init(&text, 16);
        assert_int_equal(lc_file_read(scratch("list"), &text, NULL, &err), LC_OK);
        assert_int_equal(text.n, 3);
        if (memcmp(text.p, "old", 3) == 0)
            assert_int_not_equal(st, LC_OK);
        lc_buf_free(&text);
        left = n;
        if (all)
            break;
    }
    left = 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failing_call_gives_a_status_and_a_message),
        cmocka_unit_test(a_failed_replacement_leaves_the_old_file),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
