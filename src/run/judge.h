/* SPDX-License-Identifier: Apache-2.0 */
/* From one host's facts to what the store keeps: endpoints, identity, judgement. Pure but for its
 * buffers. */
#ifndef LC_RUN_JUDGE_H
#define LC_RUN_JUDGE_H

#include "store/store.h"
#include "talk/talk.h"

/* Reused from host to host: nothing is allocated per device. */
struct lc_judge {
    struct lc_identifier *identifier;
    struct lc_assessor *assessor;
    struct lc_buf split;
    struct lc_endpoint_result endpoints[LC_TALK_PORTS + 1];
    struct lc_identity identity;
    struct lc_judgement judgement;
};

void lc_judge_init(struct lc_judge *j, struct lc_identifier *identifier,
                   struct lc_assessor *assessor);
void lc_judge_free(struct lc_judge *j);
/* Fills `out` but for index, addr and state. The result borrows from `j` and `facts` until the next
 * call. Each open port is an endpoint; the attempts that opened nothing stand together in endpoint
 * 0. */
void lc_judge_host(struct lc_judge *j, struct lc_slice facts, int64_t now_us,
                   struct lc_host_result *out);

#endif
