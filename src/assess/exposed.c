/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does a stranger see video here? Judged from what DESCRIBE answered, never from a look.
 *
 * A server is exposed when it describes video on a documented path without a password while it does
 * not do so for an impossible path; it is closed when every documented path asked was refused with
 * a challenge, or when even the impossible path was, for then it asks for the password before it
 * looks at the path. Everything else is unknown, and says why: some servers describe video for any
 * path whatsoever, some show pictures over HTTP only, some keep silent (facts on RTSP traps:
 * docs/guide). Of several servers on one device the worst answer counts: yes, then unknown, then
 * no.
 */
#include "assess/rules.h"

#include <string.h>

/* Ordered: of two reasons for one answer the later one is told. */
enum lc_exposed_why {
    WHY_CLOUD,
    WHY_DISCOVERED,
    WHY_NO_SERVICE,
    WHY_NOT_ASKED,
    WHY_NO_CONTROL,
    WHY_UNCLEAR,
    WHY_HTTP_PICTURE,
    WHY_EVERY_PATH,
    WHY_CHALLENGED,
    WHY_REFUSED,
    WHY_DESCRIBED,
};

static const char *const reasons[] = {
    [WHY_CLOUD] =
        N_("no port answers: it may only speak to its maker's cloud, which cannot be checked "
           "from the network"),
    [WHY_DISCOVERED] =
        N_("it was found by discovery alone and no port of it was asked: whether strangers can "
           "watch is not known"),
    [WHY_NO_SERVICE] =
        N_("no video service answered: whether strangers can watch cannot be told from the "
           "network"),
    [WHY_NOT_ASKED] =
        N_("a video service answers, but no documented path was asked or none answered"),
    [WHY_NO_CONTROL] =
        N_("video is described without a password, but the test with an impossible path got "
           "no answer"),
    [WHY_UNCLEAR] =
        N_("the documented paths were neither described nor refused with a password request"),
    [WHY_HTTP_PICTURE] = N_("it shows pictures only over HTTP, and nobody looks"),
    [WHY_EVERY_PATH] =
        N_("the video service accepts every path, even an impossible one, so its answers "
           "prove nothing"),
    [WHY_CHALLENGED] =
        N_("it wants a password before it looks at the path: even an impossible one is refused"),
    [WHY_REFUSED] = N_("every documented path that was asked wants a password"),
    [WHY_DESCRIBED] = N_("a documented path describes its video without a password"),
};

/* What one exchange said of one documented path. */
struct answer {
    bool ok, refused, other, video;
    uint16_t path_at; /* index + 1 in the view */
};

struct server {
    struct answer answers[256]; /* by exchange */
    bool control_ok[256], control_video[256];
    bool control_seen, control_refused, challenge;
};

static bool is_2xx(int64_t status)
{
    return status >= 200 && status <= 299;
}

static void gather_one(struct server *s, const struct lc_fact *f, uint16_t at)
{
    struct answer *a = &s->answers[f->exch];
    int64_t v = lc_fact_infos[f->name].type == LC_FT_STRING ? 0 : lc_fact_as_int(f);

    switch (f->name) {
    case LC_F_RTSP_DESCRIBE_STATUS:
        a->ok |= is_2xx(v);
        a->refused |= v == 401 || v == 403;
        a->other |= !is_2xx(v) && v != 401 && v != 403;
        if (!a->path_at)
            a->path_at = at;
        break;
    case LC_F_RTSP_DESCRIBE_PATH:
        a->path_at = at;
        break;
    case LC_F_RTSP_DESCRIBE_VIDEO:
        a->video |= v != 0;
        break;
    case LC_F_RTSP_CONTROL_STATUS:
        s->control_seen = true;
        s->control_ok[f->exch] |= is_2xx(v);
        s->control_refused |= v == 401 || v == 403;
        break;
    case LC_F_RTSP_CONTROL_VIDEO:
        s->control_video[f->exch] |= v != 0;
        break;
    case LC_F_RTSP_AUTH_SCHEME:
    case LC_F_RTSP_WWW_AUTHENTICATE:
    case LC_F_RTSP_REALM:
        s->challenge = true;
        break;
    default:
        break;
    }
}

static void settle(struct lc_view_port *p, enum lc_tri t, enum lc_exposed_why why, uint16_t at)
{
    p->exposed = t;
    p->why = why;
    p->exposed_at = at;
}

static void judge_server(const struct server *s, struct lc_view_port *p)
{
    size_t refused = 0, unclear = 0;
    uint16_t open_at = 0;

    for (size_t i = 0; i < 256; i++) {
        const struct answer *a = &s->answers[i];

        if (s->control_ok[i] && s->control_video[i]) {
            settle(p, LC_TRI_UNKNOWN, WHY_EVERY_PATH, 0);
            return;
        }
        if (a->ok && a->video && !open_at)
            open_at = a->path_at;
        refused += a->refused && !a->ok && !a->other;
        unclear += a->ok || a->other;
    }
    if (open_at && s->control_seen)
        settle(p, LC_TRI_TRUE, WHY_DESCRIBED, open_at);
    else if (open_at)
        settle(p, LC_TRI_UNKNOWN, WHY_NO_CONTROL, 0);
    else if (refused && !unclear && s->challenge)
        settle(p, LC_TRI_FALSE, WHY_REFUSED, 0);
    else if (!refused && !unclear && s->control_refused && s->challenge)
        settle(p, LC_TRI_FALSE, WHY_CHALLENGED, 0);
    else
        settle(p, LC_TRI_UNKNOWN, refused || unclear ? WHY_UNCLEAR : WHY_NOT_ASKED, 0);
}

static void judge_port(const struct lc_view *v, struct lc_view_port *p)
{
    struct server s;

    memset(&s, 0, sizeof s);
    p->rtsp = true;
    for (size_t i = p->first; i < (size_t)p->first + p->n; i++)
        gather_one(&s, &v->facts[i], (uint16_t)(i + 1));
    judge_server(&s, p);
}

static bool is_true(const struct lc_view *v, enum lc_fact_name name)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->facts[i].name == name && lc_fact_as_int(&v->facts[i]) != 0)
            return true;
    return false;
}

/* A port said something, or was found open. */
static bool any_port_open(const struct lc_view *v)
{
    for (size_t i = 0; i < v->ports_n; i++)
        if (v->ports[i].port != 0 && (v->ports[i].families & ~v->port))
            return true;
    for (size_t i = 0; i < v->n; i++)
        if (v->facts[i].name == LC_F_PORT_OUTCOME && lc_slice_eq(v->facts[i].value, LC_S("open")))
            return true;
    return false;
}

/* Was any port tried at all? An address that stood in no plan is not silent. */
static bool any_port_tried(const struct lc_view *v)
{
    static const char *const not_tried[] = {"not-asked", "out-of-budget", "refused-by-scope"};

    for (size_t i = 0; i < v->n; i++) {
        const struct lc_fact *f = &v->facts[i];
        bool tried = f->port != 0;

        for (size_t k = 0; tried && f->name == LC_F_PORT_OUTCOME && k < 3; k++)
            tried = !lc_slice_eq(f->value, lc_slice_str(not_tried[k]));
        if (tried)
            return true;
    }
    return false;
}

/* A question of discovery got its answer from the device itself. */
static bool discovery_answered(const struct lc_view *v)
{
    for (size_t i = 0; i < v->n; i++)
        if (v->facts[i].name == LC_F_UDP_OUTCOME &&
            lc_slice_find(v->facts[i].value, LC_S(" answered"), 0) != LC_NPOS)
            return true;
    return false;
}

/* How much an answer counts against the others of the device: yes, unknown, no. */
static int rank(enum lc_tri t)
{
    return t == LC_TRI_TRUE ? 2 : t == LC_TRI_UNKNOWN ? 1 : 0;
}

void lc_exposed_judge(struct lc_view *v, const struct lc_identity *id, struct lc_judgement *out)
{
    bool asked = false;
    enum lc_tri t = LC_TRI_UNKNOWN;
    unsigned why = WHY_NO_SERVICE;

    for (size_t i = 0; i < v->ports_n; i++) {
        struct lc_view_port *p = &v->ports[i];

        if (!(p->families & v->rtsp))
            continue;
        judge_port(v, p);
        if (!asked || rank(p->exposed) > rank(t) || (p->exposed == t && p->why > why)) {
            t = p->exposed;
            why = p->why;
        }
        asked = true;
    }
    if (t != LC_TRI_TRUE && is_true(v, LC_F_HTTP_VIDEO_STREAM)) {
        why = t == LC_TRI_UNKNOWN && why > WHY_HTTP_PICTURE ? why : WHY_HTTP_PICTURE;
        t = LC_TRI_UNKNOWN;
    } else if (!asked && v->n && !any_port_tried(v)) {
        why = WHY_DISCOVERED;
    } else if (!asked && lc_class_is_surveillance(id->value[LC_A_CLASS]) && !any_port_open(v)) {
        why = WHY_CLOUD;
    }
    out->exposed = t;
    out->exposed_why = lc_slice_str(reasons[why]);
}

bool lc_view_shows_video(const struct lc_view *v)
{
    return is_true(v, LC_F_RTSP_DESCRIBE_VIDEO) || is_true(v, LC_F_RTSP_CONTROL_VIDEO) ||
           is_true(v, LC_F_HTTP_VIDEO_STREAM) || is_true(v, LC_F_ONVIF_MEDIA);
}

/* A service by which cameras are watched or run, whoever made the device. */
static bool camera_service(const struct lc_view *v)
{
    for (size_t i = 0; i < v->ports_n; i++)
        if (v->ports[i].rtsp)
            return true;
    return is_true(v, LC_F_ONVIF_SERVICE) || is_true(v, LC_F_HIKSDK_GREETING) ||
           is_true(v, LC_F_HTTP_VIDEO_STREAM);
}

enum lc_exposure lc_exposure_of(const struct lc_view *v, const struct lc_identity *id,
                                const struct lc_judgement *out)
{
    struct lc_slice cls = id->value[LC_A_CLASS];
    bool answers;

    if (lc_class_is_surveillance(cls))
        answers = any_port_open(v) || discovery_answered(v);
    else
        answers = !lc_slice_eq(cls, LC_S("not-surveillance")) && camera_service(v);
    if (answers && out->takeover <= LC_T2)
        return LC_E3;
    if (out->exposed == LC_TRI_TRUE)
        return LC_E2;
    return answers ? LC_E1 : LC_E0;
}
