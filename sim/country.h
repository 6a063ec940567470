/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A country: millions of addresses behind one listener per port, of which a hash decides who lives
 * where. The same hash can be computed by the kernel's packet filter (nft's jhash), so that silent
 * addresses, refusing ones and closed ports never reach this process:
 *
 *     place = jhash(address, seed) scaled to 0..999      device, refusing or silent
 *     kind  = jhash(address, seed + 1) scaled to the sum of the weights      which persona
 *
 * Both sides follow from the command line alone: --country-truth writes who lives where,
 * --country-nft the filter; the third run plays it.
 */
#ifndef SIM_COUNTRY_H
#define SIM_COUNTRY_H

#include "conn.h"

#define SIM_COUNTRY_MAX   ((uint64_t)1 << 24) /* addresses: a /8 */
#define SIM_COUNTRY_KINDS 64
#define SIM_NOBODY        UINT32_MAX

/* What the command line asks for; all zero: no country. */
struct sim_country_wish {
    const char *prefix, *nft_device, *truth;
    uint64_t seed, share, refuse; /* of 1,000 addresses: devices, and others that refuse */
    struct lc_slice id[SIM_COUNTRY_KINDS];
    uint64_t weight[SIM_COUNTRY_KINDS];
    size_t kind_n;
    bool seconds; /* watch the worst second of each device: half a kilobyte each */
};

struct sim_country {
    struct lc_range range;
    uint32_t base; /* first address in host order */
    uint32_t addresses, devices;
    uint32_t seed, share, refuse, weight_all;
    const struct sim_persona *persona[SIM_COUNTRY_KINDS];
    uint32_t weight[SIM_COUNTRY_KINDS];
    size_t kind_n;
    bool seconds;
    uint64_t *home;   /* a bit per address: a device lives there */
    uint32_t *before; /* devices in the words before each word of `home` */
};

/* The letters of the options, and the lines that --help prints. */
extern const char sim_country_usage[];
enum { SIM_OPT_COUNTRY = 256, SIM_OPT_SEED, SIM_OPT_SHARE, SIM_OPT_REFUSE, SIM_OPT_KIND };
enum { SIM_OPT_NFT = SIM_OPT_KIND + 1, SIM_OPT_COUNTRY_TRUTH, SIM_OPT_COUNTRY_SECONDS };
enum lc_status sim_country_option(struct sim_country_wish *w, int opt, const char *value,
                                  struct lc_err *err) LC_MUST_CHECK;

/* Counts who lives where; personas are borrowed from the street. */
enum lc_status sim_country_open(struct sim_country *c, const struct sim_country_wish *w,
                                const struct sim_street *street, struct lc_err *err) LC_MUST_CHECK;
void sim_country_close(struct sim_country *c);

/* The devices in the order of their addresses, as the server wants them; lc_free it. */
struct sim_host *sim_country_hosts(const struct sim_country *c) LC_MUST_CHECK;
/* Place of an address (host order) in that list; SIM_NOBODY. */
uint32_t sim_country_find(const struct sim_country *c, uint32_t addr);

/* One line per device: address, persona, "camera" or "other", open ports. */
enum lc_status sim_country_write_truth(const struct sim_country *c, const char *path,
                                       struct lc_err *err) LC_MUST_CHECK;
/* The filter for the device that the country is reached through, as nft reads it. */
enum lc_status sim_country_print_nft(const struct sim_country *c, const char *device,
                                     struct lc_err *err) LC_MUST_CHECK;

#endif
