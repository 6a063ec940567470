/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a role must know, written once by ctl into a sealed memory file that every role maps
 * read-only: no file is opened, no environment read, nothing is parsed in a role. The roles are the
 * same binary, so the struct travels as it is; the scope's gate follows behind it, packed.
 */
#ifndef LC_RUN_CONFIG_H
#define LC_RUN_CONFIG_H

#include "scope/scope.h"
#include "talk/talk.h"

#define LC_CONFIG_MAGIC 0x4c43524fU
#define LC_SOURCES_MAX  16U
#define LC_TALKERS_MAX  16U

/* Descriptors a role is born with. */
enum {
    LC_FD_CTL = 3,
    LC_FD_CONFIG = 4,
    LC_FD_DIAL = 5 /* talk only */,
    LC_FD_CRASH = 6 /* talk only */
};

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
    bool sandbox_required, log_sandbox;
    uint32_t gate_n; /* bytes behind the struct */
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
int lc_config_write(const struct lc_role_config *cfg, struct lc_slice gate);
/* Maps it; LC_EVERSION for another build's. `gate` borrows the mapping. */
enum lc_status lc_config_map(int fd, const struct lc_role_config **out,
                             struct lc_slice *gate) LC_MUST_CHECK;

#endif
