/* SPDX-License-Identifier: Apache-2.0 */
/* Who asked to be left alone: the list grows, nothing in it is lost, and every scope obeys. */
#include "scratch.h"

#include <sys/wait.h>

static bool add(const char *range, const char *note)
{
    struct lc_err err = {""};
    bool added;

    if (lc_never_add(scratch("never"), lc_slice_str(range), lc_slice_str(note), &added, &err) !=
        LC_OK)
        fail_msg("%s", err.text);
    return added;
}

static void list_is(const char *text)
{
    struct lc_buf got;
    struct lc_err err;

    lc_buf_init(&got, 65536);
    assert_int_equal(lc_file_read(scratch("never"), &got, NULL, &err), LC_OK);
    assert_string_equal(lc_buf_cstr(&got), text);
    lc_buf_free(&got);
}

static void refused(const char *range, enum lc_status want, const char *why)
{
    struct lc_err err = {""};
    bool added = true;

    assert_int_equal(lc_never_add(scratch("never"), lc_slice_str(range), LC_S(""), &added, &err),
                     want);
    says(&err, why);
    assert_false(added);
}

static int fresh(void **state)
{
    (void)state;
    (void)unlink(scratch("never"));
    return 0;
}

static void a_range_is_added_with_its_reason_behind_what_was_there(void **state)
{
    struct stat st;

    (void)state;
    assert_true(add("192.0.2.7", ""));
    assert_int_equal(stat(scratch("never"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0644);
    (void)put_file("never", "# ours\n192.0.2.7 # kept", 0640); /* without a line's end */
    assert_true(add("203.0.113.0/24", "asked by mail"));
    assert_true(add("2001:db8::-2001:db8::2", "x"));
    list_is(
        "# ours\n192.0.2.7 # kept\n203.0.113.0/24 # asked by mail\n2001:db8::-2001:db8::2 # x\n");
    assert_int_equal(stat(scratch("never"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
}

static void what_is_covered_is_not_added_again(void **state)
{
    (void)state;
    assert_true(add("203.0.113.0/24", ""));
    assert_false(add("203.0.113.0/24", ""));
    assert_false(add("203.0.113.7", ""));
    assert_false(add("224.0.0.251", "")); /* multicast is never asked */
    assert_true(add("203.0.112.0/23", ""));
    list_is("203.0.113.0/24\n203.0.112.0/23\n");
}

static void a_reason_cannot_add_lines(void **state)
{
    struct lc_targets never = {.n = 0};
    struct lc_addr inside = lc_addr_v4(0x0a000001);
    struct lc_buf got;
    struct lc_err err;

    (void)state;
    assert_true(add("192.0.2.7", "a\n10.0.0.0/8\r\x1b[2J\n"));
    lc_buf_init(&got, 65536);
    assert_int_equal(lc_file_read(scratch("never"), &got, NULL, &err), LC_OK);
    assert_true(lc_slice_chr(lc_buf_view(&got), '\n', 0) == got.n - 1);
    assert_true(lc_slice_chr(lc_buf_view(&got), 0x1b, 0) == LC_NPOS);
    lc_buf_free(&got);
    assert_int_equal(lc_never_read(scratch("never"), &never, &err), LC_OK);
    for (size_t i = 0; i < never.n; i++)
        assert_false(lc_range_has(&never.v[i], &inside));
    lc_targets_free(&never);
}

static void a_zone_is_left_out_since_the_list_holds_on_every_interface(void **state)
{
    (void)state;
    assert_true(add("fe80::1%2", ""));
    list_is("fe80::1\n");
}

static void what_is_no_range_or_no_list_is_refused_and_changes_nothing(void **state)
{
    struct lc_err err;
    bool added;

    (void)state;
    refused("cam.example", LC_EPARSE, "is not an address range");
    refused("192.0.2.7/24", LC_EPARSE, "192.0.2.0/24 for the network");
    refused("::/0", LC_EPARSE, "every IPv4 address");
    assert_int_equal(access(scratch("never"), F_OK), -1);
    (void)put_file("never", "192.0.2.1\nnonsense\n", 0600);
    refused("192.0.2.7", LC_EPARSE, "never:2: ");
    list_is("192.0.2.1\nnonsense\n");
    assert_int_equal(lc_never_add("/nonexistent/never", LC_S("192.0.2.7"), LC_S(""), &added, &err),
                     LC_ENOENT);
    says(&err, "the folder it belongs into does not exist");
}

static void every_later_scope_leaves_it_alone(void **state)
{
    struct lc_scope_paths paths = {scratch("keys"), scratch("never")};
    struct lc_targets want = {.n = 0}, out;
    struct lc_scope s;
    struct lc_err err;

    (void)state;
    assert_true(add("10.0.0.7", "asked"));
    (void)put_file("s.yaml",
                   "version: 1\nowner: o\npurpose: p\nvalid: {until: 2027-01-01}\n"
                   "allow:\n  - 10.0.0.0/24\n",
                   0600);
    assert_int_equal(lc_scope_load(scratch("s.yaml"), &paths, 1790000000, &s, &err), LC_OK);
    assert_int_equal(lc_targets_add(&want, "10.0.0.0/28", &err), LC_OK);
    assert_int_equal(lc_scope_plan(&s, &want, &out, &err), LC_OK);
    assert_int_equal(lc_targets_count(&out), 15);
    lc_targets_free(&want);
    lc_targets_free(&out);
    lc_scope_free(&s);
}

/* Eight processes, twenty wishes each: without the lock some would write what another has just
 * replaced. */
static void of_wishes_at_the_same_time_none_is_lost(void **state)
{
    struct lc_targets never = {.n = 0};
    struct lc_err err;
    char text[32];

    (void)state;
    for (unsigned p = 0; p < 8; p++) {
        if (fork() != 0)
            continue;
        for (unsigned i = 0; i < 20; i++) {
            bool added;

            (void)snprintf(text, sizeof text, "198.51.%u.%u", p, 2 * i);
            if (lc_never_add(scratch("never"), lc_slice_str(text), LC_S(""), &added, &err) != LC_OK)
                _exit(1);
        }
        _exit(0);
    }
    for (unsigned p = 0; p < 8; p++) {
        int how;

        assert_true(wait(&how) > 0);
        assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    }
    assert_int_equal(lc_never_read(scratch("never"), &never, &err), LC_OK);
    for (unsigned p = 0; p < 8; p++)
        for (unsigned i = 0; i < 20; i++) {
            struct lc_addr a = lc_addr_v4(0xc6330000U + (p << 8) + 2 * i);
            bool found = false;

            for (size_t k = 0; k < never.n; k++)
                found |= lc_range_has(&never.v[k], &a);
            assert_true(found);
        }
    lc_targets_free(&never);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_range_is_added_with_its_reason_behind_what_was_there, fresh),
        cmocka_unit_test_setup(what_is_covered_is_not_added_again, fresh),
        cmocka_unit_test_setup(a_reason_cannot_add_lines, fresh),
        cmocka_unit_test_setup(a_zone_is_left_out_since_the_list_holds_on_every_interface, fresh),
        cmocka_unit_test_setup(what_is_no_range_or_no_list_is_refused_and_changes_nothing, fresh),
        cmocka_unit_test_setup(every_later_scope_leaves_it_alone, fresh),
        cmocka_unit_test_setup(of_wishes_at_the_same_time_none_is_lost, fresh),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
