// The conversation with the host: commands in, replies and door events out, silence noticed.
#pragma once

#include <stdbool.h>
#include <stdint.h>

void commands_start(void);

// Takes a byte of the line. There must be room for a reply, and no event left to send.
void commands_take(uint8_t byte, uint32_t now_ms);

// Switches everything off when the host has been silent for too long.
void commands_watch_silence(uint32_t now_ms);

// Sends the door events that are due, as far as there is room; whether all are sent.
bool commands_send_events(void);
