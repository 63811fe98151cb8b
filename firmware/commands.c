// Every rule of the protocol that is about commands, in the order in which it is applied.

#include "commands.h"

#include <avr/interrupt.h>
#include <string.h>

#include "doors.h"
#include "frames.h"
#include "layout.h"
#include "memory.h"
#include "nonce.h"
#include "protocol.h"
#include "pulses.h"
#include "uart.h"

static uint8_t board_id;
static frame_reader reader;
static frame command; // the one being answered
static frame reply;   // the last one to a command that was executed, or to none yet
static uint32_t last_id;
static uint16_t last_crc;
static uint16_t bad_frames;
static bool is_subscribed;
static bool is_silent = true; // nobody has spoken since boot, or for too long
static uint32_t heard_ms;

void commands_start(void)
{
    board_id = memory_board_id();
}

static void send(const frame *what)
{
    uint8_t wire[FRAME_MOST];
    uart_write(wire, frame_write(what, wire));
}

static void begin(frame *to, uint8_t type, uint32_t id)
{
    to->type = type;
    to->nonce = nonce();
    to->id = id;
    to->length = 0;
}

static void put(frame *to, uint8_t byte)
{
    to->payload[to->length++] = byte;
}

static void put16(frame *to, uint16_t number)
{
    put(to, (uint8_t)number);
    put(to, (uint8_t)(number >> 8));
}

static void put_doors(frame *to)
{
    put16(to, doors_seq());
    put(to, doors_levels());
}

static uint16_t argument16(uint8_t at)
{
    return (uint16_t)(command.payload[at] | command.payload[at + 1] << 8);
}

// Each of these does what its command says and tells the result; what its reply carries beside
// the result is put into the reply.

static uint8_t pulse(void)
{
    uint8_t latch = command.payload[0];
    uint16_t ms = argument16(1);
    if (latch < 1 || latch > LATCHES || ms < PULSE_SHORTEST_MS || ms > PULSE_LONGEST_MS)
        return RESULT_BAD_ARGUMENT;
    if (pulse_is_on(latch - 1))
        return RESULT_BUSY;
    pulse_begin(latch - 1, ms);
    return RESULT_OK;
}

static uint8_t lamps(void)
{
    uint8_t mask = command.payload[0], lit = command.payload[1];
    if (mask >> LAMPS)
        return RESULT_BAD_ARGUMENT;
    lamps_light((lamps_lit() & ~mask) | (lit & mask));
    return RESULT_OK;
}

static uint8_t buzzer(void)
{
    uint16_t ms = argument16(0);
    if (ms > BUZZER_LONGEST_MS)
        return RESULT_BAD_ARGUMENT;
    buzzer_sound(ms);
    return RESULT_OK;
}

static uint8_t read_doors(void)
{
    put_doors(&reply);
    return RESULT_OK;
}

static uint8_t subscribe(void)
{
    if (command.payload[0] > 1)
        return RESULT_BAD_ARGUMENT;
    is_subscribed = command.payload[0];
    doors_keep_events(is_subscribed);
    put_doors(&reply);
    return RESULT_OK;
}

static uint8_t ping(void)
{
    put_doors(&reply);
    put(&reply, lamps_lit());
    put(&reply, pulses_on());
    put16(&reply, bad_frames);
    put(&reply, is_subscribed);
    return RESULT_OK;
}

static uint8_t off(void)
{
    all_off();
    return RESULT_OK;
}

#ifdef HANG_ON_COMMAND
static uint8_t hang(void)
{
    cli();
    for (;;)
        ;
    return RESULT_OK; // never: the compiler wants it said
}
#endif

typedef struct {
    uint8_t type;
    uint8_t length;
    uint8_t (*execute)(void);
} known_command;

static const known_command known[] = {
    {TYPE_PULSE, 3, pulse},          {TYPE_LAMPS, 2, lamps}, {TYPE_BUZZER, 2, buzzer},
    {TYPE_READ_DOORS, 0, read_doors}, {TYPE_SUBSCRIBE, 1, subscribe}, {TYPE_PING, 0, ping},
    {TYPE_ALL_OFF, 0, off},
#ifdef HANG_ON_COMMAND
    {TYPE_HANG, 0, hang},
#endif
};

static uint8_t execute(void)
{
    for (uint8_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].type == command.type)
            return command.length == known[i].length ? known[i].execute() : RESULT_BAD_LENGTH;
    return RESULT_UNKNOWN_TYPE;
}

static void hear(uint32_t now_ms)
{
    heard_ms = now_ms;
    is_silent = false;
}

static void answer_hello(uint32_t now_ms)
{
    uint8_t result = RESULT_OK;
    if (command.length == 0)
        result = RESULT_BAD_LENGTH;
    else if (command.payload[0] != PROTOCOL_VERSION)
        result = RESULT_BAD_VERSION;
    else if (command.length != 1)
        result = RESULT_BAD_LENGTH;
    if (result == RESULT_OK)
        hear(now_ms);
    static frame hello;
    begin(&hello, TYPE_HELLO | TYPE_REPLY, 0);
    put(&hello, result);
    put(&hello, PROTOCOL_VERSION);
    put(&hello, FIRMWARE_MAJOR);
    put(&hello, FIRMWARE_MINOR);
    put(&hello, FIRMWARE_PATCH);
    put(&hello, board_id);
    put(&hello, LATCHES);
    put(&hello, DOORS);
    put(&hello, LAMPS);
    put(&hello, 1); // a buzzer
    put16(&hello, PULSE_LONGEST_MS);
    put16(&hello, SILENCE_MS);
    put16(&hello, (uint16_t)last_id);
    put16(&hello, (uint16_t)(last_id >> 16));
    put16(&hello, bad_frames);
    send(&hello);
}

static void refuse(uint8_t result)
{
    static frame refusal; // not `reply`, which may be asked for again
    begin(&refusal, command.type | TYPE_REPLY, command.id);
    put(&refusal, result);
    send(&refusal);
}

static void answer(uint32_t now_ms)
{
    if (command.nonce != nonce()) {
        refuse(RESULT_STALE_BOOT);
        return;
    }
    hear(now_ms);
    if (command.id != 0 && command.id == last_id && command.crc == last_crc) {
        send(&reply);
        return;
    }
    if (command.id <= last_id) {
        refuse(RESULT_STALE_ID);
        return;
    }
    last_id = command.id;
    last_crc = command.crc;
    begin(&reply, command.type | TYPE_REPLY, command.id);
    put(&reply, RESULT_OK);
    reply.payload[0] = execute();
    if (reply.payload[0] != RESULT_OK)
        reply.length = 1;
    send(&reply);
}

static void count_bad(void)
{
    if (bad_frames != UINT16_MAX)
        bad_frames++;
}

void commands_take(uint8_t byte, uint32_t now_ms)
{
    frame_event event = frame_take(&reader, byte, &command);
    if (event == FRAME_NONE)
        return;
    if (event == FRAME_BAD || command.type & TYPE_REPLY)
        count_bad();
    else if (command.type == TYPE_HELLO)
        answer_hello(now_ms);
    else
        answer(now_ms);
}

void commands_watch_silence(uint32_t now_ms)
{
    if (is_silent || now_ms - heard_ms < SILENCE_MS)
        return;
    is_silent = true;
    all_off();
    is_subscribed = false;
    doors_keep_events(false);
    nonce_renew();
}

bool commands_send_events(void)
{
    door_event change;
    while (uart_room() >= FRAME_MOST) {
        if (!doors_next_event(&change))
            return true;
        frame event;
        begin(&event, TYPE_DOOR, 0);
        put16(&event, change.seq);
        put(&event, change.door);
        put(&event, (uint8_t)(change.levels >> (change.door - 1) & 1));
        put(&event, change.levels);
        send(&event);
    }
    return false;
}
