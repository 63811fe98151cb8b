// The serial line: 115200 8N1, with a ring of bytes each way filled and emptied by interrupts.
#pragma once

#include <stdbool.h>
#include <stdint.h>

void uart_start(void);

// Whether a byte has arrived.
bool uart_has_byte(void);

// The next byte that arrived; only when uart_has_byte().
uint8_t uart_read(void);

// How many bytes can be written now without waiting.
uint8_t uart_room(void);

// Queues bytes to be sent; only as many as there is room for.
void uart_write(const uint8_t *bytes, uint8_t count);
