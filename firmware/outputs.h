// The output pins: latches, lamps and buzzer. Only the timer's interrupt writes them.
#pragma once

#include <stdint.h>

// Every output pin as told; bit 0 is latch 1 or lamp 1.
void outputs_write(uint8_t latches, uint8_t lamps, uint8_t buzzer);
