/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifdef HAVE_CONFIG_H
#include "config.h"
#endif
#include "pcm-report.h"
#include "report.h"

#include <stdio.h>

static void report_stream(snd_output_t *out, const struct bli_pump *pump)
{
	const struct bli_stream *stream = &pump->stream;
	const unsigned long block = (unsigned long)(stream->gliding ? stream->glide.block_in
								    : stream->exact.resampler.config.in_frames);
	const double in_rate_hz = (double)pump->slave->rate_hz *
		(pump->playback ? (double)pump->program_term / (double)pump->slave_term : 1);
	int64_t frame;
	double fraction;

	snd_output_printf(out, "  ratio: %llu:%llu, exactly; %s, blocks of %lu input frames\n",
			  (unsigned long long)stream->config.in_rate, (unsigned long long)stream->config.out_rate,
			  stream->gliding ? "gliding" : "exact phases", block);
	snd_output_printf(out, "  kernel: %s\n", stream->config.kernel->name);
	bli_stream_position(stream, &frame, &fraction);
	snd_output_printf(out, "  delay: %.3f input frames, %.3f ms\n", bli_stream_delay(stream),
			  1e3 * bli_stream_delay(stream) / in_rate_hz);
	if (pump->lead)
		snd_output_printf(out, "  lead: %lu frames of silence, %.3f ms, for what a block keeps back\n",
				  pump->lead, 1e3 * (double)pump->lead / pump->slave->rate_hz);
}

/* What the follower does, in words[size]. */
static const char *describe_follower(const struct bli_follower *follower, char *words, size_t size)
{
	struct bli_clockloop_status status;

	bli_clockloop_status(&follower->loop, &status);
	switch (follower->state) {
	case BLI_FOLLOWER_OFF:
	case BLI_FOLLOWER_PREPARED:
		snprintf(words, size, "starts with %lu frames", follower->level);
		break;
	case BLI_FOLLOWER_FILLING:
		snprintf(words, size, "filling to %lu frames", follower->level);
		break;
	case BLI_FOLLOWER_FOLLOWING:
		snprintf(words, size, "following, %+.3f ppm (standard deviation %.1f), latency %.3f ms",
			 1e6 * status.deviation, 1e6 * status.deviation_sigma, 1e3 * status.latency);
		break;
	case BLI_FOLLOWER_FROZEN:
		snprintf(words, size, "frozen at the nominal ratio, +0.000 ppm, because the program waits for room");
		break;
	}
	return words;
}

static void report_follower(snd_output_t *out, const struct bli_follower *follower)
{
	char words[120];

	if (follower->state != BLI_FOLLOWER_OFF)
		snd_output_printf(out, "  sync: writer; %s; %u refills, %llu frames left out\n",
				  describe_follower(follower, words, sizeof(words)), follower->refills,
				  (unsigned long long)follower->left_out);
}

void bli_pcm_report(snd_output_t *out, const struct bli_pcm_settings *settings, const struct bli_pump *pump,
		    const struct bli_follower *follower)
{
	const struct bli_slave *slave;

	bli_report_settings(out, &settings->converter);
	if (!pump)
		return;
	slave = pump->slave;
	report_stream(out, pump);
	snd_output_printf(out, "  slave: %s, %u channels, %u Hz, period %lu, buffer %lu frames\n",
			  snd_pcm_format_name(slave->format), slave->channels, slave->rate_hz, slave->period,
			  slave->buffer);
	report_follower(out, follower);
	if (bli_stream_invalid(&pump->stream))
		snd_output_printf(out, "  not numbers: %llu input samples, treated as silence\n",
				  (unsigned long long)bli_stream_invalid(&pump->stream));
	snd_output_printf(out, "  clipped: %llu samples\n", (unsigned long long)bli_stream_clipped(&pump->stream));
}

void bli_pcm_report_to_stderr(const struct bli_pcm_settings *settings, const struct bli_pump *pump,
			      const struct bli_follower *follower)
{
	snd_output_t *out;

	if (snd_output_stdio_attach(&out, stderr, 0) < 0)
		return;
	bli_pcm_report(out, settings, pump, follower);
	snd_output_close(out);
}

void bli_pcm_report_end(const struct bli_pcm_settings *settings, const struct bli_pump *pump,
			const struct bli_follower *follower)
{
	unsigned long long clipped = bli_stream_clipped(&pump->stream);
	char words[120];

	if (clipped)
		bli_log(bli_pcm_subject(settings),
			"%llu samples were clipped; a lower \"gain\" of the converter would have avoided it", clipped);
	if (follower->state >= BLI_FOLLOWER_FILLING)
		bli_log(bli_pcm_subject(settings), "sync \"writer\": %s; %u refills, %llu frames left out",
			describe_follower(follower, words, sizeof(words)), follower->refills,
			(unsigned long long)follower->left_out);
}
