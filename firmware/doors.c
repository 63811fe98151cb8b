// One counter for each door: how many samples in a row have contradicted what is believed.

#include "doors.h"

#include <avr/io.h>

#include "layout.h"

#define DEBOUNCE_MS 25
#define SETTLED_AT_MOST_MS 250 // a contact that never rests must not keep the board from answering
#define EVENTS 16              // a power of two

static uint8_t levels;
static uint8_t against_ms[DOORS];
static uint8_t steady_ms; // since boot or the last contradiction, while not settled
static uint8_t waited_ms;
static bool is_settled;
static uint16_t seq;

static door_event events[EVENTS];
static uint8_t first, count;
static bool keeps;

static void settle(uint8_t sample)
{
    steady_ms = sample == levels ? steady_ms + 1 : 0;
    levels = sample;
    is_settled = steady_ms >= DEBOUNCE_MS || ++waited_ms >= SETTLED_AT_MOST_MS;
}

static void change(uint8_t door)
{
    levels ^= (uint8_t)(1 << door);
    seq++;
    // When nobody fetches events the newest are lost; the gap in seq tells so.
    if (!keeps || count == EVENTS)
        return;
    door_event *event = &events[(first + count++) & (EVENTS - 1)];
    event->seq = seq;
    event->door = door + 1;
    event->levels = levels;
}

void doors_tick(void)
{
    uint8_t sample = doors_of(PINB, PINC);
    if (!is_settled) {
        settle(sample);
        return;
    }
    for (uint8_t door = 0; door < DOORS; door++) {
        if (!((sample ^ levels) >> door & 1)) {
            against_ms[door] = 0;
        } else if (++against_ms[door] == DEBOUNCE_MS) {
            against_ms[door] = 0;
            change(door);
        }
    }
}

bool doors_are_settled(void)
{
    return is_settled;
}

uint8_t doors_levels(void)
{
    return levels;
}

uint16_t doors_seq(void)
{
    return seq;
}

void doors_keep_events(bool keep)
{
    keeps = keep;
    count = 0;
}

bool doors_next_event(door_event *into)
{
    if (count == 0)
        return false;
    *into = events[first];
    first = (first + 1) & (EVENTS - 1);
    count--;
    return true;
}
