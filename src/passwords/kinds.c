/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What can be wrong with a login, and what its owner does about it. The worst first; words for a
 * shop owner.
 */
#include "passwords/audit.h"

#include "base/tr.h"

const struct lc_pw_kind lc_pw_kinds[LC_PW_FINDINGS] = {
    [LC_PW_F_NONE_SET] =
        {
            "no-password",
            LC_SEV_CRITICAL,
            N_("No password stands in the list"),
            N_("If the device has none, set one today, and until then let nobody reach it from the "
               "internet. If it has one that you do not know, ask whoever installed it, or reset "
               "the device and set your own."),
        },
    [LC_PW_F_DEFAULT] =
        {
            "maker-default",
            LC_SEV_CRITICAL,
            N_("A factory password that stands in a maker's manual"),
            N_("Everybody knows it. Log in today and set a password of your own, also for other "
               "accounts of the device that the factory made."),
        },
    [LC_PW_F_DERIVED] =
        {
            "derived",
            LC_SEV_HIGH,
            N_("The password is made of something that others can see or look up"),
            N_("Serial number, MAC address and model stand on the sticker and in answers of the "
               "device; phone number and names are known. Set a password that has nothing to do "
               "with them."),
        },
    [LC_PW_F_VERY_WEAK] =
        {
            "very-weak",
            LC_SEV_HIGH,
            N_("A program guesses this password within a day"),
            N_("Set a long one: four unrelated words, or twelve random characters. A password "
               "manager, or a note in a locked drawer, remembers it for you."),
        },
    [LC_PW_F_APP] =
        {
            "app-password",
            LC_SEV_HIGH,
            N_("A device has the same password as an app, a cloud or a Wi-Fi"),
            N_("Whoever gets one of them has both. Give the device a password of its own, and "
               "switch on two-step login in the app if it has it."),
        },
    [LC_PW_F_WEAK] =
        {
            "weak",
            LC_SEV_MEDIUM,
            N_("A patient attacker guesses this password"),
            N_("Lengthen it when you next log in: four unrelated words, or twelve random "
               "characters."),
        },
    [LC_PW_F_SAME] =
        {
            "same-password",
            LC_SEV_MEDIUM,
            N_("Several devices or apps have this password"),
            N_("Who learns it at one of them has all of them. Give each its own; where a recorder "
               "logs in to its cameras, change the camera first and then the recorder's entry for "
               "it, so that its attempts do not lock the account."),
        },
    [LC_PW_F_INSTALLER] =
        {
            "installer-account",
            LC_SEV_MEDIUM,
            N_("An account of the installer or of the factory"),
            N_("Ask whether it is still needed. If not, delete it; if it cannot be deleted, give "
               "it "
               "a new password that only you know and the lowest level."),
        },
    [LC_PW_F_DEVICE] =
        {
            "device-limit",
            LC_SEV_MEDIUM,
            N_("This device cannot hold a strong password"),
            N_("Keep it away from the internet: no port forwarding, a network of its own. Plan to "
               "replace it."),
        },
};
