// boxd's firmware for the ATmega328P at 16 MHz: the main loop, and the watchdog that guards it.

#include <avr/interrupt.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <stdbool.h>

#include "clock.h"
#include "commands.h"
#include "doors.h"
#include "frames.h"
#include "nonce.h"
#include "uart.h"

static uint32_t now_ms;

// The watchdog is fed here alone, and only when the timer's interrupt counts on: neither a hung
// loop nor a stopped timer outlives it.
static void tick(void)
{
    uint32_t ms = clock_ms();
    if (ms == now_ms)
        return;
    wdt_reset();
    while (now_ms != ms) {
        now_ms++;
        doors_tick();
    }
    commands_watch_silence(now_ms);
}

static bool has_work(void)
{
    return uart_has_byte() && doors_are_settled();
}

static void answer(void)
{
    while (has_work() && commands_send_events() && uart_room() >= FRAME_MOST)
        commands_take(uart_read(), now_ms);
    commands_send_events();
}

// Until the next interrupt, at most a millisecond. Interrupts come on again with the sleep, so
// that none slips in between.
static void rest(void)
{
    cli();
    if (!has_work()) {
        sleep_enable();
        sei();
        sleep_cpu();
        sleep_disable();
    }
    sei();
}

int main(void)
{
    nonce_start();
    commands_start();
    uart_start();
    clock_start();
    set_sleep_mode(SLEEP_MODE_IDLE);
    wdt_enable(WDTO_250MS);
    sei();
    for (;;) {
        tick();
        answer();
        rest();
    }
}
