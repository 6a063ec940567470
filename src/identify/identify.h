/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From facts to identity. Pure: the same facts and knowledge give the same answer.
 *
 * A signature that matches makes claims: attribute, value, weight 1..99, independence group. Within
 * a group the strongest claim for a value counts; across groups 1 - prod(1 - w/100), capped at 99.
 * Platform, brand and model are three attributes, never one. Two platforms both at 60 or more are a
 * conflict: reported. Brand, model and firmware are never carried over from the platform that lost.
 * A model needs a structured source or two groups (the signature's `model` weight reflects which).
 * After fusion the platform's model table may add claims on class and brand (group "model"), and
 * where nothing speaks on the class, the platform's usual one is assumed with a low confidence
 * (group "platform"); so is the maker's own name where nothing names the box, with
 * LC_BRAND_ASSUMED at most: what shows brands to people must not take that for the sticker.
 */
#ifndef LC_IDENTIFY_IDENTIFY_H
#define LC_IDENTIFY_IDENTIFY_H

#include "knowledge/kb.h"

enum lc_attr {
    LC_A_CLASS,
    LC_A_PLATFORM,
    LC_A_BRAND,
    LC_A_MODEL,
    LC_A_FIRMWARE,
    LC_A_COUNT,
};

extern const char *const lc_attr_names[LC_A_COUNT]; /* "class", "platform", ... */

#define LC_BRAND_ASSUMED 30
#define LC_CLAIMS_MAX    64

struct lc_claim {
    enum lc_attr attr;
    uint8_t weight;
    uint16_t port;             /* endpoint of the evidence */
    enum lc_fact_name fact;    /* what it was read from */
    struct lc_slice value;     /* borrows from the knowledge, the facts' bytes, or identity->text */
    struct lc_slice evidence;  /* the fact's value; cut before serials and MAC addresses */
    struct lc_slice signature; /* id, "hikvision.rtsp.realm" */
    struct lc_slice group;
};

struct lc_identity {
    /* {NULL,0} where nothing is known; class is then "unknown". */
    struct lc_slice value[LC_A_COUNT];
    uint8_t confidence[LC_A_COUNT]; /* 0..99 */
    bool conflict;                  /* two platforms claimed; see claims */
    size_t claims_n;
    struct lc_claim claims[LC_CLAIMS_MAX]; /* strongest first */
    size_t text_n;
    uint8_t
        text[256]; /* values that had to be rewritten: so an identity is not copied by assignment */
};

/* Signatures are compiled once per knowledge base. */
struct lc_identifier;
enum lc_status lc_identifier_open(const struct lc_kb *kb, struct lc_identifier **out,
                                  struct lc_err *err) LC_MUST_CHECK;
void lc_identifier_close(struct lc_identifier *id);

/* `facts` is a blob of one device, all its endpoints; derived facts must be in it already. The
 * identity borrows from `facts` and from the knowledge. */
void lc_identify(struct lc_identifier *id, struct lc_slice facts, struct lc_identity *out);

/* Is the class one of those that look (camera ... hub, access-control excluded)? E1 counts these.
 */
bool lc_class_is_camera(struct lc_slice cls); /* camera ptz thermal doorbell intercom */
bool lc_class_is_surveillance(
    struct lc_slice cls); /* these and nvr dvr encoder decoder vms hub access-control */

#endif
