/* SPDX-License-Identifier: Apache-2.0 */
/* What is seen of a scan: progress and talk on stderr, results on stdout. Nothing is decided here.
 */
#include "cmd/scan_cmd.h"

#include "base/log.h"
#include "base/text.h"
#include "report/report.h"

#include <string.h>

void scan_on_heard(void *ctx, const struct lc_heard_host *h)
{
    struct scan_cmd *c = ctx;

    lc_heard_json(h, &c->set.sweep, &c->out);
    (void)lc_cmd_print(&c->out);
}

void scan_on_device(void *ctx, const struct lc_addr *addr)
{
    struct scan_cmd *c = ctx;
    char text[LC_ADDR_TEXT];
    struct lc_device d;

    (void)lc_addr_format(addr, text);
    if (lc_store_device(c->store, text, &d, &c->err) != LC_OK)
        return;
    lc_report_order(&d, c->set.assessor);
    lc_report_vendor(&d, c->kb);
    lc_report_json(&d, c->set.assessor, &c->out);
    (void)lc_buf_u8(&c->out, '\n');
    lc_arena_free(&d.mem);
    (void)lc_cmd_print(&c->out);
}

void scan_duration(int64_t us, char out[static 32])
{
    long long s = us / 1000000;

    if (s < 60)
        (void)snprintf(out, 32, _("%lld s"), s);
    else if (s < 3600)
        (void)snprintf(out, 32, _("%lld min %02lld s"), s / 60, s % 60);
    else
        (void)snprintf(out, 32, _("%lld h %02lld min"), s / 3600, s / 60 % 60);
}

void scan_on_progress(void *ctx, const struct lc_scan_progress *p)
{
    char left[32] = "", line[256];

    (void)ctx;
    if (p->listening) {
        (void)fprintf(stderr, "\r\033[K%s", _("listening to the devices of this network ..."));
        (void)fflush(stderr);
        return;
    }
    if (p->left_us >= 0)
        scan_duration(p->left_us, left);
    (void)snprintf(line, sizeof line,
                   _("%llu of %llu addresses, %llu cameras, %llu exposed, %.0f/s%s%s"),
                   (unsigned long long)p->done, (unsigned long long)p->targets,
                   (unsigned long long)p->cameras, (unsigned long long)p->exposed,
                   p->elapsed_us ? (double)p->done * 1e6 / (double)p->elapsed_us : 0.0,
                   left[0] ? _(", left about ") : "", left);
    (void)fprintf(stderr, "\r\033[K%s", line);
    (void)fflush(stderr);
}

/* What local discovery met, and what it had to leave out. */
static void print_local(const struct scan_cmd *c)
{
    const struct lc_scan_summary *s = &c->sum;
    char first[LC_ADDR_TEXT];

    if (s->nets_excluded)
        lc_log(
            LC_LOG_INFO,
            _("%zu attached networks were not spoken to as a whole: the scan or the scope leaves "
              "a part of them out"),
            s->nets_excluded);
    if (s->unproven)
        lc_log(LC_LOG_INFO,
               _("%llu addresses only spoke through others: nobody answers there, so they are no "
                 "devices"),
               (unsigned long long)s->unproven);
    if (s->local.outside == 0)
        return;
    (void)lc_addr_format(&s->local.first_outside, first);
    lc_log(LC_LOG_INFO,
           _("%llu devices on this network answered from addresses that the scan does not cover "
             "(the first: %s); one with a factory address may be among them"),
           (unsigned long long)s->local.outside, first);
}

static void print_crowd(void *ctx, const struct lc_crowd *c)
{
    struct lc_range block = {c->block, c->block};
    char text[2 * LC_ADDR_TEXT];

    (void)ctx;
    memset(block.last.b + (lc_addr_is_v4(&c->block) ? 15 : 6), 0xff,
           lc_addr_is_v4(&c->block) ? 1 : 10);
    (void)lc_range_prefix(&block, text);
    lc_log(LC_LOG_INFO,
           _("%s: %u addresses answer, %u of them on random ports as well: a middlebox, not that "
             "many devices"),
           text, c->answered, c->pseudo);
}

static enum lc_status print_row(void *ctx, struct lc_device *d)
{
    struct scan_cmd *c = ctx;

    for (size_t i = 0; i < d->findings_n; i++) {
        const struct lc_rule *rule = lc_assessor_rule(c->set.assessor, d->findings[i].rule);

        if (rule == NULL || d->findings[i].result != LC_TRI_TRUE)
            continue;
        if (!c->any_finding || rule->severity > c->worst)
            c->worst = rule->severity;
        c->any_finding = true;
    }
    if (!c->opt.json && !c->opt.quiet) {
        lc_report_order(d, c->set.assessor);
        lc_report_line(d, c->color, &c->out);
        (void)lc_cmd_print(&c->out);
    }
    return LC_OK;
}

enum lc_status scan_print_end(struct scan_cmd *c)
{
    const struct lc_scan_progress *p = &c->sum.last;
    char took[32];
    enum lc_status st;

    if (c->tty)
        (void)fprintf(stderr, "\r\033[K");
    if (!c->opt.json && !c->opt.quiet && p->answered) {
        lc_report_line_head(&c->out);
        (void)lc_cmd_print(&c->out);
    }
    st = lc_store_each(c->store, c->run.id, print_row, c, &c->err);
    scan_duration(p->elapsed_us, took);
    if (!c->opt.quiet && st == LC_OK)
        st = lc_store_crowds(c->store, c->run.id, print_crowd, c, &c->err);
    if (!c->opt.quiet)
        print_local(c);
    if (!c->opt.quiet)
        lc_log(LC_LOG_INFO,
               _("%llu addresses asked, %llu answered, %llu surveillance devices, %llu exposed, in "
                 "%s"),
               (unsigned long long)p->done, (unsigned long long)p->answered,
               (unsigned long long)p->cameras, (unsigned long long)p->exposed, took);
    return st;
}

/* For benches: one JSON object on stderr. */
void scan_print_stats(struct scan_cmd *c)
{
    struct lc_buf b;
    struct lc_json j = {.out = &b};

    lc_buf_init(&b, 4096);
    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "schema", LC_S("lenscap.stats/1"));
    lc_json_int(&j, "hosts", (int64_t)c->sum.last.done);
    lc_json_int(&j, "elapsed_us", c->sum.last.elapsed_us);
    lc_json_int(&j, "packets", (int64_t)c->sum.packets);
    lc_json_int(&j, "restarts", (int64_t)c->sum.restarts);
    lc_json_int(&j, "cpu_ctl_us", c->sum.cpu_us[0]);
    lc_json_int(&j, "cpu_dial_us", c->sum.cpu_us[1]);
    lc_json_int(&j, "cpu_talk_us", c->sum.cpu_us[2]);
    lc_json_int(&j, "cpu_sweep_us", c->sum.cpu_us[3]);
    lc_json_str(&j, "engine", lc_slice_str(lc_engine_names[c->set.sweep.engine]));
    lc_json_int(&j, "sweep_elapsed_us", c->sum.sweep_us);
    lc_json_int(&j, "sweep_probes", (int64_t)c->sum.swept.counts.probes);
    lc_json_int(&j, "sweep_open", (int64_t)c->sum.swept.counts.open);
    lc_json_int(&j, "sweep_closed", (int64_t)c->sum.swept.counts.closed);
    lc_json_int(&j, "sweep_duplicates", (int64_t)c->sum.swept.counts.duplicates);
    lc_json_int(&j, "sweep_invalid", (int64_t)c->sum.swept.counts.invalid);
    lc_json_int(&j, "sweep_drops", (int64_t)c->sum.swept.counts.local_drops);
    lc_json_int(&j, "sweep_slowdowns", (int64_t)c->sum.swept.counts.slowdowns);
    lc_json_int(&j, "local_answers", (int64_t)c->sum.local.answers);
    lc_json_int(&j, "local_devices", (int64_t)c->sum.local.devices);
    lc_json_close(&j, '}');
    (void)fprintf(stderr, "%s\n", lc_buf_cstr(&b));
    lc_buf_free(&b);
}
