/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The talk engine on the in-memory network: hours of tarpits in microseconds, every run the same
 * run. Expected values come from the budgets in talk/talk.h and from the peers scripted here.
 */
#include "base/clock.h"
#include "net/mem.h"
#include "talk/talk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#define HOST "192.0.2.7" /* a name in a virtual network: nothing leaves this process */

static const char http_page[] =
    "HTTP/1.1 200 OK\r\nServer: Test-Webs\r\nContent-Type: text/html\r\n"
    "Content-Length: 38\r\n\r\n<html><title>a title</title></html>...";

static struct lc_kb *kb;
static struct lc_identifier *identifier;

struct world {
    struct lc_mem *mem;
    struct lc_talk *talk;
    struct lc_talk_result result;
    struct lc_buf facts;
    unsigned results;
    int64_t started_us;
    const struct lc_dgram_plan *dgrams[2]; /* set before world_open */
    size_t dgrams_n;
};

static void on_result(void *ctx, const struct lc_talk_result *r)
{
    struct world *w = ctx;

    w->results++;
    w->result = *r;
    lc_buf_reset(&w->facts);
    (void)lc_buf_put(&w->facts, r->facts);
    w->result.facts = lc_buf_view(&w->facts);
}

static void on_parsing(void *ctx, uint64_t host, uint16_t port)
{
    (void)ctx;
    (void)host;
    (void)port;
}

static struct lc_addr host(void)
{
    struct lc_addr a;

    assert_int_equal(lc_addr_parse(LC_S(HOST), &a), LC_OK);
    return a;
}

static void world_open(struct world *w, const uint16_t *ports, size_t ports_n, uint32_t pps,
                       unsigned loss)
{
    struct lc_talk_config cfg = {
        .kb = kb,
        .identifier = identifier,
        .ports_n = ports_n,
        .host_pps = pps,
        .host_conns = 2,
        .hosts_max = 4,
        .dialogue_us = LC_TALK_DIALOGUE_US,
        .host_us = LC_TALK_HOST_US,
        .seed = 7,
    };
    struct lc_talk_owner owner = {w, on_result, on_parsing};
    struct lc_net net;
    struct lc_net_user user;

    memcpy(cfg.dgrams, w->dgrams, sizeof w->dgrams);
    cfg.dgrams_n = w->dgrams_n;
    cfg.dgrams_priority = 1;
    memset(w, 0, sizeof *w);
    memcpy(cfg.ports, ports, ports_n * sizeof *ports);
    lc_buf_init(&w->facts, LC_FACTS_MAX);
    w->mem = lc_mem_new(7, loss);
    assert_non_null(w->mem);
    net = lc_mem_net(w->mem);
    assert_int_equal(lc_talk_open(&cfg, &net, &owner, &w->talk), LC_OK);
    user = lc_talk_user(w->talk);
    lc_mem_user(w->mem, &user);
}

static void world_close(struct world *w)
{
    lc_talk_close(w->talk);
    lc_mem_free(w->mem);
    lc_buf_free(&w->facts);
}

static void run_known(struct world *w, const struct lc_talk_known *known, struct lc_slice facts)
{
    struct lc_addr a = host();

    w->started_us = lc_mem_now(w->mem);
    assert_int_equal(lc_talk_start(w->talk, w->started_us, 1, &a, known, facts), LC_OK);
    while (lc_talk_busy(w->talk)) {
        int64_t wake = lc_talk_tick(w->talk, lc_mem_now(w->mem));

        if (lc_talk_busy(w->talk) == 0)
            break;
        assert_true(wake != INT64_MAX);
        (void)lc_mem_step(w->mem, wake);
        assert_true(lc_mem_now(w->mem) < w->started_us + LC_TALK_HOST_US + LC_SEC(1));
    }
    assert_int_equal(w->results, 1);
}

static void run(struct world *w)
{
    run_known(w, NULL, LC_S(""));
}

static void peer(struct world *w, uint16_t port, enum lc_dial_outcome outcome,
                 void (*answer)(void *, struct lc_slice, struct lc_buf *, bool *), size_t piece,
                 int64_t gap_us)
{
    struct lc_mem_peer p = {.addr = host(),
                            .port = port,
                            .outcome = outcome,
                            .latency_us = 2000,
                            .answer = answer,
                            .piece = piece,
                            .gap_us = gap_us};

    assert_int_equal(lc_mem_add(w->mem, &p), LC_OK);
}

static bool has(const struct world *w, enum lc_fact_name name, uint16_t port, const char *value)
{
    struct lc_cur at = {.s = w->result.facts};
    struct lc_fact f;

    while (lc_facts_next(&at, &f) == LC_OK)
        if (f.name == name && f.port == port && lc_slice_eq(f.value, lc_slice_str(value)))
            return true;
    return false;
}

static unsigned connections(const struct world *w)
{
    const struct lc_mem_packet *v;
    size_t n = lc_mem_packets(w->mem, &v);
    unsigned syns = 0;

    for (size_t i = 0; i < n; i++)
        syns += v[i].syn;
    return syns;
}

static void say_http(void *ctx, struct lc_slice request, struct lc_buf *out, bool *hang_up)
{
    (void)ctx;
    (void)hang_up;
    if (lc_slice_starts(request, LC_S("GET / ")))
        (void)lc_buf_puts(out, http_page);
    else
        (void)lc_buf_puts(out, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}

static void say_rtsp(void *ctx, struct lc_slice request, struct lc_buf *out, bool *hang_up)
{
    size_t at = lc_slice_find(request, LC_S("CSeq: "), 0);
    struct lc_slice cseq = lc_slice_from(request, at == LC_NPOS ? request.n : at);
    size_t end = lc_slice_find(cseq, LC_S("\r\n"), 0);

    (void)ctx;
    (void)hang_up;
    cseq.n = end == LC_NPOS ? 0 : end;
    if (lc_slice_starts(request, LC_S("OPTIONS")))
        (void)lc_buf_puts(out,
                          "RTSP/1.0 200 OK\r\nServer: Tester\r\nPublic: OPTIONS, DESCRIBE\r\n");
    else
        (void)lc_buf_puts(out, "RTSP/1.0 401 Unauthorized\r\n"
                               "WWW-Authenticate: Digest realm=\"a realm\", nonce=\"1\"\r\n");
    (void)lc_buf_put(out, cseq);
    (void)lc_buf_puts(out, "\r\n\r\n");
}

static void say_endlessly(void *ctx, struct lc_slice request, struct lc_buf *out, bool *hang_up)
{
    (void)ctx;
    (void)request;
    (void)hang_up;
    (void)lc_buf_puts(out, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n");
    for (int i = 0; i < 60000; i++)
        (void)lc_buf_puts(out, "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
}

/* One byte every ten seconds: endlessh's rhythm. */
static void say_drop_by_drop(void *ctx, struct lc_slice request, struct lc_buf *out, bool *hang_up)
{
    (void)ctx;
    (void)request;
    (void)hang_up;
    (void)lc_buf_puts(out, "HTTP/1.1 200 OK\r\nX: ");
    for (int i = 0; i < 1000; i++)
        (void)lc_buf_puts(out, "x");
}

static void closed_ports_cost_one_packet_each(void **state)
{
    static const uint16_t ports[] = {80, 554, 8000, 8899, 2020, 443, 23, 21};
    struct world w = {.dgrams_n = 0};

    (void)state;
    world_open(&w, ports, 8, 1000, 0);
    peer(&w, 0, LC_DIAL_REFUSED, NULL, 0, 0);
    run(&w);
    assert_int_equal(w.result.state, LC_TALK_REFUSED);
    assert_int_equal(connections(&w), 8);
    assert_true(has(&w, LC_F_PORT_OUTCOME, 8899, "refused"));
    world_close(&w);
}

static void a_silent_address_is_left_after_its_likely_ports(void **state)
{
    uint16_t ports[20];
    struct world w = {.dgrams_n = 0};

    (void)state;
    for (uint16_t i = 0; i < 20; i++)
        ports[i] = (uint16_t)(8000 + i);
    world_open(&w, ports, 20, 1000, 0);
    run(&w);
    assert_int_equal(w.result.state, LC_TALK_NOBODY);
    assert_int_equal(connections(&w), LC_TALK_SILENT);
    assert_true(has(&w, LC_F_PORT_OUTCOME, 8000, "silent"));
    assert_true(has(&w, LC_F_PORT_OUTCOME, 8019, "not-asked"));
    world_close(&w);
}

static void a_wall_that_accepts_everything_gets_twelve_connections_and_a_flag(void **state)
{
    uint16_t ports[40];
    struct world w = {.dgrams_n = 0};

    (void)state;
    for (uint16_t i = 0; i < 40; i++)
        ports[i] = (uint16_t)(8000 + i);
    world_open(&w, ports, 40, 1000, 0);
    peer(&w, 0, LC_DIAL_OPEN, NULL, 0, 0);
    run(&w);
    assert_true(connections(&w) <= 12);
    assert_true(has(&w, LC_F_PORT_ODDITY, 0, "accepts-everything-says-nothing"));
    world_close(&w);
}

static void a_tarpit_ends_at_its_dialogue_deadlines(void **state)
{
    static const uint16_t ports[] = {80};
    struct world w = {.dgrams_n = 0};

    (void)state;
    world_open(&w, ports, 1, 1000, 0);
    peer(&w, 80, LC_DIAL_OPEN, say_drop_by_drop, 1, LC_SEC(10));
    run(&w);
    assert_true(w.result.took_us <= (int64_t)LC_TALK_REDIALS * (LC_TALK_DIALOGUE_US + LC_MS(100)));
    assert_true(has(&w, LC_F_PORT_ODDITY, 80, "stalled"));
    world_close(&w);
}

static void an_endless_body_is_cut_at_the_codecs_limit(void **state)
{
    static const uint16_t ports[] = {80};
    struct world w = {.dgrams_n = 0};

    (void)state;
    world_open(&w, ports, 1, 1000, 0);
    peer(&w, 80, LC_DIAL_OPEN, say_endlessly, 1400, 10);
    run(&w);
    assert_int_equal(w.result.state, LC_TALK_ANSWERED);
    /* 3.8 MB at 1,400 bytes per 10 microseconds would take 27 ms a page; a limit of 64 KiB takes
     * 0.5 ms. */
    assert_true(w.result.took_us < LC_MS(25));
    world_close(&w);
}

static void bytes_in_any_pieces_give_the_same_facts(void **state)
{
    static const uint16_t ports[] = {80, 554};
    struct lc_buf whole;

    (void)state;
    lc_buf_init(&whole, LC_FACTS_MAX);
    for (size_t piece = 0; piece < 40; piece++) {
        struct world w = {.dgrams_n = 0};

        /* One after the other, so that the order of facts does not depend on the pieces. */
        world_open(&w, ports, 1, 1000, 0);
        peer(&w, 80, LC_DIAL_OPEN, say_http, piece, 10);
        run(&w);
        if (piece == 0)
            (void)lc_buf_put(&whole, w.result.facts);
        assert_true(has(&w, LC_F_HTTP_TITLE, 80, "a title"));
        assert_true(lc_slice_eq(lc_buf_view(&whole), w.result.facts));
        world_close(&w);
    }
    lc_buf_free(&whole);
}

static void the_ladder_finds_rtsp_on_a_web_port_and_http_on_an_rtsp_port(void **state)
{
    static const uint16_t ports[] = {80, 554};
    struct world w = {.dgrams_n = 0};

    (void)state;
    world_open(&w, ports, 2, 1000, 0);
    peer(&w, 80, LC_DIAL_OPEN, say_rtsp, 0, 0);
    peer(&w, 554, LC_DIAL_OPEN, say_http, 0, 0);
    run(&w);
    assert_true(has(&w, LC_F_PORT_PROTOCOL, 80, "rtsp"));
    assert_true(has(&w, LC_F_RTSP_REALM, 80, "a realm"));
    assert_true(has(&w, LC_F_PORT_PROTOCOL, 554, "http"));
    assert_true(has(&w, LC_F_HTTP_SERVER, 554, "Test-Webs"));
    world_close(&w);
}

static void the_pace_holds_in_every_second_and_two_connections_at_once(void **state)
{
    uint16_t ports[24];
    const struct lc_mem_packet *v;
    struct world w = {.dgrams_n = 0};
    size_t n;

    (void)state;
    for (uint16_t i = 0; i < 24; i++)
        ports[i] = (uint16_t)(i % 2 ? 8080 + i : 5540 + i);
    world_open(&w, ports, 24, 10, 0);
    peer(&w, 0, LC_DIAL_OPEN, say_http, 0, 0);
    run(&w);
    n = lc_mem_packets(w.mem, &v);
    assert_true(n > 40);
    assert_int_equal(n, w.result.packets);
    for (size_t i = 0; i + 10 < n; i++)
        assert_true(v[i + 10].at_us - v[i].at_us >= LC_SEC(1));
    world_close(&w);
}

static void heavy_loss_ends_in_recorded_outcomes(void **state)
{
    static const uint16_t ports[] = {80, 554, 8000, 8080, 443, 2020, 8899, 5000, 81, 82};
    struct world w = {.dgrams_n = 0};

    (void)state;
    world_open(&w, ports, 10, 1000, 40);
    peer(&w, 0, LC_DIAL_OPEN, say_http, 0, 0);
    run(&w);
    assert_int_equal(w.result.state, LC_TALK_ANSWERED);
    for (size_t i = 0; i < 10; i++) {
        struct lc_fact f;

        assert_true(lc_facts_find(w.result.facts, LC_F_PORT_OUTCOME, ports[i], &f));
    }
    world_close(&w);
}

/* ---- what a sweep or discovery knew before ---- */

static void a_swept_host_is_dialled_on_its_open_ports_only(void **state)
{
    static const uint16_t ports[] = {554, 80, 443, 8000};
    struct lc_talk_known known = {.swept = true};
    struct world w = {.dgrams_n = 0};

    (void)state;
    world_open(&w, ports, 4, 1000, 0);
    peer(&w, 80, LC_DIAL_OPEN, say_http, 0, 0);
    peer(&w, 554, LC_DIAL_OPEN, say_rtsp, 0, 0); /* would answer, but the sweep says refused */
    lc_mask_add(known.open, 1);
    for (size_t i = 0; i < 3; i++)
        lc_mask_add(known.asked, i);
    lc_mask_add(known.refused, 0);
    run_known(&w, &known, LC_S(""));
    assert_true(has(&w, LC_F_PORT_OUTCOME, 80, "open"));
    assert_true(has(&w, LC_F_PORT_OUTCOME, 554, "refused"));
    assert_true(has(&w, LC_F_PORT_OUTCOME, 443, "silent"));
    assert_true(has(&w, LC_F_PORT_OUTCOME, 8000, "not-asked"));
    assert_false(has(&w, LC_F_PORT_PROTOCOL, 554, "rtsp"));
    for (size_t i = 0; i < connections(&w); i++) {
        const struct lc_mem_packet *v;

        assert_true(lc_mem_packets(w.mem, &v) > i);
        assert_int_equal(v[i].port, 80);
    }
    world_close(&w);
}

static void what_was_heard_before_comes_back_and_is_not_asked_again(void **state)
{
    static const uint16_t ports[] = {80};
    struct lc_facts before;
    struct world w = {.dgrams_n = 0};

    (void)state;
    world_open(&w, ports, 1, 1000, 0);
    peer(&w, 80, LC_DIAL_REFUSED, NULL, 0, 0);
    lc_facts_init(&before);
    before.exch = LC_DGRAM_EXCH + LC_D_SADP;
    lc_facts_str(&before, LC_F_SADP_MODEL, LC_S("DS-2CD2143G0-I"));
    run_known(&w, NULL, lc_buf_view(&before.buf));
    assert_true(has(&w, LC_F_SADP_MODEL, 0, "DS-2CD2143G0-I"));
    /* What it was heard to say is not an answer of its own. */
    assert_int_equal(w.result.state, LC_TALK_REFUSED);
    lc_facts_free(&before);
    world_close(&w);
}

/* ---- questions over UDP ---- */

static struct lc_dgram_plan plans[2];

static void ask_over_udp(struct world *w, enum lc_dgram_id id, const char *platform)
{
    plans[0] = (struct lc_dgram_plan){.id = id, .priority = 1, .platforms_n = platform != NULL};
    if (platform)
        plans[0].platforms[0] = lc_slice_str(platform);
    w->dgrams[0] = &plans[0];
    w->dgrams_n = 1;
}

static unsigned datagrams_to(const struct world *w, uint16_t port)
{
    const struct lc_mem_packet *v;
    size_t n = lc_mem_packets(w->mem, &v);
    unsigned sent = 0;

    for (size_t i = 0; i < n; i++)
        sent += !v[i].syn && v[i].port == port;
    return sent;
}

/* 32 bytes, "21 31", length 0x20: facts on protocols A3, miIO. The last 16 are blank, as on a
 * device that belongs to somebody. */
static void say_miio(void *ctx, struct lc_slice request, struct lc_buf *out, bool *hang_up)
{
    static const uint8_t hello[32] = {0x21, 0x31, 0, 0x20, 0, 0, 0, 0, 1, 2, 3, 4, 0, 0, 0, 9};

    (void)ctx;
    (void)hang_up;
    assert_int_equal(request.n, 32);
    (void)lc_buf_put(out, lc_slice_of(hello, sizeof hello));
}

static void udp_peer(struct world *w, uint16_t port, enum lc_dial_outcome outcome,
                     void (*answer)(void *, struct lc_slice, struct lc_buf *, bool *))
{
    struct lc_mem_peer p = {.addr = host(),
                            .port = port,
                            .udp = true,
                            .outcome = outcome,
                            .latency_us = 2000,
                            .answer = answer};

    assert_int_equal(lc_mem_add(w->mem, &p), LC_OK);
}

static void a_host_that_only_refuses_is_asked_over_udp(void **state)
{
    static const uint16_t ports[] = {80};
    struct world w = {.dgrams_n = 0};

    (void)state;
    ask_over_udp(&w, LC_D_MIIO, NULL);
    world_open(&w, ports, 1, 1000, 0);
    peer(&w, 80, LC_DIAL_REFUSED, NULL, 0, 0);
    udp_peer(&w, 54321, LC_DIAL_OPEN, say_miio);
    run(&w);
    assert_true(has(&w, LC_F_UDP_OUTCOME, 0, "miio answered"));
    assert_int_equal(w.result.state, LC_TALK_ANSWERED);
    assert_int_equal(datagrams_to(&w, 54321), 1);
    world_close(&w);
}

static void a_makers_question_is_for_its_own_devices(void **state)
{
    static const uint16_t ports[] = {80};
    struct world w = {.dgrams_n = 0};

    (void)state;
    ask_over_udp(&w, LC_D_MIIO, "dahua");
    world_open(&w, ports, 1, 1000, 0);
    peer(&w, 80, LC_DIAL_OPEN, say_http, 0, 0);
    udp_peer(&w, 54321, LC_DIAL_OPEN, say_miio);
    run(&w);
    assert_int_equal(datagrams_to(&w, 54321), 0);
    world_close(&w);
}

static void say_app_webs(void *ctx, struct lc_slice request, struct lc_buf *out, bool *hang_up)
{
    (void)ctx;
    (void)request;
    (void)hang_up;
    (void)lc_buf_puts(out,
                      "HTTP/1.1 404 Not Found\r\nServer: App-webs/\r\nContent-Length: 0\r\n\r\n");
}

static void lose_the_first(void *ctx, struct lc_slice request, struct lc_buf *out, bool *hang_up)
{
    unsigned *heard = ctx;

    if ((*heard)++)
        say_miio(NULL, request, out, hang_up);
}

static void a_makers_question_that_was_lost_is_asked_again(void **state)
{
    static const uint16_t ports[] = {80};
    struct world w = {.dgrams_n = 0};
    unsigned heard = 0;
    struct lc_mem_peer lossy = {.addr = host(),
                                .port = 54321,
                                .udp = true,
                                .latency_us = 2000,
                                .ctx = &heard,
                                .answer = lose_the_first};

    (void)state;
    ask_over_udp(&w, LC_D_MIIO, "hikvision");
    world_open(&w, ports, 1, 1000, 0);
    peer(&w, 80, LC_DIAL_OPEN, say_app_webs, 0, 0);
    assert_int_equal(lc_mem_add(w.mem, &lossy), LC_OK);
    run(&w);
    assert_true(has(&w, LC_F_UDP_OUTCOME, 0, "miio answered"));
    assert_int_equal(datagrams_to(&w, 54321), 2);
    world_close(&w);
}

/* Its platform is not known, and its priority is that of --deep: asked all the same. */
static void what_a_sweep_heard_over_udp_is_asked_again_and_read(void **state)
{
    static const uint16_t ports[] = {80};
    struct lc_talk_known known = {.swept = true, .dgrams = 1U << LC_D_MIIO};
    struct world w = {.dgrams_n = 0};

    (void)state;
    for (int heard = 0; heard < 2; heard++) {
        memset(&w, 0, sizeof w);
        ask_over_udp(&w, LC_D_MIIO, "xiaomi");
        plans[0].priority = 2;
        world_open(&w, ports, 1, 1000, 0);
        udp_peer(&w, 54321, LC_DIAL_OPEN, say_miio);
        known.dgrams = heard ? 1U << LC_D_MIIO : 0;
        run_known(&w, &known, LC_S(""));
        assert_int_equal(datagrams_to(&w, 54321), heard);
        assert_int_equal(connections(&w), 0);
        world_close(&w);
    }
}

static void silence_and_refusal_over_udp_are_recorded(void **state)
{
    static const uint16_t ports[] = {80};
    struct world w = {.dgrams_n = 0};

    (void)state;
    for (int refuse = 0; refuse < 2; refuse++) {
        memset(&w, 0, sizeof w);
        ask_over_udp(&w, LC_D_MIIO, NULL);
        world_open(&w, ports, 1, 1000, 0);
        peer(&w, 80, LC_DIAL_REFUSED, NULL, 0, 0);
        if (refuse)
            udp_peer(&w, 54321, LC_DIAL_REFUSED, NULL);
        run(&w);
        assert_true(has(&w, LC_F_UDP_OUTCOME, 0, refuse ? "miio refused" : "miio silent"));
        assert_int_equal(w.result.state, LC_TALK_REFUSED);
        world_close(&w);
    }
}

static void nobody_is_asked_over_udp_where_nobody_answers(void **state)
{
    static const uint16_t ports[] = {80};
    struct world w = {.dgrams_n = 0};

    (void)state;
    ask_over_udp(&w, LC_D_MIIO, NULL);
    world_open(&w, ports, 1, 1000, 0);
    udp_peer(&w, 54321, LC_DIAL_OPEN, say_miio);
    run(&w);
    assert_int_equal(datagrams_to(&w, 54321), 0);
    world_close(&w);
}

static int open_knowledge(void **state)
{
    struct lc_err err;

    (void)state;
    if (lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err) != LC_OK)
        return -1;
    return lc_identifier_open(kb, &identifier, &err) == LC_OK ? 0 : -1;
}

static int close_knowledge(void **state)
{
    (void)state;
    lc_identifier_close(identifier);
    lc_kb_close(kb);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_ports_cost_one_packet_each),
        cmocka_unit_test(a_silent_address_is_left_after_its_likely_ports),
        cmocka_unit_test(a_wall_that_accepts_everything_gets_twelve_connections_and_a_flag),
        cmocka_unit_test(a_tarpit_ends_at_its_dialogue_deadlines),
        cmocka_unit_test(an_endless_body_is_cut_at_the_codecs_limit),
        cmocka_unit_test(bytes_in_any_pieces_give_the_same_facts),
        cmocka_unit_test(the_ladder_finds_rtsp_on_a_web_port_and_http_on_an_rtsp_port),
        cmocka_unit_test(the_pace_holds_in_every_second_and_two_connections_at_once),
        cmocka_unit_test(heavy_loss_ends_in_recorded_outcomes),
        cmocka_unit_test(a_swept_host_is_dialled_on_its_open_ports_only),
        cmocka_unit_test(what_was_heard_before_comes_back_and_is_not_asked_again),
        cmocka_unit_test(a_host_that_only_refuses_is_asked_over_udp),
        cmocka_unit_test(a_makers_question_is_for_its_own_devices),
        cmocka_unit_test(a_makers_question_that_was_lost_is_asked_again),
        cmocka_unit_test(what_a_sweep_heard_over_udp_is_asked_again_and_read),
        cmocka_unit_test(silence_and_refusal_over_udp_are_recorded),
        cmocka_unit_test(nobody_is_asked_over_udp_where_nobody_answers),
    };

    return cmocka_run_group_tests(tests, open_knowledge, close_knowledge);
}
