/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures over scope files: Ed25519 (RFC 8032) by OpenSSL, over the exact bytes of the file.
 *
 *   private key   PEM (PKCS #8), 0600, where the person who signs keeps it
 *   FILE.sig      Base64 of the 64 bytes
 *   scope-keys    one line per pinned key: Base64 of the 32 public bytes, a blank, a name
 *
 * A file of keys that anyone else could write, or a private key that anyone else could read, is
 * refused: it would prove nothing.
 */
#include "scope/inside.h"
#include "base/hash.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_N      32U
#define SIG_N      64U
#define KEYS_MAX   65536U
#define SECRET_MAX 4096U

static enum lc_status sig_path(const char *path, struct lc_buf *out, struct lc_err *err)
{
    lc_buf_init(out, 4096);
    (void)lc_buf_putf(out, "%s.sig", path);
    if (!*lc_buf_cstr(out) || out->full) {
        lc_buf_free(out);
        return lc_fail(err, LC_EINVAL, _("%.100s...: the name is too long"), path);
    }
    return LC_OK;
}

/* ---- checking ---- */

static enum lc_status read_keys(const char *path, struct lc_buf *out, struct lc_err *err)
{
    struct stat st;
    enum lc_status got = lc_file_read(path, out, &st, err);

    if (got == LC_ENOENT)
        return lc_fail(err, LC_EREFUSED,
                       _("no key is pinned on this machine: its administrator puts the line that "
                         "'lenscap scope sign --new-key' printed into %s"),
                       path);
    if (got != LC_OK)
        return got;
    if ((st.st_uid != 0 && st.st_uid != geteuid()) || (st.st_mode & 022))
        return lc_fail(err, LC_EREFUSED,
                       _("%s: others could write to this file, so its keys prove nothing; give it "
                         "to root or to yourself and run 'chmod 644' on it"),
                       path);
    return LC_OK;
}

static bool signed_by(struct lc_slice key, struct lc_slice sig, struct lc_slice bytes)
{
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key.p, key.n);
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool ok = pkey && ctx && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
              EVP_DigestVerify(ctx, sig.p, sig.n, bytes.p, bytes.n) == 1;

    EVP_MD_CTX_free(ctx);
    EVP_PKEY_free(pkey);
    return ok;
}

/* One line of scope-keys: "BASE64 name". */
static enum lc_status key_line(struct lc_slice line, struct lc_buf *key, struct lc_slice *name)
{
    size_t at = 0;

    while (at < line.n && line.p[at] != ' ' && line.p[at] != '\t')
        at++;
    *name = lc_slice_trim(lc_slice_from(line, at));
    lc_buf_reset(key);
    if (lc_base64_decode(lc_slice_sub(line, 0, at), key) != LC_OK || key->n != KEY_N)
        return LC_EPARSE;
    return name->n ? LC_OK : LC_EPARSE;
}

static enum lc_status find_signer(const char *keys_path, struct lc_slice keys, struct lc_slice sig,
                                  struct lc_slice bytes, struct lc_slice *name, struct lc_err *err)
{
    enum lc_status st = LC_ENOENT;
    struct lc_slice line;
    struct lc_buf key;

    lc_buf_init(&key, KEY_N * 2);
    for (unsigned no = 1; st == LC_ENOENT && lc_slice_next(&keys, '\n', &line) == LC_OK; no++) {
        line = lc_slice_trim(line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (key_line(line, &key, name) != LC_OK)
            st = lc_fail(err, LC_EREFUSED,
                         _("%s:%u: this is not a key line; each is the Base64 of 32 bytes, a blank "
                           "and a name"),
                         keys_path, no);
        else if (signed_by(lc_buf_view(&key), sig, bytes))
            st = LC_OK;
    }
    lc_buf_free(&key);
    return st;
}

static enum lc_status read_sig(const char *path, struct lc_buf *sig, struct lc_err *err)
{
    struct lc_buf name, text;
    enum lc_status st = sig_path(path, &name, err);

    if (st != LC_OK)
        return st;
    lc_buf_init(&text, SECRET_MAX);
    st = lc_file_read(lc_buf_cstr(&name), &text, NULL, err);
    if (st == LC_ENOENT)
        st = lc_fail(err, LC_EREFUSED,
                     _("%s allows public addresses and is not signed; sign it with 'lenscap scope "
                       "sign --key KEY %s'"),
                     path, path);
    else if (st == LC_OK && (lc_base64_decode(lc_buf_view(&text), sig) != LC_OK || sig->n != SIG_N))
        st = lc_fail(err, LC_EREFUSED,
                     _("%s.sig is not a signature; sign again with 'lenscap scope sign --key KEY "
                       "%s'"),
                     path, path);
    lc_buf_free(&text);
    lc_buf_free(&name);
    return st;
}

enum lc_status lc_scope_verify(const char *path, struct lc_slice bytes, const char *keys,
                               struct lc_arena *mem, struct lc_slice *signer, struct lc_err *err)
{
    struct lc_buf sig, text;
    struct lc_slice name = {NULL, 0};
    enum lc_status st;

    keys = keys ? keys : LC_SCOPE_KEYS;
    lc_buf_init(&sig, SIG_N * 2);
    lc_buf_init(&text, KEYS_MAX);
    st = read_sig(path, &sig, err);
    if (st == LC_OK)
        st = read_keys(keys, &text, err);
    if (st == LC_OK)
        st = find_signer(keys, lc_buf_view(&text), lc_buf_view(&sig), bytes, &name, err);
    if (st == LC_ENOENT)
        st = lc_fail(err, LC_EREFUSED,
                     _("%s: no pinned key made the signature in %s.sig: the file was changed after "
                       "it was signed, or the signer's key is not in %s"),
                     path, path, keys);
    if (st == LC_OK) {
        *signer = lc_arena_dup(mem, name);
        st = signer->p ? LC_OK : lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    }
    lc_buf_free(&text);
    lc_buf_free(&sig);
    return st;
}

/* ---- making ---- */

static enum lc_status crypto_failed(struct lc_err *err)
{
    return lc_fail(err, LC_EIO, "%s", _("the cryptographic library failed; is memory short?"));
}

/* The PEM text goes through memory so that the file is made by us, with the mode we want. */
static enum lc_status write_secret(const char *path, EVP_PKEY *pkey, struct lc_err *err)
{
    BIO *bio = BIO_new(BIO_s_mem());
    enum lc_status st = LC_OK;
    char *pem;
    long n;

    if (access(path, F_OK) == 0) {
        BIO_free(bio);
        return lc_fail(err, LC_EINVAL, _("%s exists already; a key is never overwritten"), path);
    }
    if (!bio || PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL) != 1)
        st = crypto_failed(err);
    n = st == LC_OK ? BIO_get_mem_data(bio, &pem) : 0;
    if (st == LC_OK)
        st = lc_file_replace(path, lc_slice_of(pem, (size_t)n), 0600, err);
    BIO_free(bio);
    return st;
}

enum lc_status lc_scope_keygen(const char *private_path, struct lc_buf *public_line,
                               struct lc_err *err)
{
    EVP_PKEY *pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    uint8_t raw[KEY_N];
    size_t n = sizeof raw;
    enum lc_status st;

    if (!pkey || EVP_PKEY_get_raw_public_key(pkey, raw, &n) != 1 || n != KEY_N)
        st = crypto_failed(err);
    else
        st = write_secret(private_path, pkey, err);
    EVP_PKEY_free(pkey);
    if (st == LC_OK)
        st = lc_base64(lc_slice_of(raw, sizeof raw), 0, public_line);
    return st;
}

static enum lc_status read_secret(const char *path, EVP_PKEY **out, struct lc_err *err)
{
    struct lc_buf text;
    struct stat st;
    enum lc_status got;
    BIO *bio;

    lc_buf_init(&text, SECRET_MAX);
    got = lc_file_read(path, &text, &st, err);
    if (got == LC_OK && (st.st_mode & 077))
        got = lc_fail(err, LC_EPERM,
                      _("%s: others may read this key; run 'chmod 600' on it (and make a new key "
                        "if somebody did)"),
                      path);
    if (got == LC_OK) {
        bio = BIO_new_mem_buf(text.p, (int)text.n);
        *out = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
        BIO_free(bio);
        if (!*out || !EVP_PKEY_is_a(*out, "ED25519")) {
            EVP_PKEY_free(*out);
            got = lc_fail(err, LC_EPARSE,
                          _("%s is not an Ed25519 private key; 'lenscap scope sign --new-key FILE' "
                            "makes one"),
                          path);
        }
    }
    if (text.p)
        explicit_bzero(text.p, text.cap);
    lc_buf_free(&text);
    return got;
}

static bool sign_bytes(EVP_PKEY *pkey, struct lc_slice bytes, uint8_t sig[static SIG_N])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    size_t n = SIG_N;
    bool ok = ctx && EVP_DigestSignInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
              EVP_DigestSign(ctx, sig, &n, bytes.p, bytes.n) == 1 && n == SIG_N;

    EVP_MD_CTX_free(ctx);
    return ok;
}

static enum lc_status write_sig(const char *scope_path, const uint8_t sig[static SIG_N],
                                struct lc_err *err)
{
    struct lc_buf name, text;
    enum lc_status st = sig_path(scope_path, &name, err);

    if (st != LC_OK)
        return st;
    lc_buf_init(&text, 256);
    (void)lc_base64(lc_slice_of(sig, SIG_N), 0, &text);
    (void)lc_buf_u8(&text, '\n');
    st = text.full ? lc_fail(err, LC_ENOMEM, "%s", _("out of memory"))
                   : lc_file_replace(lc_buf_cstr(&name), lc_buf_view(&text), 0644, err);
    lc_buf_free(&text);
    lc_buf_free(&name);
    return st;
}

enum lc_status lc_scope_sign(const char *scope_path, const char *private_path, struct lc_err *err)
{
    EVP_PKEY *pkey = NULL;
    uint8_t sig[SIG_N];
    struct lc_buf text;
    enum lc_status st;

    lc_buf_init(&text, LC_SCOPE_FILE_MAX);
    st = lc_file_read(scope_path, &text, NULL, err);
    if (st == LC_OK)
        st = read_secret(private_path, &pkey, err);
    if (st == LC_OK) {
        st = sign_bytes(pkey, lc_buf_view(&text), sig) ? write_sig(scope_path, sig, err)
                                                       : crypto_failed(err);
        EVP_PKEY_free(pkey);
    }
    lc_buf_free(&text);
    return st;
}
