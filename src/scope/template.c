/* SPDX-License-Identifier: Apache-2.0 */
/* The commented scope file that `lenscap scope init` writes, in the user's language. It loads as it
 * stands once the dates and names are filled in: an untouched one is refused for its date. */
#include "scope/inside.h"

static const struct {
    const char *comment, *text;
} parts[] = {
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
    {N_("A test network of your own: allows rates up to 1,000,000, and only private ranges."),
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

void lc_scope_template(struct lc_buf *out)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (i)
            (void)lc_buf_u8(out, '\n');
        put_comment(out, lc_slice_str(_(parts[i].comment)));
        (void)lc_buf_puts(out, parts[i].text);
    }
}
