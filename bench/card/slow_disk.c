/* A disk whose flush takes as long as an SD card's: one file, disk.img, as a FUSE file system.
 *
 * slow_disk BACKING CONTROL MOUNTPOINT. CONTROL is a page shared with whoever maps it: the time of a
 * flush in microseconds, then what was counted. Flushes stand in a queue, as on a card. */
#define FUSE_USE_VERSION 31
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *const NAME = "disk.img";
static const char *const PATH = "/disk.img";

static volatile struct {
    int64_t flush_us, flushes, writes, written_bytes;
} *control;

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;
static int backing;
static off_t size;

static int disk_getattr(const char *path, struct stat *status, struct fuse_file_info *info)
{
    (void)info;
    memset(status, 0, sizeof *status);
    if (!strcmp(path, "/")) {
        status->st_mode = S_IFDIR | 0755;
        status->st_nlink = 2;
        return 0;
    }
    if (strcmp(path, PATH))
        return -ENOENT;
    status->st_mode = S_IFREG | 0600;
    status->st_nlink = 1;
    status->st_size = size;
    status->st_blksize = 4096;
    status->st_blocks = size / 512;
    return 0;
}

static int disk_readdir(const char *path, void *list, fuse_fill_dir_t fill, off_t offset,
                        struct fuse_file_info *info, enum fuse_readdir_flags flags)
{
    (void)path, (void)offset, (void)info, (void)flags;
    fill(list, NAME, NULL, 0, 0);
    return 0;
}

static int disk_open(const char *path, struct fuse_file_info *info)
{
    info->keep_cache = 1;
    return strcmp(path, PATH) ? -ENOENT : 0;
}

static int disk_read(const char *path, char *to, size_t count, off_t offset,
                     struct fuse_file_info *info)
{
    (void)path, (void)info;
    ssize_t done = pread(backing, to, count, offset);
    return done < 0 ? -errno : (int)done;
}

static int disk_write(const char *path, const char *from, size_t count, off_t offset,
                      struct fuse_file_info *info)
{
    (void)path, (void)info;
    __sync_fetch_and_add(&control->writes, 1);
    __sync_fetch_and_add(&control->written_bytes, (int64_t)count);
    ssize_t done = pwrite(backing, from, count, offset);
    return done < 0 ? -errno : (int)done;
}

static int disk_fsync(const char *path, int data_only, struct fuse_file_info *info)
{
    (void)path, (void)data_only, (void)info;
    pthread_mutex_lock(&one_at_a_time);
    control->flushes++;
    int64_t us = control->flush_us;
    struct timespec wait = {us / 1000000, us % 1000000 * 1000};
    if (us)
        nanosleep(&wait, NULL);
    pthread_mutex_unlock(&one_at_a_time);
    return 0;
}

static const struct fuse_operations OPERATIONS = {
    .getattr = disk_getattr,
    .readdir = disk_readdir,
    .open = disk_open,
    .read = disk_read,
    .write = disk_write,
    .fsync = disk_fsync,
};

int main(int count, char **words)
{
    if (count < 4)
        return 2;
    struct stat status;
    int shared = open(words[2], O_RDWR | O_CREAT, 0600);
    backing = open(words[1], O_RDWR);
    if (backing < 0 || shared < 0 || fstat(backing, &status) || ftruncate(shared, 4096))
        return 1;
    size = status.st_size;
    control = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, shared, 0);
    if (control == MAP_FAILED)
        return 1;
    words[2] = words[0];
    return fuse_main(count - 2, words + 2, &OPERATIONS, NULL);
}
