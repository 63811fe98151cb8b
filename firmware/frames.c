// COBS and CRC-16/MCRF4XX, in and out.

#include "frames.h"

#include <string.h>
#include <util/crc16.h>

static uint16_t crc_of(const uint8_t *bytes, uint8_t count)
{
    uint16_t crc = 0xFFFF;
    while (count--)
        crc = _crc_ccitt_update(crc, *bytes++);
    return crc;
}

// Decodes in place; 0 when the bytes are no COBS.
static uint8_t cobs_decode(uint8_t *bytes, uint8_t count)
{
    uint8_t out = 0, in = 0;
    while (in < count) {
        uint8_t run = bytes[in++];
        if (run - 1 > count - in)
            return 0;
        for (uint8_t left = run - 1; left; left--)
            bytes[out++] = bytes[in++];
        if (in < count)
            bytes[out++] = 0;
    }
    return out;
}

static uint8_t cobs_encode(const uint8_t *bytes, uint8_t count, uint8_t *out)
{
    uint8_t *mark = out++;
    *mark = 1;
    uint8_t length = 1;
    while (count--) {
        length++;
        if (*bytes) {
            *out++ = *bytes;
            (*mark)++;
        } else {
            mark = out++;
            *mark = 1;
        }
        bytes++;
    }
    return length;
}

static bool parse(uint8_t *bytes, uint8_t count, frame *into)
{
    uint8_t size = cobs_decode(bytes, count);
    if (size < BODY_LEAST || size > BODY_MOST)
        return false;
    memcpy(&into->crc, bytes + size - 2, 2);
    if (crc_of(bytes, size - 2) != into->crc)
        return false;
    into->type = bytes[0];
    memcpy(&into->nonce, bytes + 1, 4);
    memcpy(&into->id, bytes + 5, 4);
    into->length = size - BODY_LEAST;
    memcpy(into->payload, bytes + HEAD, into->length);
    return true;
}

frame_event frame_take(frame_reader *reader, uint8_t byte, frame *into)
{
    if (byte) {
        if (reader->count < ENCODED_MOST)
            reader->bytes[reader->count++] = byte;
        else
            reader->is_too_long = true;
        return FRAME_NONE;
    }
    uint8_t count = reader->count;
    bool is_too_long = reader->is_too_long;
    reader->count = 0;
    reader->is_too_long = false;
    if (count == 0)
        return FRAME_NONE;
    return !is_too_long && parse(reader->bytes, count, into) ? FRAME_GOOD : FRAME_BAD;
}

uint8_t frame_write(const frame *from, uint8_t *wire)
{
    uint8_t body[BODY_MOST];
    body[0] = from->type;
    memcpy(body + 1, &from->nonce, 4);
    memcpy(body + 5, &from->id, 4);
    memcpy(body + HEAD, from->payload, from->length);
    uint8_t size = HEAD + from->length;
    uint16_t crc = crc_of(body, size);
    memcpy(body + size, &crc, 2);
    wire[0] = 0;
    uint8_t length = 1 + cobs_encode(body, size + 2, wire + 1);
    wire[length] = 0;
    return length + 1;
}
