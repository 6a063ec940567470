/* SPDX-License-Identifier: Apache-2.0 */
/* Hardware addresses of discovery answers: one spelling, and a maker's prefix only where it was
 * registered. Examples of the two special bits are from IEEE 802-2014, clause 8.2.2. */
#include "dg_kit.h"
#include "proto/dg_mac.h"

static void every_spelling_becomes_one(void **state)
{
    static const char *const spelled[] = {"c0:56:e3:0a:0b:0c", "C0-56-E3-0A-0B-0C",
                                          "c056.e30a.0b0c", "c056e30a0b0c", " C0-56-e3-0a-0b-0c\n"};

    (void)state;
    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
        struct lc_facts f;

        lc_facts_init(&f);
        assert_true(lc_dg_mac(&f, lc_slice_str(spelled[i])));
        dg_is(&f, LC_F_MAC_ADDRESS, "C0:56:E3:0A:0B:0C");
        dg_is(&f, LC_F_MAC_OUI, "C0:56:E3");
        lc_facts_free(&f);
    }
}

static void what_is_no_address_emits_nothing(void **state)
{
    static const char *const wrong[] = {"",
                                        "c0:56:e3:0a:0b",
                                        "c0:56:e3:0a:0b:0",
                                        "c0:56:e3:0a:0b:0c:0d",
                                        "c0:56:e3-0a:0b:0c",
                                        "g0:56:e3:0a:0b:0c",
                                        "c0:56:e3:0a:0b:c",
                                        "00:00:00:00:00:00",
                                        "ff:ff:ff:ff:ff:ff",
                                        "01:00:5e:00:00:01",
                                        "c056e30a0b0",
                                        "c0.56.e3.0a.0b"};

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct lc_facts f;

        lc_facts_init(&f);
        assert_false(lc_dg_mac(&f, lc_slice_str(wrong[i])));
        assert_int_equal(f.buf.n, 0);
        lc_facts_free(&f);
    }
}

static void a_locally_administered_address_has_no_maker(void **state)
{
    static const uint8_t mac[6] = {0x02, 0x00, 0x5e, 0x10, 0x00, 0x01};
    struct lc_facts f;

    (void)state;
    lc_facts_init(&f);
    assert_true(lc_dg_mac_bytes(&f, mac));
    dg_is(&f, LC_F_MAC_ADDRESS, "02:00:5E:10:00:01");
    dg_absent(&f, LC_F_MAC_OUI);
    lc_facts_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_spelling_becomes_one),
        cmocka_unit_test(what_is_no_address_emits_nothing),
        cmocka_unit_test(a_locally_administered_address_has_no_maker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
