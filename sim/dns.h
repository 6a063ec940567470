/* SPDX-License-Identifier: Apache-2.0 */
/* As much of DNS messages (RFC 1035, 4) as a device on mDNS must read: the questions. */
#ifndef SIM_DNS_H
#define SIM_DNS_H

#include "base/slice.h"

/* Is `name` (labels with dots between them, any case) among the questions of `msg`? */
bool sim_dns_asks(struct lc_slice msg, struct lc_slice name);

enum sim_dns_kind {
    SIM_DNS_QUESTION, /* asks, and says nothing but answers it knows already */
    SIM_DNS_CLAIM,    /* an answer, a probe for a name to own, or an update: a device's words */
    SIM_DNS_NOISE,
};
enum sim_dns_kind sim_dns_kind(struct lc_slice msg);

#endif
