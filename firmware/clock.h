// Milliseconds since boot, counted by a hardware timer's interrupt.
#pragma once

#include <stdint.h>

void clock_start(void);

// Milliseconds since boot; wraps after 49 days, so compare differences only.
uint32_t clock_ms(void);
