/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include <math.h>
#include <string.h>

#define WANDER_LIMIT_FRAMES 0.02	/* of the lower rate */
#define RESIDUE_LIMIT 0.001	/* dither and rounding stay below, -60 dBFS; in 8 bits they do not */

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

static double times_real_time(const struct bench_result *result, const struct bench_settings *settings)
{
	return 1e9 / (median_ns(result) * settings->setup.out_rate_hz);
}

/* ---- text --------------------------------------------------------------- */

static const char *format_pair(char *text, size_t size, snd_pcm_format_t in, snd_pcm_format_t out)
{
	if (in == out)
		snprintf(text, size, "%s", snd_pcm_format_name(in));
	else
		snprintf(text, size, "%s>%s", snd_pcm_format_name(in), snd_pcm_format_name(out));
	return text;
}

static void text_speed(FILE *file, const struct bench_settings *settings, const struct bench_result *results,
		       size_t count)
{
	char formats[40];

	fprintf(file, "\nSpeed (CPU time; samples asked for: %s)\n", snd_pcm_format_name(settings->speed_format));
	fprintf(file, "%-20s %-10s %9s %15s %11s %11s\n", "converter", "works in", "ns/frame", "quartiles",
		"x real time", "start-up ms");
	for (size_t i = 0; i < count; i++) {
		const struct bench_result *r = &results[i];

		if (r->error[0])
			continue;
		fprintf(file, "%-20s %-10s %9.2f %7.2f-%7.2f %11.0f %11.2f\n", r->name,
			format_pair(formats, sizeof(formats), r->speed_in, r->speed_out), median_ns(r),
			bench_quantile(r->ns_per_frame, r->rounds, 0.25),
			bench_quantile(r->ns_per_frame, r->rounds, 0.75), times_real_time(r, settings),
			bench_quantile(r->startup_ms, r->rounds, 0.5));
	}
}

static void text_quality(FILE *file, const struct bench_settings *settings, const struct bench_result *results,
			 size_t count)
{
	const struct bli_ratehost_setup *setup = &settings->setup;
	const char *beyond = setup->out_period_frames < setup->in_period_frames ? "aliases" : "images";
	char formats[40];

	fprintf(file, "\nQuality (samples asked for: %s)\n", snd_pcm_format_name(settings->quality_format));
	fprintf(file, "%-20s %-9s %7s %7s %7s %6s %7s %8s %9s %6s %6s\n", "", "", "SNR dB", "SNR dB", "-0.1 dB",
		"-3 dB", "ripple", beyond, "delay", "", "frames");
	fprintf(file, "%-20s %-9s %7s %7s %7s %6s %7s %8s %9s %6s %6s\n", "converter", "works in", "997 Hz", "worst",
		"edge", "edge", "dB", "dB", "ms", "clicks", "lost");
	for (size_t i = 0; i < count; i++) {
		const struct bench_result *r = &results[i];
		const struct bench_quality *q = &r->quality;

		if (r->error[0])
			continue;
		fprintf(file, "%-20s %-9s %7.1f %7.1f %7.3f %6.3f %7.4f ", r->name,
			format_pair(formats, sizeof(formats), r->quality_in, r->quality_out), q->tone.snr_db,
			q->worst_snr_db, q->edge_tenth_db, q->edge_3_db, q->ripple_db);
		if (isnan(q->worst_rejection_db))
			fprintf(file, "%8s ", "-");
		else
			fprintf(file, "%8.1f ", q->worst_rejection_db);
		fprintf(file, "%9.3f %6zu %6llu\n", q->delay_ms, q->tone.clicks,
			(unsigned long long)q->tone.unwritten_frames);
	}
}

/* Whether the delay moves by more than the noise on the tone explains. Noise of this SNR gives each phase, fitted
 * over 512 frames, a standard deviation of 10^(-SNR/20) / sqrt(512) radians; ten of them pass. */
static bool wanders(const struct bench_tone *tone, const struct bli_ratehost_setup *setup)
{
	double radians_per_frame = 2 * M_PI * 997 / setup->in_rate_hz;
	double noise_frames = 10 * pow(10, -tone->snr_db / 20) / sqrt(512) / radians_per_frame;
	double lower = fmax(1, (double)setup->in_rate_hz / setup->out_rate_hz);

	return tone->wander_frames > fmax(WANDER_LIMIT_FRAMES * lower, noise_frames);
}

/* What went wrong with the tone at one pair of periods, as one line; nothing where all is well. */
static void remark_tone(FILE *file, const char *name, const struct bench_tone *tone, size_t in_frames,
			size_t out_frames, const struct bli_ratehost_setup *setup)
{
	bool moves = wanders(tone, setup);

	if (!tone->clicks && !moves && !tone->unwritten_frames)
		return;
	fprintf(file, "%s at %zu:%zu frames:", name, in_frames, out_frames);
	if (tone->clicks)
		fprintf(file, " clicks (%zu in the first second of a tone)", tone->clicks);
	if (moves)
		fprintf(file, "%s does not keep the ratio (the delay wanders by %.2f frames, %.0f us)",
			tone->clicks ? "," : "", tone->wander_frames, tone->wander_frames / setup->in_rate_hz * 1e6);
	if (tone->unwritten_frames)
		fprintf(file, "%s leaves %llu frame%s unwritten", tone->clicks || moves ? "," : "",
			(unsigned long long)tone->unwritten_frames, tone->unwritten_frames == 1 ? "" : "s");
	fprintf(file, "; SNR at 997 Hz %.1f dB\n", tone->snr_db);
}

static void text_remarks(FILE *file, const struct bench_settings *settings, const struct bench_result *results,
			 size_t count)
{
	const struct bli_ratehost_setup *setup = &settings->setup;

	fprintf(file, "\n");
	for (size_t i = 0; i < count; i++) {
		const struct bench_result *r = &results[i];
		const struct bench_quality *q = &r->quality;

		if (r->error[0]) {
			fprintf(file, "%s\n", r->error);
			continue;
		}
		remark_tone(file, r->name, &q->tone, setup->in_period_frames, setup->out_period_frames, setup);
		if (q->has_uneven)
			remark_tone(file, r->name, &q->uneven, settings->uneven_in_frames,
				    settings->uneven_out_frames, setup);
		if (q->reset_residue > RESIDUE_LIMIT)
			fprintf(file, "%s: a reset does not end the stream: %.1f dBFS of it come out after\n", r->name,
				20 * log10(q->reset_residue));
		if (q->channel_difference > 0)
			fprintf(file, "%s: the same signal in all channels comes out with differences of up to %.0f dB\n",
				r->name, 20 * log10(q->channel_difference));
	}
}

void bench_report_text(FILE *file, const struct bench_settings *settings, const struct bench_result *results,
		       size_t count)
{
	const struct bli_ratehost_setup *setup = &settings->setup;
	char processor[100];

	bench_processor_name(processor, sizeof(processor));
	fprintf(file, "%u -> %u Hz, periods of %zu -> %zu frames, %u channel%s; %s\n", setup->in_rate_hz,
		setup->out_rate_hz, setup->in_period_frames, setup->out_period_frames, setup->channels,
		setup->channels == 1 ? "" : "s", processor);
	text_speed(file, settings, results, count);
	text_quality(file, settings, results, count);
	text_remarks(file, settings, results, count);
}

/* ---- CSV and JSON ------------------------------------------------------- */

struct figure {
	const char *name;
	double value;
};

#define MAX_FIGURES (26 + BENCH_REJECTIONS)

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
		{ "times_real_time", times_real_time(r, settings) },
		{ "startup_ms", bench_quantile(r->startup_ms, r->rounds, 0.5) },
		{ "snr_997hz_db", q->tone.snr_db },
		{ "snr_worst_db", q->worst_snr_db },
		{ "snr_worst_at", q->worst_fraction },
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

	fprintf(file, "converter,error,in_rate_hz,out_rate_hz,in_period_frames,out_period_frames,channels,speed_format,"
		"quality_format");
	for (size_t k = 0; k < columns; k++)
		fprintf(file, ",%s", figures[k].name);
	fputc('\n', file);
	for (size_t i = 0; i < count; i++) {
		const struct bench_result *r = &results[i];

		csv_text(file, r->name);
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
