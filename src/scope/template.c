/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The commented scope files that `lenscap scope init` and `from-delegated` write, in the user's
 * language. They load once names and dates are filled in; untouched they are refused.
 */
#include "scope/inside.h"

struct part {
    const char *comment, *text;
};

static const struct part parts[] = {
    {N_("Authorisation for Lenscap: who may be asked, by whom, until when. The format is described "
        "in lenscap-scope(5)."),
     "version: 1\n"},
    {N_("The organisation or person that owns these networks, and why they are checked."),
     "owner: \"\"\npurpose: \"\"\n"},
    {N_("Who answers questions about this scan. Public ranges also need a web page that explains "
        "it and an address where anyone can have it stopped."),
     "#contact: security@example.com\n#page: https://example.com/scan\n"
     "#stop: stop-scan@example.com\n"},
    {N_("From when until when the permission holds (UTC; a date alone means the whole day)."),
     "valid:\n  from: 2020-01-01\n  until: 2020-01-31\n"},
    {N_("Networks that may be asked: 192.168.1.0/24, 10.0.0.1-10.0.0.50 or single addresses. "
        "Public "
        "ones need a signature ('lenscap scope sign')."),
     "allow:\n  - 192.168.1.0/24\n"},
    {N_("Networks in between that must be left alone."), "#exclude:\n#  - 192.168.1.10\n"},
    {N_("Connection attempts and requests per second: to one host, at once to one host, to one "
        "/24, "
        "overall."),
     "#rates:\n#  host: 10\n#  host-connections: 2\n#  block: 200\n#  total: 2000\n"},
    {N_("Questions beyond the usual ones: anonymous-device-info asks ONVIF cameras without a "
        "password "
        "for their model."),
     "#checks:\n#  - anonymous-device-info\n"},
    {N_("A test network of your own: allows rates up to 10,000,000, and only private ranges."),
     "#laboratory: true\n"},
};

/* Breaks a comment into lines of at most 78 bytes at blanks. */
static void put_comment(struct lc_buf *out, struct lc_slice s)
{
    while (s.n) {
        size_t n = s.n;

        if (n > 76)
            for (n = 76; n > 1 && s.p[n] != ' '; n--)
                ;
        (void)lc_buf_puts(out, "# ");
        (void)lc_buf_put(out, lc_slice_sub(s, 0, n));
        (void)lc_buf_u8(out, '\n');
        s = lc_slice_trim(lc_slice_from(s, n));
    }
}

static void put_parts(struct lc_buf *out, const struct part *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i)
            (void)lc_buf_u8(out, '\n');
        put_comment(out, lc_slice_str(_(v[i].comment)));
        (void)lc_buf_puts(out, v[i].text);
    }
}

void lc_scope_template(struct lc_buf *out)
{
    put_parts(out, parts, sizeof parts / sizeof *parts);
}

/* ---- the draft for a country ---- */

static const struct part draft[] = {
    {N_("Nobody has authorised this yet, and scan refuses it as it stands. To make an "
        "authorisation "
        "of it: fill in every empty value below, take out the ranges that are not yours to ask, "
        "have the one who is responsible read it and sign it with 'lenscap scope sign --key KEY "
        "FILE'. The administrator of the scanning machine pins that key. The format is described "
        "in lenscap-scope(5)."),
     "version: 1\n"},
    {N_("The authority or company that is responsible for this scan, and why it is made."),
     "owner: \"\"\npurpose: \"\"\n"},
    {N_("Who answers questions about it; a web page that explains it to whoever is asked; an "
        "address "
        "where anyone can have it stopped."),
     "contact: \"\"\npage: \"\"\nstop: \"\"\n"},
    {N_("From when until when the permission holds (UTC; a date alone means the whole day)."),
     "valid:\n  from: \"\"\n  until: \"\"\n"},
    {N_("Networks in between that must be left alone. Those of /etc/lenscap/never-scan always "
        "are."),
     "#exclude:\n#  - 192.0.2.0/24\n"},
    {N_("Packets per second to one /24 and overall, at most; left out, 20 and 2,000. Within these "
        "a "
        "run over public networks is paced to take a day or more, unless --rate asks for more. A "
        "large country needs more than 2,000 for a day."),
     "#rates:\n#  block: 20\n#  total: 20000\n"},
    {N_("Networks that may be asked. A registry knows in which country a holder is registered, not "
        "where the devices are."),
     "allow:\n"},
};

void lc_scope_draft(const struct lc_delegated *d, struct lc_buf *out)
{
    char text[2 * LC_ADDR_TEXT];

    (void)lc_buf_putf(out, "# %s, %s\n#\n", d->cc, d->source[0] ? d->source : "?");
    put_parts(out, draft, sizeof draft / sizeof *draft);
    for (size_t i = 0; i < d->nets.n; i++) {
        (void)lc_range_prefix(&d->nets.v[i], text);
        /* In quotes: a text that begins or ends with a colon is something else to YAML. */
        (void)lc_buf_putf(out, "  - \"%s\"\n", text);
    }
}
