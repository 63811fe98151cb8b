// Pulses are counted in ticks by the timer's interrupt, which also knows how long is too long.

#include "pulses.h"

#include <util/atomic.h>

#include "layout.h"
#include "outputs.h"

static volatile uint16_t left_ms[LATCHES]; // what was ordered and is still to come
static volatile uint8_t energised;         // what the pins say
static uint16_t held_ms[LATCHES];          // how long each has been on, whoever ordered it
static volatile uint8_t lit;
static volatile uint16_t buzzer_left_ms;

void pulse_begin(uint8_t latch, uint16_t ms)
{
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        left_ms[latch] = ms;
    }
}

bool pulse_is_on(uint8_t latch)
{
    return (pulses_on() >> latch) & 1;
}

uint8_t pulses_on(void)
{
    uint8_t on;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        on = energised;
        for (uint8_t latch = 0; latch < LATCHES; latch++)
            if (left_ms[latch])
                on |= (uint8_t)(1 << latch);
    }
    return on;
}

void lamps_light(uint8_t lamps)
{
    lit = lamps;
}

uint8_t lamps_lit(void)
{
    return lit;
}

void buzzer_sound(uint16_t ms)
{
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        buzzer_left_ms = ms;
    }
}

void all_off(void)
{
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        for (uint8_t latch = 0; latch < LATCHES; latch++)
            left_ms[latch] = 0;
        lit = 0;
        buzzer_left_ms = 0;
    }
}

void pulses_tick(void)
{
    uint8_t on = 0;
    for (uint8_t latch = 0; latch < LATCHES; latch++) {
        uint16_t left = left_ms[latch];
        // The bound looks at the pin's own history: no order, right or wrong, gets past it.
        if (left == 0 || held_ms[latch] >= PULSE_LONGEST_MS) {
            left_ms[latch] = 0;
            held_ms[latch] = 0;
            continue;
        }
        left_ms[latch] = left - 1;
        held_ms[latch]++;
        on |= (uint8_t)(1 << latch);
    }
    uint8_t sounding = buzzer_left_ms != 0;
    if (sounding)
        buzzer_left_ms--;
    energised = on;
    outputs_write(on, lit, sounding);
}
