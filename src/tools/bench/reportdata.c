/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include "judgement.h"

#include <math.h>
#include <string.h>

static double median_ns(const struct bench_result *result)
{
	return bench_quantile(result->ns_per_frame, result->rounds, 0.5);
}

struct figure {
	const char *name;
	double value;
};

#define MAX_FIGURES (29 + BENCH_REJECTIONS)

/* All single figures of a converter, in the order of the columns. */
static size_t list_figures(struct figure *figures, const struct bench_settings *settings,
			   const struct bench_result *r)
{
	static const char *const rejections[BENCH_REJECTIONS] = {
		"aliases_1.02_db", "aliases_1.05_db", "aliases_1.10_db", "aliases_1.20_db", "aliases_1.50_db",
	};
	const struct bench_quality *q = &r->quality;
	const struct figure singles[] = {
		{ "ns_per_frame", median_ns(r) },
		{ "ns_per_frame_quartile_1", bench_quantile(r->ns_per_frame, r->rounds, 0.25) },
		{ "ns_per_frame_quartile_3", bench_quantile(r->ns_per_frame, r->rounds, 0.75) },
		{ "core_percent", judgement_core_percent(r, &settings->setup) },
		{ "times_real_time", 100 / judgement_core_percent(r, &settings->setup) },
		{ "startup_ms", bench_quantile(r->startup_ms, r->rounds, 0.5) },
		{ "snr_997hz_db", q->tone.snr_db },
		{ "snr_worst_db", q->worst_snr_db },
		{ "snr_worst_at", q->worst_fraction },
		{ "float64_snr_worst_db", r->float64_snr_db },
		{ "float64_aliases_worst_db", r->float64_rejection_db },
		{ "edge_0.1db", q->edge_tenth_db },
		{ "edge_3db", q->edge_3_db },
		{ "dc_gain_db", q->dc_gain_db },
		{ "ripple_db", q->ripple_db },
		{ "aliases_worst_db", q->worst_rejection_db },
		{ "delay_ms", q->delay_ms },
		{ "delay_input_frames", q->delay_frames },
		{ "clicks", (double)q->tone.clicks },
		{ "wander_input_frames", q->tone.wander_frames },
		{ "drift_ppm", q->tone.drift_ppm },
		{ "channel_difference", q->channel_difference },
		{ "reset_residue", q->reset_residue },
		{ "unwritten_frames", (double)q->tone.unwritten_frames },
		{ "uneven_snr_997hz_db", q->has_uneven ? q->uneven.snr_db : NAN },
		{ "uneven_clicks", q->has_uneven ? (double)q->uneven.clicks : NAN },
		{ "uneven_wander_input_frames", q->has_uneven ? q->uneven.wander_frames : NAN },
		{ "uneven_drift_ppm", q->has_uneven ? q->uneven.drift_ppm : NAN },
		{ "uneven_unwritten_frames", q->has_uneven ? (double)q->uneven.unwritten_frames : NAN },
	};
	size_t count = sizeof(singles) / sizeof(*singles);

	_Static_assert(sizeof(singles) / sizeof(*singles) + BENCH_REJECTIONS <= MAX_FIGURES, "figures");
	memcpy(figures, singles, sizeof(singles));
	for (size_t i = 0; i < BENCH_REJECTIONS; i++)
		figures[count++] = (struct figure){ rejections[i], q->rejection_db[i] };
	return count;
}

static void csv_text(FILE *file, const char *text)
{
	fputc('"', file);
	for (; *text; text++)
		fprintf(file, *text == '"' ? "\"\"" : "%c", *text);
	fputc('"', file);
}

void bench_report_csv(FILE *file, const struct bench_settings *settings, const struct bench_result *results,
		      size_t count)
{
	static const struct bench_result nothing;
	const struct bli_ratehost_setup *setup = &settings->setup;
	struct figure figures[MAX_FIGURES];
	size_t columns = list_figures(figures, settings, &nothing);

	fprintf(file, "converter,same_as,error,in_rate_hz,out_rate_hz,in_period_frames,out_period_frames,channels,"
		"speed_format,quality_format");
	for (size_t k = 0; k < columns; k++)
		fprintf(file, ",%s", figures[k].name);
	fputc('\n', file);
	for (size_t i = 0; i < count; i++) {
		const struct bench_result *r = &results[i];

		csv_text(file, r->name);
		fputc(',', file);
		if (r->same_as)
			csv_text(file, r->same_as->name);
		fputc(',', file);
		if (r->error[0])
			csv_text(file, r->error);
		fprintf(file, ",%u,%u,%zu,%zu,%u,", setup->in_rate_hz, setup->out_rate_hz, setup->in_period_frames,
			setup->out_period_frames, setup->channels);
		if (!r->error[0])
			fprintf(file, "%s,%s", snd_pcm_format_name(r->speed_in), snd_pcm_format_name(r->quality_in));
		else
			fputc(',', file);
		list_figures(figures, settings, r);
		for (size_t k = 0; k < columns; k++) {
			fputc(',', file);
			if (!r->error[0] && isfinite(figures[k].value))
				fprintf(file, "%.9g", figures[k].value);
		}
		fputc('\n', file);
	}
}

static void json_text(FILE *file, const char *text)
{
	fputc('"', file);
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			fputc('\\', file);
		if ((unsigned char)*text < 0x20)
			fprintf(file, "\\u%04x", (unsigned int)*text);
		else
			fputc(*text, file);
	}
	fputc('"', file);
}

static void json_number(FILE *file, double value)
{
	if (isfinite(value))
		fprintf(file, "%.9g", value);
	else
		fputs("null", file);
}

static void json_array(FILE *file, const char *name, const double *values, size_t count)
{
	fprintf(file, ",\n      \"%s\": [", name);
	for (size_t i = 0; i < count; i++) {
		fputs(i ? ", " : "", file);
		json_number(file, values[i]);
	}
	fputc(']', file);
}

static void json_converter(FILE *file, const struct bench_settings *settings, const struct bench_result *r)
{
	struct figure figures[MAX_FIGURES];
	size_t count = list_figures(figures, settings, r);

	fputs("    {\n      \"converter\": ", file);
	json_text(file, r->name);
	if (r->error[0]) {
		fputs(",\n      \"error\": ", file);
		json_text(file, r->error);
		fputs("\n    }", file);
		return;
	}
	if (r->same_as) {
		fputs(",\n      \"same_as\": ", file);
		json_text(file, r->same_as->name);
	}
	fprintf(file, ",\n      \"speed_formats\": [\"%s\", \"%s\"]", snd_pcm_format_name(r->speed_in),
		snd_pcm_format_name(r->speed_out));
	fprintf(file, ",\n      \"quality_formats\": [\"%s\", \"%s\"]", snd_pcm_format_name(r->quality_in),
		snd_pcm_format_name(r->quality_out));
	for (size_t k = 0; k < count; k++) {
		fprintf(file, ",\n      \"%s\": ", figures[k].name);
		json_number(file, figures[k].value);
	}
	json_array(file, "rounds_ns_per_frame", r->ns_per_frame, r->rounds);
	json_array(file, "response_at", r->quality.fractions, BENCH_RESPONSE);
	json_array(file, "response_db", r->quality.gains_db, BENCH_RESPONSE);
	fputs("\n    }", file);
}

void bench_report_json(FILE *file, const struct bench_settings *settings, const struct bench_result *results,
		       size_t count)
{
	const struct bli_ratehost_setup *setup = &settings->setup;
	char processor[100];

	bench_processor_name(processor, sizeof(processor));
	fputs("{\n  \"processor\": ", file);
	json_text(file, processor);
	fprintf(file, ",\n  \"in_rate_hz\": %u,\n  \"out_rate_hz\": %u", setup->in_rate_hz, setup->out_rate_hz);
	fprintf(file, ",\n  \"in_period_frames\": %zu,\n  \"out_period_frames\": %zu", setup->in_period_frames,
		setup->out_period_frames);
	fprintf(file, ",\n  \"uneven_periods_frames\": [%zu, %zu]", settings->uneven_in_frames,
		settings->uneven_out_frames);
	fprintf(file, ",\n  \"channels\": %u,\n  \"speed_format\": \"%s\",\n  \"quality_format\": \"%s\"",
		setup->channels, snd_pcm_format_name(settings->speed_format),
		snd_pcm_format_name(settings->quality_format));
	fputs(",\n  \"converters\": [\n", file);
	for (size_t i = 0; i < count; i++) {
		json_converter(file, settings, &results[i]);
		fputs(i + 1 < count ? ",\n" : "\n", file);
	}
	fputs("  ]\n}\n", file);
}
