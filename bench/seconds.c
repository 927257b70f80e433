/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench/seconds CONVERTER IN:OUT IN_PERIOD:OUT_PERIOD SECONDS: converts so many
 * seconds of noise, stereo, 16 bits, and nothing else, for those who count what
 * that takes; prints the heap that the converter holds.
 */
#include "config.h"

#include "measure/ratehost.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

static size_t heap_bytes(void)
{
	const struct mallinfo2 heap = mallinfo2();

	return heap.uordblks + heap.hblkhd;
}

int main(int argc, char **argv)
{
	struct bli_ratehost_setup setup = {
		.channels = 2, .in_format = SND_PCM_FORMAT_S16_LE, .out_format = SND_PCM_FORMAT_S16_LE,
	};
	struct bli_ratehost *host;
	char message[300];
	size_t before;
	int err;

	if (argc != 5 || sscanf(argv[2], "%u:%u", &setup.in_rate_hz, &setup.out_rate_hz) != 2 ||
	    sscanf(argv[3], "%zu:%zu", &setup.in_period_frames, &setup.out_period_frames) != 2) {
		fprintf(stderr, "usage: %s CONVERTER IN:OUT IN_PERIOD:OUT_PERIOD SECONDS\n", argv[0]);
		return 2;
	}
	err = bli_ratehost_open(&host, argv[1], NULL, message, sizeof(message));
	if (err < 0) {
		fprintf(stderr, "%s: %s\n", argv[1], message);
		return 1;
	}
	before = heap_bytes();
	err = bli_ratehost_init(host, &setup);
	if (err >= 0) {
		printf("heap %zu\n", heap_bytes() - before);
		bli_ratehost_time(host, (size_t)atol(argv[4]) * setup.in_rate_hz / setup.in_period_frames);
	}
	bli_ratehost_close(host);
	return err < 0;
}
