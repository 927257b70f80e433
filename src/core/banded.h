/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Banded stages: a polyphase FIR as a banded matrix (see kernel.h), with its
 * coefficients and its history.
 */
#ifndef BLI_BANDED_H
#define BLI_BANDED_H

#include "filter.h"
#include "kernel.h"
#include "setup.h"

/* How a stage does it: see kernel.h for groups, streams and tiles. */
struct bli_banded_layout {
	size_t ratio_in, ratio_out;	/* in_frames : out_frames in lowest terms; ratio_out is the number of phases */
	size_t cycles;			/* of ratio_in : ratio_out frames in a period */
	size_t periods;			/* in a run, at most */
	size_t joined;			/* of them that the kernel takes as one: all, or 1 where groups are longer than a period */
	size_t pattern;			/* cycles that one pass over the bank covers; 1 if the bank is mirrored */
	size_t group_frames;		/* output frames in a group: width·lanes of the kernel */
	size_t history;			/* input frames kept from earlier periods */
	size_t tile_streams;		/* most streams per call of the kernel */
	struct bli_bank bank;		/* its dimensions; the arrays are NULL until a stage is opened */
	size_t bank_bytes;		/* of the bank's coefficients */
	double cost;			/* estimated, in clock cycles per period, in the longest runs */
};

/*
 * Lay out a stage of in_frames to out_frames per period, in runs of up to
 * `periods` ≥ 1, with a filter of `taps` for a kernel and a number of channels.
 * No errors: any stage with frames in range has a layout.
 */
BLI_SETUP
void bli_banded_lay_out(struct bli_banded_layout *layout, size_t in_frames, size_t out_frames, size_t periods,
			size_t taps, const struct bli_kernel *kernel, enum bli_precision precision, size_t channels);

struct bli_banded {
	struct bli_banded_layout layout;
	size_t in_frames;	/* per period */
	bli_kernel_tile *tile;
	size_t value_size;	/* of a float or a double */
	size_t channels;
	size_t stride;		/* frames from one channel of input to the next */
	size_t bytes;		/* allocated in all */
	void *columns, *input;	/* input: [channels][stride], history first */
	size_t *offsets;	/* [4][groups] of the bank: first_in, first_out, mirror_in, mirror_out */
};

/*
 * The functions of stage.h for this kind.  Opening takes the layout, the filter,
 * kernel, precision and channels that it was made for, and returns 0 or −ENOMEM.
 */
BLI_SETUP
int bli_banded_open(struct bli_banded *stage, const struct bli_banded_layout *layout, const struct bli_filter *filter,
		    const struct bli_kernel *kernel, enum bli_precision precision, size_t channels, double gain);
void bli_banded_close(struct bli_banded *stage);
void bli_banded_reset(struct bli_banded *stage);
void *bli_banded_input(const struct bli_banded *stage, size_t channel);
void bli_banded_run(struct bli_banded *stage, size_t periods, void *const *out);

#endif
