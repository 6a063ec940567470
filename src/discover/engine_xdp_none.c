/* SPDX-License-Identifier: Apache-2.0 */
/* In place of engine xdp in builds without it. */
#include "discover/engine.h"

#include "base/tr.h"

enum lc_status lc_engine_xdp_check(struct lc_err *err)
{
    return lc_fail(err, LC_EINVAL, "%s",
                   _("this program was built without engine xdp (-Dxdp=enabled): use --engine "
                     "packet"));
}

enum lc_status lc_engine_xdp_open(const struct lc_engine_xdp_config *cfg, struct lc_engine *out,
                                  struct lc_err *err)
{
    (void)cfg;
    (void)out;
    return lc_engine_xdp_check(err);
}
