/* SPDX-License-Identifier: Apache-2.0 */
/* Signatures: what opens public ranges, and everything that must not. */
#include "scratch.h"
#include "base/hash.h"

#define NOW 1790000000
#define PUBLIC                                                                                     \
    "version: 1\nowner: o\npurpose: p\ncontact: c\npage: https://e/\nstop: s\n"                    \
    "valid: {until: 2027-01-01}\nallow:\n  - 203.0.113.0/24\n"

static const struct lc_scope_paths *paths(void)
{
    static struct lc_scope_paths p;

    p.keys = scratch("keys");
    p.never = scratch("never");
    return &p;
}

static void refused(const char *why)
{
    char path[128];
    struct lc_scope s;
    struct lc_err err = {""};

    (void)snprintf(path, sizeof path, "%s", scratch("s.yaml"));
    assert_int_equal(lc_scope_load(path, paths(), NOW, &s, &err), LC_EREFUSED);
    says(&err, why);
}

static void pin(const char *key, const char *name, mode_t mode)
{
    char line[256];

    (void)snprintf(line, sizeof line, "# pinned\n\n%s %s\n", key, name);
    (void)put_file("keys", line, mode);
}

/* Makes a key, returns its public line in a static buffer. */
static const char *new_key(const char *name)
{
    static char line[2][128];
    static unsigned at;
    struct lc_buf b;
    struct lc_err err;
    struct stat st;
    char *out = line[at++ % 2];

    (void)unlink(scratch(name));
    lc_buf_init(&b, 256);
    assert_int_equal(lc_scope_keygen(scratch(name), &b, &err), LC_OK);
    (void)snprintf(out, sizeof line[0], "%s", lc_buf_cstr(&b));
    lc_buf_free(&b);
    assert_int_equal(stat(scratch(name), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    return out;
}

static void a_signed_scope_with_a_pinned_key_is_taken(void **state)
{
    const char *key = new_key("key"), *other = new_key("key2");
    struct lc_scope s;
    struct lc_err err;
    char both[256];

    (void)state;
    (void)put_file("s.yaml", PUBLIC, 0644);
    assert_int_equal(lc_scope_sign(scratch("s.yaml"), scratch("key"), &err), LC_OK);
    (void)unlink(scratch("keys"));
    refused("no key is pinned");
    pin(other, "other", 0644);
    refused("no pinned key made the signature");
    (void)snprintf(both, sizeof both, "%s other\n%s\tSở Thông tin\n", other, key);
    (void)put_file("keys", both, 0644);
    assert_int_equal(lc_scope_load(scratch("s.yaml"), paths(), NOW, &s, &err), LC_OK);
    assert_true(s.is_signed && s.is_public);
    assert_true(lc_slice_eq(s.signer, LC_S("Sở Thông tin")));
    lc_scope_free(&s);
}

static void a_changed_byte_voids_the_signature(void **state)
{
    (void)state;
    (void)put_file("s.yaml", PUBLIC "  - 198.51.100.0/24\n", 0644);
    refused("the file was changed after it was signed");
}

static void a_signature_that_is_none_is_named(void **state)
{
    (void)state;
    (void)put_file("s.yaml", PUBLIC, 0644);
    (void)put_file("s.yaml.sig", "bm90IHNpeHR5LWZvdXIgYnl0ZXM=\n", 0644);
    refused("s.yaml.sig is not a signature");
    (void)put_file("s.yaml.sig", "!!!\n", 0644);
    refused("s.yaml.sig is not a signature");
    assert_int_equal(unlink(scratch("s.yaml.sig")), 0);
    refused("is not signed");
}

static void keys_that_others_may_write_prove_nothing(void **state)
{
    const char *key = new_key("key");
    struct lc_err err;

    (void)state;
    assert_int_equal(lc_scope_sign(scratch("s.yaml"), scratch("key"), &err), LC_OK);
    pin(key, "us", 0664);
    refused("others could write to this file");
    pin(key, "us", 0646);
    refused("others could write to this file");
    if (geteuid() == 0) {
        pin(key, "us", 0644);
        assert_int_equal(chown(scratch("keys"), 12345, 0), 0);
        refused("others could write to this file");
    }
}

static void a_broken_key_line_is_named(void **state)
{
    char line[256];

    (void)state;
    (void)put_file("keys", "# comment\nAAAA short\n", 0644);
    refused("keys:2: this is not a key line");
    (void)snprintf(line, sizeof line, "%s\n", new_key("key2")); /* no name */
    (void)put_file("keys", line, 0644);
    refused("keys:1: this is not a key line");
    (void)put_file("keys", "*** name\n", 0644);
    refused("keys:1: this is not a key line");
}

static void a_private_scope_tells_its_signer_but_needs_none(void **state)
{
    const char *key = new_key("key");
    struct lc_scope s;
    struct lc_err err;

    (void)state;
    (void)put_file("s.yaml",
                   "version: 1\nowner: o\npurpose: p\nvalid: {until: 2027-01-01}\n"
                   "allow: [10.0.0.1]\n",
                   0644);
    pin(key, "us", 0644);
    assert_int_equal(lc_scope_load(scratch("s.yaml"), paths(), NOW, &s, &err), LC_OK);
    assert_false(s.is_signed);
    lc_scope_free(&s);
    assert_int_equal(lc_scope_sign(scratch("s.yaml"), scratch("key"), &err), LC_OK);
    assert_int_equal(lc_scope_load(scratch("s.yaml"), paths(), NOW, &s, &err), LC_OK);
    assert_true(s.is_signed && !s.is_public);
    lc_scope_free(&s);
}

static void a_key_is_kept_secret_and_never_overwritten(void **state)
{
    struct lc_buf b;
    struct lc_err err;

    (void)state;
    (void)new_key("key");
    lc_buf_init(&b, 256);
    assert_int_equal(lc_scope_keygen(scratch("key"), &b, &err), LC_EINVAL);
    says(&err, "exists already");
    assert_int_equal(lc_scope_keygen(scratch("nowhere/key"), &b, &err), LC_ENOENT);
    says(&err, "nowhere/key: the folder");
    lc_buf_free(&b);
    assert_int_equal(chmod(scratch("key"), 0640), 0);
    assert_int_equal(lc_scope_sign(scratch("s.yaml"), scratch("key"), &err), LC_EPERM);
    says(&err, "others may read this key");
    (void)put_file("key", "not a key\n", 0600);
    assert_int_equal(lc_scope_sign(scratch("s.yaml"), scratch("key"), &err), LC_EPARSE);
    says(&err, "is not an Ed25519 private key");
    assert_int_equal(lc_scope_sign(scratch("s.yaml"), scratch("none"), &err), LC_ENOENT);
    assert_int_equal(lc_scope_sign(scratch("none"), scratch("key"), &err), LC_ENOENT);
}

/* RFC 8032 7.1, test 2: a signature made elsewhere over one byte 0x72 verifies here. */
static void the_rfc_8032_vector_verifies(void **state)
{
    static const uint8_t raw_sig[64] = {
        0x92, 0xa0, 0x09, 0xa9, 0xf0, 0xd4, 0xca, 0xb8, 0x72, 0x0e, 0x82, 0x0b, 0x5f,
        0x64, 0x25, 0x40, 0xa2, 0xb2, 0x7b, 0x54, 0x16, 0x50, 0x3f, 0x8f, 0xb3, 0x76,
        0x22, 0x23, 0xeb, 0xdb, 0x69, 0xda, 0x08, 0x5a, 0xc1, 0xe4, 0x3e, 0x15, 0x99,
        0x6e, 0x45, 0x8f, 0x36, 0x13, 0xd0, 0xf1, 0x1d, 0x8c, 0x38, 0x7b, 0x2e, 0xae,
        0xb4, 0x30, 0x2a, 0xee, 0xb0, 0x0d, 0x29, 0x16, 0x12, 0xbb, 0x0c, 0x00};
    static const uint8_t raw_key[32] = {0x3d, 0x40, 0x17, 0xc3, 0xe8, 0x43, 0x89, 0x5a,
                                        0x92, 0xb7, 0x0a, 0xa7, 0x4d, 0x1b, 0x7e, 0xbc,
                                        0x9c, 0x98, 0x2c, 0xcf, 0x2e, 0xc4, 0x96, 0x8c,
                                        0xc0, 0xcd, 0x55, 0xf1, 0x2a, 0xf4, 0x66, 0x0c};
    struct lc_arena mem;
    struct lc_slice signer;
    struct lc_err err;
    struct lc_buf b;

    (void)state;
    lc_arena_init(&mem, 4096);
    lc_buf_init(&b, 256);
    assert_int_equal(lc_base64(lc_slice_of(raw_sig, 64), 0, &b), LC_OK);
    (void)put_file("s.yaml.sig", lc_buf_cstr(&b), 0644);
    lc_buf_reset(&b);
    assert_int_equal(lc_base64(lc_slice_of(raw_key, 32), 0, &b), LC_OK);
    pin(lc_buf_cstr(&b), "rfc", 0644);
    lc_buf_free(&b);
    assert_int_equal(
        lc_scope_verify(scratch("s.yaml"), LC_S("\x72"), scratch("keys"), &mem, &signer, &err),
        LC_OK);
    assert_true(lc_slice_eq(signer, LC_S("rfc")));
    assert_int_equal(
        lc_scope_verify(scratch("s.yaml"), LC_S("\x73"), scratch("keys"), &mem, &signer, &err),
        LC_EREFUSED);
    lc_arena_free(&mem);
}

/* Of a private scope 200 and 2,000; what a scope says itself stands (lenscap-scope(5), rates). */
static void a_public_scope_is_slower_to_a_block_unless_it_says_otherwise(void **state)
{
    struct lc_scope s;
    struct lc_err err;

    (void)state;
    pin(new_key("key"), "us", 0644);
    (void)put_file("s.yaml", PUBLIC, 0644);
    assert_int_equal(lc_scope_sign(scratch("s.yaml"), scratch("key"), &err), LC_OK);
    assert_int_equal(lc_scope_load(scratch("s.yaml"), paths(), NOW, &s, &err), LC_OK);
    assert_int_equal(s.rates.host_pps, 10);
    assert_int_equal(s.rates.host_conns, 2);
    assert_int_equal(s.rates.block_pps, 20);
    assert_int_equal(s.rates.total_pps, 2000);
    lc_scope_free(&s);
    (void)put_file("s.yaml", "rates: {block: 100, total: 20000}\n" PUBLIC, 0644);
    assert_int_equal(lc_scope_sign(scratch("s.yaml"), scratch("key"), &err), LC_OK);
    assert_int_equal(lc_scope_load(scratch("s.yaml"), paths(), NOW, &s, &err), LC_OK);
    assert_int_equal(s.rates.block_pps, 100);
    assert_int_equal(s.rates.total_pps, 20000);
    lc_scope_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signed_scope_with_a_pinned_key_is_taken),
        cmocka_unit_test(a_public_scope_is_slower_to_a_block_unless_it_says_otherwise),
        cmocka_unit_test(a_changed_byte_voids_the_signature),
        cmocka_unit_test(a_signature_that_is_none_is_named),
        cmocka_unit_test(keys_that_others_may_write_prove_nothing),
        cmocka_unit_test(a_broken_key_line_is_named),
        cmocka_unit_test(a_private_scope_tells_its_signer_but_needs_none),
        cmocka_unit_test(a_key_is_kept_secret_and_never_overwritten),
        cmocka_unit_test(the_rfc_8032_vector_verifies),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
