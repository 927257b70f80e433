/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "corehelp.h"
#include "preset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <cmocka.h>

/* Map room for `bytes` with a page without access on either side; the start of the room. */
static unsigned char *map_room(struct core_guarded *guarded, size_t bytes, size_t *room_bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char *room;

	*room_bytes = (bytes + page) / page * page;
	guarded->map_bytes = *room_bytes + 2 * page;
	guarded->map = mmap(NULL, guarded->map_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(guarded->map, MAP_FAILED);
	room = (unsigned char *)guarded->map + page;
	assert_int_equal(mprotect(room, *room_bytes, PROT_READ | PROT_WRITE), 0);
	return room;
}

void *core_guard_end(struct core_guarded *guarded, size_t bytes, size_t alignment)
{
	size_t room_bytes;
	unsigned char *room = map_room(guarded, bytes + alignment, &room_bytes);

	guarded->data = room + (room_bytes - bytes) / alignment * alignment;
	return guarded->data;
}

void *core_guard_start(struct core_guarded *guarded, size_t bytes)
{
	size_t room_bytes;

	guarded->data = map_room(guarded, bytes, &room_bytes);
	return guarded->data;
}

void core_guard_free(struct core_guarded *guarded)
{
	munmap(guarded->map, guarded->map_bytes);
}

/* xorshift64* (S. Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016) */
uint64_t core_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(2685821657736338717);
}

double core_random_value(uint64_t *state)
{
	return (double)((int64_t)(core_random(state) >> 39) - (INT64_C(1) << 24)) * 0x1p-24;
}

const struct bli_kernel *core_kernel(void)
{
	const struct bli_kernel *kernel = bli_kernel_find(getenv("BLI_KERNEL"));

	if (!kernel) {
		print_error("BLI_KERNEL=%s names no kernel that this build and this processor have\n",
			    getenv("BLI_KERNEL"));
		exit(99);
	}
	return kernel;
}

size_t core_value_size(enum bli_precision precision)
{
	return precision == BLI_FLOAT ? sizeof(float) : sizeof(double);
}

void core_put(enum bli_precision precision, void *values, size_t i, double value)
{
	if (precision == BLI_FLOAT)
		((float *)values)[i] = (float)value;
	else
		((double *)values)[i] = value;
}

double core_get(enum bli_precision precision, const void *values, size_t i)
{
	return precision == BLI_FLOAT ? (double)((const float *)values)[i] : ((const double *)values)[i];
}

double core_cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

struct bli_resampler_config core_config(const char *preset, size_t in_frames, size_t out_frames, unsigned channels)
{
	const struct bli_format real = { 8, 64, false, false, true };

	return (struct bli_resampler_config){
		.in_frames = in_frames, .out_frames = out_frames, .channels = channels, .in_format = real,
		.out_format = real, .requirement = bli_preset_find(preset)->requirement, .gain = 1,
		.kernel = core_kernel(),
	};
}

void core_open(struct bli_resampler *resampler, const struct bli_resampler_config *config)
{
	int error = bli_resampler_open(resampler, config);

	if (error)
		fail_msg("%zu:%zu frames, %u channels: error %d", config->in_frames, config->out_frames,
			 config->channels, error);
}

void core_run(struct bli_resampler *resampler, const void *in, void *out, size_t periods)
{
	const struct bli_resampler_config *config = &resampler->config;
	size_t in_step = config->channels * config->in_format.bytes,
	       out_step = config->channels * config->out_format.bytes;

	for (size_t period = 0; period < periods; period++) {
		struct bli_area in_area[BLI_CHANNELS_MAX], out_area[BLI_CHANNELS_MAX];

		for (size_t channel = 0; channel < config->channels; channel++) {
			in_area[channel].samples = (char *)(uintptr_t)in + period * config->in_frames * in_step +
						   channel * config->in_format.bytes;
			in_area[channel].step = (ptrdiff_t)in_step;
			out_area[channel].samples = (char *)out + period * config->out_frames * out_step +
						    channel * config->out_format.bytes;
			out_area[channel].step = (ptrdiff_t)out_step;
		}
		bli_resampler_convert(resampler, out_area, config->out_frames, in_area, config->in_frames);
	}
}

void core_run_once(const struct bli_resampler_config *config, const double *in, double *out, size_t periods)
{
	struct bli_resampler resampler;

	core_open(&resampler, config);
	core_run(&resampler, in, out, periods);
	bli_resampler_close(&resampler);
}

double *core_values(size_t count)
{
	double *memory = calloc(count, sizeof(*memory));

	assert_non_null(memory);
	return memory;
}

double *core_noise(size_t count, uint64_t seed)
{
	double *memory = core_values(count);

	for (size_t i = 0; i < count; i++)
		memory[i] = 0.5 * core_random_value(&seed);
	return memory;
}

const size_t core_pairs[CORE_PAIRS][2] = {
	{ 1, 1 }, { 1, 2 }, { 2, 1 }, { 1, 3 }, { 3, 2 }, { 2, 3 }, { 4, 3 }, { 5, 4 }, { 6, 5 }, { 7, 5 }, { 5, 7 },
	{ 7, 6 }, { 1, 768 }, { 768, 1 }, { 2, 1535 }, { 1535, 2 }, { 441, 480 }, { 480, 441 }, { 441, 160 },
	{ 160, 441 }, { 441, 80 }, { 1920, 480 }, { 80, 1920 }, { 128, 139 }, { 64, 70 }, { 1024, 1115 }, { 1114, 1024 },
	{ 15, 16 }, { 17, 16 }, { 31, 33 }, { 33, 100 },
};
