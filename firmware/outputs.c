// The output pins, off before anything else runs.

#include "outputs.h"

#include <avr/io.h>
#include <avr/wdt.h>

#include "layout.h"

// Runs before .data and .bss are set up, straight after the stack pointer: a pin that floated in
// reset is held low a few microseconds later. The watchdog stays on after it has bitten, with its
// shortest time, and has to be stopped before the slow part of the start.
__attribute__((naked, used, section(".init3"))) void outputs_off_first_thing(void);

void outputs_off_first_thing(void)
{
    PORTB = DOORS_B;
    PORTC = DOORS_C;
    PORTD = 0;
    DDRB = OUTPUTS_B;
    DDRC = 0;
    DDRD = OUTPUTS_D;
    MCUSR = 0;
    wdt_disable();
}

void outputs_write(uint8_t latches, uint8_t lamps, uint8_t buzzer)
{
    PORTD = (uint8_t)((PORTD & ~OUTPUTS_D) | port_d_of(latches));
    PORTB = (uint8_t)((PORTB & ~OUTPUTS_B) | port_b_of(latches, lamps, buzzer));
}
