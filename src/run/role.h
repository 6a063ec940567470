/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Roles are this same binary, executed again with "--role NAME": a fresh address space, only the
 * descriptors of config.h, no arguments from outside. They are never started by hand.
 */
#ifndef LC_RUN_ROLE_H
#define LC_RUN_ROLE_H

/* argv[1] is "--role". Returns the process's exit code. */
int lc_role_main(int argc, char **argv);

int lc_role_dial(void);
int lc_role_talk(void);
int lc_role_hear(void);
int lc_role_sweep(void);

#endif
