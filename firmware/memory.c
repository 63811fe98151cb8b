// EEPROM: bytes 0 and 1 the id and its complement; from 64 on, the boot counter's slots.
//
// A cell bears 100,000 writes. Each boot writes one slot of 240, so that the counter bears
// 24 million boots: one every five seconds, day and night, for 3.8 years.

#include "memory.h"

#include <avr/eeprom.h>
#include <avr/pgmspace.h>

#ifndef BOARD_ID
#define BOARD_ID BOARD_ID_NONE
#endif

#define ID_AT ((uint8_t *)0)
#define SLOTS 240
#define SLOT_AT(slot) ((uint32_t *)(uintptr_t)(64 + 4 * (slot)))

// At a place of its own at the end of the flash (see the Makefile), where a tool can put another
// id into a finished image: not every bootloader can write the EEPROM.
__attribute__((used, section(".boardid"))) const uint8_t id_in_image[2] = {
    BOARD_ID, BOARD_ID == BOARD_ID_NONE ? 0xFF : (uint8_t)~BOARD_ID};

static void keep_id_of_image(void)
{
    uint8_t id = pgm_read_byte(&id_in_image[0]);
    uint8_t complement = pgm_read_byte(&id_in_image[1]);
    if (id == BOARD_ID_NONE || (id ^ complement) != 0xFF)
        return;
    eeprom_update_byte(ID_AT, id);
    eeprom_update_byte(ID_AT + 1, complement);
}

uint8_t memory_board_id(void)
{
    keep_id_of_image();
    uint8_t id = eeprom_read_byte(ID_AT);
    uint8_t complement = eeprom_read_byte(ID_AT + 1);
    return (id ^ complement) == 0xFF ? id : BOARD_ID_NONE;
}

// A slot holds only numbers that belong there; one that was cut off while it was written is not
// believed, and then this boot takes the number of that one, which came to nothing.
uint32_t memory_count_boot(void)
{
    uint32_t last = 0;
    for (uint16_t slot = 0; slot < SLOTS; slot++) {
        uint32_t number = eeprom_read_dword(SLOT_AT(slot));
        if (number != UINT32_MAX && number % SLOTS == slot && number > last)
            last = number;
    }
    last++;
    eeprom_update_dword(SLOT_AT(last % SLOTS), last);
    return last;
}
