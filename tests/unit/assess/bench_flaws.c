/* SPDX-License-Identifier: Apache-2.0 */
/* bench_flaws [DEVICES]: seconds of processor time for matching that many devices against all
 * published flaws on one core, over a mix of identities as scans give them, versions from discovery
 * and some without. */
#include "assess/vuln.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KINDS 12

static const char *const devices[KINDS][4] = {
    {"hikvision", "Hikvision", "DS-2CD2032F-I", "V5.3.0 build 150513"},
    {"hikvision", "Hikvision", "DS-2CD2143G0-I", "V5.5.82 build 190910"},
    {"hikvision", "EZVIZ", "CS-C6N-A0-1C2WFR", "V5.2.1 build 210527"},
    {"dahua", "Dahua", "IPC-HDW3441T-AS", "2.800.0000000.16.R, build 2020-09-05"},
    {"dahua", "KBVision", "KX-A2011C4", "2.622.0000000.10.R"},
    {"dahua", NULL, NULL, NULL},
    {"xiongmai", NULL, NULL, "V4.02.R11.A6420987.10001"},
    {"tvt", NULL, "TD-2108TS-HP", "1.3.4.22966B181219.D00.U1(4A21S)"},
    {"tplink", "Tapo", "C200", "1.4.3 Build 241010 Rel.33858n"},
    {"axis", "Axis", "AXIS P3265-LV", "10.12.199"},
    {NULL, "D-Link", "DCS-932L", "2.17.01"},
    {NULL, NULL, NULL, NULL},
};

static struct lc_identity identities[KINDS];
static struct lc_flaw_scene scene;
static struct lc_view view;

static void identify(void)
{
    for (size_t k = 0; k < KINDS; k++)
        for (size_t i = 0; i < 4; i++) {
            if (!devices[k][i])
                continue;
            identities[k].value[LC_A_PLATFORM + i] = lc_slice_str(devices[k][i]);
            identities[k].confidence[LC_A_PLATFORM + i] = 90;
        }
}

static size_t match_all(struct lc_flawset *f, const struct lc_identity *id)
{
    size_t hits = 0;

    lc_flaw_look(f, &view, id, &scene);
    for (size_t i = 0; i < f->n; i++)
        hits += lc_flaw_match(f, i, &scene).verdict == LC_V_AFFECTED;
    return hits;
}

int main(int argc, char **argv)
{
    unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000000;
    struct lc_flawset f;
    struct lc_err err = {""};
    struct lc_kb *kb;
    size_t hits = 0;
    clock_t t;

    if (lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err) != LC_OK ||
        lc_flawset_load(lc_kb_section(kb, "VULN"), lc_kb_section(kb, "STRS"), &f, &err) != LC_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    identify();
    t = clock();
    for (unsigned long i = 0; i < n; i++)
        hits += match_all(&f, &identities[i % KINDS]);
    t = clock() - t;
    (void)printf("flaws: %lu devices x %zu flaws in %.2f s of one core (%zu affected)\n", n, f.n,
                 (double)t / CLOCKS_PER_SEC, hits);
    lc_flawset_free(&f);
    lc_kb_close(kb);
    return 0;
}
