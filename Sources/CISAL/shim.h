#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

/* Macros that Swift does not import. */
static const int cisal_level1_buffer_bytes = ISAL_DEF_LVL1_DEFAULT;
