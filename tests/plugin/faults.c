/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Out of memory at every allocation in turn, from open to close: the answer is
 * success or −ENOMEM with one line, nothing is leaked, and the next attempt
 * works as if nothing had happened.
 */
#include "heapspy.h"
#include "plughelp.h"
#include "preset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct conversion {
	size_t in_period, out_period;
	unsigned channels;
};

static const struct conversion conversions[] = {
	{ 441, 480, 2 }, { 1024, 1115, 2 }, { 441, 160, 1 }, { 480, 20, 8 }, { 64, 768, 1 }, { 256, 256, 2 },
};

#define CONVERSIONS (sizeof(conversions) / sizeof(conversions[0]))

static unsigned failures;

static void fail(const char *name, const struct conversion *conversion, unsigned long failing, const char *what)
{
	printf("FAIL %s %zu:%zu, allocation %lu fails: %s\n", name, conversion->in_period, conversion->out_period,
	       failing, what);
	failures++;
}

struct periods {
	struct plug_side in, out, expected;
};

/* Two periods, so that the history takes part. */
static void convert_twice(struct plug *plug, struct plug_side *out, const struct plug_side *in)
{
	plug_convert(plug, out, in);
	plug_convert(plug, out, in);
}

static bool same_result(struct plug *plug, struct periods *periods)
{
	plug_side_fill(&periods->out, 0x5a);
	convert_twice(plug, &periods->out, &periods->in);
	return memcmp(periods->out.start, periods->expected.start,
		      (size_t)(periods->out.end - periods->out.start)) == 0;
}

static bool refused_properly(int error)
{
	return error == -ENOMEM && plug_log_lines() == 1 && strstr(plug_log_text(), "memory");
}

/*
 * Open, init, convert, close, with one allocation failing.  Where it hits, the
 * same call is made again, on the same object where there is one.  Returns
 * false when there was no allocation left to fail.
 */
static bool attempt(const char *name, const struct conversion *conversion, struct periods *periods,
		    unsigned long failing)
{
	snd_pcm_rate_info_t info = plug_info(44100, conversion->in_period, 48000, conversion->out_period,
					     conversion->channels, periods->in.format, periods->out.format);
	snd_pcm_rate_open_conf_func_t open_conf;
	struct plug plug = { 0 };
	bool hit = false;
	int error;

	*(void **)&open_conf = plug_symbol(&plug, name, "open_conf");
	heapspy_start(failing);
	error = open_conf(SND_PCM_RATE_PLUGIN_VERSION, &plug.object, &plug.ops, NULL);
	if (error) {
		hit = true;
		if (!refused_properly(error))
			fail(name, conversion, failing, "open does not say so");
		if (heapspy_live() != 0)
			fail(name, conversion, failing, "open leaks");
		error = open_conf(SND_PCM_RATE_PLUGIN_VERSION, &plug.object, &plug.ops, NULL);
	}
	if (error) {
		fail(name, conversion, failing, "open does not work again");
		heapspy_stop();
		return false;
	}
	error = plug.ops.init(plug.object, &info);
	if (error) {
		hit = true;
		if (!refused_properly(error))
			fail(name, conversion, failing, "init does not say so");
		plug_convert(&plug, &periods->out, &periods->in);
		plug.ops.reset(plug.object);
		if (failing % 2)
			plug.ops.free(plug.object);
		error = plug.ops.init(plug.object, &info);
	}
	if (error)
		fail(name, conversion, failing, "init does not work again");
	else if (!same_result(&plug, periods))
		fail(name, conversion, failing, "converts otherwise than before");
	hit |= heapspy_allocations() >= failing;
	plug.ops.free(plug.object);
	plug.ops.close(plug.object);
	heapspy_stop();
	if (heapspy_live() != 0)
		fail(name, conversion, failing, "leaks");
	if (plug_log_lines() != 0)
		fail(name, conversion, failing, "says more than one line");
	return hit;
}

/* A converter at work is initialised again without success: it is idle then, and works after the next init. */
static void reinit(const char *name, const struct conversion *conversion, struct periods *periods)
{
	snd_pcm_rate_info_t info = plug_info(44100, conversion->in_period, 48000, conversion->out_period,
					     conversion->channels, periods->in.format, periods->out.format);
	struct plug plug;

	if (plug_open(&plug, name, NULL) < 0 || plug.ops.init(plug.object, &info) < 0)
		exit(99);
	heapspy_start(1);
	if (!refused_properly(plug.ops.init(plug.object, &info)))
		fail(name, conversion, 1, "a second init does not say so");
	heapspy_stop();
	plug_side_fill(&periods->out, 0x5a);
	plug_convert(&plug, &periods->out, &periods->in);
	if (plug_side_stray(&periods->out, 0, periods->out.frames) != 0)
		fail(name, conversion, 1, "writes outside after a failed second init");
	plug.ops.free(plug.object);
	if (plug.ops.init(plug.object, &info) != 0 || !same_result(&plug, periods))
		fail(name, conversion, 1, "does not recover from a failed second init");
	plug_close(&plug);
}

static unsigned long run_conversion(const char *name, const struct conversion *conversion)
{
	snd_pcm_rate_info_t info = plug_info(44100, conversion->in_period, 48000, conversion->out_period,
					     conversion->channels, SND_PCM_FORMAT_S16, SND_PCM_FORMAT_S32);
	unsigned long failing = 1;
	struct periods periods;
	struct plug plug;

	plug_side_open(&periods.in, info.in.format, conversion->channels, conversion->in_period, PLUG_INTERLEAVED);
	plug_side_open(&periods.out, info.out.format, conversion->channels, conversion->out_period, PLUG_INTERLEAVED);
	plug_side_open(&periods.expected, info.out.format, conversion->channels, conversion->out_period,
		       PLUG_INTERLEAVED);
	plug_side_noise(&periods.in, 0.25, 1);
	plug_side_fill(&periods.expected, 0x5a);
	if (plug_open(&plug, name, NULL) < 0 || plug.ops.init(plug.object, &info) < 0)
		exit(99);
	convert_twice(&plug, &periods.expected, &periods.in);
	plug_close(&plug);

	while (attempt(name, conversion, &periods, failing) && failing < 1000)
		failing++;
	reinit(name, conversion, &periods);
	plug_side_close(&periods.in);
	plug_side_close(&periods.out);
	plug_side_close(&periods.expected);
	return failing - 1;
}

/* The heap must be the one that the plugin uses, or nothing here would fail. */
static void check_spy(void)
{
	snd_pcm_rate_info_t info = plug_info(44100, 441, 48000, 480, 2, SND_PCM_FORMAT_S16, SND_PCM_FORMAT_S16);
	struct plug plug;

	if (plug_open(&plug, "bli", NULL) < 0)
		exit(99);
	heapspy_start(0);
	plug.ops.init(plug.object, &info);
	heapspy_stop();
	if (heapspy_allocations() == 0 || heapspy_live() <= 0) {
		printf("cannot run: allocations of the plugin are not seen\n");
		exit(99);
	}
	plug_close(&plug);
}

int main(void)
{
	if (!HEAPSPY_POSSIBLE) {
		printf("skipped: a sanitizer's heap cannot be replaced\n");
		return 77;
	}
	plug_log_catch();
	check_spy();
	for (const struct bli_preset *preset = bli_presets; preset->name; preset++) {
		unsigned before = failures;
		unsigned long faults = 0;

		for (size_t i = 0; i < CONVERSIONS; i++)
			faults += run_conversion(preset->name, &conversions[i]);
		printf("%s %s: %lu allocations failed in turn\n", failures == before ? "ok" : "FAIL", preset->name,
		       faults);
		if (faults < CONVERSIONS)
			exit(99);
	}
	return failures ? 1 : 0;
}
