/* Runs a program with another wall clock: turned FILE PROGRAM ARGUMENT...
 *
 * FILE holds two 64-bit numbers: by how many nanoseconds the wall clock is ahead of the machine's,
 * and whether the kernel says that it is synchronised. Both may be changed at any time. Every other
 * clock is the machine's, and the machine's own clock is never touched. Whoever ends this ends the
 * program, and what it has started. Linux on x86-64.
 */
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TRACE(number) \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1), \
    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE)

static volatile const int64_t *turned;
static pid_t child;

static void die(const char *what) { perror(what); exit(127); }

static void filter_calls(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        TRACE(SYS_gettimeofday), TRACE(SYS_time), TRACE(SYS_adjtimex), TRACE(SYS_clock_adjtime),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
        TRACE(CLOCK_REALTIME), TRACE(CLOCK_REALTIME_COARSE),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof code / sizeof *code, code};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
        die("seccomp");
}

static void pass_on(int signal) { kill(child, signal); }

/* Without the kernel's page of code every look at the clock is a system call. */
static void hide_vdso(pid_t who)
{
    struct user_regs_struct regs;
    if (ptrace(PTRACE_GETREGS, who, 0, &regs)) return;
    unsigned long at = regs.rsp;
    at += 8 * (ptrace(PTRACE_PEEKDATA, who, at, 0) + 2);
    while (ptrace(PTRACE_PEEKDATA, who, at, 0)) at += 8;
    for (at += 8;; at += 16) {
        long type = ptrace(PTRACE_PEEKDATA, who, at, 0);
        if (type == AT_SYSINFO_EHDR) ptrace(PTRACE_POKEDATA, who, at, AT_IGNORE);
        if (type == AT_NULL || type == -1) return;
    }
}

static void put(pid_t who, unsigned long where, void *what, size_t size)
{
    struct iovec here = {what, size}, there = {(void *)where, size};
    if (where) process_vm_writev(who, &here, 1, &there, 1, 0);
}

static void answer(pid_t who)
{
    struct user_regs_struct regs;
    if (ptrace(PTRACE_GETREGS, who, 0, &regs)) return;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t ns = now.tv_sec * 1000000000LL + now.tv_nsec + turned[0];
    now = (struct timespec){ns / 1000000000, ns % 1000000000};
    long result = 0;
    switch (regs.orig_rax) {
    case SYS_clock_gettime: put(who, regs.rsi, &now, sizeof now); break;
    case SYS_gettimeofday: {
        struct timeval tv = {now.tv_sec, now.tv_nsec / 1000};
        put(who, regs.rdi, &tv, sizeof tv);
        break;
    }
    case SYS_time: {
        put(who, regs.rdi, &now.tv_sec, sizeof now.tv_sec);
        result = now.tv_sec;
        break;
    }
    default: {
        struct timex said = {.status = turned[1] ? 0 : STA_UNSYNC};
        put(who, regs.orig_rax == SYS_adjtimex ? regs.rdi : regs.rsi, &said, sizeof said);
        result = turned[1] ? TIME_OK : TIME_ERROR;
    }
    }
    regs.orig_rax = -1;
    regs.rax = result;
    ptrace(PTRACE_SETREGS, who, 0, &regs);
}

int main(int count, char **words)
{
    int file = count < 3 ? -1 : open(words[1], O_RDONLY), ready[2], status, code = 127;
    if (file < 0) { fprintf(stderr, "turned FILE PROGRAM ARGUMENT...\n"); return 2; }
    turned = mmap(0, 16, PROT_READ, MAP_SHARED, file, 0);
    if (turned == MAP_FAILED || pipe2(ready, O_CLOEXEC)) die(words[1]);
    pid_t who;
    child = fork();
    if (!child) {
        char byte;
        close(ready[1]);
        if (read(ready[0], &byte, 1) != 1) _exit(127);
        filter_calls();
        execvp(words[2], words + 2);
        die(words[2]);
    }
    long options = PTRACE_O_TRACESECCOMP | PTRACE_O_TRACEEXEC | PTRACE_O_TRACEFORK
        | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL;
    if (ptrace(PTRACE_SEIZE, child, 0, options)) die("ptrace");
    if (write(ready[1], "", 1) != 1) die("pipe");
    signal(SIGTERM, pass_on);
    signal(SIGINT, pass_on);
    while ((who = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
        if (who <= 0) continue;
        if (!WIFSTOPPED(status)) {
            if (who == child) code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            continue;
        }
        int event = status >> 16, with = 0;
        if (event == PTRACE_EVENT_SECCOMP) answer(who);
        else if (event == PTRACE_EVENT_EXEC) hide_vdso(who);
        else if (!event) with = WSTOPSIG(status);
        ptrace(PTRACE_CONT, who, 0, with);
    }
    return code;
}
