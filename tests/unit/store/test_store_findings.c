/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life of a finding: new, confirmed, fixed, reappeared. The rule behind every test (DESIGN,
 * promise 5): silence never becomes "closed", one miss never "gone", only a completed re-check
 * "fixed".
 */
#include "store_make.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define OK(call) assert_int_equal((call), LC_OK)

static struct lc_store *s;
static struct lc_err err;
static struct lc_run run;
static struct make host;

/* One run over one address; the host is what the test makes of `host`. */
static void scan(void)
{
    struct lc_targets plan;

    make_plan(&plan, 1);
    run = (struct lc_run){.started_us = 1};
    OK(lc_store_run_begin(s, &run, &plan, &err));
    OK(lc_store_put(s, run.id, make_done(&host), &err));
    OK(lc_store_run_end(s, &run, &err));
    lc_free(plan.v);
}

static void scan_silent(void)
{
    make_host(&host, 0, LC_HOST_SILENT);
    scan();
}

/* A camera whose RTSP port came out like this, with these findings of open-stream (rule 0) on it.
 */
static struct lc_facts *camera(const char *outcome, bool complete)
{
    struct lc_facts *f;

    make_host(&host, 0, LC_HOST_ANSWERED);
    make_claim(&host, LC_A_CLASS, "camera", 80, LC_F_HTTP_TITLE, "x");
    (void)make_port(&host, 80, "open", "http");
    f = make_port(&host, 554, outcome, complete ? "rtsp" : NULL);
    return f;
}

static void open_stream(enum lc_tri result)
{
    make_finding(&host, 0, result, 554, LC_F_RTSP_STATUS, "200");
}

static void scan_open_stream(void)
{
    (void)camera("open", true);
    open_stream(LC_TRI_TRUE);
    scan();
}

static void scan_clean(void)
{
    (void)camera("open", true);
    scan();
}

/* State of the finding of rule 0 on port 554, "" when there is none. */
static const char *state_of(size_t rule, uint16_t port)
{
    static char text[32];
    struct lc_device d;

    text[0] = 0;
    OK(lc_store_device(s, "1", &d, &err));
    for (size_t i = 0; i < d.findings_n; i++) {
        const struct lc_device_finding *f = &d.findings[i];

        if (f->port != port || !lc_slice_eq(f->rule, make_rules[rule].id))
            continue;
        memcpy(text, f->state.p, f->state.n);
        text[f->state.n] = 0;
        assert_int_equal(f->result, strcmp(text, "fixed") == 0       ? LC_TRI_FALSE
                                    : strcmp(text, "undecided") == 0 ? LC_TRI_UNKNOWN
                                                                     : LC_TRI_TRUE);
    }
    lc_arena_free(&d.mem);
    return text;
}

#define assert_state(text) assert_string_equal(state_of(0, 554), text)

static int setup(void **state)
{
    (void)state;
    return lc_store_open(":memory:", false, &s, &err) == LC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    lc_store_close(s);
    make_free(&host);
    return 0;
}

static void a_finding_is_new_then_confirmed_then_fixed_then_reappeared(void **state)
{
    (void)state;
    scan_open_stream();
    assert_state("new");
    scan_open_stream();
    assert_state("confirmed");
    scan_clean();
    assert_state("fixed");
    scan_clean();
    assert_state("fixed");
    scan_open_stream();
    assert_state("reappeared");
    scan_open_stream();
    assert_state("reappeared");
}

static void a_refused_port_is_fixed(void **state)
{
    (void)state;
    scan_open_stream();
    (void)camera("refused", false);
    scan();
    assert_state("fixed");
}

static void a_host_that_refuses_everything_has_its_ports_fixed(void **state)
{
    (void)state;
    scan_open_stream();
    make_host(&host, 0, LC_HOST_REFUSED);
    (void)make_port(&host, 554, "refused", NULL);
    scan();
    assert_state("fixed");
}

static void silence_never_fixes(void **state)
{
    (void)state;
    scan_open_stream();
    scan_silent();
    scan_silent();
    assert_state("new");
    (void)camera("silent", false);
    scan();
    assert_state("new");
    (void)camera("not-asked", false);
    scan();
    assert_state("new");
}

static void a_cut_dialogue_never_fixes(void **state)
{
    (void)state;
    scan_open_stream();
    lc_facts_str(camera("open", true), LC_F_PORT_ODDITY, LC_S("stalled"));
    scan();
    assert_state("new");
    (void)camera("open", false); /* connected, no protocol spoken */
    scan();
    assert_state("new");
    lc_facts_str(camera("open", true), LC_F_PORT_ODDITY, LC_S("accepts-everything"));
    scan();
    assert_state("fixed");
}

static void unknown_never_fixes_and_never_unmakes(void **state)
{
    (void)state;
    scan_open_stream();
    (void)camera("open", true);
    open_stream(LC_TRI_UNKNOWN);
    scan();
    assert_state("new");
    /* The judgement tells an UNKNOWN once per device, on any port. */
    (void)camera("open", true);
    make_finding(&host, 0, LC_TRI_UNKNOWN, 80, LC_F_NONE, "");
    scan();
    assert_state("new");
}

static void what_is_no_camera_any_more_fixes_nothing(void **state)
{
    (void)state;
    scan_open_stream();
    (void)camera("open", true);
    host.identity.value[LC_A_CLASS] = LC_S("not-surveillance");
    scan();
    assert_state("new");
}

static void an_undecided_finding_becomes_new_or_goes(void **state)
{
    (void)state;
    (void)camera("open", true);
    open_stream(LC_TRI_UNKNOWN);
    scan();
    assert_state("undecided");
    scan_open_stream();
    assert_state("new");
    (void)camera("open", true);
    make_finding(&host, 1, LC_TRI_UNKNOWN, 80, LC_F_NONE, "");
    open_stream(LC_TRI_TRUE);
    scan();
    assert_string_equal(state_of(1, 80), "undecided");
    scan_open_stream();
    assert_string_equal(state_of(1, 80), "");
    assert_state("confirmed");
}

static void scan_not_activated(void)
{
    (void)camera("open", true);
    make_finding(&host, 5, LC_TRI_TRUE, 0, LC_F_HTTP_ACTIVATED, "0");
    scan();
}

static void a_finding_of_the_device_needs_every_endpoint(void **state)
{
    (void)state;
    scan_not_activated();
    (void)camera("silent", false);
    scan();
    assert_string_equal(state_of(5, 0), "new");
    lc_facts_str(camera("open", true), LC_F_PORT_ODDITY, LC_S("cut"));
    scan();
    assert_string_equal(state_of(5, 0), "new");
    scan_clean();
    assert_string_equal(state_of(5, 0), "fixed");
}

static void a_fault_keeps_what_is_known(void **state)
{
    struct lc_device d;

    (void)state;
    scan_open_stream();
    make_host(&host, 0, LC_HOST_FAULT);
    scan();
    assert_state("new");
    OK(lc_store_device(s, "1", &d, &err));
    assert_true(lc_slice_eq(d.value[LC_A_CLASS], LC_S("camera")));
    assert_int_equal(d.claims_n, 1);
    lc_arena_free(&d.mem);
}

static void a_new_answer_replaces_claims_and_keeps_the_first_sight(void **state)
{
    struct lc_device d;
    int64_t first;

    (void)state;
    scan_open_stream();
    OK(lc_store_device(s, "1", &d, &err));
    first = d.first_us;
    lc_arena_free(&d.mem);
    (void)camera("open", true);
    make_claim(&host, LC_A_BRAND, "Axis", 80, LC_F_HTTP_TITLE, "y");
    host.r.observed_us = first + 1000;
    scan();
    OK(lc_store_device(s, "1", &d, &err));
    assert_int_equal(d.first_us, first);
    assert_int_equal(d.last_us, first + 1000);
    assert_int_equal(d.claims_n, 2);
    assert_true(lc_slice_eq(d.value[LC_A_BRAND], LC_S("Axis")));
    lc_arena_free(&d.mem);
}

/* A published flaw (rule 5, of the device): verdict, confidence and reason come back; while it
 * cannot be decided it has no row of its own, but one that is there stays; only what is decided
 * fixes it.
 */
static void scan_flaw(enum lc_verdict verdict)
{
    (void)camera("open", true);
    if (verdict == LC_V_AFFECTED) {
        make_finding(&host, 5, LC_TRI_TRUE, 0, LC_F_ONVIF_FIRMWARE, "V5.3.0 build 150513");
        host.judgement.findings[0].verdict = verdict;
        host.judgement.findings[0].confidence = 85;
        host.judgement.findings[0].reason = LC_S("its firmware is old");
    } else if (verdict == LC_V_UNKNOWN) {
        host.judgement.open[host.judgement.open_n++] = &make_rules[5];
    }
    scan();
}

static void a_flaw_keeps_its_verdict_and_is_fixed_only_when_decided(void **state)
{
    struct lc_device d;

    (void)state;
    scan_flaw(LC_V_UNKNOWN);
    assert_string_equal(state_of(5, 0), "");
    scan_flaw(LC_V_AFFECTED);
    assert_string_equal(state_of(5, 0), "new");
    OK(lc_store_device(s, "1", &d, &err));
    assert_int_equal(d.findings[0].verdict, LC_V_AFFECTED);
    assert_int_equal(d.findings[0].confidence, 85);
    assert_true(lc_slice_eq(d.findings[0].reason, LC_S("its firmware is old")));
    lc_arena_free(&d.mem);
    scan_flaw(LC_V_UNKNOWN);
    assert_string_equal(state_of(5, 0), "new");
    scan_flaw(LC_V_NOT_AFFECTED);
    assert_string_equal(state_of(5, 0), "fixed");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_finding_is_new_then_confirmed_then_fixed_then_reappeared),
        T(a_refused_port_is_fixed),
        T(a_host_that_refuses_everything_has_its_ports_fixed),
        T(silence_never_fixes),
        T(a_cut_dialogue_never_fixes),
        T(unknown_never_fixes_and_never_unmakes),
        T(what_is_no_camera_any_more_fixes_nothing),
        T(an_undecided_finding_becomes_new_or_goes),
        T(a_finding_of_the_device_needs_every_endpoint),
        T(a_fault_keeps_what_is_known),
        T(a_new_answer_replaces_claims_and_keeps_the_first_sight),
        T(a_flaw_keeps_its_verdict_and_is_fixed_only_when_decided),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
