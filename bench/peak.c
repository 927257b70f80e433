/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How near the kernels come to what this processor can multiply and add: Markdown on standard output.
 *
 * The peak is measured on registers only, so a share also pays for loading inputs and coefficients. */
#include "config.h"

#include "kernel-rate.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define TRIALS 25		/* the fastest counts: other work on the machine only slows down */
#define PEAK_TURNS 200000
#define ACCUMULATORS 12		/* two units, four cycles of latency: 8 are needed, 12 fit beside the factors */

#if defined(__x86_64__) || defined(__i386__)
#define REGISTER "x"
#else
#define REGISTER "w"
#endif

/* PEAK_TURNS × ACCUMULATORS multiply-adds on vectors of `bytes`. The empty asm makes every factor look new, so that
 * no product is computed once for all. */
#define PEAK(function, attributes, value, bytes)						\
	typedef value function##_vector __attribute__((vector_size(bytes)));			\
	__attribute__((noinline attributes)) static value function(void)			\
	{											\
		function##_vector sum[ACCUMULATORS] = { { 0 } }, x = { 1 }, y = { 1 };		\
												\
		for (int turn = 0; turn < PEAK_TURNS; turn++) {					\
			_Pragma("GCC unroll 12")						\
			for (int k = 0; k < ACCUMULATORS; k++) {				\
				__asm__("" : "+" REGISTER(x));					\
				sum[k] += x * y;						\
			}									\
		}										\
		for (int k = 1; k < ACCUMULATORS; k++)						\
			sum[0] += sum[k];							\
		return sum[0][0];								\
	}											\
	static double function##_run(void)							\
	{											\
		return (double)function();							\
	}

#define TARGET(features) , target(features)

#if defined(__x86_64__) || defined(__i386__)
PEAK(sse2_float, TARGET("sse2"), float, 16)
PEAK(sse2_double, TARGET("sse2"), double, 16)
PEAK(avx2_float, TARGET("avx2,fma"), float, 32)
PEAK(avx2_double, TARGET("avx2,fma"), double, 32)
PEAK(avx512_float, TARGET("avx512f,avx512vl,avx2,fma"), float, 64)
PEAK(avx512_double, TARGET("avx512f,avx512vl,avx2,fma"), double, 64)
#elif defined(__aarch64__)
PEAK(neon_float, , float, 16)
PEAK(neon_double, , double, 16)
#endif

struct peak {
	const char *kernel;
	double (*run[BLI_PRECISIONS])(void);
	unsigned lanes[BLI_PRECISIONS];
};

/* By the names of the kernels. */
static const struct peak peaks[] = {
#if defined(__x86_64__) || defined(__i386__)
	{ "sse2", { sse2_float_run, sse2_double_run }, { 4, 2 } },
	{ "avx2", { avx2_float_run, avx2_double_run }, { 8, 4 } },
	{ "avx512", { avx512_float_run, avx512_double_run }, { 16, 8 } },
#elif defined(__aarch64__)
	{ "neon", { neon_float_run, neon_double_run }, { 4, 2 } },
#endif
	{ NULL, { NULL, NULL }, { 0, 0 } },
};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* Multiply-adds per ns, that is 10^9 per second. */
static double measure_peak(const struct peak *peak, enum bli_precision precision)
{
	double best = 0;

	for (int trial = 0; trial < TRIALS; trial++) {
		double start = now_ns();

		peak->run[precision]();

		double rate = (double)PEAK_TURNS * ACCUMULATORS * peak->lanes[precision] / (now_ns() - start);

		best = rate > best ? rate : best;
	}
	return best;
}

static void print_rows(const struct peak *peak, const struct bli_kernel *kernel, enum bli_precision precision)
{
	/* Transition bands in cycles per frame; the number of taps follows. */
	static const double transitions[] = { 0.25, 0.12, 0.06, 0.04, 0.02 };
	double most = measure_peak(peak, precision);

	for (size_t i = 0; i < sizeof(transitions) / sizeof(*transitions); i++) {
		struct kernel_rate rate;

		if (kernel_rate_measure(&rate, kernel, precision, transitions[i], TRIALS) != 0)
			continue;
		printf("| %s | %s | %.1f | %zu | %.1f | %.0f %% | %.0f %% |\n", kernel->name,
		       precision == BLI_FLOAT ? "float" : "double", most, rate.taps, rate.executed_per_ns,
		       100 * rate.executed_per_ns / most, 100 * rate.useful_per_ns / most);
	}
}

int main(void)
{
	const struct bli_kernel *kernel;

	printf("\nMultiply-adds per second, 10⁹; stereo, 147 : 160 in seven repetitions\n\n");
	printf("| kernel | values | peak | taps | kernel | of peak | of peak without padding |\n");
	printf("|---|---|---:|---:|---:|---:|---:|\n");
	for (unsigned n = 0; (kernel = bli_kernel_nth(n)); n++)
		for (const struct peak *peak = peaks; peak->kernel; peak++)
			if (strcmp(peak->kernel, kernel->name) == 0)
				for (int precision = 0; precision < BLI_PRECISIONS; precision++)
					print_rows(peak, kernel, (enum bli_precision)precision);
	return 0;
}
