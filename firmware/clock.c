// Timer 1 interrupts a thousand times a second; what has to happen on time happens there.

#include "clock.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <util/atomic.h>

#include "pulses.h"

static volatile uint32_t now_ms;

ISR(TIMER1_COMPA_vect)
{
    pulses_tick();
    now_ms++;
}

void clock_start(void)
{
    TCCR1A = 0;
    OCR1A = F_CPU / 8 / 1000 - 1;
    TCCR1B = _BV(WGM12) | _BV(CS11); // clear on compare, a count each half microsecond
    TIMSK1 = _BV(OCIE1A);
}

uint32_t clock_ms(void)
{
    uint32_t ms;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
    {
        ms = now_ms;
    }
    return ms;
}
