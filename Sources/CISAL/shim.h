#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>

/* Macros that Swift does not import. */
static const int cisal_level1_buffer_bytes = ISAL_DEF_LVL1_DEFAULT;

/* Clears the upper halves of the vector registers, as the end of a function that used them should. isal_deflate does
   not, and on some processors SHA-256 then runs at three quarters of its speed (1.34 instead of 1.81 GB/s, measured). */
static inline void cisal_clear_upper_halves(void) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx")) {
        __asm__ volatile("vzeroupper");
    }
#endif
}
