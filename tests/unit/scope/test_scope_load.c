/* SPDX-License-Identifier: Apache-2.0 */
/* What a scope file may say, and each way in which one is refused: status, line and advice. */
#include "scratch.h"
#include "base/hash.h"

#define NOW   1790000000 /* 2026-09-21 UTC */
#define HEAD  "version: 1\nowner: o\npurpose: p\n"
#define VALID "valid: {until: 2027-01-01}\n"
#define GOOD  HEAD VALID "allow:\n  - 10.0.0.0/24\n"

static enum lc_status load(const char *text, struct lc_scope *s, struct lc_err *err)
{
    struct lc_scope_paths paths = {scratch("keys"), scratch("never")};

    return lc_scope_load(put_file("s.yaml", text, 0600), &paths, NOW, s, err);
}

static void wrong(const char *text, enum lc_status st, const char *says1, const char *says2)
{
    struct lc_scope s;
    struct lc_err err = {""};
    enum lc_status got = load(text, &s, &err);

    if (got != st)
        fail_msg("%s instead of %s: %s\n%s", lc_status_name(got), lc_status_name(st), err.text,
                 text);
    says(&err, says1);
    says(&err, says2);
}

static void right(const char *text)
{
    struct lc_scope s;
    struct lc_err err = {""};

    if (load(text, &s, &err) != LC_OK)
        fail_msg("%s\n%s", err.text, text);
    lc_scope_free(&s);
}

static void everything_a_file_says_is_taken(void **state)
{
    static const char text[] =
        "version: 1\nowner: \"Công ty Đèn Lồng\"\ncontact: an@example.com\npurpose: yearly check\n"
        "page: https://example.com/scan\nstop: stop@example.com\n"
        "valid:\n  from: 2026-09-01T08:30Z\n  until: 2026-12-31\n"
        "allow:\n  - 10.0.1.0/24\n  - 10.0.0.0/24\n  - fd00::10-fd00::1f\n"
        "exclude:\n  - 10.0.0.7\n"
        "rates:\n  host: 40\n  host-connections: 1\n  total: 500\n"
        "checks:\n  - anonymous-device-info\n  - credentials\n";
    struct lc_scope s;
    struct lc_err err = {""};
    uint8_t hash[32];

    (void)state;
    assert_int_equal(load(text, &s, &err), LC_OK);
    assert_true(lc_slice_eq(s.owner, LC_S("Công ty Đèn Lồng")));
    assert_true(lc_slice_eq(s.contact, LC_S("an@example.com")));
    assert_true(lc_slice_eq(s.stop, LC_S("stop@example.com")));
    /* date -d 2026-09-01T08:30Z +%s; date -d 2026-12-31T23:59:59Z +%s */
    assert_int_equal(s.not_before_s, 1788251400);
    assert_int_equal(s.not_after_s, 1798761599);
    assert_int_equal(s.allow_n, 2); /* the two /24 touch */
    assert_int_equal(lc_range_count(&s.allow[0]) + lc_range_count(&s.allow[1]), 512 + 16);
    assert_int_equal(s.exclude_n, 1);
    assert_int_equal(s.rates.host_pps, 40);
    assert_int_equal(s.rates.host_conns, 1);
    assert_int_equal(s.rates.block_pps, 200);
    assert_int_equal(s.rates.total_pps, 500);
    assert_int_equal(s.checks, LC_CHECK_ANON_DEVICE_INFO | LC_CHECK_CREDENTIALS);
    assert_false(s.builtin || s.is_signed || s.is_public || s.laboratory);
    lc_sha256(lc_slice_str(text), hash);
    assert_memory_equal(s.hash, hash, 32);
    lc_scope_free(&s);
}

static void default_rates_are_gentle(void **state)
{
    struct lc_scope s;
    struct lc_err err;

    (void)state;
    assert_int_equal(load(GOOD, &s, &err), LC_OK);
    assert_int_equal(s.rates.host_pps, 10);
    assert_int_equal(s.rates.host_conns, 2);
    assert_int_equal(s.checks, 0);
    lc_scope_free(&s);
}

static void yaml_that_hides_or_doubles_something_is_refused(void **state)
{
    (void)state;
    wrong("", LC_EPARSE, "s.yaml:1: ", "scope init");
    wrong("# only a comment\n", LC_EPARSE, "is empty", "");
    wrong("version: 1\nowner: [\n", LC_EPARSE, "s.yaml:3: ", "not well-formed YAML");
    wrong("version: 1\nowner: \xff\n", LC_EPARSE, "s.yaml:2: ", "not well-formed YAML");
    wrong("version: 1\nowner: a\nowner: b\n", LC_EPARSE, "s.yaml:3: \"owner\" stands twice",
          "line 2");
    wrong("version: 1\nowner: &a b\n", LC_EPARSE, "s.yaml:2: ", "anchors");
    wrong("owner: *a\n", LC_EPARSE, "s.yaml:1: ", "anchors");
    wrong("owner: !!str b\n", LC_EPARSE, "s.yaml:1: ", "tags");
    wrong("allow: !x [a]\n", LC_EPARSE, "s.yaml:1: ", "tags");
    wrong("valid: !x {a: b}\n", LC_EPARSE, "s.yaml:1: ", "tags");
    wrong(GOOD "---\nversion: 1\n", LC_EPARSE, "s.yaml:8: ", "only one document");
    wrong("[[[[[[[[[[]]]]]]]]]]\n", LC_EPARSE, "s.yaml:1: ", "nested");
    wrong("? [a]\n: b\n", LC_EPARSE, "s.yaml:1: ", "a key must be a short word");
    wrong("'': b\n", LC_EPARSE, "s.yaml:1: ", "a key must be a short word");
    wrong("- version\n", LC_EPARSE, "s.yaml:1: this is not a scope", "scope init");
    wrong("just text\n", LC_EPARSE, "s.yaml:1: this is not a scope", "scope init");
}

static void a_file_of_a_million_keys_is_bounded(void **state)
{
    struct lc_scope s;
    struct lc_buf text;
    struct lc_err err;

    (void)state;
    lc_buf_init(&text, 8U << 20);
    for (unsigned i = 0; i < 100; i++)
        (void)lc_buf_putf(&text, "k%u: v\n", i);
    assert_int_equal(load(lc_buf_cstr(&text), &s, &err), LC_EPARSE);
    lc_buf_reset(&text);
    (void)lc_buf_puts(&text, "valid:\n");
    for (unsigned i = 0; i < 70; i++)
        (void)lc_buf_putf(&text, "  k%u: v\n", i);
    assert_int_equal(load(lc_buf_cstr(&text), &s, &err), LC_EPARSE);
    says(&err, "s.yaml:66: too many keys");
    lc_buf_reset(&text);
    (void)lc_buf_puts(&text, "allow: [");
    for (unsigned i = 0; i < 210000; i++)
        (void)lc_buf_puts(&text, "a,");
    (void)lc_buf_puts(&text, "]\n");
    assert_int_equal(load(lc_buf_cstr(&text), &s, &err), LC_EPARSE);
    says(&err, "too many things");
    lc_buf_reset(&text);
    for (unsigned i = 0; i < 4200; i++)
        (void)lc_buf_putf(&text, "#%01022d\n", 0);
    assert_int_equal(load(lc_buf_cstr(&text), &s, &err), LC_EFULL);
    says(&err, "longer than 4194304 bytes");
    lc_buf_free(&text);
}

static void values_of_the_wrong_form_name_their_line(void **state)
{
    (void)state;
    wrong(GOOD "alow: [10.0.0.0/8]\n", LC_EPARSE, "s.yaml:7: alow: unknown key", "allow");
    wrong("version: 2\n", LC_EPARSE, "s.yaml:1: version: ", "write 'version: 1'");
    wrong("version: '1'\n", LC_EPARSE, "s.yaml:1: version: ", "version 1");
    wrong("version: [1]\n", LC_EPARSE, "s.yaml:1: version: ", "version 1");
    wrong("version: 1\nowner: [a]\n", LC_EPARSE, "s.yaml:2: owner: ", "one line of text");
    wrong("owner: ' '\n", LC_EREFUSED, "s.yaml:1: owner: ", "empty");
    wrong("valid: {until: ''}\n", LC_EREFUSED, "s.yaml:1: until: ", "empty");
    wrong("owner: \"a\\x1b[2J\"\n", LC_EPARSE, "s.yaml:1: owner: ", "control characters");
    wrong("owner: \"a\\x7f\"\n", LC_EPARSE, "s.yaml:1: owner: ", "control characters");
    wrong("page: example.com\n", LC_EPARSE, "s.yaml:1: page: ", "https://");
    wrong("page: [a]\n", LC_EPARSE, "s.yaml:1: page: ", "one line of text");
    wrong("allow: 10.0.0.0/8\n", LC_EPARSE, "s.yaml:1: allow: ", "behind a dash");
    wrong("allow:\n  - [10.0.0.0/8]\n", LC_EPARSE, "s.yaml:2: ", "one address range");
    wrong("allow:\n  - camera.example\n", LC_EPARSE, "s.yaml:2: \"camera.example\" is not",
          "192.168.1.0/24");
    wrong("allow:\n  - 10.0.0.1/24\n", LC_EPARSE, "s.yaml:2: \"10.0.0.1/24\" has bits set",
          "write 10.0.0.0/24 ");
    wrong("allow:\n  - 10.0.0.0/33\n", LC_EPARSE, "s.yaml:2: ", "is not an address range");
    wrong("allow:\n  - 10.0.0.9-10.0.0.1\n", LC_EPARSE, "s.yaml:2: ", "is not an address range");
    wrong("exclude:\n  - fd00::1/64\n", LC_EPARSE, "s.yaml:2: ", "write fd00::/64 ");
    wrong("allow:\n  - \"::/0\"\n", LC_EPARSE, "s.yaml:2: ", "every IPv4 address");
    wrong("exclude:\n  - \"::/64\"\n", LC_EPARSE, "s.yaml:2: ", "every IPv4 address");
    wrong("allow:\n  - \"::-ffff::\"\n", LC_EPARSE, "s.yaml:2: ", "every IPv4 address");
    wrong("allow:\n  - \"\\e]0;evil\\a\"\n", LC_EPARSE, "s.yaml:2: \"\xef\xbf\xbd]0;evil", "");
    wrong("checks: all\n", LC_EPARSE, "s.yaml:1: checks: ", "list of checks");
    wrong("checks:\n  - exploit\n", LC_EPARSE, "s.yaml:2: unknown check \"exploit\"",
          "anonymous-device-info");
    wrong("checks:\n  - [credentials]\n", LC_EPARSE, "s.yaml:2: unknown check", "");
    wrong("laboratory: yes\n", LC_EPARSE, "s.yaml:1: laboratory: ", "true or false");
    wrong("laboratory: 'true'\n", LC_EPARSE, "s.yaml:1: laboratory: ", "true or false");
    wrong("laboratory: []\n", LC_EPARSE, "s.yaml:1: laboratory: ", "true or false");
    wrong("owner: o\nallow:\n  - 10.0.0.1\n", LC_EPARSE, "'version: 1' is missing", "");
    wrong(HEAD VALID, LC_EPARSE, "'allow' names no range", "");
    wrong(HEAD VALID "allow: []\n", LC_EPARSE, "'allow' names no range", "");
}

static void text_is_bounded(void **state)
{
    struct lc_buf text;

    (void)state;
    lc_buf_init(&text, 4096);
    (void)lc_buf_putf(&text, "owner: %0513d\n", 0);
    wrong(lc_buf_cstr(&text), LC_EPARSE, "s.yaml:1: owner: ", "too long");
    lc_buf_reset(&text);
    (void)lc_buf_putf(&text, "%065d: a\n", 0);
    wrong(lc_buf_cstr(&text), LC_EPARSE, "s.yaml:1: ", "short word");
    lc_buf_free(&text);
}

static void dates_are_real_and_in_order(void **state)
{
    static const char *const broken[] = {
        "2026-9-1",          "2026-13-01",          "2026-04-31",           "2026-02-29",
        "2026-01-01T25:00Z", "2026-01-01T10:00",    "2026-01-01T10:00+07",  "2026-01-01T10:00:61Z",
        "tomorrow",          "2026/01/01",          "1969-01-01",           "20260-01-01",
        "2026-01-01T10.00Z", "2026-01-01T1a:00Z",   "2026-01-01T10:00.00Z", "2026-01-01x10:00Z",
        "2026-01-01T10:61Z", "2026-01-01T10:00:0aZ"};
    char text[128];

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        (void)snprintf(text, sizeof text, "valid:\n  until: '%s'\n", broken[i]);
        wrong(text, LC_EPARSE, "s.yaml:2: until: ", "2026-12-31");
    }
    wrong("valid: always\n", LC_EPARSE, "s.yaml:1: valid: ", "'from' and 'until'");
    wrong("valid:\n  till: 2026-01-01\n", LC_EPARSE, "s.yaml:2: till: unknown key", "until");
    wrong("valid:\n  from: [2026-01-01]\n", LC_EPARSE, "s.yaml:2: from: ", "2026-12-31");
    wrong("valid: {from: 2026-02-01, until: 2026-01-31}\n", LC_EPARSE,
          "s.yaml:1: valid: ", "before 'from'");
    right(HEAD "valid: {from: 2024-02-29, until: 2026-09-21 23:00:30Z}\nallow: [10.0.0.1]\n");
}

static void outside_its_time_a_scope_is_refused(void **state)
{
    const char *text = HEAD "valid: {from: 2026-09-02, until: 2026-09-03}\nallow: [10.0.0.1]\n";
    struct lc_scope_paths paths = {scratch("keys"), scratch("never")};
    const char *path = put_file("s.yaml", text, 0600);
    struct lc_scope s;
    struct lc_err err;
    const int64_t from = 1788307200, until = 1788479999; /* date -d 2026-09-02T00:00Z +%s, ... */

    (void)state;
    assert_int_equal(lc_scope_load(path, &paths, from - 1, &s, &err), LC_EREFUSED);
    says(&err, "begins on 2026-09-02 00:00 UTC");
    assert_int_equal(lc_scope_load(path, &paths, until + 1, &s, &err), LC_EREFUSED);
    says(&err, "ended on 2026-09-03 23:59 UTC");
    assert_int_equal(lc_scope_load(path, &paths, from, &s, &err), LC_OK);
    lc_scope_free(&s);
    assert_int_equal(lc_scope_load(path, &paths, until, &s, &err), LC_OK);
    lc_scope_free(&s);
}

static void who_why_and_until_when_must_be_said(void **state)
{
    (void)state;
    wrong("version: 1\npurpose: p\n" VALID "allow: [10.0.0.1]\n", LC_EREFUSED, "'owner' is missing",
          "s.yaml");
    wrong("version: 1\nowner: o\n" VALID "allow: [10.0.0.1]\n", LC_EREFUSED, "'purpose' is missing",
          "s.yaml");
    wrong(HEAD "allow: [10.0.0.1]\n", LC_EREFUSED, "'valid: until' is missing", "s.yaml");
    wrong(HEAD "valid: {from: 2026-01-01}\nallow: [10.0.0.1]\n", LC_EREFUSED,
          "'valid: until' is missing", "");
}

static void public_ranges_need_a_contact_a_page_a_stop_and_a_signature(void **state)
{
#define PUBLIC HEAD VALID "allow:\n  - 10.0.0.0/8\n  - 203.0.113.0/24\n"
    (void)state;
    wrong(PUBLIC, LC_EREFUSED, "203.0.113.0/24 is public", "'contact' must be given");
    wrong(PUBLIC "contact: c\n", LC_EREFUSED, "203.0.113.0/24 is public", "'page' must be given");
    wrong(PUBLIC "contact: c\npage: https://e/\n", LC_EREFUSED, "is public",
          "'stop' must be given");
    wrong(PUBLIC "contact: c\npage: http://e/\nstop: s\n", LC_EREFUSED, "is not signed",
          "scope sign");
    wrong(PUBLIC "laboratory: true\n", LC_EREFUSED, "'laboratory: true'",
          "203.0.113.0/24 is public");
}

static void only_private_and_loopback_ranges_go_without_signature(void **state)
{
    static const char *const private[] = {"10.0.0.0/8",     "172.16.0.0/12", "192.168.0.0/16",
                                          "169.254.0.0/16", "127.0.0.0/8",   "fc00::/7",
                                          "\"::1\"",        "fe80::/10"};
    static const char *const public[] = {"9.255.255.255",     "11.0.0.0",        "172.15.255.255",
                                         "172.32.0.0",        "192.167.255.255", "192.169.0.0",
                                         "100.64.0.1",        "128.0.0.0",       "2001:db8::/32",
                                         "\"fbff::-fc00::\"", "\"::1:0:0:0\"",   "0.0.0.0/0"};
    char text[256];

    (void)state;
    for (size_t i = 0; i < sizeof private / sizeof *private; i++) {
        (void)snprintf(text, sizeof text, HEAD VALID "allow:\n  - %s\n", private[i]);
        right(text);
    }
    for (size_t i = 0; i < sizeof public / sizeof *public; i++) {
        (void)snprintf(text, sizeof text, HEAD VALID "allow:\n  - %s\n", public[i]);
        wrong(text, LC_EREFUSED, "is public", "'contact'");
    }
}

/* RFC 2544 C.2.2: 198.18.0.0 to 198.19.255.255; RFC 5180 8: 2001:2::/48 */
static void benchmark_networks_are_a_laboratory_s_own(void **state)
{
    static const char *const inside[] = {"198.18.0.0/15", "198.19.255.255", "2001:2::/48"};
    static const char *const outside[] = {"198.17.255.255", "198.20.0.0", "\"2001:2:1::\"",
                                          "2001:1:ffff:ffff:ffff:ffff:ffff:ffff"};
    struct lc_scope s;
    struct lc_err err;
    char text[256];

    (void)state;
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++) {
        (void)snprintf(text, sizeof text,
                       HEAD VALID "laboratory: true\nallow:\n  - %s\n  - 10.0.0.0/8\n", inside[i]);
        assert_int_equal(load(text, &s, &err), LC_OK);
        assert_false(s.is_public);
        lc_scope_free(&s);
        (void)snprintf(text, sizeof text, HEAD VALID "allow:\n  - %s\n", inside[i]);
        wrong(text, LC_EREFUSED, "is public", "'contact'");
    }
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        (void)snprintf(text, sizeof text, HEAD VALID "laboratory: true\nallow:\n  - %s\n",
                       outside[i]);
        wrong(text, LC_EREFUSED, "is public", "'laboratory: true'");
    }
}

static void rates_are_capped_outside_a_laboratory(void **state)
{
    (void)state;
    right(GOOD "rates: {host: 40, host-connections: 8, block: 2000, total: 20000}\n");
    wrong(GOOD "rates:\n  host: 41\n", LC_EPARSE, "s.yaml:8: host: 41 is too fast; at most 40",
          "laboratory");
    wrong(GOOD "rates: {host-connections: 9}\n", LC_EPARSE, "at most 8", "");
    wrong(GOOD "rates: {block: 2001}\n", LC_EPARSE, "at most 2000", "");
    wrong(GOOD "rates: {total: 20001}\n", LC_EPARSE, "at most 20000", "");
    right(GOOD "rates: {host: 10000000, total: 10000000}\nlaboratory: true\n");
    wrong(GOOD "laboratory: true\nrates: {host: 10000001}\n", LC_EPARSE, "at most 10000000", "");
    wrong(GOOD "laboratory: false\nrates: {host: 41}\n", LC_EPARSE, "at most 40", "");
    wrong(GOOD "rates: {host: 0}\n", LC_EPARSE, "s.yaml:7: host: ", "whole number");
    wrong(GOOD "rates: {host: -1}\n", LC_EPARSE, "host: ", "whole number");
    wrong(GOOD "rates: {host: '10'}\n", LC_EPARSE, "host: ", "whole number");
    wrong(GOOD "rates: {host: [1]}\n", LC_EPARSE, "host: ", "whole number");
    wrong(GOOD "rates: {speed: 1}\n", LC_EPARSE, "speed: unknown key", "host-connections");
    wrong(GOOD "rates: fast\n", LC_EPARSE, "s.yaml:7: rates: ", "host-connections");
}

static void the_permanent_list_beats_every_scope(void **state)
{
    static const char *const built_in[] = {
        "0.0.0.1",       "224.0.0.251",    "255.255.255.255", "240.0.0.1", "ff02::1",
        "2002:0a00:1::", "64:ff9b::a00:1", "2001::1",         "::10.0.0.1"};
    struct lc_targets never = {.n = 0};
    struct lc_scope s;
    struct lc_err err;

    (void)state;
    assert_int_equal(lc_never_read(scratch("never"), &never, &err), LC_OK);
    for (size_t i = 0; i < sizeof built_in / sizeof *built_in; i++) {
        struct lc_addr a;
        bool in = false;

        assert_int_equal(lc_addr_parse(lc_slice_str(built_in[i]), &a), LC_OK);
        for (size_t k = 0; k < never.n; k++)
            in |= lc_range_has(&never.v[k], &a);
        if (!in)
            fail_msg("%s is not on the list", built_in[i]);
    }
    lc_targets_free(&never);
    (void)put_file("never", "# asked to be left alone\n\n10.0.0.5 # 2026-01-02\nfd00::/64\n", 0644);
    assert_int_equal(load(GOOD, &s, &err), LC_OK);
    {
        struct lc_targets want = {.n = 0}, out;

        assert_int_equal(lc_targets_add(&want, "10.0.0.4-10.0.0.6", &err), LC_OK);
        assert_int_equal(lc_scope_plan(&s, &want, &out, &err), LC_OK);
        assert_int_equal(lc_targets_count(&out), 2);
        lc_targets_free(&want);
        lc_targets_free(&out);
    }
    lc_scope_free(&s);
    (void)put_file("never", "10.0.0.5\n10.0.0.5/8\n", 0644);
    wrong(GOOD, LC_EPARSE, "never:2: \"10.0.0.5/8\" has bits set", "10.0.0.0/8");
    assert_int_equal(unlink(scratch("never")), 0);
    assert_int_equal(mkdir(scratch("never"), 0700), 0);
    wrong(GOOD, LC_EINVAL, "never: it is not an ordinary file", "");
    assert_int_equal(rmdir(scratch("never")), 0);
}

static void a_missing_or_unfit_file_is_named(void **state)
{
    struct lc_scope s;
    struct lc_err err;

    (void)state;
    assert_int_equal(lc_scope_load(scratch("nothing"), NULL, NOW, &s, &err), LC_ENOENT);
    says(&err, "nothing: there is no such file");
    assert_int_equal(mkdir(scratch("folder"), 0700), 0);
    assert_int_equal(lc_scope_load(scratch("folder"), NULL, NOW, &s, &err), LC_EINVAL);
    says(&err, "not an ordinary file");
    assert_int_equal(mkfifo(scratch("pipe"), 0600), 0);
    assert_int_equal(lc_scope_load(scratch("pipe"), NULL, NOW, &s, &err), LC_EINVAL);
    says(&err, "not an ordinary file");
    assert_int_equal(lc_scope_load(scratch("s.yaml/x"), NULL, NOW, &s, &err), LC_EIO);
    says(&err, "Not a directory");
}

static void the_template_loads_once_it_is_filled_in(void **state)
{
    struct lc_buf text, filled;
    struct lc_slice line, rest;

    (void)state;
    for (int lang = LC_LANG_EN; lang <= LC_LANG_VI; lang++) {
        lc_lang_set((enum lc_lang)lang);
        lc_buf_init(&text, 65536);
        lc_buf_init(&filled, 65536);
        lc_scope_template(&text);
        lc_lang_set(LC_LANG_EN);
        wrong(lc_buf_cstr(&text), LC_EREFUSED, "owner: ", "fill it in");
        rest = lc_buf_view(&text);
        while (lc_slice_next(&rest, '\n', &line) == LC_OK) {
            bool comment = lc_slice_starts(line, LC_S("# ")) && line.p[2] != ' ';

            assert_true(line.n <= 100);
            if (lc_slice_eq(line, LC_S("owner: \"\"")) || lc_slice_eq(line, LC_S("purpose: \"\"")))
                (void)lc_buf_putf(&filled, "%.*s x\n", (int)line.n - 3, (const char *)line.p);
            else if (lc_slice_eq(line, LC_S("  until: 2020-01-31")))
                (void)lc_buf_puts(&filled, "  until: 2027-01-01\n");
            else if (!comment) /* what is commented out must be right too */
                (void)lc_buf_putf(
                    &filled, "%.*s\n",
                    LC_S_ARG(line.n && line.p[0] == '#' ? lc_slice_from(line, 1) : line));
        }
        right(lc_buf_cstr(&filled));
        lc_buf_free(&text);
        lc_buf_free(&filled);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_a_file_says_is_taken),
        cmocka_unit_test(default_rates_are_gentle),
        cmocka_unit_test(yaml_that_hides_or_doubles_something_is_refused),
        cmocka_unit_test(a_file_of_a_million_keys_is_bounded),
        cmocka_unit_test(values_of_the_wrong_form_name_their_line),
        cmocka_unit_test(text_is_bounded),
        cmocka_unit_test(dates_are_real_and_in_order),
        cmocka_unit_test(outside_its_time_a_scope_is_refused),
        cmocka_unit_test(who_why_and_until_when_must_be_said),
        cmocka_unit_test(public_ranges_need_a_contact_a_page_a_stop_and_a_signature),
        cmocka_unit_test(only_private_and_loopback_ranges_go_without_signature),
        cmocka_unit_test(benchmark_networks_are_a_laboratory_s_own),
        cmocka_unit_test(rates_are_capped_outside_a_laboratory),
        cmocka_unit_test(the_permanent_list_beats_every_scope),
        cmocka_unit_test(a_missing_or_unfit_file_is_named),
        cmocka_unit_test(the_template_loads_once_it_is_filled_in),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
