/* SPDX-License-Identifier: Apache-2.0 */
/* Pages for secrets: mmap, so that wiping and unlocking touch nobody else's bytes. */
#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

enum lc_status lc_secret_open(struct lc_secret *s, size_t n)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), whole;
    void *p;

    *s = (struct lc_secret){.n = 0};
    if (__builtin_add_overflow(n ? n : 1, page - 1, &whole))
        return LC_ENOMEM;
    whole -= whole % page;
    p = mmap(NULL, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return LC_ENOMEM;
    (void)madvise(p, whole, MADV_DONTDUMP);
    (void)madvise(p, whole, MADV_DONTFORK);
    *s = (struct lc_secret){p, whole, mlock(p, whole) == 0};
    return LC_OK;
}

void lc_secret_close(struct lc_secret *s)
{
    if (!s->p)
        return;
    explicit_bzero(s->p, s->n);
    (void)munmap(s->p, s->n);
    *s = (struct lc_secret){.n = 0};
}

/* The limit alone does not hold where the kernel pipes cores to a program (core(5)); a process that
 * is not dumpable gives none there either, and cannot be attached to. */
enum lc_status lc_secret_process(void)
{
    struct rlimit none = {0, 0};

    return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? LC_OK
                                                                                         : LC_EPERM;
}
