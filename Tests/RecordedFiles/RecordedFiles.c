// A VFS of SQLite (https://www.sqlite.org/vfs.html) that passes everything on to the usual one, and keeps what was
// written, cut, synced and deleted, so that a test can make the files of any moment at which the power may fail.
#include "RecordedFiles.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    sqlite3_file base;
    char suffix[24];
    sqlite3_file *real;
} recorded_file;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char recorded_path[4096];
static recorded_event *events;
static int64_t event_count, event_room;
static sqlite3_vfs vfs, *usual;

// Files that the program itself puts beside the ledger, each whole or not at all.
static struct {
    const char *suffix;
    uint8_t *bytes;
    long count;
} watched[] = {{".checkpoint", NULL, -1}, {".journal", NULL, -1}};

static void append(int kind, const char *suffix, int64_t offset, const void *bytes, int64_t count) {
    if (event_count == event_room) {
        event_room = event_room ? event_room * 2 : 1024;
        events = realloc(events, (size_t)event_room * sizeof *events);
        if (!events) abort();
    }
    recorded_event *event = &events[event_count++];
    memset(event, 0, sizeof *event);
    event->kind = kind;
    snprintf(event->suffix, sizeof event->suffix, "%s", suffix);
    event->offset = offset;
    if (count > 0) {
        uint8_t *copy = malloc((size_t)count);
        if (!copy) abort();
        memcpy(copy, bytes, (size_t)count);
        event->bytes = copy;
        event->count = count;
    }
}

static uint8_t *contents(const char *suffix, long *count) {
    char path[sizeof recorded_path + 24];
    snprintf(path, sizeof path, "%s%s", recorded_path, suffix);
    *count = -1;
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    fseek(file, 0, SEEK_END);
    long size = ftell(file);
    rewind(file);
    uint8_t *bytes = malloc((size_t)size + 1);
    if (!bytes) abort();
    *count = (long)fread(bytes, 1, (size_t)size, file);
    fclose(file);
    return bytes;
}

static void look_at_watched(void) {
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
        long count;
        uint8_t *bytes = contents(watched[i].suffix, &count);
        int is_new = count >= 0 && (count != watched[i].count || memcmp(bytes, watched[i].bytes, (size_t)count));
        if (is_new) {
            append(RECORDED_REPLACED, watched[i].suffix, 0, bytes, count);
            free(watched[i].bytes);
            watched[i].bytes = bytes;
            watched[i].count = count;
        } else {
            free(bytes);
        }
    }
}

static void record(int kind, const char *suffix, int64_t offset, const void *bytes, int64_t count) {
    pthread_mutex_lock(&lock);
    if (recorded_path[0]) {
        look_at_watched();
        append(kind, suffix, offset, bytes, count);
    }
    pthread_mutex_unlock(&lock);
}

// The methods of a file. What changes it is recorded before it is done: a state in between is one of those replayed.

#define REAL(file) (((recorded_file *)(file))->real)
#define SUFFIX(file) (((recorded_file *)(file))->suffix)
#define PASS(name, parameters, ...)                                                                                    \
    static int on_##name parameters { return REAL(file)->pMethods->x##name(REAL(file), ##__VA_ARGS__); }

static int on_Write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 offset) {
    record(RECORDED_WRITE, SUFFIX(file), offset, bytes, count);
    return REAL(file)->pMethods->xWrite(REAL(file), bytes, count, offset);
}

static int on_Truncate(sqlite3_file *file, sqlite3_int64 size) {
    record(RECORDED_TRUNCATE, SUFFIX(file), size, NULL, 0);
    return REAL(file)->pMethods->xTruncate(REAL(file), size);
}

static int on_Sync(sqlite3_file *file, int flags) {
    int result = REAL(file)->pMethods->xSync(REAL(file), flags);
    record(RECORDED_SYNC, SUFFIX(file), 0, NULL, 0);
    return result;
}

PASS(Close, (sqlite3_file * file))
PASS(Read, (sqlite3_file * file, void *bytes, int count, sqlite3_int64 offset), bytes, count, offset)
PASS(FileSize, (sqlite3_file * file, sqlite3_int64 *size), size)
PASS(Lock, (sqlite3_file * file, int level), level)
PASS(Unlock, (sqlite3_file * file, int level), level)
PASS(CheckReservedLock, (sqlite3_file * file, int *result), result)
PASS(FileControl, (sqlite3_file * file, int operation, void *argument), operation, argument)
PASS(SectorSize, (sqlite3_file * file))
PASS(DeviceCharacteristics, (sqlite3_file * file))
PASS(ShmMap, (sqlite3_file * file, int page, int size, int extend, void volatile **memory), page, size, extend, memory)
PASS(ShmLock, (sqlite3_file * file, int offset, int count, int flags), offset, count, flags)
PASS(ShmUnmap, (sqlite3_file * file, int delete), delete)

static void on_ShmBarrier(sqlite3_file *file) { REAL(file)->pMethods->xShmBarrier(REAL(file)); }

// Version 2: without memory mapping, by which a write could pass unseen.
static const sqlite3_io_methods methods = {
    2,           on_Close,     on_Read,      on_Write,   on_Truncate,          on_Sync,        on_FileSize,
    on_Lock,     on_Unlock,    on_CheckReservedLock,     on_FileControl,       on_SectorSize,  on_DeviceCharacteristics,
    on_ShmMap,   on_ShmLock,   on_ShmBarrier, on_ShmUnmap, NULL,               NULL,
};

// Returns what follows the recorded path in a name, NULL if that is another file.
static const char *suffix_of(const char *name) {
    pthread_mutex_lock(&lock);
    size_t length = strlen(recorded_path);
    int is_own = length > 0 && name && strncmp(name, recorded_path, length) == 0 && strlen(name + length) < 24;
    pthread_mutex_unlock(&lock);
    return is_own ? name + length : NULL;
}

static int on_Open(sqlite3_vfs *own, const char *name, sqlite3_file *file, int flags, int *out_flags) {
    (void)own;
    const char *suffix = suffix_of(name);
    if (!suffix) return usual->xOpen(usual, name, file, flags, out_flags);
    recorded_file *recorded = (recorded_file *)file;
    memset(recorded, 0, sizeof *recorded);
    snprintf(recorded->suffix, sizeof recorded->suffix, "%s", suffix);
    recorded->real = (sqlite3_file *)(recorded + 1);
    int result = usual->xOpen(usual, name, recorded->real, flags, out_flags);
    if (recorded->real->pMethods) recorded->base.pMethods = &methods;
    return result;
}

static int on_Delete(sqlite3_vfs *own, const char *name, int sync_directory) {
    (void)own;
    const char *suffix = suffix_of(name);
    int result = usual->xDelete(usual, name, sync_directory);
    if (suffix && result == SQLITE_OK) {
        record(RECORDED_DELETE, suffix, 0, NULL, 0);
        if (sync_directory) record(RECORDED_SYNC, suffix, 0, NULL, 0);
    }
    return result;
}

int recorded_files_begin(const char *path) {
    if (!usual) {
        usual = sqlite3_vfs_find(NULL);
        if (!usual) return SQLITE_ERROR;
        vfs = *usual;
        vfs.zName = "recorded";
        vfs.szOsFile = (int)sizeof(recorded_file) + usual->szOsFile;
        vfs.xOpen = on_Open;
        vfs.xDelete = on_Delete;
    }
    pthread_mutex_lock(&lock);
    for (int64_t i = 0; i < event_count; i++) free((void *)events[i].bytes);
    event_count = 0;
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) watched[i].count = -1;
    snprintf(recorded_path, sizeof recorded_path, "%s", path);
    pthread_mutex_unlock(&lock);
    return sqlite3_vfs_register(&vfs, 1);
}

void recorded_files_mark(const char *what) { record(RECORDED_MARK, what, 0, NULL, 0); }

void recorded_files_end(void) {
    pthread_mutex_lock(&lock);
    recorded_path[0] = 0;
    pthread_mutex_unlock(&lock);
    if (usual) sqlite3_vfs_register(usual, 1);
}

int64_t recorded_files_count(void) { return event_count; }
recorded_event recorded_files_event(int64_t index) { return events[index]; }
