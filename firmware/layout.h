// What is wired to which pin: the two layouts of an Uno or Nano, chosen when compiling.
//
// Outputs switch MOSFETs (high is on); doors are contacts to ground with the chip's own pull-ups.
#pragma once

#include <avr/io.h>
#include <stdint.h>

#if defined(LAYOUT_SIX)

#define LATCHES 6 // D2..D7
#define DOORS 6   // A0..A5
#define LAMPS 3   // D9, D10, D11
                  // buzzer D8

#define OUTPUTS_B 0x0F
#define OUTPUTS_D 0xFC
#define DOORS_B 0x00
#define DOORS_C 0x3F

static inline uint8_t port_b_of(uint8_t latches, uint8_t lamps, uint8_t buzzer)
{
    (void)latches;
    return (uint8_t)(lamps << 1 | buzzer);
}

static inline uint8_t doors_of(uint8_t pins_b, uint8_t pins_c)
{
    (void)pins_b;
    return pins_c & 0x3F;
}

#elif defined(LAYOUT_EIGHT)

#define LATCHES 8 // D2..D9
#define DOORS 8   // A0..A5, D10, D11
#define LAMPS 1   // D13
                  // buzzer D12

#define OUTPUTS_B 0x33
#define OUTPUTS_D 0xFC
#define DOORS_B 0x0C
#define DOORS_C 0x3F

static inline uint8_t port_b_of(uint8_t latches, uint8_t lamps, uint8_t buzzer)
{
    return (uint8_t)(latches >> 6 | buzzer << 4 | lamps << 5);
}

static inline uint8_t doors_of(uint8_t pins_b, uint8_t pins_c)
{
    return (uint8_t)((pins_c & 0x3F) | (pins_b & 0x0C) << 4);
}

#else
#error "choose a layout: -DLAYOUT_SIX or -DLAYOUT_EIGHT"
#endif

static inline uint8_t port_d_of(uint8_t latches)
{
    return (uint8_t)(latches << 2);
}
