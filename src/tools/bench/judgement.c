/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "judgement.h"

#include "measure/list.h"

#include <math.h>
#include <stdlib.h>

#define WANDER_LIMIT_FRAMES 0.02	/* of the lower rate */
#define FASTER 0.97			/* of the time: less is noise */
#define CLEANER_DB 0.5

double judgement_cleanness_db(const struct bench_quality *quality)
{
	double cleanness = fmin(quality->worst_snr_db, quality->tone.snr_db);

	if (isfinite(quality->worst_rejection_db))
		cleanness = fmin(cleanness, -quality->worst_rejection_db);
	return quality->has_uneven ? fmin(cleanness, quality->uneven.snr_db) : cleanness;
}

/*
 * Noise of this SNR gives each phase, fitted over 512 frames, a standard
 * deviation of 10^(−SNR/20)/√512 radians; ten of them pass.
 */
bool judgement_wanders(const struct bench_tone *tone, const struct bli_ratehost_setup *setup)
{
	double radians_per_frame = 2 * M_PI * 997 / setup->in_rate_hz;
	double noise_frames = 10 * pow(10, -tone->snr_db / 20) / sqrt(512) / radians_per_frame;
	double lower = fmax(1, (double)setup->in_rate_hz / setup->out_rate_hz);

	return tone->wander_frames > fmax(WANDER_LIMIT_FRAMES * lower, noise_frames);
}

static bool tone_is_flawed(const struct bench_tone *tone, const struct bli_ratehost_setup *setup)
{
	return tone->clicks || judgement_wanders(tone, setup);
}

bool judgement_is_flawed(const struct bench_result *result, const struct bli_ratehost_setup *setup)
{
	const struct bench_quality *quality = &result->quality;

	return tone_is_flawed(&quality->tone, setup) ||
	       (quality->has_uneven && tone_is_flawed(&quality->uneven, setup));
}

/* ---- alike -------------------------------------------------------------- */

/* Whether two figures are shown alike with this many units of the last digit in 1; NANs are. */
static bool equal_shown(double a, double b, double units)
{
	return (isnan(a) && isnan(b)) || fabs(round(a * units) - round(b * units)) < 0.5;
}

static bool is_alike(const struct bench_result *a, const struct bench_result *b)
{
	const struct bench_quality *p = &a->quality, *q = &b->quality;

	return a->quality_in == b->quality_in && a->quality_out == b->quality_out &&
	       equal_shown(p->worst_snr_db, q->worst_snr_db, 10) && equal_shown(p->tone.snr_db, q->tone.snr_db, 10) &&
	       equal_shown(p->worst_rejection_db, q->worst_rejection_db, 10) &&
	       equal_shown(p->edge_tenth_db, q->edge_tenth_db, 1000) && equal_shown(p->edge_3_db, q->edge_3_db, 1000) &&
	       equal_shown(p->ripple_db, q->ripple_db, 10000) && bli_converter_same_file(a->name, b->name);
}

void judgement_merge(struct bench_result *results, size_t count)
{
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < i && !results[i].error[0] && !results[i].same_as; k++)
			if (!results[k].error[0] && !results[k].same_as && is_alike(&results[k], &results[i]))
				results[i].same_as = &results[k];
}

/* ---- better ------------------------------------------------------------- */

static double median_ns(const struct bench_result *result)
{
	return bench_quantile(result->ns_per_frame, result->rounds, 0.5);
}

double judgement_core_percent(const struct bench_result *result, const struct bli_ratehost_setup *setup)
{
	return median_ns(result) * setup->out_rate_hz * 1e-7;
}

static int compare_cleanness(const void *a, const void *b)
{
	const struct bench_result *left = *(const struct bench_result *const *)a;
	const struct bench_result *right = *(const struct bench_result *const *)b;
	double l = judgement_cleanness_db(&left->quality), r = judgement_cleanness_db(&right->quality);

	if (l != r)
		return (l < r) - (l > r);
	return (left->quality.edge_tenth_db < right->quality.edge_tenth_db) -
	       (left->quality.edge_tenth_db > right->quality.edge_tenth_db);
}

size_t judgement_sort(const struct bench_result **order, const struct bench_result *results, size_t count)
{
	size_t shown = 0;

	for (size_t i = 0; i < count; i++)
		if (!results[i].error[0] && !results[i].same_as)
			order[shown++] = &results[i];
	qsort(order, shown, sizeof(*order), compare_cleanness);
	return shown;
}

const struct bench_result *judgement_better(const struct bench_result *result, const struct bench_result *const *order,
					    size_t count, const struct bli_ratehost_setup *setup)
{
	double cleanness = judgement_cleanness_db(&result->quality), ns = median_ns(result), best_ns = INFINITY;
	const struct bench_result *better = NULL;

	for (size_t i = 0; i < count; i++) {
		const struct bench_result *other = order[i];
		double other_ns = median_ns(other);

		if (other_ns < FASTER * ns && other_ns < best_ns &&
		    judgement_cleanness_db(&other->quality) >= cleanness + CLEANER_DB &&
		    other->quality.edge_tenth_db >= result->quality.edge_tenth_db - 0.0005 &&
		    !judgement_is_flawed(other, setup)) {
			better = other;
			best_ns = other_ns;
		}
	}
	return better;
}

struct advice judgement_advise(const struct bench_result *const *order, size_t count,
			       const struct bli_ratehost_setup *setup)
{
	struct advice advice = { .everyday = NULL };
	const struct bench_result *cleanest = NULL;
	double lowest_ns = INFINITY;

	for (size_t i = 0; i < count; i++) {
		const struct bench_quality *quality = &order[i]->quality;

		if (judgement_is_flawed(order[i], setup))
			continue;
		cleanest = cleanest ? cleanest : order[i];
		if (judgement_cleanness_db(quality) >= JUDGEMENT_ENOUGH_DB &&
		    quality->edge_tenth_db >= JUDGEMENT_ENOUGH_EDGE && median_ns(order[i]) < lowest_ns) {
			advice.everyday = order[i];
			advice.enough = true;
			lowest_ns = median_ns(order[i]);
		}
	}
	if (!advice.everyday)
		advice.everyday = cleanest;
	if (cleanest && judgement_cleanness_db(&cleanest->quality) >=
			judgement_cleanness_db(&advice.everyday->quality) + 1)
		advice.cleanest = cleanest;
	return advice;
}
