/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real RTSP server for the end-to-end tests: GStreamer's, with a test picture, on loopback.
 * usage: gst_server ADDRESS PORT open|basic|digest
 * Prints "ready" once it listens. The account exists only so that a challenge is sent; no test logs
 * in.
 */
#include <gst/gst.h>
#include <gst/rtsp-server/rtsp-server.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>

static const char launch[] =
    "( videotestsrc ! video/x-raw,format=I420,width=64,height=48,framerate=10/1 ! jpegenc ! "
    "rtpjpegpay name=pay0 pt=26 )";

static void demand_password(GstRTSPServer *server, GstRTSPMediaFactory *factory, gboolean digest)
{
    GstRTSPAuth *auth = gst_rtsp_auth_new();
    GstRTSPToken *token =
        gst_rtsp_token_new(GST_RTSP_TOKEN_MEDIA_FACTORY_ROLE, G_TYPE_STRING, "viewer", NULL);

    gst_rtsp_media_factory_add_role(factory, "viewer", GST_RTSP_PERM_MEDIA_FACTORY_ACCESS,
                                    G_TYPE_BOOLEAN, TRUE, GST_RTSP_PERM_MEDIA_FACTORY_CONSTRUCT,
                                    G_TYPE_BOOLEAN, TRUE, NULL);
    if (digest) {
        gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_DIGEST);
        gst_rtsp_auth_add_digest(auth, "viewer", "not-used-by-any-test", token);
    } else {
        gchar *basic = gst_rtsp_auth_make_basic("viewer", "not-used-by-any-test");

        gst_rtsp_auth_set_supported_methods(auth, GST_RTSP_AUTH_BASIC);
        gst_rtsp_auth_add_basic(auth, basic, token);
        g_free(basic);
    }
    gst_rtsp_token_unref(token);
    gst_rtsp_server_set_auth(server, auth);
    g_object_unref(auth);
}

int main(int argc, char **argv)
{
    GstRTSPServer *server;
    GstRTSPMediaFactory *factory;
    GstRTSPMountPoints *mounts;

    if (argc != 4)
        return 2;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    gst_init(NULL, NULL);
    server = gst_rtsp_server_new();
    gst_rtsp_server_set_address(server, argv[1]);
    gst_rtsp_server_set_service(server, argv[2]);
    factory = gst_rtsp_media_factory_new();
    gst_rtsp_media_factory_set_launch(factory, launch);
    gst_rtsp_media_factory_set_shared(factory, TRUE);
    if (strcmp(argv[3], "open") != 0)
        demand_password(server, factory, strcmp(argv[3], "digest") == 0);
    mounts = gst_rtsp_server_get_mount_points(server);
    gst_rtsp_mount_points_add_factory(mounts, "/test", factory);
    g_object_unref(mounts);
    if (gst_rtsp_server_attach(server, NULL) == 0)
        return 1;
    printf("ready\n");
    (void)fflush(stdout);
    g_main_loop_run(g_main_loop_new(NULL, FALSE));
    return 0;
}
