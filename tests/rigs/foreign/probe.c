/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether alsa-lib and cmocka of another machine work at all there. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <alsa/asoundlib.h>

static void probe(void **state)
{
	const union { uint16_t word; char byte; } order = { 1 };

	(void)state;
	assert_int_equal(snd_pcm_format_cpu_endian(SND_PCM_FORMAT_S16), 1);
	assert_int_equal(SND_PCM_FORMAT_S16 == SND_PCM_FORMAT_S16_LE, order.byte);
	printf("alsa-lib %s, %s-endian, %zu-bit\n", snd_asoundlib_version(), order.byte ? "little" : "big",
	       8 * sizeof(void *));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(probe) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
