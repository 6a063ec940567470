/* SPDX-License-Identifier: Apache-2.0 */
/* What a sandboxed role can still do. Each attempt is made by a child of its own; the kernel ends
 * it. */
#include "run/sandbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int pair[2];

static void open_file(void)
{
    (void)!open("/etc/passwd", O_RDONLY);
}

static void make_socket(void)
{
    (void)!socket(AF_INET, SOCK_STREAM, 0);
}

static void connect_held(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET};

    (void)!connect(pair[0], (struct sockaddr *)&to, sizeof to);
}

static void send_addressed(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET};

    (void)!sendto(pair[0], "x", 1, 0, (struct sockaddr *)&to, sizeof to);
}

static void run_program(void)
{
    (void)!execl("/bin/true", "true", (char *)NULL);
}

static void make_code(void)
{
    (void)!mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void trace_parent(void)
{
    (void)syscall(SYS_ptrace, 16, getppid(), 0, 0);
}

static void use_what_it_holds(void)
{
    char c;

    if (send(pair[0], "x", 1, 0) == 1 && read(pair[1], &c, 1) == 1 && c == 'x')
        _exit(42);
}

static int end_of(enum lc_role role, void (*attempt)(void))
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        struct lc_sandbox_report box;
        struct lc_err err;

        if (lc_sandbox_enter(role, false, &box, &err) != LC_OK || !box.seccomp)
            _exit(9);
        attempt();
        _exit(0);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void killed(enum lc_role role, void (*attempt)(void))
{
    int status = end_of(role, attempt);

    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSYS);
}

static void a_talker_cannot_open_a_file(void **state)
{
    (void)state;
    killed(LC_ROLE_TALK, open_file);
}

static void a_talker_cannot_make_or_aim_a_socket(void **state)
{
    (void)state;
    killed(LC_ROLE_TALK, make_socket);
    killed(LC_ROLE_TALK, connect_held);
    killed(LC_ROLE_TALK, send_addressed);
}

static void a_talker_cannot_run_code_or_trace(void **state)
{
    (void)state;
    killed(LC_ROLE_TALK, run_program);
    killed(LC_ROLE_TALK, make_code);
    killed(LC_ROLE_TALK, trace_parent);
}

static void a_talker_can_use_what_it_was_given(void **state)
{
    int status = end_of(LC_ROLE_TALK, use_what_it_holds);

    (void)state;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
}

static void dial_makes_sockets_but_opens_no_file(void **state)
{
    int status = end_of(LC_ROLE_DIAL, make_socket);

    (void)state;
    assert_true(WIFEXITED(status));
    killed(LC_ROLE_DIAL, open_file);
    killed(LC_ROLE_DIAL, run_program);
}

static void run_loaded(void)
{
    union bpf_attr attr = {.test = {.prog_fd = 9999}};

    _exit(syscall(SYS_bpf, BPF_PROG_TEST_RUN, &attr, sizeof attr) < 0 ? 42 : 0);
}

static void load_another(void)
{
    union bpf_attr attr = {.prog_type = BPF_PROG_TYPE_XDP};

    (void)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof attr);
}

static void make_map(void)
{
    union bpf_attr attr = {.map_type = BPF_MAP_TYPE_ARRAY};

    (void)syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr);
}

static void find_program(void)
{
    union bpf_attr attr = {.prog_id = 1};

    (void)syscall(SYS_bpf, BPF_PROG_GET_FD_BY_ID, &attr, sizeof attr);
}

static void only_engine_xdp_runs_its_program_and_nothing_else_of_bpf(void **state)
{
    static void (*const others[])(void) = {load_another, make_map,    find_program,
                                           open_file,    make_socket, connect_held};
    int status = end_of(LC_ROLE_SWEEP_XDP, run_loaded);

    (void)state;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        killed(LC_ROLE_SWEEP_XDP, others[i]);
    killed(LC_ROLE_SWEEP, run_loaded);
}

static void network(void)
{
    _exit(socket(AF_INET, SOCK_STREAM, 0) < 0 && socket(AF_INET6, SOCK_DGRAM, 0) < 0 &&
                  open("/dev/null", O_RDONLY) >= 0
              ? 42
              : 0);
}

static void ctl_keeps_files_and_loses_the_network(void **state)
{
    int status = end_of(LC_ROLE_CTL, network);

    (void)state;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 42);
}

static int make_pair(void **state)
{
    (void)state;
    return socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_talker_cannot_open_a_file),
        cmocka_unit_test(a_talker_cannot_make_or_aim_a_socket),
        cmocka_unit_test(a_talker_cannot_run_code_or_trace),
        cmocka_unit_test(a_talker_can_use_what_it_was_given),
        cmocka_unit_test(dial_makes_sockets_but_opens_no_file),
        cmocka_unit_test(only_engine_xdp_runs_its_program_and_nothing_else_of_bpf),
        cmocka_unit_test(ctl_keeps_files_and_loses_the_network),
    };

    return cmocka_run_group_tests(tests, make_pair, NULL);
}
