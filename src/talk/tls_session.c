/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS by OpenSSL, over memory: the engine moves the bytes, so the library never sees a socket.
 *
 * Cameras speak what Debian's build refuses by default, therefore security level 0 and TLS 1.0
 * here, and only here. Nothing secret travels over these sessions and nothing is believed because
 * of them: verification is off, the certificate becomes facts.
 */
#include "talk/engine.h"

#include "proto/tls.h"

#include <openssl/ssl.h>

struct tls_session {
    SSL *ssl;
    BIO *in, *out; /* owned by ssl */
    bool ready;
};

static SSL *session(SSL_CTX *ctx, BIO **in, BIO **out)
{
    SSL *ssl = SSL_new(ctx);

    *in = BIO_new(BIO_s_mem());
    *out = BIO_new(BIO_s_mem());
    if (ssl == NULL || *in == NULL || *out == NULL) {
        SSL_free(ssl);
        BIO_free(*in);
        BIO_free(*out);
        return NULL;
    }
    BIO_set_mem_eof_return(*in, -1);
    SSL_set_bio(ssl, *in, *out);
    SSL_set_connect_state(ssl);
    return ssl;
}

/* A first ClientHello makes OpenSSL load whatever it loads lazily, before a sandbox forbids it. */
static bool warm_up(SSL_CTX *ctx)
{
    BIO *in, *out;
    SSL *ssl = session(ctx, &in, &out);

    if (ssl == NULL)
        return false;
    (void)SSL_do_handshake(ssl);
    SSL_free(ssl);
    return true;
}

void *tls_context_new(void)
{
    SSL_CTX *ctx;

    (void)OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
    lc_tls_prepare();
    ctx = SSL_CTX_new(TLS_client_method());
    if (ctx == NULL)
        return NULL;
    SSL_CTX_set_security_level(ctx, 0);
    (void)SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
    (void)SSL_CTX_set_cipher_list(ctx, "ALL:@SECLEVEL=0");
    SSL_CTX_set_verify(ctx, SSL_VERIFY_NONE, NULL);
    (void)SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    (void)SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    (void)SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                       SSL_OP_LEGACY_SERVER_CONNECT | SSL_OP_NO_TICKET);
    SSL_CTX_set_max_cert_list(ctx, 32768);
    if (!warm_up(ctx)) {
        SSL_CTX_free(ctx);
        return NULL;
    }
    return ctx;
}

void tls_context_free(void *ctx)
{
    SSL_CTX_free(ctx);
}

struct tls_session *tls_session_new(void *ctx)
{
    struct tls_session *s = lc_alloc(sizeof *s);

    if (s == NULL)
        return NULL;
    s->ssl = session(ctx, &s->in, &s->out);
    if (s->ssl == NULL) {
        lc_free(s);
        return NULL;
    }
    return s;
}

void tls_session_free(struct tls_session *s)
{
    SSL_free(s->ssl);
    lc_free(s);
}

bool tls_session_ready(const struct tls_session *s)
{
    return s->ready;
}

static void take_output(struct tls_session *s, struct lc_buf *cipher_out)
{
    const uint8_t *p = NULL;
    long n = BIO_get_mem_data(s->out, &p);

    if (n > 0)
        (void)lc_buf_put(cipher_out, lc_slice_of(p, (size_t)n));
    (void)BIO_reset(s->out);
}

static enum lc_status verdict(struct tls_session *s, int ret)
{
    switch (SSL_get_error(s->ssl, ret)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        return LC_OK;
    case SSL_ERROR_ZERO_RETURN:
        return LC_DONE;
    default:
        return LC_EPARSE;
    }
}

static enum lc_status read_all(struct tls_session *s, struct lc_buf *plain)
{
    uint8_t chunk[4096];
    int got;

    while ((got = SSL_read(s->ssl, chunk, sizeof chunk)) > 0)
        if (lc_buf_put(plain, lc_slice_of(chunk, (size_t)got)) != LC_OK)
            return LC_DONE;
    return verdict(s, got);
}

enum lc_status tls_session_feed(struct tls_session *s, struct lc_slice cipher, struct lc_buf *plain,
                                struct lc_buf *cipher_out)
{
    enum lc_status st = LC_OK;

    if (cipher.n && BIO_write(s->in, cipher.p, (int)cipher.n) != (int)cipher.n)
        return LC_EPARSE;
    if (!s->ready) {
        int ret = SSL_do_handshake(s->ssl);

        s->ready = ret == 1;
        st = ret == 1 ? LC_OK : verdict(s, ret);
    }
    if (st == LC_OK && s->ready)
        st = read_all(s, plain);
    take_output(s, cipher_out);
    return cipher_out->full ? LC_EPARSE : st;
}

enum lc_status tls_session_write(struct tls_session *s, struct lc_slice plain,
                                 struct lc_buf *cipher_out)
{
    if (SSL_write(s->ssl, plain.p, (int)plain.n) != (int)plain.n)
        return LC_EPARSE;
    take_output(s, cipher_out);
    return cipher_out->full ? LC_EFULL : LC_OK;
}

static void leaf_facts(struct tls_session *s, struct lc_facts *f)
{
    X509 *leaf = SSL_get1_peer_certificate(s->ssl);
    unsigned char *der = NULL;
    int n = leaf ? i2d_X509(leaf, &der) : -1;

    if (n > 0)
        lc_tls_leaf(lc_slice_of(der, (size_t)n), f);
    OPENSSL_free(der);
    X509_free(leaf);
}

void tls_session_facts(struct tls_session *s, struct lc_facts *f)
{
    const char *version = lc_tls_version_name((unsigned)SSL_version(s->ssl));
    struct lc_fact have;

    f->exch = 0;
    if (lc_facts_find(lc_buf_view(&f->buf), LC_F_TLS_CERT_SHA256, f->port, &have))
        return; /* our own ClientHello saw it already */
    lc_facts_str(f, LC_F_TLS_VERSION, lc_slice_str(version));
    leaf_facts(s, f);
}
