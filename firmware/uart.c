// Two rings: the interrupt owns one end of each, the main loop the other.

#include "uart.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#define RING 128 // a power of two; three frames of the longest sort
#define MASK (RING - 1)

static volatile uint8_t received[RING], received_head, received_tail;
static volatile uint8_t waiting[RING], waiting_head, waiting_tail;

// A byte that finds no room, or is damaged, damages its frame, which the checksum then tells.
ISR(USART_RX_vect)
{
    uint8_t byte = UDR0;
    uint8_t next = (received_head + 1) & MASK;
    if (next == received_tail)
        return;
    received[received_head] = byte;
    received_head = next;
}

ISR(USART_UDRE_vect)
{
    if (waiting_tail == waiting_head) {
        UCSR0B &= (uint8_t)~_BV(UDRIE0);
        return;
    }
    UDR0 = waiting[waiting_tail];
    waiting_tail = (waiting_tail + 1) & MASK;
}

void uart_start(void)
{
    UCSR0A = _BV(U2X0); // double speed, as on every Arduino: 2.1 % fast
    UBRR0 = (F_CPU / 4 / 115200 - 1) / 2;
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
}

bool uart_has_byte(void)
{
    return received_tail != received_head;
}

uint8_t uart_read(void)
{
    uint8_t byte = received[received_tail];
    received_tail = (received_tail + 1) & MASK;
    return byte;
}

uint8_t uart_room(void)
{
    return (uint8_t)(waiting_tail - waiting_head - 1) & MASK;
}

void uart_write(const uint8_t *bytes, uint8_t count)
{
    while (count--) {
        waiting[waiting_head] = *bytes++;
        waiting_head = (waiting_head + 1) & MASK;
    }
    cli(); // the interrupt clears a bit of the same register
    UCSR0B |= _BV(UDRIE0);
    sei();
}
