/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What runs in other people's real-time threads allocates nothing, takes no
 * lock, logs nothing and makes no system call.  Proved twice: functions that
 * need no system call are counted by functions of the same name in this
 * program, and a child process under seccomp is killed by any system call.
 */
#include "heapspy.h"
#include "plughelp.h"
#include "preset.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CASE_FRAMES 60000	/* converted in every case, in whole periods */
#define SET_UP_FAILED 99	/* status of a child that did not come to the point */

/* ---- functions that are watched ----------------------------------------- */

static struct {
	bool watching;
	unsigned long calls;
	const char *last;
} watch;

static void note(const char *name)
{
	if (watch.watching) {
		watch.calls++;
		watch.last = name;
	}
}

#if HEAPSPY_POSSIBLE

/* Define `name` to note the call and make it. */
#define WATCH(type, name, parameters, arguments)				\
	type name parameters							\
	{									\
		static type (*next) parameters;					\
										\
		note(#name);							\
		if (!next)							\
			*(void **)&next = dlsym(RTLD_NEXT, #name);		\
		return next arguments;						\
	}

WATCH(int, pthread_mutex_lock, (pthread_mutex_t *mutex), (mutex))
WATCH(int, pthread_mutex_trylock, (pthread_mutex_t *mutex), (mutex))
WATCH(int, pthread_mutex_unlock, (pthread_mutex_t *mutex), (mutex))
WATCH(int, pthread_rwlock_rdlock, (pthread_rwlock_t *lock), (lock))
WATCH(int, pthread_rwlock_wrlock, (pthread_rwlock_t *lock), (lock))
WATCH(int, pthread_spin_lock, (pthread_spinlock_t *lock), (lock))
WATCH(int, pthread_cond_signal, (pthread_cond_t *condition), (condition))
WATCH(int, pthread_cond_broadcast, (pthread_cond_t *condition), (condition))
WATCH(int, pthread_once, (pthread_once_t *once, void (*function)(void)), (once, function))
WATCH(int, sem_wait, (sem_t *semaphore), (semaphore))
WATCH(int, sem_post, (sem_t *semaphore), (semaphore))
WATCH(int, clock_gettime, (clockid_t id, struct timespec *now), (id, now))
WATCH(int, gettimeofday, (struct timeval *restrict now, void *restrict zone), (now, zone))
WATCH(time_t, time, (time_t *now), (now))
WATCH(char *, getenv, (const char *name), (name))
WATCH(int, vfprintf, (FILE *restrict file, const char *restrict format, va_list list), (file, format, list))
WATCH(int, fputs, (const char *restrict text, FILE *restrict file), (text, file))
WATCH(int, fflush, (FILE *file), (file))
WATCH(size_t, fwrite, (const void *restrict data, size_t size, size_t count, FILE *restrict file),
      (data, size, count, file))

int fprintf(FILE *restrict file, const char *restrict format, ...)
{
	va_list list;
	int result;

	va_start(list, format);
	result = vfprintf(file, format, list);
	va_end(list);
	return result;
}

#endif

static void watch_log(const char *file, int line, const char *function, int error, const char *format, ...)
{
	(void)file;
	(void)line;
	(void)function;
	(void)error;
	(void)format;
	note("SNDERR");
}

static void watch_start(void)
{
	watch.calls = 0;
	watch.last = "the heap";
	watch.watching = true;
	heapspy_start(0);
}

/* Calls since the start, of any watched function. */
static unsigned long watch_stop(void)
{
	heapspy_stop();
	watch.watching = false;
	return watch.calls + heapspy_calls();
}

/* ---- what is run -------------------------------------------------------- */

struct conversion {
	unsigned in_hz, out_hz;
	size_t in_period, out_period;
	unsigned channels;
	snd_pcm_format_t in_format, out_format;
	enum plug_layout layout;
};

static const struct conversion conversions[] = {
	{ 44100, 48000, 441, 480, 2, SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S16_LE, PLUG_INTERLEAVED },
	{ 44100, 48000, 1024, 1115, 2, SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_S16_BE, PLUG_INTERLEAVED },
	{ 44100, 48000, 941, 1024, 3, SND_PCM_FORMAT_U8, SND_PCM_FORMAT_S24_3LE, PLUG_ODD },
	{ 44100, 16000, 441, 160, 1, SND_PCM_FORMAT_S24_LE, SND_PCM_FORMAT_U16_LE, PLUG_PLANAR },
	{ 48000, 16000, 480, 160, 8, SND_PCM_FORMAT_S20_3BE, SND_PCM_FORMAT_U32_BE, PLUG_PLANAR },
	{ 44100, 48000, 64, 70, 1, SND_PCM_FORMAT_U18_3LE, SND_PCM_FORMAT_S8, PLUG_INTERLEAVED },
	{ 192000, 8000, 1920, 80, 2, SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_S32_LE, PLUG_INTERLEAVED },
	{ 48000, 48000, 256, 256, 2, SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S16_LE, PLUG_INTERLEAVED },
	{ 48000, 48000, 7, 7, 64, SND_PCM_FORMAT_S24_3BE, SND_PCM_FORMAT_U20_LE, PLUG_ODD },
};

#define CONVERSIONS (sizeof(conversions) / sizeof(conversions[0]))

struct stream {
	struct plug plug;
	snd_pcm_rate_info_t info;
	struct plug_side in, out;
	unsigned long periods;	/* converted so far */
};

static bool stream_open(struct stream *stream, const char *name, const struct conversion *conversion)
{
	memset(stream, 0, sizeof(*stream));
	stream->info = plug_info(conversion->in_hz, conversion->in_period, conversion->out_hz, conversion->out_period,
				 conversion->channels, conversion->in_format, conversion->out_format);
	if (plug_open(&stream->plug, name, NULL) < 0 || stream->plug.ops.init(stream->plug.object, &stream->info) < 0)
		return false;
	plug_side_open(&stream->in, conversion->in_format, conversion->channels, conversion->in_period,
		       conversion->layout);
	plug_side_open(&stream->out, conversion->out_format, conversion->channels, conversion->out_period,
		       conversion->layout);
	/* noise of full scale, so that samples are clipped too */
	plug_side_noise(&stream->in, 1, 1);
	return true;
}

static void stream_close(struct stream *stream)
{
	plug_close(&stream->plug);
	plug_side_close(&stream->in);
	plug_side_close(&stream->out);
}

/* All that alsa-lib calls while a stream runs, regular and not. */
static void stream_run(struct stream *stream)
{
	const snd_pcm_rate_ops_t *ops = &stream->plug.ops;
	void *object = stream->plug.object;
	unsigned in_frames = (unsigned)stream->in.frames, out_frames = (unsigned)stream->out.frames;
	snd_pcm_channel_area_t *in = stream->in.areas, *out = stream->out.areas;
	void *in_addr = in[0].addr, *out_addr = out[0].addr;

	for (size_t frames = 0; frames < CASE_FRAMES; frames += in_frames + out_frames) {
		switch (stream->periods++ % 16) {
		case 3:
			ops->adjust_pitch(object, &stream->info);
			break;
		case 5:
			ops->reset(object);
			break;
		case 7:	/* too few frames */
			ops->convert(object, out, 0, out_frames / 2, in, 0, in_frames / 2);
			break;
		case 9:	/* channels without memory */
			in[0].addr = out[0].addr = NULL;
			ops->convert(object, out, 0, out_frames, in, 0, in_frames);
			in[0].addr = in_addr;
			out[0].addr = out_addr;
			break;
		}
		ops->convert(object, out, 0, out_frames, in, 0, in_frames);
		ops->input_frames(object, stream->periods);
		ops->output_frames(object, (snd_pcm_uframes_t)-stream->periods);
	}
}

/* ---- counting calls ----------------------------------------------------- */

/* What is to be noticed, is: here, and in the plugin. */
static void check_watch(void)
{
	static void *(*volatile allocate)(size_t) = malloc;
	static void (*volatile release)(void *) = free;
	static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
	unsigned long here, in_init, in_mistake;
	struct stream stream;
	struct timespec now;

	watch_start();
	release(allocate(100));
	pthread_mutex_lock(&mutex);
	pthread_mutex_unlock(&mutex);
	clock_gettime(CLOCK_MONOTONIC, &now);
	here = watch_stop();
	if (!stream_open(&stream, "bli", &conversions[0]))
		exit(SET_UP_FAILED);
	watch_start();
	stream.plug.ops.init(stream.plug.object, &stream.info);
	in_init = watch_stop();
	stream.info.channels = 0;
	watch_start();
	stream.plug.ops.init(stream.plug.object, &stream.info);
	watch_stop();
	in_mistake = watch.calls;
	stream_close(&stream);
	if (here != 5 || in_init < 3 || in_mistake != 1) {
		printf("cannot run: %lu of 5 calls seen here, %lu in init, %lu of 1 log lines\n", here, in_init,
		       in_mistake);
		exit(SET_UP_FAILED);
	}
}

static unsigned count_calls(const char *name)
{
	unsigned long calls = 0, periods = 0;

	for (size_t i = 0; i < CONVERSIONS; i++) {
		struct stream stream;

		if (!stream_open(&stream, name, &conversions[i]))
			exit(SET_UP_FAILED);
		watch_start();
		stream_run(&stream);
		calls += watch_stop();
		periods += stream.periods;
		stream_close(&stream);
	}
	printf("%s %s: %lu calls in %lu periods%s%s\n", calls ? "FAIL" : "ok", name, calls, periods,
	       calls ? ", the last of " : "", calls ? watch.last : "");
	return calls != 0;
}

/* ---- system calls ------------------------------------------------------- */

/* From here on every system call kills, but the one that ends a thread. */
static bool forbid_system_calls(void)
{
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL),
	};
	struct sock_fprog program = { sizeof(rules) / sizeof(rules[0]), rules };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0)
		return true;
	/* the older way, which lets reading and writing pass */
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) == 0;
}

/* The system call that ends this thread alone; _exit() would end all, which is another one. */
static void __attribute__((noreturn)) end_child(int status)
{
	for (;;)
		syscall(SYS_exit, status);
}

enum deed { DO_NOTHING, DO_SYSTEM_CALL, DO_CONVERT };

/* Status of a child that does the deed without the right to system calls, as wait() gives it. */
static int run_child(enum deed deed, struct stream *streams)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child < 0)
		exit(SET_UP_FAILED);
	if (child == 0) {
		if (!forbid_system_calls())
			end_child(77);
		if (deed == DO_SYSTEM_CALL)
			syscall(SYS_getppid);
		for (size_t i = 0; i < CONVERSIONS && deed == DO_CONVERT; i++)
			stream_run(&streams[i]);
		end_child(0);
	}
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			exit(SET_UP_FAILED);
	return status;
}

static bool killed(int status)
{
	return WIFSIGNALED(status) && (WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGKILL);
}

/* 0 if system calls are noticed, 77 if that is not allowed here. */
static int check_seccomp(void)
{
	int idle = run_child(DO_NOTHING, NULL);

	if (WIFEXITED(idle) && WEXITSTATUS(idle) == 77)
		return 77;
	if (!WIFEXITED(idle) || WEXITSTATUS(idle) != 0 || !killed(run_child(DO_SYSTEM_CALL, NULL))) {
		printf("cannot run: a system call does not kill the child, or nothing does (status %#x)\n",
		       (unsigned)idle);
		exit(SET_UP_FAILED);
	}
	return 0;
}

static unsigned forbid_calls(const char *name)
{
	static struct stream streams[CONVERSIONS];
	int status;
	bool good;

	for (size_t i = 0; i < CONVERSIONS; i++)
		if (!stream_open(&streams[i], name, &conversions[i]))
			exit(SET_UP_FAILED);
	status = run_child(DO_CONVERT, streams);
	good = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	printf("%s %s: without system calls the child %s %d\n", good ? "ok" : "FAIL", name,
	       WIFSIGNALED(status) ? "dies of signal" : "ends with status",
	       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	for (size_t i = 0; i < CONVERSIONS; i++)
		stream_close(&streams[i]);
	return !good;
}

int main(void)
{
	const struct bli_preset *preset;
	unsigned failures = 0;

	if (!HEAPSPY_POSSIBLE) {
		printf("skipped: a sanitizer's heap cannot be replaced\n");
		return 77;
	}
	snd_lib_error_set_handler(watch_log);
	check_watch();
	for (preset = bli_presets; preset->name; preset++)
		failures += count_calls(preset->name);
	if (check_seccomp() == 77) {
		printf("skipped: seccomp is not allowed here, so system calls are not tested\n");
		return failures ? 1 : 77;
	}
	for (preset = bli_presets; preset->name; preset++)
		failures += forbid_calls(preset->name);
	return failures ? 1 : 0;
}
