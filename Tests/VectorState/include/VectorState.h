#ifndef VECTOR_STATE_H
#define VECTOR_STATE_H

/// Whether the upper halves of any of this thread's vector registers hold something: 1 or 0, or -1 where the processor
/// does not tell (XGETBV with ECX = 1; Intel SDM volume 1, section 13.6, "XINUSE").
int vector_state_upper_halves_in_use(void);

#endif
