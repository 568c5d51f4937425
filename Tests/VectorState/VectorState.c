#include "VectorState.h"

#if defined(__x86_64__)
#include <cpuid.h>

int vector_state_upper_halves_in_use(void) {
    unsigned eax, ebx, ecx, edx;
    // OSXSAVE, then XGETBV with ECX = 1.
    if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx) || !(ecx & (1u << 27))) return -1;
    if (!__get_cpuid_count(0xD, 1, &eax, &ebx, &ecx, &edx) || !(eax & (1u << 2))) return -1;
    __asm__ volatile("xgetbv" : "=a"(eax), "=d"(edx) : "c"(1));
    return (eax >> 2) & 1;
}
#else
int vector_state_upper_halves_in_use(void) { return -1; }
#endif
