/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SOAP of ONVIF by the callbacks of xml.h: see soap.h. Which value an element is, its path says; of
 * each value the first LC_SOAP_TEXT bytes are kept.
 */
#include "proto/soap.h"
#include "proto/msg.h"
#include "proto/xml.h"

#include <string.h>

#define DEVICE_WSDL "http://www.onvif.org/ver10/device/wsdl"

/* The local names that mean something; position in the table is the number on the path. */
enum tag {
    T_OTHER,
    T_FAULT,
    T_CODE,
    T_SUBCODE,
    T_VALUE,
    T_FAULTCODE,
    T_CLOCK,
    T_SERVICES,
    T_CAPS,
    T_INFO,
    T_UTC,
    T_HOUR,
    T_MINUTE,
    T_SECOND,
    T_YEAR,
    T_MONTH,
    T_DAY,
    T_SERVICE,
    T_NAMESPACE,
    T_VERSION,
    T_SUPPORTED,
    T_MAJOR,
    T_MINOR,
    T_MEDIA,
    T_MANUFACTURER,
    T_MODEL,
    T_FIRMWARE,
    T_SERIAL,
    T_HARDWARE,
    T_ENVELOPE,
    T_COUNT,
};

static const char *const tags[T_COUNT] = {
    "",
    "Fault",
    "Code",
    "Subcode",
    "Value",
    "faultcode",
    "GetSystemDateAndTimeResponse",
    "GetServicesResponse",
    "GetCapabilitiesResponse",
    "GetDeviceInformationResponse",
    "UTCDateTime",
    "Hour",
    "Minute",
    "Second",
    "Year",
    "Month",
    "Day",
    "Service",
    "Namespace",
    "Version",
    "SupportedVersions",
    "Major",
    "Minor",
    "Media",
    "Manufacturer",
    "Model",
    "FirmwareVersion",
    "SerialNumber",
    "HardwareId",
    "Envelope",
};

struct reader {
    struct lc_soap *out;
    const struct lc_xml_at *at;
    unsigned date[6], seen; /* year month day hour minute second; bits of what was told */
    unsigned major, minor;  /* of the version being read */
    bool device;            /* the service being read is the device service */
};

struct lc_slice lc_soap_view(const struct lc_soap_text *t)
{
    return lc_slice_of(t->p, t->n);
}

static enum tag above(const struct reader *r, unsigned n)
{
    return (enum tag)lc_xml_above(r->at, n);
}

static void note_kind(struct reader *r, enum tag tag)
{
    static const struct {
        enum tag tag;
        enum lc_soap_kind kind;
    } kinds[] = {
        {T_FAULT, LC_SOAP_FAULT}, {T_CLOCK, LC_SOAP_CLOCK}, {T_SERVICES, LC_SOAP_LIST},
        {T_CAPS, LC_SOAP_CAPS},   {T_INFO, LC_SOAP_INFO},
    };

    if (r->out->kind != LC_SOAP_NONE || r->at->path[0] != T_ENVELOPE)
        return;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].tag == tag)
            r->out->kind = kinds[i].kind;
}

static void on_start(void *ctx, const struct lc_xml_at *at, const char *const *attributes)
{
    struct reader *r = ctx;

    (void)attributes;
    r->at = at;
    note_kind(r, above(r, 0));
    if (above(r, 0) == T_SERVICE)
        r->device = false;
    if (above(r, 0) == T_VERSION || above(r, 0) == T_SUPPORTED)
        r->major = r->minor = 0;
    if (above(r, 0) == T_MEDIA && r->out->kind == LC_SOAP_CAPS)
        r->out->media = true;
}

static unsigned number(const struct reader *r, unsigned max)
{
    uint64_t v;

    return lc_slice_u64(r->at->text, max, &v) == LC_OK ? (unsigned)v : max + 1;
}

static void keep(const struct reader *r, struct lc_soap_text *to)
{
    struct lc_slice s = lc_slice_sub(r->at->text, 0, LC_SOAP_TEXT);

    if (to->n || s.n == 0)
        return;
    memcpy(to->p, s.p, s.n);
    to->n = (uint16_t)s.n;
}

/* Hour .. Day below UTCDateTime. */
static void end_clock(struct reader *r, enum tag tag)
{
    static const struct {
        enum tag tag;
        unsigned slot, max;
    } parts[] = {{T_YEAR, 0, 9999}, {T_MONTH, 1, 12},  {T_DAY, 2, 31},
                 {T_HOUR, 3, 23},   {T_MINUTE, 4, 59}, {T_SECOND, 5, 60}};

    if (above(r, 2) != T_UTC)
        return;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        unsigned v = number(r, parts[i].max);

        if (parts[i].tag != tag || v > parts[i].max)
            continue;
        r->date[parts[i].slot] = v;
        r->seen |= 1U << parts[i].slot;
    }
}

static void add_namespace(struct reader *r)
{
    struct lc_slice s = r->at->text;

    r->device = lc_slice_eq(s, LC_S(DEVICE_WSDL));
    if (lc_slice_find(s, LC_S("/media/wsdl"), 0) != LC_NPOS)
        r->out->media = true;
    if (r->out->namespaces_n < LC_SOAP_SERVICES)
        keep(r, &r->out->namespaces[r->out->namespaces_n++]);
}

static void take_version(struct reader *r)
{
    if (r->major > 99 || r->minor > 99 || (r->major == 0 && r->minor == 0))
        return;
    if (r->major * 100 + r->minor > r->out->major * 100 + r->out->minor) {
        r->out->major = r->major;
        r->out->minor = r->minor;
    }
}

static void end_services(struct reader *r, enum tag tag)
{
    if (tag == T_NAMESPACE && above(r, 1) == T_SERVICE)
        add_namespace(r);
    else if (tag == T_MAJOR)
        r->major = number(r, 99);
    else if (tag == T_MINOR)
        r->minor = number(r, 99);
    else if ((tag == T_VERSION && r->device) || tag == T_SUPPORTED)
        take_version(r);
}

static void end_info(struct reader *r, enum tag tag)
{
    struct lc_soap *o = r->out;

    if (tag == T_MANUFACTURER)
        keep(r, &o->manufacturer);
    else if (tag == T_MODEL)
        keep(r, &o->model);
    else if (tag == T_FIRMWARE)
        keep(r, &o->firmware);
    else if (tag == T_SERIAL)
        keep(r, &o->serial);
    else if (tag == T_HARDWARE)
        keep(r, &o->hardware);
}

/* SOAP 1.2: Code/Value and, below it, Subcode/Value, which says more; SOAP 1.1: faultcode. */
static void end_fault(struct reader *r, enum tag tag)
{
    if (tag == T_VALUE && above(r, 1) == T_SUBCODE)
        r->out->fault.n = 0;
    if (tag == T_FAULTCODE ||
        (tag == T_VALUE && (above(r, 1) == T_CODE || above(r, 1) == T_SUBCODE)))
        keep(r, &r->out->fault);
}

static void on_end(void *ctx, const struct lc_xml_at *at)
{
    struct reader *r = ctx;
    enum tag tag;

    r->at = at;
    tag = above(r, 0);
    switch (r->out->kind) {
    case LC_SOAP_FAULT:
        end_fault(r, tag);
        break;
    case LC_SOAP_CLOCK:
        end_clock(r, tag);
        break;
    case LC_SOAP_LIST:
    case LC_SOAP_CAPS:
        end_services(r, tag);
        break;
    case LC_SOAP_INFO:
        end_info(r, tag);
        break;
    case LC_SOAP_NONE:
        break;
    }
}

/* Days since 1970-01-01 of a date of the Gregorian calendar; shifts the year so that it starts in
 * March. */
static int64_t days(unsigned year, unsigned month, unsigned day)
{
    int64_t y = (int64_t)year - (month <= 2);
    int64_t m = (int64_t)month + (month > 2 ? -3 : 9);

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

static void set_clock(struct reader *r)
{
    const unsigned *d = r->date;

    if (r->seen != 0x3F || d[0] < 1970 || d[1] == 0 || d[2] == 0)
        return;
    r->out->clock = days(d[0], d[1], d[2]) * 86400 + d[3] * 3600 + d[4] * 60 + d[5];
}

void lc_soap_read(struct lc_slice body, struct lc_soap *out)
{
    struct reader r = {.out = out};
    const struct lc_xml x = {
        .tags = tags, .tags_n = T_COUNT, .start = on_start, .end = on_end, .ctx = &r};
    uint32_t odd;

    *out = (struct lc_soap){.kind = LC_SOAP_NONE};
    odd = lc_xml_read(&x, body);
    if (odd & LC_ODD(LC_ODD_DOCTYPE))
        *out = (struct lc_soap){.kind = LC_SOAP_NONE};
    out->odd = odd;
    set_clock(&r);
}
