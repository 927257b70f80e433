/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "negotiation.h"
#include "shared/commandline.h"

#include <math.h>
#include <stdlib.h>

/*
 * Parts of the latency: a period waits on the capture side before it is read, and what is queued on the other side must
 * last until the next one comes.  A wake-up may be late by half the latency, less the converter's delay.
 */
#define PERIODS_IN_LATENCY 4
#define PERIOD_MAX 0.01		/* s */
#define PERIOD_MIN 0.001
#define CAPTURE_BUFFER 0.5	/* s: what a program may be kept from running without losing sound */
#define CHANNELS_PREFERRED 2

static const char *const option_of[BLI_CLOCK_SIDES] = { "--from", "--to" };

#define fail(...) (commandline_complain(__VA_ARGS__), EXIT_FAILURE)

snd_pcm_uframes_t negotiation_frames(double duration, unsigned rate_hz)
{
	return (snd_pcm_uframes_t)ceil(duration * rate_hz);
}

/* The best first: of more bits, and of these the commonest. */
static int choose_format(const struct endpoint *endpoint, snd_pcm_format_t wanted, snd_pcm_format_t *format)
{
	static const snd_pcm_format_t formats[] = {
		SND_PCM_FORMAT_S32, SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_S32_BE, SND_PCM_FORMAT_FLOAT,
		SND_PCM_FORMAT_FLOAT_LE, SND_PCM_FORMAT_FLOAT_BE, SND_PCM_FORMAT_U32_LE, SND_PCM_FORMAT_U32_BE,
		SND_PCM_FORMAT_S24_3LE, SND_PCM_FORMAT_S24_3BE, SND_PCM_FORMAT_S24, SND_PCM_FORMAT_S24_LE,
		SND_PCM_FORMAT_S24_BE, SND_PCM_FORMAT_U24_3LE, SND_PCM_FORMAT_U24_3BE, SND_PCM_FORMAT_U24_LE,
		SND_PCM_FORMAT_U24_BE, SND_PCM_FORMAT_S20_3LE, SND_PCM_FORMAT_S20_3BE, SND_PCM_FORMAT_S20_LE,
		SND_PCM_FORMAT_S20_BE, SND_PCM_FORMAT_U20_3LE, SND_PCM_FORMAT_U20_3BE, SND_PCM_FORMAT_U20_LE,
		SND_PCM_FORMAT_U20_BE, SND_PCM_FORMAT_S18_3LE, SND_PCM_FORMAT_S18_3BE, SND_PCM_FORMAT_U18_3LE,
		SND_PCM_FORMAT_U18_3BE, SND_PCM_FORMAT_S16, SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S16_BE,
		SND_PCM_FORMAT_U16_LE, SND_PCM_FORMAT_U16_BE, SND_PCM_FORMAT_S8, SND_PCM_FORMAT_U8,
	};
	const char *option = option_of[endpoint->side];

	if (wanted != SND_PCM_FORMAT_UNKNOWN) {
		*format = wanted;
		return endpoint_offers(endpoint, wanted, 0, 0) ? 0 :
			fail("%s-format %s: %s does not have it", option, snd_pcm_format_name(wanted), endpoint->name);
	}
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (endpoint_offers(endpoint, formats[i], 0, 0)) {
			*format = formats[i];
			return 0;
		}
	return fail("%s %s: no linear sample format", option, endpoint->name);
}

static bool offers_rate(const struct endpoint *endpoint, const struct endpoint_setup *setup, unsigned rate_hz)
{
	return endpoint_offers(endpoint, setup->format, rate_hz, 0);
}

static int choose_given_rates(const struct endpoint endpoint[BLI_CLOCK_SIDES], const struct options *options,
			      struct endpoint_setup setup[BLI_CLOCK_SIDES])
{
	for (int side = 0; side < BLI_CLOCK_SIDES; side++) {
		unsigned wanted = options->rate_hz[side];

		setup[side].rate_hz = wanted;
		if (wanted && !offers_rate(&endpoint[side], &setup[side], wanted))
			return fail("%s-rate %u: %s does not have it; the nearest is %u", option_of[side], wanted,
				    endpoint[side].name, endpoint_nearest_rate(&endpoint[side], wanted));
	}
	return 0;
}

static int choose_rates(const struct endpoint endpoint[BLI_CLOCK_SIDES], const struct options *options,
			struct endpoint_setup setup[BLI_CLOCK_SIDES])
{
	static const unsigned rates[] = {
		48000, 44100, 96000, 88200, 192000, 176400, 384000, 352800, 32000, 24000, 22050, 16000, 12000, 11025,
		8000,
	};
	int status = choose_given_rates(endpoint, options, setup);

	for (size_t i = 0; !status && i < sizeof(rates) / sizeof(rates[0]); i++)
		if (!setup[BLI_CLOCK_IN].rate_hz && !setup[BLI_CLOCK_OUT].rate_hz &&
		    offers_rate(&endpoint[BLI_CLOCK_IN], &setup[BLI_CLOCK_IN], rates[i]) &&
		    offers_rate(&endpoint[BLI_CLOCK_OUT], &setup[BLI_CLOCK_OUT], rates[i]))
			setup[BLI_CLOCK_IN].rate_hz = setup[BLI_CLOCK_OUT].rate_hz = rates[i];
	for (int side = 0; !status && side < BLI_CLOCK_SIDES; side++) {
		unsigned other = setup[!side].rate_hz ? setup[!side].rate_hz : rates[0];

		if (!setup[side].rate_hz)
			setup[side].rate_hz = endpoint_nearest_rate(&endpoint[side], other);
		if (!setup[side].rate_hz)
			status = fail("%s %s: no sample rate", option_of[side], endpoint[side].name);
	}
	return status;
}

/* Channels by a map: as many of the capture as it names, or as there are. */
static int choose_mapped(const struct endpoint endpoint[BLI_CLOCK_SIDES], const struct options *options,
			 struct endpoint_setup setup[BLI_CLOCK_SIDES])
{
	unsigned highest = 1, least, most;

	for (unsigned i = 0; i < options->map_count; i++)
		highest = options->map[i] > highest ? options->map[i] : highest;
	endpoint_channels(&endpoint[BLI_CLOCK_IN], &least, &most);
	if (highest > most)
		return fail("--map: channel %u: %s has up to %u", highest, endpoint[BLI_CLOCK_IN].name, most);
	while (highest < BLI_CHANNELS_MAX && !endpoint_offers(&endpoint[BLI_CLOCK_IN], setup[BLI_CLOCK_IN].format, 0,
							       highest))
		highest++;
	setup[BLI_CLOCK_IN].channels = highest;
	setup[BLI_CLOCK_OUT].channels = options->map_count;
	if (!endpoint_offers(&endpoint[BLI_CLOCK_OUT], setup[BLI_CLOCK_OUT].format, 0, options->map_count)) {
		endpoint_channels(&endpoint[BLI_CLOCK_OUT], &least, &most);
		return fail("--map: %u channels: %s has %u to %u", options->map_count, endpoint[BLI_CLOCK_OUT].name,
			    least, most);
	}
	return 0;
}

static bool both_offer(const struct endpoint endpoint[BLI_CLOCK_SIDES],
		       const struct endpoint_setup setup[BLI_CLOCK_SIDES], unsigned channels)
{
	for (int side = 0; side < BLI_CLOCK_SIDES; side++)
		if (!endpoint_offers(&endpoint[side], setup[side].format, 0, channels))
			return false;
	return true;
}

static int choose_channels(const struct endpoint endpoint[BLI_CLOCK_SIDES], const struct options *options,
			   struct endpoint_setup setup[BLI_CLOCK_SIDES])
{
	unsigned channels = options->channels, least[BLI_CLOCK_SIDES], most[BLI_CLOCK_SIDES];

	if (options->map_count)
		return choose_mapped(endpoint, options, setup);
	for (int side = 0; side < BLI_CLOCK_SIDES; side++) {
		endpoint_channels(&endpoint[side], &least[side], &most[side]);
		if (channels && !endpoint_offers(&endpoint[side], setup[side].format, 0, channels))
			return fail("--channels %u: %s has %u to %u", channels, endpoint[side].name, least[side],
				    most[side]);
	}
	if (!channels && both_offer(endpoint, setup, CHANNELS_PREFERRED))
		channels = CHANNELS_PREFERRED;
	for (unsigned n = 1; !channels && n <= BLI_CHANNELS_MAX; n++)
		if (both_offer(endpoint, setup, n))
			channels = n;
	if (!channels)
		return fail("%s has %u to %u channels, %s has %u to %u: none in common; --map tells which go where",
			    endpoint[BLI_CLOCK_IN].name, least[BLI_CLOCK_IN], most[BLI_CLOCK_IN],
			    endpoint[BLI_CLOCK_OUT].name, least[BLI_CLOCK_OUT], most[BLI_CLOCK_OUT]);
	setup[BLI_CLOCK_IN].channels = setup[BLI_CLOCK_OUT].channels = channels;
	return 0;
}

int negotiate(const struct endpoint endpoint[BLI_CLOCK_SIDES], const struct options *options,
	      struct endpoint_setup setup[BLI_CLOCK_SIDES])
{
	double period = fmin(fmax(options->latency / PERIODS_IN_LATENCY, PERIOD_MIN), PERIOD_MAX);
	int status = 0;

	for (int side = 0; side < BLI_CLOCK_SIDES && !status; side++)
		status = choose_format(&endpoint[side], options->format[side], &setup[side].format);
	if (!status)
		status = choose_channels(endpoint, options, setup);
	if (!status)
		status = choose_rates(endpoint, options, setup);
	for (int side = 0; side < BLI_CLOCK_SIDES && !status; side++) {
		double buffer = 2 * options->latency + 2 * period;

		if (side == BLI_CLOCK_IN)
			buffer = fmax(buffer, CAPTURE_BUFFER);
		setup[side].period_frames = negotiation_frames(period, setup[side].rate_hz);
		setup[side].buffer_frames = negotiation_frames(buffer, setup[side].rate_hz);
	}
	return status;
}
