/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role must know, written once by ctl into a sealed memory file that every role maps
 * read-only: no file is opened, no environment read, nothing is parsed in a role. The roles are the
 * same binary, so the struct travels as it is; the scope's gate follows behind it, packed.
 */
#ifndef LC_RUN_CONFIG_H
#define LC_RUN_CONFIG_H

#include "discover/sweep.h"
#include "talk/talk.h"

#define LC_CONFIG_MAGIC 0x4c43524fU
#define LC_SOURCES_MAX  16U
#define LC_TALKERS_MAX  16U

/* Descriptors a role is born with. */
enum {
    LC_FD_CTL = 3,
    LC_FD_CONFIG = 4,
    LC_FD_BUDGET = 5, /* dial: the page of the shared budget */
    LC_FD_DIAL = 5,   /* talk, hear, sweep */
    LC_FD_CRASH = 6,  /* talk, hear */
    LC_FD_SHARED = 6, /* sweep: the page of the shared budget */
};

#define LC_SHOUT_NETS 8U /* attached networks that discovery speaks to */

/* A network on whose link discovery may speak: it lies inside the scope, which dial checks again.
 */
struct lc_shout_net {
    uint32_t ifindex;
    struct lc_range net;
    char ifname[16];
};

/* What the sweep role is told; see discover/sweep.h. */
enum lc_engine_kind { LC_ENGINE_DIRECT, LC_ENGINE_CONNECT, LC_ENGINE_PACKET, LC_ENGINE_XDP };

extern const char *const lc_engine_names[]; /* "direct" "connect" "packet" "xdp" */

struct lc_sweep_plan {
    uint32_t engine; /* enum lc_engine_kind; DIRECT: no sweep, talkers find out themselves */
    uint32_t ports_n, likely_n, passes;
    struct lc_sweep_port ports[LC_SWEEP_PORTS];
    uint64_t order_seed;
    uint8_t cookie_key[16];
    int64_t again_us, drain_us;
    bool adapt;
};

/* Questions over UDP stand before the TCP ports, so that both the likely ones come first and the
 * TCP ports are a talker's own list in its order. */
static inline uint32_t lc_sweep_plan_udp_n(const struct lc_sweep_plan *p)
{
    uint32_t n = 0;

    while (n < p->ports_n && p->ports[n].dgram)
        n++;
    return n;
}

struct lc_role_config {
    uint32_t magic, size; /* of this struct: another build is refused */
    uint32_t talkers, ports_n;
    uint16_t ports[LC_TALK_PORTS];
    uint32_t hosts_max; /* per talker */
    uint32_t conns_max; /* descriptors dial may hold */
    uint32_t checks;
    uint32_t sources_n;
    struct lc_addr sources[LC_SOURCES_MAX];
    struct lc_rates rates;
    int64_t connect_us, dialogue_us, host_us;
    uint64_t seed;
    uint64_t nonce;    /* token of discovery's questions to a whole link */
    uint32_t silent_n; /* see talk/talk.h */
    uint32_t dgrams;   /* questions over UDP up to this priority; 0: none */
    uint32_t nets_n;
    struct lc_shout_net nets[LC_SHOUT_NETS];
    struct lc_sweep_plan sweep;
    bool sandbox_required, log_sandbox;
    uint32_t gate_n; /* bytes behind the struct: the gate, then the plan's ranges as they are */
    uint32_t plan_n; /* ranges; 0 without a sweep */
};

/* What dial and sweep share of the overall budget (scope/pace.h), in a memory of its own. */
struct lc_budget_page {
    int64_t total;
};

/* The page a talker shares with ctl: whose bytes it is reading, and the bytes. Survives its death.
 */
#define LC_CRASH_BYTES 65536U
struct lc_crash_page {
    volatile uint64_t host;
    volatile uint32_t port; /* 0: between two parses */
    volatile uint32_t n;
    uint8_t bytes[LC_CRASH_BYTES];
};

/* A sealed memory file with config and gate; -1 on failure. */
int lc_config_write(const struct lc_role_config *cfg, struct lc_slice gate,
                    const struct lc_range *plan);
/* Maps it; LC_EVERSION for another build's. `gate` and `plan` (may be NULL) borrow the mapping. */
enum lc_status lc_config_map(int fd, const struct lc_role_config **out, struct lc_slice *gate,
                             const struct lc_range **plan) LC_MUST_CHECK;
/* A page for the shared budget, and its mapping in a role; -1 and NULL on failure. */
int lc_budget_new(void);
struct lc_budget_page *lc_budget_map(int fd);

#endif
