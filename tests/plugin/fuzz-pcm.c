/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libFuzzer target: whatever a program asks of a PCM "type bli" and whatever it calls, in any order, positions and
 * counts keep to their promises. The slave is a null one, for some inputs with less room than that and with a call that
 * fails. Seeds: tests/corpus/pcm.
 */
#define _GNU_SOURCE	/* RTLD_NEXT */
#include "fuzzbytes.h"
#include "pluglog.h"
#include "promise.h"

#include <alsa/pcm_external.h>
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <string.h>

enum { CALLS_MAX = 60, FRAMES_MAX = 300, CHANNELS_MAX = 4, SAMPLE_BYTES_MAX = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int SND_PCM_PLUGIN_ENTRY(bli)(snd_pcm_t **pcmp, const char *name, snd_config_t *root, snd_config_t *conf,
			      snd_pcm_stream_t stream, int mode);

/* ---- the slave: alsa-lib's functions, but for ---------------------------- */

static struct {
	snd_pcm_t *program;	/* the PCM whose calls are not the slave's */
	bool faulty;
	unsigned calls, failing;	/* of the slave; the one that fails */
	int error;			/* with this */
	snd_pcm_uframes_t room;		/* the most that can be transferred at a time */
} slave;

static bool strikes(const snd_pcm_t *pcm)
{
	return slave.faulty && pcm != slave.program && ++slave.calls == slave.failing;
}

#define SLAVE_CALL(type, name, parameters, ...)						\
	type name parameters								\
	{										\
		static type (*next) parameters;						\
											\
		if (!next)								\
			*(void **)&next = dlsym(RTLD_NEXT, #name);			\
		return strikes(pcm) ? slave.error : next(__VA_ARGS__);			\
	}

SLAVE_CALL(int, snd_pcm_prepare, (snd_pcm_t *pcm), pcm)
SLAVE_CALL(int, snd_pcm_start, (snd_pcm_t *pcm), pcm)
SLAVE_CALL(int, snd_pcm_drop, (snd_pcm_t *pcm), pcm)
SLAVE_CALL(int, snd_pcm_drain, (snd_pcm_t *pcm), pcm)
SLAVE_CALL(int, snd_pcm_delay, (snd_pcm_t *pcm, snd_pcm_sframes_t *delay), pcm, delay)
SLAVE_CALL(snd_pcm_sframes_t, snd_pcm_writei, (snd_pcm_t *pcm, const void *samples, snd_pcm_uframes_t frames),
	   pcm, samples, slave.faulty && pcm != slave.program && frames > slave.room ? slave.room : frames)
SLAVE_CALL(snd_pcm_sframes_t, snd_pcm_readi, (snd_pcm_t *pcm, void *samples, snd_pcm_uframes_t frames), pcm, samples, frames)

snd_pcm_sframes_t snd_pcm_avail(snd_pcm_t *pcm)
{
	static snd_pcm_sframes_t (*next)(snd_pcm_t *pcm);
	snd_pcm_sframes_t avail;

	if (!next)
		*(void **)&next = dlsym(RTLD_NEXT, "snd_pcm_avail");
	if (strikes(pcm))
		return slave.error;
	avail = next(pcm);
	if (slave.faulty && pcm != slave.program && avail > (snd_pcm_sframes_t)slave.room)
		avail = (snd_pcm_sframes_t)slave.room;
	return avail;
}

static void take_faults(struct bytes *bytes)
{
	static const int errors[] = { -EPIPE, -EIO, -ESTRPIPE, -ENODEV, -EAGAIN, -EBADFD, -EINTR, -ENOSYS };

	slave.faulty = true;
	slave.calls = 0;
	slave.failing = bytes_take_one(bytes);
	slave.error = errors[bytes_take_one(bytes) % 8];
	slave.room = bytes_take(bytes, 2) % 3000;
}

/* ---- the program -------------------------------------------------------- */

static const unsigned rates_hz[] = {
	2000, 8000, 11025, 16000, 22050, 44100, 48000, 96000, 192000, 44056, 47999, 12345
};

static unsigned take_rate(struct bytes *bytes)
{
	unsigned place = bytes_take_one(bytes);

	return place < 200 ? rates_hz[place % (sizeof(rates_hz) / sizeof(rates_hz[0]))]
			   : 2000 + (unsigned)bytes_take(bytes, 2) % 190000;
}

/* A PCM on a null slave; NULL where it is refused, with one line. */
static snd_pcm_t *open_pcm(struct bytes *bytes, snd_pcm_stream_t stream)
{
	static const char *const converters[] = { "bli_fast", "bli", "bli_linear", "{ name bli_medium phase minimum }",
						  "{ name bli gain 30 dither shaped }" };
	static const char *const slaves[] = { "", "rate %u", "rate %u format S16_LE",
					      "rate %u format FLOAT_BE channels 2",
					      "rate %u period_time 10000 buffer_time 40000" };
	/* one after the other: which argument of a call comes first is the compiler's choice */
	const char *form = slaves[bytes_take_one(bytes) % 5];
	unsigned rate_hz = take_rate(bytes);
	char text[500], keys[100];
	snd_config_t *root, *conf;
	snd_input_t *input;
	snd_pcm_t *pcm = NULL;
	const char *converter;
	unsigned mode;
	bool follows, refused;
	int error;

	snprintf(keys, sizeof(keys), form, rate_hz);
	converter = converters[bytes_take_one(bytes) % 5];
	mode = bytes_take_one(bytes);
	follows = mode & 4 && stream == SND_PCM_STREAM_PLAYBACK;
	refused = follows && strcmp(converter, "bli_linear") == 0;
	snprintf(text, sizeof(text), "p { slave { pcm { type null } %s } converter %s sync %s }\n", keys, converter,
		 follows ? "writer" : "none");
	REQUIRE(snd_config_top(&root) == 0);
	REQUIRE(snd_input_buffer_open(&input, text, (ssize_t)strlen(text)) == 0);
	REQUIRE(snd_config_load(root, input) == 0);
	snd_input_close(input);
	REQUIRE(snd_config_search(root, "p", &conf) == 0);
	plug_log_lines();
	error = SND_PCM_PLUGIN_ENTRY(bli)(&pcm, "p", root, conf, stream, (int)mode & SND_PCM_NONBLOCK);
	snd_config_delete(root);
	REQUIRE(refused ? error == -EINVAL && plug_log_lines() == 1 : error == 0 && plug_log_lines() == 0);
	return error ? NULL : pcm;
}

/* Parameters; false where there are none such. */
static bool set_params(struct bytes *bytes, snd_pcm_t *pcm)
{
	snd_pcm_hw_params_t *hw;
	snd_pcm_sw_params_t *sw;
	snd_pcm_uframes_t period = 1 + bytes_take(bytes, 2) % 2000, boundary;
	unsigned periods = 2 + bytes_take_one(bytes) % 20, rate_hz = take_rate(bytes);
	int error, dir = 0;

	snd_pcm_hw_params_alloca(&hw);
	snd_pcm_sw_params_alloca(&sw);
	REQUIRE(snd_pcm_hw_params_any(pcm, hw) >= 0);
	REQUIRE(snd_pcm_hw_params_set_rate(pcm, hw, rate_hz, 0) == 0);
	snd_pcm_hw_params_set_access(pcm, hw, (snd_pcm_access_t)(bytes_take_one(bytes) % 5));
	snd_pcm_hw_params_set_format(pcm, hw, (snd_pcm_format_t)(bytes_take_one(bytes) % (SND_PCM_FORMAT_LAST + 1)));
	snd_pcm_hw_params_set_channels(pcm, hw, 1 + bytes_take_one(bytes) % CHANNELS_MAX);
	snd_pcm_hw_params_set_period_size_near(pcm, hw, &period, &dir);
	snd_pcm_hw_params_set_periods_near(pcm, hw, &periods, &dir);
	plug_log_lines();
	error = snd_pcm_hw_params(pcm, hw);
	if (error < 0) {
		REQUIRE(plug_log_lines() == 1 || slave.faulty);
		return false;
	}
	REQUIRE(snd_pcm_sw_params_current(pcm, sw) == 0);
	REQUIRE(snd_pcm_sw_params_get_boundary(sw, &boundary) == 0);
	snd_pcm_sw_params_set_start_threshold(pcm, sw, 1 + bytes_take(bytes, 2));
	snd_pcm_sw_params_set_avail_min(pcm, sw, 1 + bytes_take(bytes, 2));
	if (bytes_take_one(bytes) & 1)
		snd_pcm_sw_params_set_stop_threshold(pcm, sw, boundary);
	REQUIRE(snd_pcm_sw_params(pcm, sw) == 0);
	return true;
}

/* A transfer of some frames, as the access type wants it. */
static void transfer(snd_pcm_t *pcm, snd_pcm_access_t access, snd_pcm_uframes_t frames)
{
	static unsigned char samples[FRAMES_MAX * CHANNELS_MAX * SAMPLE_BYTES_MAX];
	void *channels[64];
	const snd_pcm_channel_area_t *areas;
	snd_pcm_uframes_t offset, asked = frames;
	snd_pcm_sframes_t done;
	const bool playback = snd_pcm_stream(pcm) == SND_PCM_STREAM_PLAYBACK;

	for (size_t channel = 0; channel < 64; channel++)
		channels[channel] = samples;
	switch (access) {
	case SND_PCM_ACCESS_RW_INTERLEAVED:
		done = playback ? snd_pcm_writei(pcm, samples, frames) : snd_pcm_readi(pcm, samples, frames);
		break;
	case SND_PCM_ACCESS_RW_NONINTERLEAVED:
		done = playback ? snd_pcm_writen(pcm, channels, frames) : snd_pcm_readn(pcm, channels, frames);
		break;
	default:
		if (snd_pcm_avail_update(pcm) < 0 || snd_pcm_mmap_begin(pcm, &areas, &offset, &frames) < 0)
			return;
		REQUIRE(frames <= asked);
		done = snd_pcm_mmap_commit(pcm, offset, frames);
	}
	REQUIRE(done <= (snd_pcm_sframes_t)asked);
}

/* As snd_pcm_wait() does, but once: a slave that is ready and has no room would keep that busy. */
static void look(snd_pcm_t *pcm)
{
	struct pollfd pfds[8];
	unsigned short revents;
	int count = snd_pcm_poll_descriptors(pcm, pfds, 8);

	REQUIRE(count > 0 && count <= 8);
	REQUIRE(poll(pfds, (nfds_t)count, 0) >= 0);
	REQUIRE(snd_pcm_poll_descriptors_revents(pcm, pfds, (unsigned)count, &revents) == 0);
}

/* One call of a program's. */
static void call(struct bytes *bytes, snd_pcm_t *pcm, snd_pcm_access_t access, snd_pcm_uframes_t buffer)
{
	unsigned which = bytes_take_one(bytes);
	snd_pcm_uframes_t frames = 1 + bytes_take(bytes, 2) % FRAMES_MAX;
	snd_pcm_sframes_t delay, avail;

	switch (which % 16) {
	case 0: case 1: case 2: case 3: case 4:
		transfer(pcm, access, frames);
		break;
	case 5:
		snd_pcm_start(pcm);
		break;
	case 6:
		snd_pcm_drop(pcm);
		break;
	case 7:
		REQUIRE(snd_pcm_prepare(pcm) == 0 || slave.faulty);
		break;
	case 8:
		snd_pcm_drain(pcm);
		break;
	case 9:
		snd_pcm_pause(pcm, (int)(frames & 1));
		break;
	case 10:
		if (snd_pcm_state(pcm) == SND_PCM_STATE_SUSPENDED)
			snd_pcm_resume(pcm);
		break;
	case 11:
		avail = snd_pcm_rewindable(pcm);
		if (avail > 0)
			snd_pcm_rewind(pcm, frames < (snd_pcm_uframes_t)avail ? frames : (snd_pcm_uframes_t)avail);
		break;
	case 12:
		avail = snd_pcm_forwardable(pcm);
		if (avail > 0)
			snd_pcm_forward(pcm, frames < (snd_pcm_uframes_t)avail ? frames : (snd_pcm_uframes_t)avail);
		break;
	case 13:
		snd_pcm_delay(pcm, &delay);
		break;
	case 14:
		if (frames % 8 == 0)
			REQUIRE(snd_pcm_reset(pcm) == 0);
		look(pcm);
		break;
	default:
		look(pcm);
	}
	avail = snd_pcm_avail(pcm);
	/* a rewind beside the plugin's thread may come too late for what it was told, by no more than its own frames */
	REQUIRE(avail < 0 || (snd_pcm_uframes_t)avail <= buffer + FRAMES_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = { data, data + size };
	snd_pcm_t *pcm;
	snd_pcm_uframes_t buffer, period;
	snd_pcm_hw_params_t *hw;
	snd_pcm_access_t access;

	unsigned kind;

	plug_log_catch();
	kind = bytes_take_one(&bytes);
	memset(&slave, 0, sizeof(slave));
	pcm = slave.program = open_pcm(&bytes, kind & 1 ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK);
	if (!pcm)
		return 0;
	if (kind & 2)
		take_faults(&bytes);
	snd_pcm_hw_params_alloca(&hw);
	for (unsigned rounds = 0; rounds < 2 && set_params(&bytes, pcm); rounds++) {
		REQUIRE(snd_pcm_hw_params_current(pcm, hw) == 0 && snd_pcm_hw_params_get_access(hw, &access) == 0);
		REQUIRE(snd_pcm_get_params(pcm, &buffer, &period) == 0);
		/* a blocking call may wait for what nobody writes or starts, and on a null slave forever */
		snd_pcm_nonblock(pcm, 1);
		for (unsigned n = 0; n < CALLS_MAX && bytes.next < bytes.end; n++) {
			call(&bytes, pcm, access, buffer);
			snd_pcm_nonblock(pcm, 1);
		}
	}
	REQUIRE(snd_pcm_close(pcm) == 0);
	return 0;
}
