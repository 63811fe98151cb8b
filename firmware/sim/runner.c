// Runs a firmware image in simavr, in real time, as a board on a pseudo-terminal.
//
//   runner IMAGE.hex EEPROM [NAME=PIN | PIN:LEVEL ...]
//
// NAME=PIN is an output to tell of, PIN:LEVEL an input and what stands at it; pins as on an Uno:
// D2, A0. The EEPROM's 1024 bytes are read from the file, and written back soon after they change.
//
// On standard output, one line each: `pty PATH` at the start, `boot SIM MONO` at each start of the
// program, `pin NAME LEVEL SIM MONO` at each change of a named output; SIM is simulated time, MONO
// the monotonic clock, both in nanoseconds. On standard input: `set PIN LEVEL` for an input,
// `reset`, `quit`, `hurry` (be faster than the clock while bytes come in) and `walk` (no more). The
// end of standard input is `quit`.

#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <simavr/avr_eeprom.h>
#include <simavr/avr_extint.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_hex.h>
#include <simavr/sim_time.h>

#define HZ 16000000
#define QUANTUM_CYCLES (HZ / 4000)       // how far simulated time may run ahead of the clock
#define BYTE_CYCLES 1500                 // a byte's time on the line: simavr counts eleven bits
#define EEPROM_SIZE 1024
#define SAVE_EVERY 40 // quanta
#define PINS_MOST 32

typedef struct {
    char name[32];
    char port; // 'B', 'C' or 'D'
    uint8_t bit;
    int level;
} pin;

static avr_t *avr;
static int line; // the pseudo-terminal's other end
static pin pins[PINS_MOST];
static int pin_count;
static uint8_t inputs[3], inputs_set[3]; // what stands at B, C, D from outside
static bool is_asleep, is_in_a_hurry, has_heard;

static uint64_t clock_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t simulated_ns(void)
{
    return avr->cycle * 1000 / (HZ / 1000000);
}

static void fail(const char *what)
{
    fprintf(stderr, "runner: %s\n", what);
    _exit(1);
}

static void tell_times(void)
{
    printf(" %llu %llu\n", (unsigned long long)simulated_ns(), (unsigned long long)clock_ns());
    fflush(stdout);
}

// ---- pins

static bool parse_pin(const char *text, char *port, uint8_t *bit)
{
    int number = atoi(text + 1);
    if (text[0] == 'A' && number >= 0 && number <= 5) {
        *port = 'C';
        *bit = (uint8_t)number;
    } else if (text[0] == 'D' && number >= 0 && number <= 13) {
        *port = number < 8 ? 'D' : 'B';
        *bit = (uint8_t)(number < 8 ? number : number - 8);
    } else {
        return false;
    }
    return true;
}

// PIN, DDR and PORT of B begin at 0x23, of C at 0x26, of D at 0x29. An output that is none yet, as
// in reset, is low: the wiring has pull-downs.
static int output_level(const pin *of)
{
    const uint8_t *registers = avr->data + 0x23 + 3 * (of->port - 'B');
    return (registers[1] & registers[2]) >> of->bit & 1;
}

static void look_at_outputs(void)
{
    static uint8_t seen[6];
    const uint8_t *now = avr->data + 0x23;
    const uint8_t state[6] = {now[1], now[2], now[4], now[5], now[7], now[8]};
    if (!memcmp(seen, state, sizeof seen))
        return;
    memcpy(seen, state, sizeof seen);
    for (int i = 0; i < pin_count; i++) {
        int level = output_level(&pins[i]);
        if (level == pins[i].level)
            continue;
        pins[i].level = level;
        printf("pin %s %d", pins[i].name, level);
        tell_times();
    }
}

static void apply_inputs(void)
{
    for (int port = 0; port < 3; port++) {
        char name = (char)('B' + port);
        avr_ioport_external_t external = {
            .name = (unsigned long)name, .mask = inputs_set[port], .value = inputs[port]};
        avr_ioctl(avr, AVR_IOCTL_IOPORT_SET_EXTERNAL(name), &external);
        for (int bit = 0; bit < 8; bit++) {
            if (!(inputs_set[port] >> bit & 1))
                continue;
            avr_irq_t *irq = avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(name), bit);
            uint32_t level = inputs[port] >> bit & 1;
            avr_raise_irq(irq, !level); // else a level as before the reset would be none
            avr_raise_irq(irq, level);
        }
    }
}

// ---- the serial line

static void on_output(struct avr_irq_t *irq, uint32_t byte, void *param)
{
    (void)irq;
    (void)param;
    uint8_t sent = (uint8_t)byte;
    // With nobody reading, the terminal fills up and the bytes are lost, as on any line.
    if (write(line, &sent, 1) < 0)
        return;
}

static avr_cycle_count_t on_byte_time(avr_t *a, avr_cycle_count_t when, void *param)
{
    (void)a;
    (void)param;
    uint8_t byte;
    if (read(line, &byte, 1) != 1)
        return when + BYTE_CYCLES;
    has_heard = true;
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT), byte);
    return when + BYTE_CYCLES;
}

static void open_line(void)
{
    int other;
    char path[64];
    struct termios raw;
    memset(&raw, 0, sizeof raw);
    cfmakeraw(&raw);
    // The far end stays open here too: a host that closes its port hangs nothing up.
    if (openpty(&line, &other, path, &raw, NULL) < 0)
        fail("no pseudo-terminal to be had");
    fcntl(line, F_SETFL, O_NONBLOCK);
    printf("pty %s\n", path);
    fflush(stdout);
}

// ---- the chip

static int eeprom_file;

static void load_eeprom(const char *path)
{
    static uint8_t bytes[EEPROM_SIZE];
    memset(bytes, 0xFF, sizeof bytes);
    eeprom_file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (eeprom_file < 0 || pread(eeprom_file, bytes, sizeof bytes, 0) < 0)
        fail("the EEPROM's file can't be read");
    avr_eeprom_desc_t all = {.ee = bytes, .offset = 0, .size = EEPROM_SIZE};
    avr_ioctl(avr, AVR_IOCTL_EEPROM_SET, &all);
}

static void save_eeprom(void)
{
    static uint8_t saved[EEPROM_SIZE], bytes[EEPROM_SIZE];
    avr_eeprom_desc_t all = {.ee = bytes, .offset = 0, .size = EEPROM_SIZE};
    avr_ioctl(avr, AVR_IOCTL_EEPROM_GET, &all);
    if (!memcmp(saved, bytes, sizeof bytes))
        return;
    memcpy(saved, bytes, sizeof bytes);
    // One write that shortens nothing: whoever is killed here leaves the old bytes or the new.
    if (pwrite(eeprom_file, bytes, sizeof bytes, 0) != sizeof bytes)
        fail("the EEPROM's file can't be written");
}

static void on_sleep(avr_t *a, avr_cycle_count_t cycles)
{
    (void)a;
    (void)cycles;
    is_asleep = true; // the pace is kept below
}

static void prepare(const char *image, const char *eeprom)
{
    ihex_chunk_p chunks = NULL;
    int count = read_ihex_chunks(image, &chunks);
    if (count <= 0)
        fail("the image can't be read");
    avr = avr_make_mcu_by_name("atmega328p");
    if (!avr)
        fail("this simavr has no atmega328p");
    avr_init(avr);
    avr->frequency = HZ;
    for (int i = 0; i < count; i++)
        avr_loadcode(avr, chunks[i].data, chunks[i].size, chunks[i].baseaddr);
    avr->vcc = avr->avcc = avr->aref = 5000;
    avr->sleep = on_sleep;
    avr->log = LOG_ERROR;
    // Else simavr looks at the pins D2 and D3 in every cycle, for interrupts that nobody enabled.
    avr_extint_set_strict_lvl_trig(avr, 0, 0);
    avr_extint_set_strict_lvl_trig(avr, 1, 0);
    uint32_t flags = 0;
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT),
                            on_output, NULL);
    load_eeprom(eeprom);
}

// The program begins at 0, and comes there again only by a reset.
static void look_at_reset(void)
{
    if (avr->pc != 0)
        return;
    apply_inputs();
    avr_cycle_timer_register(avr, BYTE_CYCLES, on_byte_time, NULL);
    printf("boot");
    tell_times();
}

// ---- orders from outside

static void drive(char port, uint8_t bit, bool is_high)
{
    uint8_t mask = (uint8_t)(1 << bit);
    int at = port - 'B';
    inputs_set[at] |= mask;
    inputs[at] = (uint8_t)((inputs[at] & ~mask) | (is_high ? mask : 0));
}

static void obey(char *order)
{
    char port;
    uint8_t bit;
    if (!strcmp(order, "quit")) {
        save_eeprom();
        _exit(0);
    } else if (!strcmp(order, "hurry") || !strcmp(order, "walk")) {
        is_in_a_hurry = *order == 'h';
    } else if (!strcmp(order, "reset")) {
        save_eeprom();
        avr_reset(avr);
        look_at_outputs();
        look_at_reset();
    } else if (!strncmp(order, "set ", 4) && parse_pin(order + 4, &port, &bit)) {
        drive(port, bit, order[strlen(order) - 1] == '1');
        apply_inputs();
    } else {
        fprintf(stderr, "runner: not understood: %s\n", order);
    }
}

static void look_at_orders(void)
{
    static char orders[4096];
    static size_t count;
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&input, 1, 0) <= 0)
        return;
    ssize_t got = read(STDIN_FILENO, orders + count, sizeof orders - 1 - count);
    if (got <= 0) {
        save_eeprom();
        _exit(0);
    }
    count += (size_t)got;
    orders[count] = 0;
    char *begin = orders, *end;
    while ((end = strchr(begin, '\n'))) {
        *end = 0;
        obey(begin);
        begin = end + 1;
    }
    count = strlen(begin);
    memmove(orders, begin, count + 1);
}

// ---- time

static void run_until(avr_cycle_count_t cycle)
{
    while (avr->cycle < cycle) {
        int state = avr_run(avr);
        if (state == cpu_Done || state == cpu_Crashed)
            fail("the program has crashed");
        look_at_outputs();
        if (!is_asleep)
            look_at_reset();
        is_asleep = false;
    }
}

// Simulated time follows the clock. Whoever kept this program from running for long is no reason
// to hurry afterwards: what is lost is lost.
static void keep_pace(uint64_t *begun_ns, avr_cycle_count_t *begun_cycle)
{
    uint64_t due_ns = *begun_ns + (avr->cycle - *begun_cycle) * 1000 / (HZ / 1000000);
    uint64_t now_ns = clock_ns();
    bool hurries = is_in_a_hurry && has_heard;
    has_heard = false;
    if (hurries || now_ns > due_ns + 20000000) {
        *begun_ns = now_ns;
        *begun_cycle = avr->cycle;
    } else if (now_ns < due_ns) {
        struct timespec until = {.tv_sec = (time_t)(due_ns / 1000000000),
                                 .tv_nsec = (long)(due_ns % 1000000000)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
    }
}

static void take_argument(const char *text)
{
    const char *equals = strchr(text, '='), *colon = strchr(text, ':');
    char port;
    uint8_t bit;
    if (equals && pin_count < PINS_MOST) {
        pin *new = &pins[pin_count++];
        if (!parse_pin(equals + 1, &new->port, &new->bit))
            fail("an output is written NAME=D2");
        snprintf(new->name, sizeof new->name, "%.*s", (int)(equals - text), text);
    } else if (colon && parse_pin(text, &port, &bit)) {
        drive(port, bit, colon[1] == '1');
    } else {
        fail("pins are written NAME=D2 or A0:1");
    }
}

int main(int argc, char **argv)
{
    if (argc < 3)
        fail("usage: runner IMAGE.hex EEPROM [NAME=PIN | PIN:LEVEL ...]");
    for (int i = 3; i < argc; i++)
        take_argument(argv[i]);
    prctl(PR_SET_TIMERSLACK, 1000, 0, 0, 0);
    prepare(argv[1], argv[2]);
    open_line();
    look_at_reset();
    uint64_t begun_ns = clock_ns();
    avr_cycle_count_t begun_cycle = avr->cycle;
    for (unsigned quanta = 1;; quanta++) {
        look_at_orders();
        run_until(avr->cycle + QUANTUM_CYCLES);
        keep_pace(&begun_ns, &begun_cycle);
        if (quanta % SAVE_EVERY == 0)
            save_eeprom();
    }
}
