// Preloaded into a program (LD_PRELOAD), lets the N-th call of write or pwrite64, or every one from then on, write half of
// what it was given: POSIX allows that, full disks and signals do it.
//
// SHORT_CALL names the call, SHORT_FROM the number, SHORT_STICKY is set for all that follow.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_long calls;

static size_t granted(const char *call, size_t count) {
    const char *name = getenv("SHORT_CALL"), *from = getenv("SHORT_FROM");
    if (!name || !from || strcmp(name, call)) return count;
    long number = atomic_fetch_add(&calls, 1) + 1, first = atol(from);
    int is_short = getenv("SHORT_STICKY") ? number >= first : number == first;
    return is_short && count > 1 ? count / 2 : count;
}

ssize_t write(int file, const void *bytes, size_t count) {
    static ssize_t (*real)(int, const void *, size_t);
    if (!real) real = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    return real(file, bytes, granted("write", count));
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    static ssize_t (*real)(int, const void *, size_t, off64_t);
    if (!real) real = (ssize_t (*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");
    return real(file, bytes, granted("pwrite64", count), offset);
}
