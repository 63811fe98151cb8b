// Frames: a body with its checksum, COBS-encoded between zero bytes. No line in sight.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define BODY_LEAST 11 // type, nonce, id, checksum
#define BODY_MOST 40
#define ENCODED_MOST (BODY_MOST + 1)
#define FRAME_MOST (ENCODED_MOST + 2) // with a zero before and after

#define HEAD 9 // type, nonce, id
#define PAYLOAD_MOST (BODY_MOST - BODY_LEAST)

typedef struct {
    uint8_t bytes[ENCODED_MOST];
    uint8_t count;
    bool is_too_long;
} frame_reader;

typedef struct {
    uint8_t type;
    uint32_t nonce;
    uint32_t id;
    uint8_t payload[PAYLOAD_MOST];
    uint8_t length; // of the payload
    uint16_t crc;
} frame;

typedef enum { FRAME_NONE, FRAME_GOOD, FRAME_BAD } frame_event;

// Takes the next byte of a line; FRAME_GOOD fills `into`.
frame_event frame_take(frame_reader *reader, uint8_t byte, frame *into);

// Writes a frame with its zeros into `wire` (FRAME_MOST bytes); returns how many bytes it has.
uint8_t frame_write(const frame *from, uint8_t *wire);
