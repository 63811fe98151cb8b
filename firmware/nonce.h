// The nonce: a number that tells one life of the board from all its others.
#pragma once

#include <stdint.h>

// Makes the first nonce of this boot.
void nonce_start(void);

// Makes a new one: orders that were meant for the old one are orders no more.
void nonce_renew(void);

uint32_t nonce(void);
