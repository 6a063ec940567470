/* SPDX-License-Identifier: Apache-2.0 */
/* SADP: the two questions there are, and what an answer becomes. Field names and their quirks are
 * from the facts on protocols, A3; the device is invented. */
#include "dg_kit.h"

#include <string.h>

#define HEAD "<?xml version=\"1.0\" encoding=\"utf-8\"?><Probe><Uuid>"
#define FROM "192.0.2.64"

static const struct lc_dgram_ask question = {.nonce = 0x0123456789ABCDEF};

/* The token in a question: 36 characters behind the head. */
static struct lc_slice token_of(const struct lc_buf *q)
{
    return lc_slice_sub(lc_buf_view(q), strlen(HEAD), 36);
}

/* An answer in `out`: the fields, with the question's token, as a device sends them. */
static struct lc_slice answer(struct lc_buf *out, const char *fields)
{
    struct lc_buf q = dg_build(LC_D_SADP, &question);

    lc_buf_init(out, 65535);
    (void)lc_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\r\n<ProbeMatch>\r\n<Uuid>");
    (void)lc_buf_put(out, token_of(&q));
    (void)lc_buf_putf(out, "</Uuid>\r\n<Types>inquiry</Types>\r\n%s</ProbeMatch>\r\n", fields);
    assert_false(out->full);
    lc_buf_free(&q);
    return lc_buf_view(out);
}

static const char usual[] =
    "<DeviceType>138</DeviceType>\r\n"
    "<DeviceDescription>DS-2CD2143G0-I</DeviceDescription>\r\n"
    "<DeviceSN>DS-2CD2143G0-I20190910AAWRD00000001</DeviceSN>\r\n"
    "<CommandPort>8000</CommandPort>\r\n<HttpPort>80</HttpPort>\r\n"
    "<MAC>c0-56-e3-0a-0b-0c</MAC>\r\n"
    "<IPv4Address>192.0.2.64</IPv4Address>\r\n<DHCP>false</DHCP>\r\n"
    "<AnalogChannelNum>0</AnalogChannelNum>\r\n<DigitalChannelNum>1</DigitalChannelNum>\r\n"
    "<SoftwareVersion>V5.5.82build 190910</SoftwareVersion>\r\n"
    "<DSPVersion>V7.3 build 190909</DSPVersion>\r\n"
    "<BootTime>2019-09-10 08:00:00</BootTime>\r\n<Encrypt>true</Encrypt>\r\n"
    "<ResetAbility>false</ResetAbility>\r\n<DiskNumber>0</DiskNumber>\r\n"
    "<Activated>true</Activated>\r\n<PasswordResetAbility>true</PasswordResetAbility>\r\n"
    "<PasswordResetModeSecond>true</PasswordResetModeSecond>\r\n"
    "<DetailOEMCode>1</DetailOEMCode>\r\n<SupportSecurityQuestion>true</SupportSecurityQuestion>"
    "\r\n<HCPlatformEnable>flase</HCPlatformEnable>\r\n<DeviceLock>false</DeviceLock>\r\n"
    "<Salt>5a5b5c5d5e5f60616263646566676869</Salt>\r\n<OEMinfo>HiLook</OEMinfo>\r\n";

static void both_questions_are_as_the_facts_give_them(void **state)
{
    static const char *const tails[] = {"</Uuid><Types>inquiry</Types></Probe>",
                                        "</Uuid><Types>inquiry_v32</Types></Probe>"};

    (void)state;
    for (unsigned v = 0; v < 2; v++) {
        struct lc_dgram_ask ask = {.nonce = 0x0123456789ABCDEF, .variant = v};
        struct lc_buf q = dg_build(LC_D_SADP, &ask);
        struct lc_slice token = token_of(&q);

        assert_int_equal(q.n, strlen(HEAD) + 36 + strlen(tails[v]));
        assert_true(lc_slice_starts(lc_buf_view(&q), LC_S(HEAD)));
        assert_true(lc_slice_ends(lc_buf_view(&q), lc_slice_str(tails[v])));
        assert_true(lc_slice_starts(token, LC_S("01234567-89AB-CDEF-")));
        assert_int_equal(token.p[23], '-');
        lc_buf_free(&q);
    }
    assert_int_equal(lc_dgram_get(LC_D_SADP)->variants, 2);
}

static void an_answer_becomes_facts(void **state)
{
    struct lc_buf in;
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_SADP, &question, FROM, answer(&in, usual), &f), LC_OK);
    dg_is(&f, LC_F_SADP_MODEL, "DS-2CD2143G0-I");
    dg_is(&f, LC_F_SADP_SERIAL, "DS-2CD2143G0-I20190910AAWRD00000001");
    dg_is(&f, LC_F_SADP_FIRMWARE, "V5.5.82build 190910");
    dg_is(&f, LC_F_SADP_DSP, "V7.3 build 190909");
    dg_is(&f, LC_F_SADP_OEM, "HiLook");
    dg_is(&f, LC_F_MAC_ADDRESS, "C0:56:E3:0A:0B:0C");
    dg_is(&f, LC_F_MAC_OUI, "C0:56:E3");
    dg_is_int(&f, LC_F_SADP_DEVICE_TYPE, 138);
    dg_is_int(&f, LC_F_SADP_HTTP_PORT, 80);
    dg_is_int(&f, LC_F_SADP_COMMAND_PORT, 8000);
    dg_is_int(&f, LC_F_SADP_ANALOG_CHANNELS, 0);
    dg_is_int(&f, LC_F_SADP_DIGITAL_CHANNELS, 1);
    dg_is_int(&f, LC_F_SADP_DISKS, 0);
    dg_is_int(&f, LC_F_SADP_ACTIVATED, 1);
    dg_is_int(&f, LC_F_SADP_LOCKED, 0);
    dg_is_int(&f, LC_F_SADP_DHCP, 0);
    dg_is_int(&f, LC_F_SADP_CLOUD, 0); /* spelled "flase" */
    dg_is(&f, LC_F_SADP_RESET, "PasswordResetAbility");
    dg_is(&f, LC_F_SADP_RESET, "PasswordResetModeSecond");
    dg_is(&f, LC_F_SADP_RESET, "SupportSecurityQuestion");
    dg_nowhere(&f, LC_S("\x0c\0ResetAbility")); /* length and value: false is no way */
    dg_nowhere(&f, LC_S("5a5b5c5d"));           /* the salt */
    lc_facts_free(&f);
    dg_torture(LC_D_SADP, &question, FROM, lc_buf_view(&in));
    lc_buf_free(&in);
}

static void secrets_stay_in_the_datagram(void **state)
{
    struct lc_buf in;
    struct lc_facts f;

    (void)state;
    answer(&in, "<DeviceDescription>DS-7608</DeviceDescription><Salt>S3cretSalt</Salt>"
                "<EncryptString>S3cretString</EncryptString><Code>S3cretCode</Code>"
                "<Password>S3cretWord</Password><ResetCode>S3cretReset</ResetCode>");
    assert_int_equal(dg_parse(LC_D_SADP, &question, FROM, lc_buf_view(&in), &f), LC_OK);
    dg_is(&f, LC_F_SADP_MODEL, "DS-7608");
    dg_nowhere(&f, LC_S("S3cret"));
    lc_facts_free(&f);
    lc_buf_free(&in);
}

static void broken_xml_loses_only_what_is_broken(void **state)
{
    struct lc_buf in;
    struct lc_facts f;

    (void)state;
    answer(&in, "<DeviceDescription>DS-2CE&amp;<x>\r\n<Activated>false\r\n<HttpPort>80</Httpport>"
                "<CommandPort>8000<DiskNumber>2</CommandPort><MAC>not one</MAC><DeviceLock>maybe"
                "</DeviceLock><a:DSPVersion>V1</a:DSPVersion><DeviceType>x</DeviceType>"
                "<OEMInfo>N/A</OEMInfo><DeviceSN");
    assert_int_equal(dg_parse(LC_D_SADP, &question, FROM, lc_buf_view(&in), &f), LC_OK);
    dg_is(&f, LC_F_SADP_MODEL, "DS-2CE&");
    dg_is(&f, LC_F_SADP_DSP, "V1");
    dg_is_int(&f, LC_F_SADP_ACTIVATED, 0);
    dg_is_int(&f, LC_F_SADP_HTTP_PORT, 80);
    dg_is_int(&f, LC_F_SADP_COMMAND_PORT, 8000);
    dg_is_int(&f, LC_F_SADP_DISKS, 2);
    dg_absent(&f, LC_F_MAC_ADDRESS);
    dg_absent(&f, LC_F_SADP_LOCKED);
    dg_absent(&f, LC_F_SADP_DEVICE_TYPE);
    dg_absent(&f, LC_F_SADP_OEM);
    dg_absent(&f, LC_F_SADP_SERIAL);
    lc_facts_free(&f);
    lc_buf_free(&in);
}

static void status_is(const struct lc_dgram_ask *ask, struct lc_slice in, enum lc_status want)
{
    struct lc_facts f;

    assert_int_equal(dg_parse(LC_D_SADP, ask, FROM, in, &f), want);
    assert_int_equal(f.buf.n, 0);
    lc_facts_free(&f);
}

static void an_answer_to_another_question_is_refused(void **state)
{
    struct lc_dgram_ask other = {.nonce = 0x0123456789ABCDEE};
    const struct lc_dgram *sadp = lc_dgram_get(LC_D_SADP);
    struct lc_buf in, q = dg_build(LC_D_SADP, &other);
    struct lc_facts f;

    (void)state;
    answer(&in, usual);
    assert_true(sadp->ours(&question, lc_buf_view(&in)));
    assert_false(sadp->ours(&other, lc_buf_view(&in)));
    status_is(&other, lc_buf_view(&in), LC_EREFUSED);
    status_is(&question, lc_buf_view(&q), LC_EREFUSED); /* someone's question, to the group */
    assert_int_equal(dg_parse(LC_D_SADP, NULL, FROM, lc_buf_view(&in), &f), LC_OK); /* overheard */
    lc_facts_free(&f);
    lc_buf_free(&in);
    lc_buf_free(&q);
}

static void an_echo_in_lower_case_is_ours(void **state)
{
    struct lc_buf in;
    struct lc_facts f;

    (void)state;
    answer(&in, "<DeviceDescription>A</DeviceDescription>");
    for (size_t i = 0; i < in.n; i++)
        if (in.p[i] >= 'A' && in.p[i] <= 'F' && i > 60 && i < 110)
            in.p[i] |= 0x20;
    assert_int_equal(dg_parse(LC_D_SADP, &question, FROM, lc_buf_view(&in), &f), LC_OK);
    lc_facts_free(&f);
    lc_buf_free(&in);
}

static void what_is_no_answer_to_an_inquiry_is_refused(void **state)
{
    static const char *const refused[] = {
        "<ProbeMatch><Types>activate</Types><DeviceDescription>A</DeviceDescription></ProbeMatch>",
        "<ProbeMatch><DeviceDescription>A</DeviceDescription><Types>resetPassword</Types>",
        "<Probe><Uuid>x</Uuid><Types>inquiry</Types></Probe>",
    };
    static const char *const broken[] = {
        "",
        "<",
        "plain text",
        "<ProbeMatch>",
        "<ProbeMatch><Types>inquiry</Types></ProbeMatch>",
        "<Envelope><DeviceDescription>A</DeviceDescription></Envelope>"};

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        status_is(NULL, lc_slice_str(refused[i]), LC_EREFUSED);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++)
        status_is(NULL, lc_slice_str(broken[i]), LC_EPARSE);
}

static void an_endless_answer_gives_few_facts(void **state)
{
    struct lc_buf in;
    struct lc_facts f;
    struct lc_cur at;
    struct lc_fact fact;
    unsigned n = 0;

    (void)state;
    lc_buf_init(&in, 65000);
    (void)lc_buf_puts(&in, "<ProbeMatch>");
    for (unsigned i = 0; !in.full; i++)
        (void)lc_buf_putf(&in, "<OEMInfo>%u", i);
    assert_int_equal(dg_parse(LC_D_SADP, NULL, FROM, lc_buf_view(&in), &f), LC_OK);
    at = (struct lc_cur){.s = lc_buf_view(&f.buf)};
    while (lc_facts_next(&at, &fact) == LC_OK)
        n++;
    assert_int_equal(n, 64);
    lc_facts_free(&f);
    lc_buf_free(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_questions_are_as_the_facts_give_them),
        cmocka_unit_test(an_answer_becomes_facts),
        cmocka_unit_test(secrets_stay_in_the_datagram),
        cmocka_unit_test(broken_xml_loses_only_what_is_broken),
        cmocka_unit_test(an_answer_to_another_question_is_refused),
        cmocka_unit_test(an_echo_in_lower_case_is_ours),
        cmocka_unit_test(what_is_no_answer_to_an_inquiry_is_refused),
        cmocka_unit_test(an_endless_answer_gives_few_facts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
