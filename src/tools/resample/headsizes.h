/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sizes in the headers of sound files that go into a pipe: libsndfile learns
 * them at the end, when the header is gone.
 */
#ifndef BLI_HEADSIZES_H
#define BLI_HEADSIZES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a file will hold. */
struct headsizes {
	int64_t frames;		/* -1: not known */
	unsigned frame_bytes;	/* 0: not constant */
};

/* True if a file of that SF_FORMAT_ word can be written without going back. */
bool headsizes_possible(int format, const struct headsizes *sizes);

/* Bytes of samples, or what stands for a number that is not known. */
int64_t headsizes_data_bytes(const struct headsizes *sizes);

/* Sets the sizes in the `bytes` bytes of a WAV, RF64 or FLAC header, all of it; others are left alone. */
void headsizes_set(int format, unsigned char *head, size_t bytes, const struct headsizes *sizes);

#endif
