/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "streamhelp.h"
#include "preset.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct bli_stream_config stream_config(const char *preset, uint64_t in_rate, uint64_t out_rate, unsigned channels,
				       double max_deviation)
{
	const struct bli_format real = { 8, 64, false, false, true };

	return (struct bli_stream_config){
		.in_rate = in_rate, .out_rate = out_rate, .max_deviation = max_deviation, .channels = channels,
		.in_format = real, .out_format = real, .requirement = bli_preset_find(preset)->requirement,
		.gain = 1, .kernel = core_kernel(),
	};
}

void stream_open(struct bli_stream *stream, const struct bli_stream_config *config)
{
	int error = bli_stream_open(stream, config);

	if (error)
		fail_msg("%llu:%llu, %u channels: error %d", (unsigned long long)config->in_rate,
			 (unsigned long long)config->out_rate, config->channels, error);
}

size_t stream_run(struct bli_stream *stream, const double *in, size_t in_count, double *out, size_t out_count)
{
	struct bli_area from = { (double *)(uintptr_t)in, sizeof(*in) }, to = { out, sizeof(*out) };
	size_t used, written;

	bli_stream_process(stream, &from, in_count, &used, &to, out_count, &written);
	if (written < out_count)
		assert_int_equal(used, in_count);
	return written;
}

struct stream_time stream_later(struct stream_time time, double step)
{
	double whole = floor(step);

	time.whole += whole;
	time.fraction += step - whole;
	if (time.fraction >= 1) {
		time.fraction -= 1;
		time.whole += 1;
	}
	return time;
}

/* 2π·frequency·time within one turn: the whole frames' turns are reduced before they lose digits. */
static double angle(struct stream_time time, double frequency)
{
	double product = time.whole * frequency, rest = fma(time.whole, frequency, -product);

	return 2 * M_PI * (product - floor(product) + rest + time.fraction * frequency);
}

/* Sums of a least-squares fit, each with the rest that its rounding leaves (T. J. Dekker's two-sum). */
struct sum {
	double value, rest;
};

static void add(struct sum *sum, double term)
{
	double total = sum->value + term, part = total - sum->value;

	sum->rest += (sum->value - (total - part)) + (term - part);
	sum->value = total;
}

static double total(struct sum sum)
{
	return sum.value + sum.rest;
}

struct stream_fit stream_fit(const double *values, const struct stream_time *times, size_t count, double frequency)
{
	double p = 0, q = 0;
	struct sum residual = { 0, 0 };

	/* the second round fits what rounding left of the first */
	for (int round = 0; round < 2; round++) {
		struct sum ss = { 0, 0 }, cc = { 0, 0 }, sc = { 0, 0 }, ys = { 0, 0 }, yc = { 0, 0 };
		double determinant;

		for (size_t i = 0; i < count; i++) {
			double turn = angle(times[i], frequency), s = sin(turn), c = cos(turn);
			double rest = values[i] - p * s - q * c;

			add(&ss, s * s);
			add(&cc, c * c);
			add(&sc, s * c);
			add(&ys, rest * s);
			add(&yc, rest * c);
		}
		determinant = total(ss) * total(cc) - total(sc) * total(sc);
		p += (total(ys) * total(cc) - total(yc) * total(sc)) / determinant;
		q += (total(yc) * total(ss) - total(ys) * total(sc)) / determinant;
	}
	for (size_t i = 0; i < count; i++) {
		double turn = angle(times[i], frequency), rest = values[i] - p * sin(turn) - q * cos(turn);

		add(&residual, rest * rest);
	}
	return (struct stream_fit){ hypot(p, q), atan2(q, p), sqrt(total(residual) / (double)count) };
}
