/* SPDX-License-Identifier: Apache-2.0 */
/* See fixture.h. Texts of the rules are this test's own; only their shape is that of data/rules. */
#include "fixture.h"

#define BOTH(en, vi)                                                                               \
    {                                                                                              \
        LC_S_INIT(en), LC_S_INIT(vi)                                                               \
    }

static const struct lc_rule rules[] = {
    {LC_S_INIT("open-stream"), LC_SEV_CRITICAL, LC_T0, true,
     BOTH("Anyone can watch this camera", "Ai cũng xem được camera này"),
     BOTH("The video is described to whoever asks, without a password.",
          "Máy mô tả luồng hình cho bất kỳ ai hỏi, không cần mật khẩu."),
     BOTH("Set a password for video. Settings > Network > RTSP > Authentication > digest.",
          "Đặt mật khẩu cho luồng hình. Cài đặt > Mạng > RTSP > Xác thực > digest.")},
    {LC_S_INIT("not-activated"), LC_SEV_CRITICAL, LC_T0, false,
     BOTH("It never got a password", "Máy chưa từng được đặt mật khẩu"),
     BOTH("Whoever opens its page first becomes its owner.",
          "Ai mở trang của máy trước thì thành chủ của nó."),
     BOTH("Open it in the app and set a password of your own, at least 10 characters.",
          "Mở máy trong ứng dụng và đặt mật khẩu riêng, ít nhất 10 ký tự.")},
    {LC_S_INIT("telnet"), LC_SEV_HIGH, LC_TU, true,
     BOTH("The Telnet door is open", "Cổng Telnet đang mở"),
     BOTH("Telnet carries passwords in the clear, and botnets look for it.",
          "Telnet gửi mật khẩu không mã hoá, và mạng máy ma luôn đi tìm cổng này."),
     BOTH("Turn Telnet off: Settings > Network > Services. If there is no such switch, update.",
          "Tắt Telnet: Cài đặt > Mạng > Dịch vụ. Nếu không có mục này, hãy cập nhật phần mềm.")},
    {LC_S_INIT("clear-admin"), LC_SEV_MEDIUM, LC_TU, true,
     BOTH("Its settings page is not encrypted", "Trang cài đặt không được mã hoá"),
     BOTH("Who shares the network can read the password while it is typed.",
          "Người cùng mạng có thể đọc được mật khẩu khi bạn gõ."),
     BOTH("Turn HTTPS on: Settings > Network > HTTPS, then always open the page with https://.",
          "Bật HTTPS: Cài đặt > Mạng > HTTPS, rồi luôn mở trang bằng https://.")},
    {LC_S_INIT("old-tls"), LC_SEV_LOW, LC_TU, true,
     BOTH("It still accepts outdated encryption", "Máy vẫn nhận kiểu mã hoá đã lỗi thời"),
     BOTH("TLS 1.0 can be broken by a patient listener.", "TLS 1.0 có thể bị bẻ bởi kẻ nghe lén."),
     BOTH("Update its software; then switch TLS 1.0 and 1.1 off.",
          "Cập nhật phần mềm; sau đó tắt TLS 1.0 và 1.1.")},
    {LC_S_INIT("note"), LC_SEV_INFO, LC_TU, false, BOTH("It speaks ONVIF", "Máy có ONVIF"),
     BOTH("Good to know.", "Để biết."), BOTH("Nothing to do.", "Không cần làm gì.")},
};

const struct lc_rule *__wrap_lc_assessor_rule(const struct lc_assessor *a, struct lc_slice id);
const struct lc_rule *__wrap_lc_assessor_rule(const struct lc_assessor *a, struct lc_slice id)
{
    (void)a;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        if (lc_slice_eq(rules[i].id, id))
            return &rules[i];
    }
    return NULL;
}

/* H19: markup, attribute quotes, a formula, an OSC 8 link, colour, a line break, a right-to-left
 * override, a zero-width space, NUL and a byte that is no UTF-8. */
const struct lc_slice fixture_poison =
    LC_S_INIT("<script>alert(1)</script>\"'`=cmd|' /C calc'!A0\x1b]8;;"
              "http://x\x07\x1b[31m\r\n\xe2\x80\xae\xe2\x80\x8b\0\xff");

#define SEEN_US INT64_C(1795318080000000) /* 2026-11-22 03:28 UTC */

struct lc_device fixture_device(uint8_t last)
{
    return (struct lc_device){
        .id = last,
        .addr = lc_addr_v4(0xc0000200U | last),
        .first_us = SEEN_US - 86400000000,
        .last_us = SEEN_US,
        .exposed = LC_TRI_UNKNOWN,
        .exposure = LC_E0,
        .takeover = LC_TU,
    };
}

static void identify(struct lc_device *d, struct lc_slice cls, struct lc_slice brand,
                     struct lc_slice model)
{
    d->value[LC_A_CLASS] = cls;
    d->value[LC_A_BRAND] = brand;
    d->value[LC_A_MODEL] = model;
    d->confidence[LC_A_CLASS] = 90;
    d->confidence[LC_A_BRAND] = brand.n ? 85 : 0;
    d->confidence[LC_A_MODEL] = model.n ? 80 : 0;
}

struct lc_device fixture_open(void)
{
    static const uint8_t video = 1;
    static struct lc_device_finding findings[] = {
        {LC_S_INIT("open-stream"),
         LC_TRI_TRUE,
         554,
         LC_S_INIT("rtsp.describe.video"),
         {&video, 1},
         LC_S_INIT("new"),
         SEEN_US,
         SEEN_US},
        {LC_S_INIT("clear-admin"), LC_TRI_TRUE, 80, LC_S_INIT("http.server"),
         LC_S_INIT("App-webs/"), LC_S_INIT("new"), SEEN_US, SEEN_US},
        {LC_S_INIT("clear-admin"), LC_TRI_TRUE, 8080, LC_S_INIT("http.server"),
         LC_S_INIT("App-webs/"), LC_S_INIT("new"), SEEN_US, SEEN_US},
        {LC_S_INIT("old-tls"),
         LC_TRI_UNKNOWN,
         0,
         {NULL, 0},
         {NULL, 0},
         LC_S_INIT("new"),
         SEEN_US,
         SEEN_US},
    };
    static struct lc_device_endpoint endpoints[] = {
        {80, LC_S_INIT("open"), LC_S_INIT("http"), {NULL, 0}},
        {443, LC_S_INIT("silent"), {NULL, 0}, {NULL, 0}},
        {554, LC_S_INIT("open"), LC_S_INIT("rtsp"), {NULL, 0}},
        {8080, LC_S_INIT("open"), LC_S_INIT("http"), {NULL, 0}},
    };
    static struct lc_device_claim claims[] = {
        {LC_S_INIT("platform"), LC_S_INIT("hikvision"), LC_S_INIT("hikvision.http.server"),
         LC_S_INIT("http.server"), LC_S_INIT("App-webs/"), 80, 85},
        {LC_S_INIT("model"), LC_S_INIT("DS-2CD2143G0-I"), LC_S_INIT("hikvision.onvif.model"),
         LC_S_INIT("onvif.model"), LC_S_INIT("DS-2CD2143G0-I"), 80, 80},
    };
    struct lc_device d = fixture_device(64);

    identify(&d, LC_S("camera"), LC_S("Hikvision"), LC_S("DS-2CD2143G0-I"));
    d.value[LC_A_PLATFORM] = LC_S("hikvision");
    d.value[LC_A_FIRMWARE] = LC_S("V5.5.82");
    d.confidence[LC_A_PLATFORM] = 95;
    d.confidence[LC_A_FIRMWARE] = 70;
    d.exposed = LC_TRI_TRUE;
    d.exposed_why = LC_S("video is described without a password, and the impossible path is not");
    d.exposure = LC_E3;
    d.takeover = LC_T0;
    d.takeover_why = LC_S("open-stream");
    d.findings = findings;
    d.findings_n = 4;
    d.endpoints = endpoints;
    d.endpoints_n = 4;
    d.claims = claims;
    d.claims_n = 2;
    return d;
}

#define FINDING(rule, port, fact, value, is)                                                       \
    {                                                                                              \
        LC_S_INIT(rule), LC_TRI_TRUE, port, LC_S_INIT(fact), value, LC_S_INIT(is), SEEN_US,        \
            SEEN_US                                                                                \
    }
#define NOTHING                                                                                    \
    {                                                                                              \
        NULL, 0                                                                                    \
    }

static struct lc_device_finding recorder[] = {
    FINDING("not-activated", 0, "http.activated", LC_S_INIT("\0"), "new"),
    FINDING("telnet", 23, "telnet.banner", LC_S_INIT("dvrdvs login:"), "new"),
    FINDING("clear-admin", 80, "", NOTHING, "new"),
};
static struct lc_device_finding yellow[] = {
    FINDING("clear-admin", 80, "", NOTHING, "new"),
    FINDING("old-tls", 443, "tls.obsolete", LC_S_INIT("tls1.0"), "new"),
};
static struct lc_device_finding fixed[] = {
    FINDING("telnet", 23, "", NOTHING, "fixed"),
    FINDING("note", 0, "", NOTHING, "new"),
};

static struct lc_device judged(uint8_t last, enum lc_tri exposed, enum lc_exposure exposure,
                               enum lc_takeover takeover)
{
    struct lc_device d = fixture_device(last);

    d.exposed = exposed;
    d.exposure = exposure;
    d.takeover = takeover;
    return d;
}

size_t fixture_street(struct lc_device *out)
{
    out[0] = fixture_device(1);
    identify(&out[0], LC_S("not-surveillance"), LC_S("MikroTik"), LC_S(""));
    out[1] = judged(20, LC_TRI_FALSE, LC_E3, LC_T0);
    identify(&out[1], LC_S("dvr"), LC_S("Dahua"), LC_S(""));
    out[1].takeover_why = LC_S("not-activated");
    out[1].findings = recorder;
    out[1].findings_n = sizeof recorder / sizeof *recorder;
    out[2] = fixture_open();
    out[3] = judged(65, LC_TRI_FALSE, LC_E1, LC_TU);
    identify(&out[3], LC_S("ptz"), LC_S("KBVision"), LC_S("KX-2007PN"));
    out[3].findings = yellow;
    out[3].findings_n = sizeof yellow / sizeof *yellow;
    out[4] = judged(66, LC_TRI_FALSE, LC_E1, LC_T5); /* green: decided, one thing fixed */
    identify(&out[4], LC_S("camera"), LC_S("Axis"), LC_S("AXIS P3245-V"));
    out[4].findings = fixed;
    out[4].findings_n = sizeof fixed / sizeof *fixed;
    out[5] = fixture_device(67); /* grey: nothing wrong, exposed unknown */
    identify(&out[5], LC_S("camera"), LC_S("Imou"), LC_S(""));
    out[6] = fixture_device(68);
    identify(&out[6], LC_S("doorbell"), LC_S(""), LC_S(""));
    out[6].value[LC_A_PLATFORM] = LC_S("tuya");
    out[7] = fixture_device(200);
    identify(&out[7], LC_S("not-surveillance"), LC_S("Canon"), LC_S("LBP6230"));
    out[8] = fixture_device(201);
    return FIXTURE_STREET;
}

struct lc_report_head fixture_head(void)
{
    struct lc_report_head h = {
        .run = {.id = 1,
                .started_us = SEEN_US - 60000000,
                .ended_us = SEEN_US,
                .targets_n = 1254,
                .answered = 9,
                .silent = 1243,
                .refused = 2,
                .knowledge = "0123456789abcdef",
                .program = "lenscap 0.1.0",
                .scope_hash = {0xab, 0xcd}},
        .owner = LC_S("Quán cà phê Sen"),
        .now_us = SEEN_US,
    };

    return h;
}

struct lc_device fixture_poisoned(struct lc_slice text, struct lc_slice fact)
{
    static struct lc_device_finding findings[3];
    static struct lc_device_endpoint endpoint;
    static struct lc_device_claim claim;
    struct lc_device d = fixture_device(13);

    for (size_t a = 0; a < LC_A_COUNT; a++)
        d.value[a] = text;
    findings[0] = (struct lc_device_finding){text, LC_TRI_TRUE, 1, fact, text, text, 0, 0};
    findings[1] = (struct lc_device_finding){text, LC_TRI_UNKNOWN, 2, fact, text, text, 0, 0};
    findings[2] =
        (struct lc_device_finding){LC_S("open-stream"), LC_TRI_TRUE, 3, fact, text, text, 0, 0};
    endpoint = (struct lc_device_endpoint){9, text, text, text};
    claim = (struct lc_device_claim){text, text, text, fact, text, 7, 50};
    d.exposed_why = d.takeover_why = text;
    d.conflict = true;
    d.findings = findings;
    d.findings_n = 3;
    d.endpoints = &endpoint;
    d.endpoints_n = 1;
    d.claims = &claim;
    d.claims_n = 1;
    return d;
}

size_t fixture_times(const struct lc_buf *b, const char *text)
{
    struct lc_slice s = lc_buf_view(b), needle = lc_slice_str(text);
    size_t n = 0;

    for (size_t at = 0; (at = lc_slice_find(s, needle, at)) != LC_NPOS; at += needle.n)
        n++;
    return n;
}

bool fixture_holds(const struct lc_buf *b, const char *text)
{
    return fixture_times(b, text) > 0;
}
