// The numbers of docs/arduino-protocol.md.
#pragma once

#define PROTOCOL_VERSION 1

#define FIRMWARE_MAJOR 1
#define FIRMWARE_MINOR 0
#define FIRMWARE_PATCH 0

#define SILENCE_MS 1000

enum {
    TYPE_HELLO = 0x01,
    TYPE_PULSE = 0x02,
    TYPE_LAMPS = 0x03,
    TYPE_BUZZER = 0x04,
    TYPE_READ_DOORS = 0x05,
    TYPE_SUBSCRIBE = 0x06,
    TYPE_PING = 0x07,
    TYPE_ALL_OFF = 0x08,
    TYPE_DOOR = 0x40,
    TYPE_HANG = 0x7F, // only in the image that tests the watchdog
    TYPE_REPLY = 0x80,
};

enum {
    RESULT_OK = 0,
    RESULT_STALE_BOOT = 1,
    RESULT_STALE_ID = 2,
    RESULT_BAD_ARGUMENT = 3,
    RESULT_BUSY = 4,
    RESULT_UNKNOWN_TYPE = 5,
    RESULT_BAD_VERSION = 6,
    RESULT_BAD_LENGTH = 7,
};
