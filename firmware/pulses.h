// What is switched on, and for how long: pulses, lamps, the buzzer.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PULSE_SHORTEST_MS 10
#define PULSE_LONGEST_MS 500
#define BUZZER_LONGEST_MS 5000

// Orders a pulse of latch 0..; it begins at the next tick. Only for a latch that is not busy.
void pulse_begin(uint8_t latch, uint16_t ms);

// Whether a pulse of this latch was ordered and its pin is not low again.
bool pulse_is_on(uint8_t latch);

// The latches of which that is true; bit 0 is the first.
uint8_t pulses_on(void);

void lamps_light(uint8_t lamps);
uint8_t lamps_lit(void);
void buzzer_sound(uint16_t ms);

// Orders everything off; true of the pins after the next tick.
void all_off(void);

// One millisecond has passed; called by the timer's interrupt alone.
void pulses_tick(void);
