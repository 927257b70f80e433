/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Steady time: once a stream runs, converting faults no page, takes about as
 * long every time, and no longer for one signal than for another.
 *
 * steady          pages faulted in 10^5 converts, and denormals in the arithmetic: both must be none
 * steady --times  that, and the times: 10^6 calls of each of some conversions, and several kinds of signals.
 *                 Times are printed; what is asserted is gross, because other programs may run beside this one.
 */
#include "heapspy.h"
#include "plughelp.h"
#include "preset.h"
#include "resampler.h"

#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#ifdef __SSE2__
#include <xmmintrin.h>
#endif

#define FAULT_CONVERTS 100000
#define PLACES 1000		/* calls after a reset, always the same ones */
#define ROUNDS 1000
#define WORST_RATIO_MAX 3	/* of a call's least time in all rounds to the median */
#define KIND_RATIO_MAX 1.5	/* of a signal's median time to that of noise */
#define KIND_CALLS 30		/* between two readings of the clock */
#define KIND_ROUNDS 41
#define HISTORY_CALLS 5
#define KIND_TRIALS 5

static unsigned failures;

static void __attribute__((noreturn)) give_up(const char *what)
{
	printf("cannot run: %s\n", what);
	exit(99);
}

static void judge(bool good, const char *what)
{
	printf("%s %s", good ? "ok" : "FAIL", what);
	failures += !good;
}

/* ---- streams of the plugin ---------------------------------------------- */

struct conversion {
	const char *converter;
	unsigned in_hz, out_hz;
	size_t in_period, out_period;
	unsigned channels;
	snd_pcm_format_t format;	/* of both sides */
};

struct stream {
	struct plug plug;
	struct plug_side in, out;
};

static void stream_open(struct stream *stream, const struct conversion *conversion)
{
	snd_pcm_rate_info_t info = plug_info(conversion->in_hz, conversion->in_period, conversion->out_hz,
					     conversion->out_period, conversion->channels, conversion->format,
					     conversion->format);

	plug_side_open(&stream->in, conversion->format, conversion->channels, conversion->in_period, PLUG_INTERLEAVED);
	plug_side_open(&stream->out, conversion->format, conversion->channels, conversion->out_period,
		       PLUG_INTERLEAVED);
	plug_side_noise(&stream->in, 1, 1);
	plug_side_fill(&stream->out, 0);
	if (plug_open(&stream->plug, conversion->converter, NULL) < 0 ||
	    stream->plug.ops.init(stream->plug.object, &info) < 0)
		give_up("a converter does not open");
}

static void stream_close(struct stream *stream)
{
	plug_close(&stream->plug);
	plug_side_close(&stream->in);
	plug_side_close(&stream->out);
}

/* ---- page faults -------------------------------------------------------- */

static const struct conversion fault_conversions[] = {
	{ NULL, 44100, 48000, 441, 480, 2, SND_PCM_FORMAT_S16 },
	{ NULL, 44100, 48000, 1024, 1115, 2, SND_PCM_FORMAT_S32 },
	{ NULL, 44100, 48000, 64, 70, 1, SND_PCM_FORMAT_S24_3LE },
	{ NULL, 44100, 16000, 441, 160, 1, SND_PCM_FORMAT_S16 },
	{ NULL, 48000, 16000, 480, 160, 8, SND_PCM_FORMAT_S32 },
	{ NULL, 48000, 48000, 256, 256, 2, SND_PCM_FORMAT_S16 },
};

#define FAULT_CONVERSIONS (sizeof(fault_conversions) / sizeof(fault_conversions[0]))

static long page_faults(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) < 0)
		give_up("getrusage");
	return usage.ru_minflt + usage.ru_majflt;
}

/* Pages touched for the first time must count, or none ever would. */
static void check_page_faults(void)
{
	const size_t bytes = (size_t)64 * 4096;
	volatile char *fresh = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long before = page_faults();

	if (fresh == MAP_FAILED)
		give_up("mmap");
	for (size_t i = 0; i < bytes; i += 4096)
		fresh[i] = 1;
	if (page_faults() == before)
		give_up("page faults are not counted here");
	munmap((void *)(uintptr_t)fresh, bytes);
}

/* Faults in `converts` calls of one converter; *first gets those of the very first calls of each stream. */
static long count_faults(const char *converter, unsigned converts, long *first)
{
	struct stream streams[FAULT_CONVERSIONS];
	long before;

	for (size_t i = 0; i < FAULT_CONVERSIONS; i++) {
		struct conversion conversion = fault_conversions[i];

		conversion.converter = converter;
		stream_open(&streams[i], &conversion);
	}
	before = page_faults();
	for (size_t i = 0; i < FAULT_CONVERSIONS; i++)
		plug_convert(&streams[i].plug, &streams[i].out, &streams[i].in);
	*first = page_faults() - before;
	before = page_faults();
	for (unsigned n = 0; n < converts; n++) {
		struct stream *stream = &streams[n % FAULT_CONVERSIONS];

		if (n % 1000 == 0)
			stream->plug.ops.reset(stream->plug.object);
		plug_convert(&stream->plug, &stream->out, &stream->in);
	}
	before = page_faults() - before;
	for (size_t i = 0; i < FAULT_CONVERSIONS; i++)
		stream_close(&streams[i]);
	return before;
}

static void test_page_faults(void)
{
	unsigned presets = 0;
	bool locked;
	char text[200];

	check_page_faults();
	while (bli_presets[presets].name)
		presets++;
	locked = mlockall(MCL_CURRENT | MCL_FUTURE) == 0;
	for (unsigned i = 0; i < presets; i++) {
		unsigned converts = FAULT_CONVERTS / presets + 1;
		long first, faults = count_faults(bli_presets[i].name, converts, &first);

		/* without a lock the kernel may take a page away and give it back; not again and again */
		for (unsigned trial = 1; faults > 0 && !locked && trial < 3; trial++)
			faults = count_faults(bli_presets[i].name, converts, &first);
		snprintf(text, sizeof(text), "%s: %ld page faults in %u converts %s; %ld in the first of each stream\n",
			 bli_presets[i].name, faults, converts, locked ? "in locked memory" : "after the first", first);
		judge(faults == 0 && (first == 0 || !locked), text);
	}
	if (locked)
		munlockall();
}

/* ---- times of single calls ---------------------------------------------- */

static const struct conversion timed_conversions[] = {
	{ "bli", 44100, 48000, 441, 480, 2, SND_PCM_FORMAT_S16 },
	{ "bli", 44100, 48000, 1024, 1115, 2, SND_PCM_FORMAT_S16 },
	{ "bli", 48000, 16000, 96, 32, 2, SND_PCM_FORMAT_S16 },
	{ "bli_best", 44100, 48000, 147, 160, 2, SND_PCM_FORMAT_S32 },
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return 1e9 * (double)now.tv_sec + (double)now.tv_nsec;
}

static int compare_times(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static long preemptions(void)
{
	struct rusage usage;

	return getrusage(RUSAGE_SELF, &usage) == 0 ? usage.ru_nivcsw : -1;
}

/* As audio threads run, where that is allowed: before all that is not real-time. */
static bool hurry(bool realtime)
{
	const struct sched_param first = { .sched_priority = sched_get_priority_min(SCHED_FIFO) }, usual = { 0 };

	return sched_setscheduler(0, realtime ? SCHED_FIFO : SCHED_OTHER, realtime ? &first : &usual) == 0;
}

/* Time every call: ns[ROUNDS·PLACES]; least[PLACES] gets the least time of each place in all rounds. */
static void time_calls(struct stream *stream, float *ns, float *least)
{
	for (size_t round = 0; round < ROUNDS; round++) {
		double round_start = now_ns();

		stream->plug.ops.reset(stream->plug.object);
		for (size_t place = 0; place < PLACES; place++) {
			double start = now_ns();
			float taken;

			plug_convert(&stream->plug, &stream->out, &stream->in);
			taken = (float)(now_ns() - start);
			ns[round * PLACES + place] = taken;
			if (round == 0 || taken < least[place])
				least[place] = taken;
		}
		/* Linux holds real-time threads that never rest for 50 ms in every second (sched(7),
		 * sched_rt_runtime_us) */
		usleep((useconds_t)((now_ns() - round_start) / 4e3));
	}
}

/*
 * The worst time on the clock belongs to whatever else the machine did in that
 * moment.  What belongs to the converter comes back in every round: the
 * slowest place, taken at its least, is its own worst case.
 */
static void test_call_times(const struct conversion *conversion)
{
	const size_t calls = (size_t)ROUNDS * PLACES;
	float *ns = malloc(calls * sizeof(*ns)), least[PLACES];
	struct stream stream;
	double median, own_worst;
	char text[200];
	bool realtime;
	long before;

	if (!ns)
		give_up("no memory");
	memset(ns, 0, calls * sizeof(*ns));
	stream_open(&stream, conversion);
	realtime = hurry(true);
	before = preemptions();
	time_calls(&stream, ns, least);
	before = preemptions() - before;
	hurry(false);
	stream_close(&stream);
	qsort(ns, calls, sizeof(*ns), compare_times);
	qsort(least, PLACES, sizeof(*least), compare_times);
	median = (double)ns[calls / 2];
	own_worst = (double)least[PLACES - 1];
	snprintf(text, sizeof(text),
		 "%s %zu:%zu: the slowest call takes %.2f us at its least, %.2f times the median of %.2f us\n",
		 conversion->converter, conversion->in_period, conversion->out_period, own_worst / 1e3,
		 own_worst / median, median / 1e3);
	judge(own_worst <= WORST_RATIO_MAX * median, text);
	printf("   %zu calls, us: least %.2f, 99 %% %.2f, 99.9 %% %.2f, 99.99 %% %.2f, worst %.2f = %.1f times the "
	       "median; "
	       "%s, preempted %ld times\n",
	       calls, (double)ns[0] / 1e3, (double)ns[calls / 100 * 99] / 1e3, (double)ns[calls / 1000 * 999] / 1e3,
	       (double)ns[calls / 10000 * 9999] / 1e3, (double)ns[calls - 1] / 1e3, (double)ns[calls - 1] / median,
	       realtime ? "SCHED_FIFO" : "SCHED_OTHER", before);
	free(ns);
}

/* ---- kinds of signals --------------------------------------------------- */

enum kind { NOISE, SILENCE, SQUARE, LEAST_BIT, DENORMAL, KINDS };

static const char *const kind_names[KINDS] = {
	"noise", "silence", "a full-scale square", "a square of one least bit", "a denormal signal",
};

/* A conversion through the core, which takes floats too. */
struct core_case {
	const char *preset;
	size_t in_frames, out_frames;
	unsigned char bytes, bits;	/* of a sample, in and out */
	bool is_float;
};

static const struct core_case core_cases[] = {
	{ "bli", 441, 480, 2, 16, false },	{ "bli", 441, 480, 4, 32, false },
	{ "bli", 441, 480, 4, 32, true },	{ "bli", 441, 480, 8, 64, true },
	{ "bli", 441, 160, 4, 32, true },	{ "bli_best", 441, 480, 8, 64, true },
	{ "bli_linear", 441, 480, 4, 32, true },
};

#define CORE_CHANNELS 2
#define CORE_FRAMES_MAX 480

/* The sample of a kind at `frame`, full scale being 1. */
static double kind_value(enum kind kind, const struct core_case *format, size_t frame, uint32_t *seed)
{
	double sign = frame / 50 % 2 ? -1 : 1, random = (int32_t)plug_random(seed) / 2147483648.0;

	switch (kind) {
	case NOISE:
		return random;
	case SQUARE:
		return sign;
	case LEAST_BIT:
		return sign * ldexp(1, 1 - (format->is_float ? 24 : format->bits));
	case DENORMAL:
		return random * (format->bits == 64 ? 1e-310 : 1e-40);
	default:
		return 0;
	}
}

static void put_value(const struct core_case *format, void *samples, size_t i, double value)
{
	double full = ldexp(1, format->bits - 1), rounded = fmax(fmin(rint(value * full), full - 1), -full);

	if (format->is_float && format->bits == 64)
		((double *)samples)[i] = value;
	else if (format->is_float)
		((float *)samples)[i] = (float)value;
	else if (format->bits == 16)
		((int16_t *)samples)[i] = (int16_t)rounded;
	else
		((int32_t *)samples)[i] = (int32_t)rounded;
}

struct core_stream {
	struct bli_resampler resampler;
	double in[KINDS][CORE_FRAMES_MAX * CORE_CHANNELS], out[CORE_FRAMES_MAX * CORE_CHANNELS]; /* of any format */
};

static void core_open(struct core_stream *stream, const struct core_case *format)
{
	const struct bli_format pcm = { .bytes = format->bytes, .bits = format->bits, .is_float = format->is_float };
	const struct bli_resampler_config config = {
		.in_frames = format->in_frames, .out_frames = format->out_frames, .channels = CORE_CHANNELS,
		.in_format = pcm, .out_format = pcm, .requirement = bli_preset_find(format->preset)->requirement,
		.gain = 1, .kernel = bli_kernel_find(getenv("BLI_KERNEL")),
	};
	uint32_t seed = 1;

	if (bli_resampler_open(&stream->resampler, &config) < 0)
		give_up("a resampler does not open");
	for (enum kind kind = NOISE; kind < KINDS; kind++)
		for (size_t i = 0; i < format->in_frames * CORE_CHANNELS; i++)
			put_value(format, stream->in[kind], i, kind_value(kind, format, i / CORE_CHANNELS, &seed));
}

static void convert_kind(struct core_stream *stream, enum kind kind, unsigned calls)
{
	const struct bli_resampler_config *config = &stream->resampler.config;
	struct bli_area in[CORE_CHANNELS], out[CORE_CHANNELS];

	for (size_t c = 0; c < CORE_CHANNELS; c++) {
		in[c].samples = (char *)stream->in[kind] + c * config->in_format.bytes;
		out[c].samples = (char *)stream->out + c * config->out_format.bytes;
		in[c].step = out[c].step = CORE_CHANNELS * config->in_format.bytes;
	}
	for (unsigned i = 0; i < calls; i++)
		bli_resampler_convert(&stream->resampler, out, config->out_frames, in, config->in_frames);
}

static float time_kind(struct core_stream *stream, enum kind kind)
{
	double start;

	/* the first calls still have the signal before in their history */
	convert_kind(stream, kind, HISTORY_CALLS);
	start = now_ns();
	convert_kind(stream, kind, KIND_CALLS);
	return (float)((now_ns() - start) / KIND_CALLS);
}

/* Median times of all kinds in ns, rounds of them alternating. */
static void time_kinds(struct core_stream *stream, double *median)
{
	static float ns[KINDS][KIND_ROUNDS];

	for (size_t round = 0; round < KIND_ROUNDS; round++)
		for (enum kind kind = NOISE; kind < KINDS; kind++)
			ns[kind][round] = time_kind(stream, kind);
	for (enum kind kind = NOISE; kind < KINDS; kind++) {
		qsort(ns[kind], KIND_ROUNDS, sizeof(ns[kind][0]), compare_times);
		median[kind] = (double)ns[kind][KIND_ROUNDS / 2];
	}
}

static void test_kinds(const struct core_case *format)
{
	static struct core_stream stream;
	double least[KINDS], noise_ns = 0;
	bool slow = true;

	core_open(&stream, format);
	for (unsigned trial = 0; trial < KIND_TRIALS && slow; trial++) {
		double median[KINDS];

		slow = false;
		time_kinds(&stream, median);
		noise_ns = median[NOISE];
		for (enum kind kind = SILENCE; kind < KINDS; kind++) {
			double ratio = median[kind] / noise_ns;

			least[kind] = trial == 0 ? ratio : fmin(least[kind], ratio);
			slow |= least[kind] > KIND_RATIO_MAX;
		}
	}
	bli_resampler_close(&stream.resampler);
	for (enum kind kind = SILENCE; kind < (format->is_float ? KINDS : DENORMAL); kind++) {
		char text[200];

		snprintf(text, sizeof(text), "%s %zu:%zu, %d-bit %s: %s takes %.2f times as long as noise (%.2f us)\n",
			 format->preset, format->in_frames, format->out_frames, format->bits,
			 format->is_float ? "floats" : "integers", kind_names[kind], least[kind], noise_ns / 1e3);
		judge(least[kind] <= KIND_RATIO_MAX, text);
	}
}

#ifdef __SSE2__

#define MXCSR_DENORMAL 0x02u	/* an operand was denormal; Intel SDM volume 1, 10.2.3 */
#define MXCSR_UNDERFLOW 0x10u	/* a result was */

/* Flags that a kind raises, from silence to it and back. */
static unsigned tiny_numbers(struct core_stream *stream, enum kind kind)
{
	convert_kind(stream, SILENCE, HISTORY_CALLS);
	_mm_setcsr(_mm_getcsr() & ~(MXCSR_DENORMAL | MXCSR_UNDERFLOW));
	convert_kind(stream, kind, HISTORY_CALLS);
	convert_kind(stream, SILENCE, HISTORY_CALLS);
	return _mm_getcsr() & (MXCSR_DENORMAL | MXCSR_UNDERFLOW);
}

/*
 * Processors that are slow with denormals are not slow here if there are none,
 * and integer samples make none, whatever the preset.  Floats that are
 * denormal themselves show that the flags work.
 */
static void test_tiny_numbers(void)
{
	static struct core_stream stream;
	const struct core_case floats = { "bli", 441, 480, 4, 32, true };
	char text[200];

	core_open(&stream, &floats);
	if (!(tiny_numbers(&stream, DENORMAL) & MXCSR_DENORMAL))
		give_up("the processor does not flag denormals");
	bli_resampler_close(&stream.resampler);
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
		unsigned raised = 0;

		for (unsigned bytes = 2; bytes <= 4; bytes += 2) {
			const struct core_case up = { preset->name, 441, 480, (unsigned char)bytes,
						      (unsigned char)(8 * bytes), false };
			const struct core_case down = { preset->name, 441, 160, (unsigned char)bytes,
							(unsigned char)(8 * bytes), false };

			for (unsigned i = 0; i < 2; i++) {
				core_open(&stream, i ? &down : &up);
				for (enum kind kind = NOISE; kind < DENORMAL; kind++)
					raised |= tiny_numbers(&stream, kind);
				bli_resampler_close(&stream.resampler);
			}
		}
		snprintf(text, sizeof(text), "%s: integer samples make %s%s%s\n", preset->name,
			 raised ? "" : "no denormals", raised & MXCSR_DENORMAL ? "denormal operands " : "",
			 raised & MXCSR_UNDERFLOW ? "underflows" : "");
		judge(!raised, text);
	}
}

#else

static void test_tiny_numbers(void)
{
	printf("   denormals are not flagged on this machine\n");
}

#endif

int main(int argc, char **argv)
{
	bool times = argc > 1 && strcmp(argv[1], "--times") == 0;

	if (!HEAPSPY_POSSIBLE) {
		printf("skipped: a sanitizer faults pages of its own, and has times of its own\n");
		return 77;
	}
	test_page_faults();
	test_tiny_numbers();
	if (times) {
		for (size_t i = 0; i < sizeof(core_cases) / sizeof(core_cases[0]); i++)
			test_kinds(&core_cases[i]);
		for (size_t i = 0; i < sizeof(timed_conversions) / sizeof(timed_conversions[0]); i++)
			test_call_times(&timed_conversions[i]);
	}
	return failures ? 1 : 0;
}
