/* SPDX-License-Identifier: Apache-2.0 */
/* What is put comes out again: devices, plan, units, counters, keyed hashes, the canonical form. */
#include "store_make.h"
#include "base/hash.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct fixture {
    struct lc_store *s;
    struct lc_err err;
    struct lc_run run;
    struct lc_targets plan;
    struct make host;
};

#define OK(call)              assert_int_equal((call), LC_OK)
#define assert_slice(s, text) assert_true(lc_slice_eq((s), lc_slice_str(text)))

static int setup(void **state)
{
    struct fixture *f = lc_alloc(sizeof *f);

    if (f == NULL || lc_store_open(":memory:", false, &f->s, &f->err) != LC_OK)
        return -1;
    make_plan(&f->plan, 100);
    f->run =
        (struct lc_run){.started_us = 5, .plan_hash = UINT64_MAX, .knowledge = "kb", .deep = true};
    *state = f;
    return lc_store_run_begin(f->s, &f->run, &f->plan, &f->err) == LC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    lc_store_close(f->s);
    lc_free(f->plan.v);
    make_free(&f->host);
    lc_free(f);
    return 0;
}

/* The export as one string; free() it. */
static char *export_of(struct lc_store *s)
{
    char *text = NULL;
    size_t n;
    struct lc_err err;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    OK(lc_store_export_canonical(s, out, &err));
    (void)fclose(out);
    return text;
}

static void a_device_comes_back_as_it_was_put(void **state)
{
    struct fixture *f = *state;
    struct lc_device d;
    struct lc_fact fact;

    OK(lc_store_put(f->s, f->run.id, make_camera(&f->host, 7), &f->err));
    OK(lc_store_commit(f->s, &f->err));
    OK(lc_store_device(f->s, "10.0.0.7", &d, &f->err));
    assert_int_equal(d.first_us, 1700000000000007);
    assert_int_equal(d.last_us, 1700000000000007);
    assert_slice(d.value[LC_A_BRAND], "Hikvision");
    assert_null(d.value[LC_A_FIRMWARE].p);
    assert_int_equal(d.confidence[LC_A_MODEL], 90);
    assert_int_equal(d.exposed, LC_TRI_TRUE);
    assert_int_equal(d.takeover, LC_T0);
    assert_slice(d.takeover_why, "open-stream");
    assert_int_equal(d.endpoints_n, 5);
    assert_int_equal(d.endpoints[0].port, 23);
    assert_slice(d.endpoints[3].protocol, "rtsp");
    assert_slice(d.endpoints[3].outcome, "open");
    assert_true(lc_facts_find(d.endpoints[3].facts, LC_F_RTSP_REALM, 554, &fact));
    assert_slice(fact.value, "IP Camera(C5432)");
    assert_int_equal(d.claims_n, 6);
    assert_slice(d.claims[5].attr, "model");
    assert_slice(d.claims[5].value, "C5432");
    assert_slice(d.claims[5].fact, "rtsp.realm");
    assert_slice(d.claims[5].evidence, "IP Camera(C5432)");
    assert_int_equal(d.findings_n, 6);
    assert_slice(d.findings[0].rule, "telnet");
    assert_slice(d.findings[0].state, "new");
    assert_slice(d.findings[5].rule, "not-activated");
    assert_int_equal(d.findings[5].result, LC_TRI_UNKNOWN);
    assert_slice(d.findings[5].state, "undecided");
    lc_arena_free(&d.mem);
    OK(lc_store_device(f->s, "1", &d, &f->err));
    assert_int_equal(lc_addr_to_v4(&d.addr), 0x0a000007);
    lc_arena_free(&d.mem);
}

static enum lc_status note_addr(void *ctx, struct lc_device *d)
{
    uint32_t **at = ctx;

    *(*at)++ = lc_addr_to_v4(&d->addr) & 0xff;
    return LC_OK;
}

static void devices_are_walked_in_address_order_and_by_run(void **state)
{
    struct fixture *f = *state;
    uint32_t seen[8] = {0}, *at = seen;
    struct lc_run second = {.started_us = 9};

    OK(lc_store_put(f->s, f->run.id, make_camera(&f->host, 30), &f->err));
    OK(lc_store_put(f->s, f->run.id, make_camera(&f->host, 9), &f->err));
    OK(lc_store_run_begin(f->s, &second, &f->plan, &f->err));
    OK(lc_store_put(f->s, second.id, make_camera(&f->host, 20), &f->err));
    OK(lc_store_put(f->s, second.id, make_camera(&f->host, 9), &f->err));
    OK(lc_store_each(f->s, 0, note_addr, &at, &f->err));
    assert_int_equal(at - seen, 3);
    assert_int_equal(seen[0], 9);
    assert_int_equal(seen[1], 20);
    assert_int_equal(seen[2], 30);
    at = seen;
    OK(lc_store_each(f->s, f->run.id, note_addr, &at, &f->err));
    assert_int_equal(at - seen, 2);
    at = seen;
    OK(lc_store_each(f->s, second.id, note_addr, &at, &f->err));
    assert_int_equal(at - seen, 2);
    assert_int_equal(seen[1], 20);
}

static enum lc_status stop_at_once(void *ctx, struct lc_device *d)
{
    (void)d;
    ++*(int *)ctx;
    return LC_DONE;
}

static void a_walk_ends_with_the_status_of_its_callback(void **state)
{
    struct fixture *f = *state;
    int calls = 0;

    OK(lc_store_put(f->s, f->run.id, make_camera(&f->host, 1), &f->err));
    OK(lc_store_put(f->s, f->run.id, make_camera(&f->host, 2), &f->err));
    assert_int_equal(lc_store_each(f->s, 0, stop_at_once, &calls, &f->err), LC_DONE);
    assert_int_equal(calls, 1);
}

static void the_same_host_twice_changes_nothing(void **state)
{
    struct fixture *f = *state;
    char *once, *twice;

    OK(lc_store_put(f->s, f->run.id, make_camera(&f->host, 7), &f->err));
    OK(lc_store_commit(f->s, &f->err));
    once = export_of(f->s);
    assert_non_null(strstr(once, "\"address\":\"10.0.0.7\""));
    OK(lc_store_put(f->s, f->run.id, make_camera(&f->host, 7), &f->err));
    make_host(&f->host, 7, LC_HOST_SILENT);
    OK(lc_store_put(f->s, f->run.id, make_done(&f->host), &f->err));
    OK(lc_store_commit(f->s, &f->err));
    twice = export_of(f->s);
    assert_string_equal(once, twice);
    free(once);
    free(twice);
}

static void the_export_does_not_depend_on_the_order_of_results(void **state)
{
    struct fixture *f = *state;
    struct lc_store *other;
    struct lc_run run = {.started_us = 77};
    char *a, *b;

    OK(lc_store_open(":memory:", false, &other, &f->err));
    OK(lc_store_run_begin(other, &run, &f->plan, &f->err));
    for (uint64_t i = 0; i < 5; i++) {
        OK(lc_store_put(f->s, f->run.id, make_camera(&f->host, i), &f->err));
        OK(lc_store_put(other, run.id, make_camera(&f->host, 4 - i), &f->err));
    }
    OK(lc_store_commit(f->s, &f->err));
    OK(lc_store_commit(other, &f->err));
    a = export_of(f->s);
    b = export_of(other);
    assert_string_equal(a, b);
    lc_store_close(other);
    free(a);
    free(b);
}

static void the_export_leaves_out_the_devices_clock(void **state)
{
    struct fixture *f = *state;
    struct lc_facts *p;
    char *text;

    make_host(&f->host, 1, LC_HOST_ANSWERED);
    p = make_port(&f->host, 80, "open", "onvif");
    lc_facts_int(p, LC_F_ONVIF_CLOCK, 1700000321);
    lc_facts_str(p, LC_F_HTTP_TITLE, LC_S("\x1b[2Jx"));
    OK(lc_store_put(f->s, f->run.id, make_done(&f->host), &f->err));
    OK(lc_store_commit(f->s, &f->err));
    text = export_of(f->s);
    assert_null(strstr(text, "onvif.clock"));
    assert_null(strstr(text, "1700000321"));
    assert_null(strchr(text, '\x1b'));
    assert_non_null(strstr(text, "http.title"));
    free(text);
}

static void a_plan_is_rebuilt_as_it_was_stored(void **state)
{
    struct fixture *f = *state;
    struct lc_range ranges[3];
    struct lc_targets plan = {ranges, 3, 3}, back = {NULL, 0, 0};
    struct lc_run run = {
        .plan_hash = 0x8000000000000001, .started_us = 3, .program = "1.2", .deep = true};
    struct lc_run found;

    memset(run.scope_hash, 0xa5, sizeof run.scope_hash);
    OK(lc_range_parse(LC_S("192.0.2.0/28"), &ranges[0]));
    OK(lc_range_parse(LC_S("2001:db8::7"), &ranges[1]));
    OK(lc_range_parse(LC_S("127.0.9.1-127.0.9.3"), &ranges[2]));
    OK(lc_store_run_begin(f->s, &run, &plan, &f->err));
    OK(lc_store_run_resume(f->s, &found, &back, &f->err));
    assert_int_equal(found.id, run.id);
    assert_int_equal(found.targets_n, 20);
    assert_true(found.plan_hash == 0x8000000000000001);
    assert_memory_equal(found.scope_hash, run.scope_hash, 32);
    assert_string_equal(found.program, "1.2");
    assert_true(found.deep);
    assert_int_equal(back.n, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(lc_addr_cmp(&back.v[i].first, &ranges[i].first), 0);
        assert_int_equal(lc_addr_cmp(&back.v[i].last, &ranges[i].last), 0);
    }
    lc_free(back.v);
}

static void a_units_mask_tells_its_done_hosts(void **state)
{
    struct fixture *f = *state;
    uint64_t mask;

    OK(lc_store_put(f->s, f->run.id, make_camera(&f->host, 0), &f->err));
    make_host(&f->host, 63, LC_HOST_SILENT);
    OK(lc_store_put(f->s, f->run.id, make_done(&f->host), &f->err));
    make_host(&f->host, 65, LC_HOST_SILENT);
    OK(lc_store_put(f->s, f->run.id, make_done(&f->host), &f->err));
    OK(lc_store_unit_mask(f->s, f->run.id, 0, &mask, &f->err));
    assert_true(mask == 0x8000000000000001);
    OK(lc_store_unit_mask(f->s, f->run.id, 1, &mask, &f->err));
    assert_true(mask == 2);
    OK(lc_store_unit_mask(f->s, f->run.id, 2, &mask, &f->err));
    assert_true(mask == 0);
}

static void counters_add_up_and_a_run_ends_only_then(void **state)
{
    static const enum lc_host_state states[4] = {LC_HOST_ANSWERED, LC_HOST_SILENT, LC_HOST_REFUSED,
                                                 LC_HOST_FAULT};
    struct fixture *f = *state;
    struct lc_targets none = {NULL, 0, 0};
    struct lc_run last;

    for (uint64_t i = 0; i < 99; i++) {
        make_host(&f->host, i, states[i % 4]);
        OK(lc_store_put(f->s, f->run.id, make_done(&f->host), &f->err));
        if (i % 10 == 0)
            OK(lc_store_commit(f->s, &f->err));
    }
    assert_int_equal(lc_store_run_end(f->s, &f->run, &f->err), LC_EINVAL);
    OK(lc_store_run_resume(f->s, &last, &none, &f->err));
    assert_int_equal(last.answered + last.silent + last.refused + last.faults, 99);
    make_host(&f->host, 99, LC_HOST_SILENT);
    OK(lc_store_put(f->s, f->run.id, make_done(&f->host), &f->err));
    OK(lc_store_run_end(f->s, &f->run, &f->err));
    assert_int_equal(f->run.answered, 25);
    assert_int_equal(f->run.silent, 26);
    assert_int_equal(f->run.refused, 25);
    assert_int_equal(f->run.faults, 24);
    assert_true(f->run.ended_us > 0);
    OK(lc_store_last_run(f->s, &last, &f->err));
    assert_memory_equal(&last, &f->run, sizeof last);
    none.n = 0;
    assert_int_equal(lc_store_run_resume(f->s, &last, &none, &f->err), LC_ENOENT);
    lc_free(none.v);
}

static bool seen_in(const struct lc_device *d, const char *text)
{
    for (size_t i = 0; i < d->endpoints_n; i++)
        if (lc_slice_find(d->endpoints[i].facts, lc_slice_str(text), 0) != LC_NPOS)
            return true;
    return false;
}

/* Expected: HMAC-SHA256 under the deployment's key, 16 hex digits behind "h:". */
static void a_serial_is_kept_as_a_keyed_hash_only(void **state)
{
    static const char serial[] = "DS-2CD2043G0-I20190412AAWRC12345678";
    struct fixture *f = *state;
    uint8_t mac[32];
    char want[67] = "h:";
    struct lc_device d;
    struct lc_fact fact;
    char *text;

    (void)make_camera(&f->host, 3);
    make_claim(&f->host, LC_A_MODEL, "DS-2CD2043G0-I", 80, LC_F_ONVIF_SERIAL, serial);
    OK(lc_store_put(f->s, f->run.id, make_done(&f->host), &f->err));
    OK(lc_store_commit(f->s, &f->err));
    OK(lc_store_device(f->s, "10.0.0.3", &d, &f->err));
    lc_hmac_sha256(lc_slice_of(lc_store_key(f->s), 32), lc_slice_str(serial), mac);
    lc_hex(lc_slice_of(mac, 8), want + 2);
    assert_int_equal(d.endpoints[1].port, 80);
    assert_true(lc_facts_find(d.endpoints[1].facts, LC_F_ONVIF_SERIAL, 0, &fact));
    assert_slice(fact.value, want);
    assert_true(lc_facts_find(d.endpoints[1].facts, LC_F_HTTP_SERVER, 0, &fact));
    assert_slice(fact.value, "webserver");
    assert_slice(d.claims[6].evidence, want);
    assert_false(seen_in(&d, serial));
    lc_arena_free(&d.mem);
    text = export_of(f->s);
    assert_null(strstr(text, serial));
    assert_null(strstr(text, want));
    assert_non_null(strstr(text, "\"onvif.serial\":[\"h:\"]"));
    free(text);
}

static void malformed_facts_are_refused_and_the_run_goes_on(void **state)
{
    struct fixture *f = *state;
    struct lc_endpoint_result bad;
    struct lc_host_result r;
    uint64_t mask;

    r = *make_camera(&f->host, 3);
    bad = r.endpoints[0];
    bad.facts.n--;
    r.endpoints = &bad;
    r.endpoints_n = 1;
    assert_int_equal(lc_store_put(f->s, f->run.id, &r, &f->err), LC_EPARSE);
    OK(lc_store_unit_mask(f->s, f->run.id, 0, &mask, &f->err));
    assert_true(mask == 0);
    OK(lc_store_put(f->s, f->run.id, make_camera(&f->host, 3), &f->err));
    OK(lc_store_commit(f->s, &f->err));
}

static void bytes_of_a_peer_survive_whatever_they_are(void **state)
{
    static const char odd[] = "a\0b\xff\xfe'; DROP TABLE device; --";
    struct fixture *f = *state;
    struct lc_device d;
    struct lc_slice value = lc_slice_of(odd, sizeof odd - 1);

    (void)make_camera(&f->host, 3);
    f->host.identity.value[LC_A_MODEL] = value;
    f->host.identity.claims[5].value = value;
    f->host.identity.claims[5].evidence = value;
    OK(lc_store_put(f->s, f->run.id, make_done(&f->host), &f->err));
    OK(lc_store_device(f->s, "10.0.0.3", &d, &f->err));
    assert_true(lc_slice_eq(d.value[LC_A_MODEL], value));
    assert_true(lc_slice_eq(d.claims[5].value, value));
    assert_true(lc_slice_eq(d.claims[5].evidence, value));
    lc_arena_free(&d.mem);
}

static void a_zone_is_part_of_the_address(void **state)
{
    struct fixture *f = *state;
    struct lc_host_result r = *make_camera(&f->host, 1);
    struct lc_device d;

    OK(lc_addr_parse(LC_S("fe80::1%3"), &r.addr));
    OK(lc_store_put(f->s, f->run.id, &r, &f->err));
    OK(lc_addr_parse(LC_S("fe80::1%4"), &r.addr));
    r.index = 2;
    OK(lc_store_put(f->s, f->run.id, &r, &f->err));
    OK(lc_store_device(f->s, "fe80::1%4", &d, &f->err));
    assert_int_equal(d.id, 2);
    assert_int_equal(d.addr.zone, 4);
    lc_arena_free(&d.mem);
}

static void an_unknown_device_is_said_to_be_unknown(void **state)
{
    struct fixture *f = *state;
    struct lc_device d;

    assert_int_equal(lc_store_device(f->s, "10.0.0.9", &d, &f->err), LC_ENOENT);
    assert_int_equal(lc_store_device(f->s, "12", &d, &f->err), LC_ENOENT);
    assert_int_equal(lc_store_device(f->s, "kitchen", &d, &f->err), LC_EINVAL);
    assert_true(f->err.text[0] != 0);
}

static void a_silent_stranger_is_no_device_but_a_fault_is(void **state)
{
    struct fixture *f = *state;
    struct lc_device d;

    make_host(&f->host, 1, LC_HOST_SILENT);
    OK(lc_store_put(f->s, f->run.id, make_done(&f->host), &f->err));
    make_host(&f->host, 2, LC_HOST_REFUSED);
    (void)make_port(&f->host, 80, "refused", NULL);
    OK(lc_store_put(f->s, f->run.id, make_done(&f->host), &f->err));
    make_host(&f->host, 3, LC_HOST_FAULT);
    OK(lc_store_put(f->s, f->run.id, make_done(&f->host), &f->err));
    assert_int_equal(lc_store_device(f->s, "10.0.0.1", &d, &f->err), LC_ENOENT);
    assert_int_equal(lc_store_device(f->s, "10.0.0.2", &d, &f->err), LC_ENOENT);
    OK(lc_store_device(f->s, "10.0.0.3", &d, &f->err));
    assert_slice(d.value[LC_A_CLASS], "unknown");
    assert_int_equal(d.exposed, LC_TRI_UNKNOWN);
    assert_int_equal(d.takeover, LC_TU);
    lc_arena_free(&d.mem);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_device_comes_back_as_it_was_put),
        T(devices_are_walked_in_address_order_and_by_run),
        T(a_walk_ends_with_the_status_of_its_callback),
        T(the_same_host_twice_changes_nothing),
        T(the_export_does_not_depend_on_the_order_of_results),
        T(the_export_leaves_out_the_devices_clock),
        T(a_plan_is_rebuilt_as_it_was_stored),
        T(a_units_mask_tells_its_done_hosts),
        T(counters_add_up_and_a_run_ends_only_then),
        T(a_serial_is_kept_as_a_keyed_hash_only),
        T(malformed_facts_are_refused_and_the_run_goes_on),
        T(bytes_of_a_peer_survive_whatever_they_are),
        T(a_zone_is_part_of_the_address),
        T(an_unknown_device_is_said_to_be_unknown),
        T(a_silent_stranger_is_no_device_but_a_fault_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
