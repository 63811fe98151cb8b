// What the board keeps without power, in its EEPROM: its id, and how often it has booted.
#pragma once

#include <stdint.h>

#define BOARD_ID_NONE 255

// The board's id, 0..254, or BOARD_ID_NONE. An id that came with the image is kept first.
uint8_t memory_board_id(void);

// Counts this boot and returns the number of boots so far, never the same twice in 2^32.
uint32_t memory_count_boot(void);
