/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What engine xdp and its program in the kernel (xdp_sweep.bpf.c) share. Included by both: types of
 * the kernel's headers, nothing else.
 */
#ifndef LC_DISCOVER_XDP_SWEEP_H
#define LC_DISCOVER_XDP_SWEEP_H

#include <linux/types.h>

#define LC_XDP_BATCH 4096U /* frames of one run */
#define LC_XDP_SPARE 12U   /* records behind the last, so that any frame may be made in its place */
#define LC_XDP_FRAME 126U

/* A frame to be sent, as it will stand on the wire. */
struct lc_xdp_record {
    __u8 frame[LC_XDP_FRAME];
    __u16 len; /* even; LC_XDP_FRAME at most */
};

/* First and last of a range, each as two numbers of 64 bits; IPv4 in its v4-mapped form. */
struct lc_xdp_range {
    __u64 first[2], last[2];
};

/* In pages that both see. */
struct lc_xdp_run {
    __u32 at, n;   /* records taken, and how many there are */
    __u64 refused; /* frames that the program would not send */
    __u64 lost;    /* frames that the device did not take */
    __u32 busy;    /* between begin and end of a run */
    __u32 stopped; /* a run met the budget */
};

/* Fixed before the program is loaded. */
struct lc_xdp_fixed {
    __u64 gap, burst; /* of the budget, in 1/1024 ns */
    __u32 ifindex;    /* where frames leave */
    __u32 allow_n, exclude_n, never_n;
};

#endif
