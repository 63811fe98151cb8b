// The door contacts, debounced: sampled each millisecond, believed after 25 alike.
#pragma once

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    uint16_t seq;
    uint8_t door; // from 1
    uint8_t levels;
} door_event;

// Takes a sample; call once each millisecond.
void doors_tick(void);

// Whether every contact has been read for long enough since boot.
bool doors_are_settled(void);

// The debounced levels: bit 0 is door 1, 1 is a high pin, an open contact.
uint8_t doors_levels(void);

// How many changes there were since boot; wraps.
uint16_t doors_seq(void);

// Keeps changes from now on, or forgets those that are kept and keeps none.
void doors_keep_events(bool keep);

// The oldest change that was kept, and keeps it no more; false when there is none.
bool doors_next_event(door_event *into);
