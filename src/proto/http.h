/* SPDX-License-Identifier: Apache-2.0 */
/* Extra questions that fit some platforms only; knowledge says which, the codec says what they are.
 */
#ifndef LC_PROTO_HTTP_H
#define LC_PROTO_HTTP_H

/* Each is open by its maker's own documentation and changes nothing. */
enum lc_http_extra {
    LC_HTTP_ACTIVATE_STATUS = 1, /* Hikvision: has the device a password yet? protocols.md A3 */
};

#endif
