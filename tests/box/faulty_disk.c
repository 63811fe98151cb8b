/* Preloaded into a box, it makes the ledger's disk slow or broken: `LD_PRELOAD`, and in
 * FAULTY_DISK the name of a file that is read at each flush and each write of ledger.db* or tried.db*.
 *
 *   slow MS      a flush takes so much longer
 *   flush-eio    a flush fails, and what was written before it is there all the same
 *   write-eio    a write fails
 *   write-enospc a write finds the disk full
 *   torn         half of a write arrives, then the disk is full
 *
 * A number behind a fault: how many calls are spared before it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

typedef int (*flushing)(int);
typedef ssize_t (*writing)(int, const void *, size_t, off_t);

static long seen;

/* Which fault there is, and its number; nothing for files that are not the ledger's. */
static int fault(int fd, char name[32], long *number)
{
    char link[64], path[512];
    const char *control = getenv("FAULTY_DISK");
    FILE *file;
    int read_values;
    ssize_t length;

    name[0] = '\0';
    *number = 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    length = readlink(link, path, sizeof path - 1);
    if (length <= 0 || control == NULL)
        return 0;
    path[length] = '\0';
    if (strstr(path, "ledger.db") == NULL && strstr(path, "tried.db") == NULL)
        return 0;
    file = fopen(control, "r");
    if (file == NULL)
        return 0;
    read_values = fscanf(file, "%31s %ld", name, number);
    fclose(file);
    if (read_values < 1) {
        seen = 0;
        return 0;
    }
    return 1;
}

static int is_due(const char *name, const char *wanted, long spared)
{
    return strcmp(name, wanted) == 0 && seen++ >= spared;
}

static int flush(int fd, const char *real_name)
{
    flushing real = (flushing)dlsym(RTLD_NEXT, real_name);
    char name[32];
    long number;

    if (fault(fd, name, &number)) {
        if (strcmp(name, "slow") == 0) {
            struct timespec pause = {number / 1000, number % 1000 * 1000000L};
            nanosleep(&pause, NULL);
        }
        if (is_due(name, "flush-eio", number)) {
            errno = EIO;
            return -1;
        }
    }
    return real(fd);
}

int fsync(int fd) { return flush(fd, "fsync"); }
int fdatasync(int fd) { return flush(fd, "fdatasync"); }

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t offset)
{
    writing real = (writing)dlsym(RTLD_NEXT, "pwrite64");
    char name[32];
    long number;

    if (fault(fd, name, &number)) {
        if (is_due(name, "write-eio", number)) {
            errno = EIO;
            return -1;
        }
        if (is_due(name, "write-enospc", number)) {
            errno = ENOSPC;
            return -1;
        }
        if (size > 1 && is_due(name, "torn", number)) {
            ssize_t written = real(fd, bytes, size / 2, offset);
            (void)written;
            errno = ENOSPC;
            return -1;
        }
    }
    return real(fd, bytes, size, offset);
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    return pwrite64(fd, bytes, size, offset);
}
