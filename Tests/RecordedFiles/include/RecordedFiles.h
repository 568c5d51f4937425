#ifndef RECORDED_FILES_H
#define RECORDED_FILES_H

#include <stdint.h>

/// What happened to a file, in the order in which it happened.
enum {
    RECORDED_WRITE = 1,
    RECORDED_TRUNCATE = 2,
    RECORDED_SYNC = 3,
    RECORDED_DELETE = 4,
    /// A file that is not SQLite's has new contents; seen before the next event, so it is not older than the one before.
    RECORDED_REPLACED = 5,
    /// The caller's own.
    RECORDED_MARK = 6,
};

typedef struct {
    int32_t kind;
    /// What follows the path that is recorded: "", "-wal", ".checkpoint"; for a mark what the caller said.
    char suffix[24];
    /// Of a write, where; of a cut, the new size.
    int64_t offset;
    /// The bytes, which live until the next recording.
    const uint8_t *bytes;
    int64_t count;
} recorded_event;

/// Begins to record what SQLite does to `path` and the files beside it, for every connection opened from now on.
///
/// Returns 0, or SQLite's error. Files of other names pass through.
int recorded_files_begin(const char *path);

/// Adds a mark.
void recorded_files_mark(const char *what);

/// Ends the recording; its events stay until the next one.
void recorded_files_end(void);

int64_t recorded_files_count(void);
recorded_event recorded_files_event(int64_t index);

#endif
