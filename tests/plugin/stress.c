/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many streams at once and many one after the other: 64 streams that 8 threads
 * open, run, reset and close at random give bit for bit what each gives alone,
 * and 10 000 streams opened and closed leave neither memory nor files behind.
 *
 * stress [STEPS [CYCLES]]: steps of each thread and streams opened in a row (0: not
 * tried), for runs under slow checkers.
 */
#include "filtertext.h"
#include "heapspy.h"
#include "plughelp.h"
#include "preset.h"

#include <dirent.h>
#include <fcntl.h>
#include <malloc.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STREAMS 64
#define THREADS 8
#define PERIODS 24	/* of each stream, alone */
#define STEPS 3000
#define CYCLES 10000
#define RESIDENT_GROWTH_MAX_KIB 1024	/* what the heap may keep for later; leaks are seen in the bytes in use */

static void __attribute__((noreturn)) give_up(const char *what)
{
	printf("cannot run: %s\n", what);
	exit(99);
}

/* ---- streams ------------------------------------------------------------ */

struct conversion {
	unsigned in_hz, out_hz;
	size_t in_period, out_period;
};

static const struct conversion conversions[] = {
	{ 44100, 48000, 441, 480 }, { 44100, 48000, 1024, 1115 }, { 44100, 48000, 64, 70 }, { 48000, 44100, 480, 441 },
	{ 44100, 16000, 441, 160 }, { 48000, 16000, 240, 80 }, { 16000, 48000, 160, 480 }, { 44100, 96000, 147, 320 },
	{ 8000, 44100, 80, 441 }, { 192000, 44100, 640, 147 }, { 48000, 48000, 128, 128 },
};

static const snd_pcm_format_t formats[] = {
	SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S16_BE, SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_U8,
	SND_PCM_FORMAT_S24_3LE, SND_PCM_FORMAT_S24_LE, SND_PCM_FORMAT_U32_BE,
};

static const unsigned channel_counts[] = { 1, 2, 2, 3, 6, 8 };

/* Keys of `converter { name "bli" … }`; %s is a filter file. */
static const char *const key_lists[] = {
	"phase minimum",
	"phase intermediate",
	"dither tpdf",
	"dither shaped\ngain -3",
	"passband 0.8\nattenuation 90",
	"precision double",
	"filter_file \"%s\"",
	"filter_file \"%s\"\ninterpolation no",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct stream {
	pthread_mutex_t mutex;	/* one thread at a time, as with any converter */
	const char *name;
	char keys[4200];	/* empty: opened by its name alone */
	snd_pcm_rate_info_t info;
	struct plug_side in, out;
	uint32_t seed;
	size_t out_bytes;
	unsigned char *expected;	/* [PERIODS][out_bytes] */
	struct plug plug;
	bool open;
	unsigned period;	/* that comes next */
};

static struct stream streams[STREAMS];
static char filter_path[] = "/tmp/bli-stress-XXXXXX";

static void make_filter_file(void)
{
	int descriptor = mkstemp(filter_path);
	FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");

	if (!file || filtertext_write(file, 65, false) < 0 || fclose(file) != 0)
		give_up("no filter file");
}

/* A converter, a conversion and formats by chance, the same in every run. */
static void choose_stream(struct stream *stream, uint32_t seed)
{
	const struct conversion *conversion = &conversions[plug_random(&seed) % COUNT(conversions)];
	unsigned channels = channel_counts[plug_random(&seed) % COUNT(channel_counts)];
	snd_pcm_format_t in = formats[plug_random(&seed) % COUNT(formats)];
	snd_pcm_format_t out = formats[plug_random(&seed) % COUNT(formats)];
	unsigned presets = 0;

	memset(stream, 0, sizeof(*stream));
	pthread_mutex_init(&stream->mutex, NULL);
	while (bli_presets[presets].name)
		presets++;
	stream->name = bli_presets[plug_random(&seed) % presets].name;
	if (plug_random(&seed) % 2) {
		stream->name = "bli";
		snprintf(stream->keys, sizeof(stream->keys), "name bli\n");
		snprintf(stream->keys + strlen(stream->keys), sizeof(stream->keys) - strlen(stream->keys),
			 key_lists[plug_random(&seed) % COUNT(key_lists)], filter_path);
	}
	stream->info = plug_info(conversion->in_hz, conversion->in_period, conversion->out_hz, conversion->out_period,
				 channels, in, out);
	plug_side_open(&stream->in, in, channels, conversion->in_period, plug_random(&seed) % PLUG_LAYOUTS);
	plug_side_open(&stream->out, out, channels, conversion->out_period, plug_random(&seed) % PLUG_LAYOUTS);
	stream->seed = plug_random(&seed);
	stream->out_bytes = (size_t)(stream->out.end - stream->out.start);
}

static void stream_open(struct stream *stream)
{
	snd_config_t *config = stream->keys[0] ? plug_config(stream->keys) : NULL;
	snd_pcm_rate_info_t info = stream->info;

	if (plug_open(&stream->plug, stream->name, config) < 0 ||
	    stream->plug.ops.init(stream->plug.object, &info) < 0) {
		printf("%s %s, %zu:%zu\n", stream->name, stream->keys, stream->in.frames, stream->out.frames);
		give_up("a stream does not open");
	}
	if (config)
		snd_config_delete(config);
	stream->open = true;
	stream->period = 0;
}

static void stream_close(struct stream *stream)
{
	stream->plug.ops.free(stream->plug.object);
	plug_close(&stream->plug);
	stream->open = false;
}

static void stream_convert(struct stream *stream)
{
	plug_side_noise(&stream->in, 0.9, stream->seed + stream->period);
	plug_side_fill(&stream->out, 0x5a);
	plug_convert(&stream->plug, &stream->out, &stream->in);
	stream->period++;
}

/* What the stream gives alone; false if that is not even reproducible, or no signal. */
static bool stream_alone(struct stream *stream)
{
	bool same = true;

	stream->expected = malloc(PERIODS * stream->out_bytes);
	if (!stream->expected)
		give_up("no memory");
	for (unsigned run = 0; run < 2; run++) {
		stream_open(stream);
		while (stream->period < PERIODS) {
			unsigned char *expected = stream->expected + stream->period * stream->out_bytes;

			stream_convert(stream);
			if (run == 0)
				memcpy(expected, stream->out.start, stream->out_bytes);
			else
				same &= memcmp(expected, stream->out.start, stream->out_bytes) == 0;
		}
		stream_close(stream);
	}
	return same && memcmp(stream->expected, stream->expected + (PERIODS - 1) * stream->out_bytes,
			      stream->out_bytes) != 0;
}

/* ---- all at once -------------------------------------------------------- */

struct worker {
	pthread_t thread;
	unsigned number, steps;
	unsigned long opened, converted, restarted, different;
};

static pthread_barrier_t start_line;
static atomic_uint open_streams, open_streams_max, busy_threads, busy_threads_max;

static void raise_by_one(atomic_uint *counter, atomic_uint *most)
{
	unsigned now = atomic_fetch_add(counter, 1) + 1, before = atomic_load(most);

	while (before < now && !atomic_compare_exchange_weak(most, &before, now))
		;
}

static void worker_convert(struct worker *worker, struct stream *stream, unsigned periods)
{
	raise_by_one(&busy_threads, &busy_threads_max);
	for (unsigned i = 0; i < periods && stream->period < PERIODS; i++) {
		const unsigned char *expected = stream->expected + stream->period * stream->out_bytes;

		stream_convert(stream);
		worker->converted++;
		worker->different += memcmp(expected, stream->out.start, stream->out_bytes) != 0;
	}
	atomic_fetch_sub(&busy_threads, 1);
}

/* Something that may happen to a stream, chosen by chance. */
static void worker_step(struct worker *worker, struct stream *stream, uint32_t choice)
{
	if (!stream->open) {
		stream_open(stream);
		raise_by_one(&open_streams, &open_streams_max);
		worker->opened++;
	} else if (choice % 16 == 0 || stream->period == PERIODS) {
		stream_close(stream);
		atomic_fetch_sub(&open_streams, 1);
	} else if (choice % 16 == 1) {
		stream->plug.ops.reset(stream->plug.object);
		stream->period = 0;
		worker->restarted++;
	} else if (choice % 16 == 2) {
		snd_pcm_rate_info_t info = stream->info;

		if (choice & 16)
			stream->plug.ops.free(stream->plug.object);
		if (stream->plug.ops.init(stream->plug.object, &info) < 0)
			give_up("a second init fails");
		stream->period = 0;
		worker->restarted++;
	} else {
		worker_convert(worker, stream, 1 + choice / 16 % 6);
	}
}

static void *worker_run(void *argument)
{
	struct worker *worker = argument;
	uint32_t chance = 4711 + worker->number;

	pthread_barrier_wait(&start_line);
	for (unsigned step = 0; step < worker->steps; ) {
		struct stream *stream = &streams[plug_random(&chance) % STREAMS];

		if (pthread_mutex_trylock(&stream->mutex) != 0)
			continue;
		worker_step(worker, stream, plug_random(&chance));
		pthread_mutex_unlock(&stream->mutex);
		step++;
	}
	return NULL;
}

static unsigned run_at_once(unsigned steps)
{
	struct worker workers[THREADS] = { 0 }, sum = { 0 };
	bool good;

	pthread_barrier_init(&start_line, NULL, THREADS);
	for (unsigned i = 0; i < THREADS; i++) {
		workers[i].number = i;
		workers[i].steps = steps;
		if (pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]) != 0)
			give_up("no thread");
	}
	for (unsigned i = 0; i < THREADS; i++) {
		pthread_join(workers[i].thread, NULL);
		sum.opened += workers[i].opened;
		sum.converted += workers[i].converted;
		sum.restarted += workers[i].restarted;
		sum.different += workers[i].different;
	}
	for (unsigned i = 0; i < STREAMS; i++)
		if (streams[i].open)
			stream_close(&streams[i]);
	pthread_barrier_destroy(&start_line);
	if (sum.converted < STREAMS || atomic_load(&busy_threads_max) < 2)
		give_up("the threads did not run together");
	good = sum.different == 0;
	printf("%s %d threads: %lu of %lu periods differ from the same stream alone\n", good ? "ok" : "FAIL", THREADS,
	       sum.different, sum.converted);
	printf("   %lu streams opened, %lu restarted, up to %u open and %u threads converting at a time\n", sum.opened,
	       sum.restarted, atomic_load(&open_streams_max), atomic_load(&busy_threads_max));
	return !good;
}

/* ---- one after the other ------------------------------------------------ */

struct usage {
	long heap_bytes;	/* in use; -1: not known */
	long mapped_kib, resident_kib;
	long files;
};

static struct usage usage_now(void)
{
	struct usage usage = { .heap_bytes = -1 };
	long page_kib = sysconf(_SC_PAGESIZE) / 1024;
	int statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[100] = "";
	DIR *files;

	if (statm < 0 || read(statm, text, sizeof(text) - 1) <= 0 ||
	    sscanf(text, "%ld %ld", &usage.mapped_kib, &usage.resident_kib) != 2)
		give_up("/proc/self/statm cannot be read");
	close(statm);
	usage.mapped_kib *= page_kib;
	usage.resident_kib *= page_kib;
	files = opendir("/proc/self/fd");
	while (files && readdir(files))
		usage.files++;
	if (files)
		closedir(files);
#ifdef __GLIBC_PREREQ
#if __GLIBC_PREREQ(2, 33)
	if (HEAPSPY_POSSIBLE) {
		struct mallinfo2 heap = mallinfo2();

		/* none at all: valgrind has another heap */
		if (heap.uordblks + heap.hblkhd > 0)
			usage.heap_bytes = (long)(heap.uordblks + heap.hblkhd);
	}
#endif
#endif
	return usage;
}

static void *row_run(void *argument)
{
	const unsigned *cycles = argument;

	for (unsigned i = 0; i < *cycles; i++) {
		struct stream *stream = &streams[i % STREAMS];

		stream_open(stream);
		stream_convert(stream);
		stream_close(stream);
	}
	return NULL;
}

/* In a thread of its own, because what glibc's heap keeps at hand for a thread counts as in use until that ends. */
static void open_and_close(unsigned cycles)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, row_run, &cycles) != 0)
		give_up("no thread");
	pthread_join(thread, NULL);
}

static unsigned run_in_a_row(unsigned cycles)
{
	struct usage before, after;
	long leaked;
	bool good;

	open_and_close(2 * STREAMS);
	before = usage_now();
	open_and_close(cycles);
	after = usage_now();
	leaked = after.heap_bytes - before.heap_bytes;
	good = after.files == before.files && leaked == 0;
	/* a sanitizer keeps what was freed, and tells what was not by itself */
	if (HEAPSPY_POSSIBLE)
		good &= after.resident_kib - before.resident_kib <= RESIDENT_GROWTH_MAX_KIB &&
			after.mapped_kib - before.mapped_kib <= RESIDENT_GROWTH_MAX_KIB;
	printf("%s %u streams opened and closed: %ld bytes%s, %ld KiB resident, %ld KiB mapped, %ld files more than "
	       "before\n",
	       good ? "ok" : "FAIL", cycles, leaked, before.heap_bytes < 0 ? " (not counted here)" : "",
	       after.resident_kib - before.resident_kib, after.mapped_kib - before.mapped_kib,
	       after.files - before.files);
	return !good;
}

/* What is lost must be seen, or nothing here could fail. */
static void check_usage(void)
{
	void *volatile lost;
	struct usage before = usage_now(), after;
	int file;

	lost = malloc(100);
	file = open("/dev/null", O_RDONLY | O_CLOEXEC);
	after = usage_now();
	if (!lost || file < 0 || after.files != before.files + 1 ||
	    (before.heap_bytes >= 0 && after.heap_bytes < before.heap_bytes + 100))
		give_up("memory and files in use are not seen");
	free(lost);
	close(file);
}

int main(int argc, char **argv)
{
	unsigned steps = argc > 1 ? (unsigned)atoi(argv[1]) : STEPS;
	unsigned cycles = argc > 2 ? (unsigned)atoi(argv[2]) : CYCLES;
	unsigned failures = 0, odd = 0;

	check_usage();
	make_filter_file();
	for (unsigned i = 0; i < STREAMS; i++) {
		choose_stream(&streams[i], i);
		odd += !stream_alone(&streams[i]);
	}
	printf("%s %d streams alone, twice: %u differ from themselves, or do not change with the input\n",
	       odd ? "FAIL" : "ok", STREAMS, odd);
	failures += odd != 0;
	failures += run_at_once(steps);
	if (cycles > 0)
		failures += run_in_a_row(cycles);
	for (unsigned i = 0; i < STREAMS; i++) {
		plug_side_close(&streams[i].in);
		plug_side_close(&streams[i].out);
		free(streams[i].expected);
		pthread_mutex_destroy(&streams[i].mutex);
	}
	unlink(filter_path);
	return failures ? 1 : 0;
}
