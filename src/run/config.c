/* SPDX-License-Identifier: Apache-2.0 */
/* The sealed memory file that carries a run's configuration to its roles. */
#include "run/config.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static bool write_all(int fd, const void *p, size_t n)
{
    const uint8_t *at = p;

    while (n) {
        ssize_t got = write(fd, at, n);

        if (got <= 0)
            return false;
        at += got;
        n -= (size_t)got;
    }
    return true;
}

const char *const lc_engine_names[] = {"direct", "connect", "packet", "xdp"};

/* What stands behind the gate's bytes begins at a multiple of 16 again. */
static size_t pad(size_t n)
{
    return -n & 15;
}

int lc_config_write(const struct lc_role_config *cfg, struct lc_slice gate,
                    const struct lc_range *plan)
{
    static const uint8_t zeros[16];
    int fd = memfd_create("lenscap-config", MFD_ALLOW_SEALING | MFD_CLOEXEC);

    if (fd < 0)
        return -1;
    if (!write_all(fd, cfg, sizeof *cfg) || !write_all(fd, gate.p, gate.n) ||
        !write_all(fd, zeros, pad(gate.n)) || !write_all(fd, plan, cfg->plan_n * sizeof *plan) ||
        fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

enum lc_status lc_config_map(int fd, const struct lc_role_config **out, struct lc_slice *gate,
                             const struct lc_range **plan)
{
    const struct lc_role_config *cfg;
    struct stat st;

    if (fstat(fd, &st) != 0 || (size_t)st.st_size < sizeof *cfg)
        return LC_EVERSION;
    cfg = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (cfg == MAP_FAILED)
        return LC_EIO;
    if (cfg->magic != LC_CONFIG_MAGIC || cfg->size != sizeof *cfg ||
        (size_t)st.st_size !=
            sizeof *cfg + cfg->gate_n + pad(cfg->gate_n) + cfg->plan_n * sizeof(struct lc_range))
        return LC_EVERSION;
    *out = cfg;
    *gate = lc_slice_of(cfg + 1, cfg->gate_n);
    if (plan)
        *plan = (const void *)(gate->p + gate->n + pad(gate->n));
    return LC_OK;
}

int lc_budget_new(void)
{
    int fd = memfd_create("lenscap-budget", MFD_CLOEXEC);

    if (fd >= 0 && ftruncate(fd, sizeof(struct lc_budget_page)) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

struct lc_budget_page *lc_budget_map(int fd)
{
    void *p = mmap(NULL, sizeof(struct lc_budget_page), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

    return p == MAP_FAILED ? NULL : p;
}
