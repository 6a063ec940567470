/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How many pictures a device has: its channels, as far as it said so. Pure.
 *
 * A recorder is one device with channels; addresses, devices and channels are counted apart. What
 * is counted here was told without a login: the numbers of discovery protocols, and for the first
 * channel, whose documented path is the one that is asked, whether it is described to strangers.
 * Names of channels are never asked for.
 */
#ifndef LC_IDENTIFY_CHANNELS_H
#define LC_IDENTIFY_CHANNELS_H

#include "facts/facts.h"

/* The largest recorders have 256; what claims more is believed up to here. */
#define LC_CHANNELS_MAX 256U

enum lc_channel_kind { LC_CH_UNKNOWN, LC_CH_ANALOG, LC_CH_NETWORK, LC_CH_KINDS };

extern const char *const lc_channel_kinds[LC_CH_KINDS]; /* "unknown", "analog", "network" */

struct lc_channels {
    uint16_t n;        /* 0: nobody said */
    uint16_t analog_n; /* the first ones of them */
    bool kinds;        /* the rest is known to be network channels */
    enum lc_fact_name fact;
};

/* Of several protocols that count, the one that counts most. */
void lc_channels_of(struct lc_slice facts, struct lc_channels *out);
/* Of channel `number`, from 1. */
enum lc_channel_kind lc_channel_kind_of(const struct lc_channels *c, uint16_t number);

#endif
