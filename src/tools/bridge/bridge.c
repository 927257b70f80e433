/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bli-bridge(1): plays what one sound card captures on another, each on its own clock. */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "endpoint.h"
#include "negotiation.h"
#include "options.h"
#include "realtime.h"
#include "run.h"
#include "shared/commandline.h"
#include "shared/interrupt.h"
#include "status.h"
#include "transfer.h"

#define RETRY_MS 250
#define CHECK_LATENCY 8e-3	/* s: a check looks at short periods, of a quarter of that */

static const char *const option_of[BLI_CLOCK_SIDES] = { "--from", "--to" };

#define fail(...) (commandline_complain(__VA_ARGS__), EXIT_FAILURE)

/* alsa-lib explains errors on standard error in lines of its own; here they are one line of ours. */
__attribute__((format(printf, 5, 6)))
static void be_silent(const char *file, int line, const char *function, int error, const char *format, ...)
{
	(void)file;
	(void)line;
	(void)function;
	(void)error;
	(void)format;
}

/* Whether the PCM is there in the other direction. */
static bool is_one_way(const char *name, enum bli_clock_side side)
{
	snd_pcm_t *pcm;
	int error = snd_pcm_open(&pcm, name, side == BLI_CLOCK_IN ? SND_PCM_STREAM_PLAYBACK : SND_PCM_STREAM_CAPTURE,
				 SND_PCM_NONBLOCK);

	if (error >= 0)
		snd_pcm_close(pcm);
	return error >= 0 || error == -EBUSY;
}

static int explain(const char *name, enum bli_clock_side side, int error)
{
	if ((error == -ENOENT || error == -EINVAL || error == -ENXIO) && is_one_way(name, side))
		return fail("%s %s: it can only %s", option_of[side], name, side == BLI_CLOCK_IN ? "play" : "capture");
	if (error == -ENOENT || error == -ENODEV || error == -ENXIO)
		return fail("%s %s: no such PCM", option_of[side], name);
	return fail("%s %s: %s", option_of[side], name, snd_strerror(error));
}

/* Open a side, as soon as no other program has it.  Returns 0, EXIT_FAILURE, or −EINTR at a signal. */
static int open_side(struct transfer *transfer, enum bli_clock_side side)
{
	const struct options *options = transfer->options;
	const char *name = options->name[side];
	bool said = false;

	for (;;) {
		int error = endpoint_open(&transfer->endpoint[side], name, side,
					  options->format[side] != SND_PCM_FORMAT_UNKNOWN,
					  options->channels || options->map_count);

		if (error != -EBUSY)
			return error ? explain(name, side, error) : 0;
		if (!said)
			commandline_complain("%s: busy; waiting for it", name);
		said = true;
		poll(NULL, 0, RETRY_MS);
		if (interrupt_pending())
			return -EINTR;
	}
}

static void describe(const struct transfer *transfer)
{
	for (int side = 0; side < BLI_CLOCK_SIDES; side++) {
		const struct endpoint_setup *setup = &transfer->endpoint[side].setup;

		commandline_complain("%s: %u Hz, %s, %u channels, periods of %lu frames, buffer of %lu; %s",
				     transfer->endpoint[side].name, setup->rate_hz, snd_pcm_format_name(setup->format),
				     setup->channels, setup->period_frames, setup->buffer_frames,
				     transfer->endpoint[side].stamps_interrupts ? "times of interrupts" :
				     "times of reading");
	}
	commandline_complain("latency %.1f ms; --sync %s: %s", 1e3 * transfer->latency,
			     sync_name(transfer->sync.mode), transfer->sync.reason);
}

/* Open both sides and set them up.  Returns 0, EXIT_FAILURE after a complaint, or −EINTR at a signal. */
static int set_up(struct transfer *transfer)
{
	struct endpoint_setup setup[BLI_CLOCK_SIDES];
	int status = 0;

	for (int side = 0; side < BLI_CLOCK_SIDES && !status; side++)
		status = open_side(transfer, (enum bli_clock_side)side);
	if (!status)
		status = negotiate(transfer->endpoint, transfer->options, setup);
	if (!status)
		status = sync_open(&transfer->sync, transfer->options, transfer->endpoint, setup);
	for (int side = 0; side < BLI_CLOCK_SIDES && !status; side++) {
		int error = endpoint_configure(&transfer->endpoint[side], &setup[side]);

		if (error)
			status = fail("%s %s: %u Hz, %s, %u channels: %s", option_of[side],
				      transfer->options->name[side], setup[side].rate_hz,
				      snd_pcm_format_name(setup[side].format), setup[side].channels,
				      snd_strerror(error));
	}
	return status ? status : transfer_open(transfer);
}

/* --check and --latency auto: what the PCMs are good for, and the latency from that. */
static int check_sides(struct transfer *transfer, struct options *options, double duration)
{
	const double unchecked = options->latency;
	struct check_result result;
	int status, error;

	if (!options->has_latency)
		options->latency = CHECK_LATENCY;
	status = set_up(transfer);
	if (!status) {
		error = check_measure(transfer, duration, &result);
		if (error && options->checks)
			status = fail("check: %s", error == -ETIMEDOUT ? "no sound comes in" : snd_strerror(error));
		else if (error)
			commandline_complain("--latency auto: cannot be measured; %gms instead", 1e3 * unchecked);
		else if (options->checks)
			check_print(transfer, &result);
		options->latency = error ? unchecked : result.latency;
	}
	transfer_close(transfer);
	return status;
}

/* Set up and run until the end, or until a side has changed. */
static int run_once(struct transfer *transfer, bool *again)
{
	int status = set_up(transfer);

	*again = false;
	if (status)
		return status;
	transfer->status.mode = sync_name(transfer->sync.mode);
	if (transfer->options->verbose)
		describe(transfer);
	*again = run_transfer(transfer) == RUN_CHANGED;
	return 0;
}

static int run(struct transfer *transfer, struct options *options)
{
	bool again = true;
	int status;

	status_begin(&transfer->status, options, endpoint_now());
	status = record_begin(&transfer->status.record, options->table, options->drawing, options->overwrite);
	if (options->duration > 0)
		transfer->end_time = endpoint_now() + (int64_t)(1e9 * options->duration);
	while (!status && again) {
		status = run_once(transfer, &again);
		transfer_close(transfer);
	}
	status_end(&transfer->status);
	return record_end(&transfer->status.record) | status;
}

int main(int argc, char *argv[])
{
	struct options options;
	struct transfer transfer = { .end_time = INT64_MAX };
	int status = bridge_options_parse(&options, argc, argv);

	if (status < 0 && strcmp(options.name[BLI_CLOCK_IN], options.name[BLI_CLOCK_OUT]) == 0)
		status = fail("--from %s --to %s: the same PCM", options.name[BLI_CLOCK_IN],
			      options.name[BLI_CLOCK_OUT]);
	if (status >= 0) {
		bridge_options_free(&options);
		return status;
	}
	snd_lib_error_set_handler(be_silent);
	interrupt_catch();
	transfer.options = &options;
	realtime_begin(options.priority, options.verbose);
	status = 0;
	if (options.checks || options.auto_latency)
		status = check_sides(&transfer, &options, options.checks && options.duration > 0 ? options.duration :
				     CHECK_DURATION);
	if (!status && !options.checks)
		status = run(&transfer, &options);
	bridge_options_free(&options);
	snd_config_update_free_global();
	/* a signal while waiting for a PCM is an end, too */
	return status == -EINTR ? 0 : status;
}
