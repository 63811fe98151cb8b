// Low half: boots. High half: noise, then counted on. Both are mixed without loss, so that no
// nonce comes again within 65,536 boots of a board, whatever the noise; the noise keeps two
// boards that have booted equally often apart.

#include "nonce.h"

#include <avr/io.h>

#include "memory.h"

extern uint8_t __heap_start[]; // the linker's: from the first byte that no variable has

static uint16_t boots, noise;
static uint32_t current;

// What the power-up left in the memory that nothing has touched yet.
static uint16_t noise_of_ram(void)
{
    uint16_t sum = 0;
    for (const uint8_t *byte = __heap_start; byte < (const uint8_t *)SP; byte++)
        sum = (uint16_t)(sum * 31 + *byte);
    return sum;
}

// The lowest bits of the chip's own thermometer.
static uint16_t noise_of_adc(void)
{
    uint16_t sum = 0;
    ADMUX = _BV(REFS1) | _BV(REFS0) | _BV(MUX3);
    ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS1);
    for (uint8_t sample = 0; sample < 32; sample++) {
        ADCSRA |= _BV(ADSC);
        while (ADCSRA & _BV(ADSC))
            ;
        sum = (uint16_t)(sum * 31 + ADC);
    }
    ADCSRA = 0;
    return sum;
}

// One to one: different numbers stay different.
static uint32_t mix(uint32_t number)
{
    number ^= number >> 16;
    number *= 0x7FEB352D;
    number ^= number >> 15;
    number *= 0x846CA68B;
    number ^= number >> 16;
    return number;
}

void nonce_start(void)
{
    boots = (uint16_t)memory_count_boot();
    noise = noise_of_ram() ^ noise_of_adc();
    nonce_renew();
}

void nonce_renew(void)
{
    do
        current = mix((uint32_t)++noise << 16 | boots);
    while (current == 0);
}

uint32_t nonce(void)
{
    return current;
}
