/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include "judgement.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RESIDUE_LIMIT 0.001	/* dither and rounding stay below, −60 dBFS; in 8 bits they do not */

void bench_processor_name(char *name, size_t size)
{
	FILE *file = fopen("/proc/cpuinfo", "r");
	char line[256];

	snprintf(name, size, "unknown processor");
	while (file && fgets(line, sizeof(line), file)) {
		const char *colon = strchr(line, ':');

		if (strncmp(line, "model name", 10) == 0 && colon) {
			snprintf(name, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
			break;
		}
	}
	if (file)
		fclose(file);
}

static double median_ns(const struct bench_result *result)
{
	return bench_quantile(result->ns_per_frame, result->rounds, 0.5);
}

static const char *beyond_name(const struct bench_settings *settings)
{
	return settings->setup.out_period_frames < settings->setup.in_period_frames ? "aliases" : "images";
}

/* ---- the table to choose from ------------------------------------------- */

/* A figure, or a dash where it could not be measured; 0 has no sign. */
static void text_figure(FILE *file, int width, int decimals, double value)
{
	if (isnan(value))
		fprintf(file, " %*s", width, "-");
	else
		fprintf(file, " %*.*f", width, decimals, fabs(value) < 0.5 * pow(10, -decimals) ? 0 : value);
}

/* Decimals that leave two digits of a share of a core. */
static int percent_decimals(double percent)
{
	return percent >= 0.995 ? 1 : percent >= 0.0995 ? 2 : 3;
}

static void text_row(FILE *file, const struct bench_settings *settings, const struct bench_result *r,
		     const struct bench_result *better)
{
	const struct bench_quality *q = &r->quality;
	bool flawed = judgement_is_flawed(r, &settings->setup);

	fprintf(file, "%-18s", r->name);
	text_figure(file, 7, 1, q->worst_snr_db);
	text_figure(file, 7, 1, r->float64_snr_db);
	text_figure(file, 7, 1, q->worst_rejection_db);
	text_figure(file, 7, 3, q->edge_tenth_db);
	text_figure(file, 7, 2, q->delay_ms);
	text_figure(file, 8, 2, median_ns(r));
	text_figure(file, 7, 3, judgement_core_percent(r, &settings->setup));
	if (flawed)
		fprintf(file, "  clicks or drifts");
	if (better)
		fprintf(file, "%s slower and worse than %s", flawed ? "," : " ", better->name);
	fputc('\n', file);
}

static void text_choice(FILE *file, const struct bench_settings *settings, const struct bench_result *const *order,
			size_t shown)
{
	fprintf(file, "\n%-18s %7s %7s %7s %7s %7s %8s %7s\n", "the cleanest first", "SNR dB", "SNR dB",
		beyond_name(settings), "-0.1 dB", "delay", "CPU ns", "% of");
	fprintf(file, "%-18s %7s %7s %7s %7s %7s %8s %7s\n", "converter", "worst", "float64", "dB", "edge", "ms",
		"a frame", "a core");
	for (size_t i = 0; i < shown; i++)
		text_row(file, settings, order[i], judgement_better(order[i], order, shown, &settings->setup));
}

/* ---- all figures -------------------------------------------------------- */

static const char *format_pair(char *text, size_t size, snd_pcm_format_t in, snd_pcm_format_t out)
{
	if (in == out)
		snprintf(text, size, "%s", snd_pcm_format_name(in));
	else
		snprintf(text, size, "%s>%s", snd_pcm_format_name(in), snd_pcm_format_name(out));
	return text;
}

static void text_speed(FILE *file, const struct bench_settings *settings, const struct bench_result *const *order,
		       size_t shown)
{
	char formats[40];

	fprintf(file, "\nSpeed (CPU time; samples asked for: %s)\n", snd_pcm_format_name(settings->speed_format));
	fprintf(file, "%-20s %-10s %9s %15s %11s %11s\n", "converter", "works in", "ns/frame", "quartiles",
		"x real time", "start-up ms");
	for (size_t i = 0; i < shown; i++) {
		const struct bench_result *r = order[i];

		fprintf(file, "%-20s %-10s %9.2f %7.2f-%7.2f %11.0f %11.2f\n", r->name,
			format_pair(formats, sizeof(formats), r->speed_in, r->speed_out), median_ns(r),
			bench_quantile(r->ns_per_frame, r->rounds, 0.25),
			bench_quantile(r->ns_per_frame, r->rounds, 0.75),
			100 / judgement_core_percent(r, &settings->setup),
			bench_quantile(r->startup_ms, r->rounds, 0.5));
	}
}

static void text_quality(FILE *file, const struct bench_settings *settings, const struct bench_result *const *order,
			 size_t shown)
{
	const char *beyond = beyond_name(settings);
	char formats[40];

	fprintf(file, "\nQuality (samples asked for: %s)\n", snd_pcm_format_name(settings->quality_format));
	fprintf(file, "%-20s %-9s %7s %7s %7s %6s %7s %8s %9s %6s %6s\n", "", "", "SNR dB", "SNR dB", "-0.1 dB",
		"-3 dB", "ripple", beyond, "delay", "", "frames");
	fprintf(file, "%-20s %-9s %7s %7s %7s %6s %7s %8s %9s %6s %6s\n", "converter", "works in", "997 Hz", "worst",
		"edge", "edge", "dB", "dB", "ms", "clicks", "lost");
	for (size_t i = 0; i < shown; i++) {
		const struct bench_result *r = order[i];
		const struct bench_quality *q = &r->quality;

		fprintf(file, "%-20s %-9s %7.1f %7.1f %7.3f %6.3f %7.4f", r->name,
			format_pair(formats, sizeof(formats), r->quality_in, r->quality_out), q->tone.snr_db,
			q->worst_snr_db, q->edge_tenth_db, q->edge_3_db, q->ripple_db);
		text_figure(file, 7, 1, q->worst_rejection_db);
		fprintf(file, " %9.3f %6zu %6llu\n", q->delay_ms, q->tone.clicks,
			(unsigned long long)q->tone.unwritten_frames);
	}
}

/* ---- notes -------------------------------------------------------------- */

/* What may be wrong with a result, as a few words behind its name; false if it is not. */
typedef bool describe(FILE *file, const struct bench_result *r, const struct bench_settings *settings);

static bool describe_clicks(FILE *file, const struct bench_tone *tone, const struct bli_ratehost_setup *setup)
{
	bool wanders = judgement_wanders(tone, setup);

	if (tone->clicks)
		fprintf(file, " (%zu in a second%s", tone->clicks, wanders ? "" : ")");
	if (wanders)
		fprintf(file, "%s the delay wanders by %.0f us)", tone->clicks ? "," : " (",
			tone->wander_frames / setup->in_rate_hz * 1e6);
	return tone->clicks || wanders;
}

static bool clicks_at_these_periods(FILE *file, const struct bench_result *r, const struct bench_settings *settings)
{
	return describe_clicks(file, &r->quality.tone, &settings->setup);
}

static bool clicks_at_uneven_periods(FILE *file, const struct bench_result *r, const struct bench_settings *settings)
{
	return r->quality.has_uneven && describe_clicks(file, &r->quality.uneven, &settings->setup);
}

static bool loses_frames(FILE *file, const struct bench_result *r, const struct bench_settings *settings)
{
	const struct bench_quality *q = &r->quality;
	uint64_t uneven = q->has_uneven ? q->uneven.unwritten_frames : 0;
	uint64_t most = q->tone.unwritten_frames > uneven ? q->tone.unwritten_frames : uneven;

	(void)settings;
	if (most)
		fprintf(file, " (%llu)", (unsigned long long)most);
	return most > 0;
}

static bool survives_reset(FILE *file, const struct bench_result *r, const struct bench_settings *settings)
{
	(void)settings;
	if (r->quality.reset_residue > RESIDUE_LIMIT)
		fprintf(file, " (%.1f dBFS)", 20 * log10(r->quality.reset_residue));
	return r->quality.reset_residue > RESIDUE_LIMIT;
}

static bool differs_between_channels(FILE *file, const struct bench_result *r, const struct bench_settings *settings)
{
	(void)settings;
	if (r->quality.channel_difference > 0)
		fprintf(file, " (%.0f dB)", 20 * log10(r->quality.channel_difference));
	return r->quality.channel_difference > 0;
}

/* One line for all results with this fault, if there are any. */
static void text_note(FILE *file, const char *what, describe *is_wrong, const struct bench_settings *settings,
		      const struct bench_result *const *order, size_t shown)
{
	char *list = NULL;
	size_t bytes = 0;
	FILE *names = open_memstream(&list, &bytes);
	bool any = false;

	if (!names)
		return;
	for (size_t i = 0; i < shown; i++) {
		char *detail = NULL;
		size_t detail_bytes = 0;
		FILE *details = open_memstream(&detail, &detail_bytes);
		bool wrong = details && is_wrong(details, order[i], settings);

		if (details)
			fclose(details);
		if (wrong)
			fprintf(names, "%s%s%s", any ? ", " : "", order[i]->name, detail);
		any = any || wrong;
		free(detail);
	}
	fclose(names);
	if (any)
		fprintf(file, "%s: %s\n", what, list);
	free(list);
}

/* Which names stand for one row. */
static void text_merged(FILE *file, const struct bench_result *shown, const struct bench_result *results, size_t count)
{
	double least_ms = shown->quality.delay_ms, most_ms = least_ms;
	bool any = false;

	for (size_t i = 0; i < count; i++) {
		if (results[i].same_as != shown)
			continue;
		if (!any)
			fprintf(file, "Alike: %s", shown->name);
		any = true;
		fprintf(file, ", %s", results[i].name);
		least_ms = fmin(least_ms, results[i].quality.delay_ms);
		most_ms = fmax(most_ms, results[i].quality.delay_ms);
	}
	if (any && most_ms > least_ms + 0.005)
		fprintf(file, "; with delays of %.2f to %.2f ms", least_ms, most_ms);
	if (any)
		fputc('\n', file);
}

static void text_notes(FILE *file, const struct bench_settings *settings, const struct bench_result *results,
		       size_t count, const struct bench_result *const *order, size_t shown)
{
	char at_these[80], at_uneven[80];

	snprintf(at_these, sizeof(at_these), "Clicks or drift at %zu:%zu frames", settings->setup.in_period_frames,
		 settings->setup.out_period_frames);
	snprintf(at_uneven, sizeof(at_uneven), "Clicks or drift at %zu:%zu frames", settings->uneven_in_frames,
		 settings->uneven_out_frames);
	fputc('\n', file);
	for (size_t i = 0; i < shown; i++)
		text_merged(file, order[i], results, count);
	text_note(file, at_these, clicks_at_these_periods, settings, order, shown);
	text_note(file, at_uneven, clicks_at_uneven_periods, settings, order, shown);
	text_note(file, "Frames left unwritten in a second", loses_frames, settings, order, shown);
	text_note(file, "Heard after a reset, of the stream before", survives_reset, settings, order, shown);
	text_note(file, "Channels differ with the same signal in all", differs_between_channels, settings, order,
		  shown);
	for (size_t i = 0; i < count; i++)
		if (results[i].error[0])
			fprintf(file, "%s\n", results[i].error);
}

/* ---- advice ------------------------------------------------------------- */

static void text_one(FILE *file, const struct bench_result *r, const struct bli_ratehost_setup *setup)
{
	double percent = judgement_core_percent(r, setup);

	fprintf(file, "%.*f %% of a core per stream (%.0f dB, passband %.3f)", percent_decimals(percent), percent,
		judgement_cleanness_db(&r->quality), r->quality.edge_tenth_db);
}

static void text_advice(FILE *file, const struct bench_settings *settings, const struct bench_result *const *order,
			size_t shown)
{
	const struct bli_ratehost_setup *setup = &settings->setup;
	struct advice advice = judgement_advise(order, shown, setup);

	if (shown < 2)
		return;
	fprintf(file, "\nOn this machine: ");
	if (!advice.everyday) {
		fprintf(file, "none of these, all of them click or drift.\n");
		return;
	}
	fprintf(file, "%s %s, ", advice.everyday->name, advice.enough ? "for everything" : "is the cleanest of these");
	text_one(file, advice.everyday, setup);
	fprintf(file, ".\n");
	if (!advice.cleanest) {
		fprintf(file, "None of the others is cleaner.\n");
		return;
	}
	fprintf(file, "The cleanest is %s, ", advice.cleanest->name);
	text_one(file, advice.cleanest, setup);
	fprintf(file, ".\n");
}

void bench_report_text(FILE *file, const struct bench_settings *settings, const struct bench_result *results,
		       size_t count, bool verbose)
{
	const struct bli_ratehost_setup *setup = &settings->setup;
	const struct bench_result **order = calloc(count ? count : 1, sizeof(*order));
	size_t shown = order ? judgement_sort(order, results, count) : 0;
	char processor[100];

	bench_processor_name(processor, sizeof(processor));
	fprintf(file, "%u -> %u Hz, periods of %zu -> %zu frames, %u channel%s; %s\n", setup->in_rate_hz,
		setup->out_rate_hz, setup->in_period_frames, setup->out_period_frames, setup->channels,
		setup->channels == 1 ? "" : "s", processor);
	if (verbose) {
		text_speed(file, settings, order, shown);
		text_quality(file, settings, order, shown);
	}
	text_choice(file, settings, order, shown);
	text_notes(file, settings, results, count, order, shown);
	text_advice(file, settings, order, shown);
	free(order);
}
