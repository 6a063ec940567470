/* SPDX-License-Identifier: Apache-2.0 */
/* SOAP of a peer: every bound holds, no entity makes a text grow, a document type tells nothing. */
#include "fuzz.h"
#include "proto/msg.h"
#include "proto/soap.h"

static void check_text(const struct lc_soap_text *t, size_t n)
{
    FUZZ_CHECK(t->n <= LC_SOAP_TEXT && t->n <= n);
    FUZZ_CHECK(lc_soap_view(t).n == t->n);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static struct lc_soap soap;
    struct lc_slice body = fuzz_copy(lc_slice_of(p, n));

    lc_soap_read(body, &soap);
    fuzz_free(body); /* nothing in `soap` may borrow from it */
    FUZZ_CHECK(soap.kind <= LC_SOAP_INFO && soap.odd < LC_ODD(LC_ODD_COUNT));
    FUZZ_CHECK(soap.namespaces_n <= LC_SOAP_SERVICES && soap.clock >= 0);
    for (unsigned i = 0; i < soap.namespaces_n; i++)
        check_text(&soap.namespaces[i], n);
    check_text(&soap.fault, n);
    check_text(&soap.manufacturer, n);
    check_text(&soap.model, n);
    check_text(&soap.firmware, n);
    check_text(&soap.serial, n);
    check_text(&soap.hardware, n);
    FUZZ_CHECK(!(soap.odd & LC_ODD(LC_ODD_DOCTYPE)) || soap.kind == LC_SOAP_NONE);
    FUZZ_CHECK(soap.kind == LC_SOAP_INFO || soap.model.n == 0 || soap.odd);
    return 0;
}
