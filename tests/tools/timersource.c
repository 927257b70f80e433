/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Texts of snd-aloop's timer_source, as Documentation/sound/cards and sound/drivers/aloop.c write them. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "bridge/sync.h"
#include "shared/commandline.h"

const char commandline_program[] = "timersource";

static void names_a_timer(void **state)
{
	(void)state;
	assert_true(sync_names_timer("hw:1,0,0\n", 1, "DAC", 0, 0));
	assert_true(sync_names_timer("hw:DAC,0,0", 1, "DAC", 0, 0));
	assert_true(sync_names_timer("DAC,3,1", 1, "DAC", 3, 1));
	assert_true(sync_names_timer("1.3.1", 1, "DAC", 3, 1));
	assert_true(sync_names_timer("DAC", 1, "DAC", 0, 0));
	assert_true(sync_names_timer("hw:DAC,2", 1, "DAC", 2, 0));
}

static void names_another(void **state)
{
	(void)state;
	assert_false(sync_names_timer("", 0, "DAC", 0, 0));
	assert_false(sync_names_timer("\n", 0, "DAC", 0, 0));
	assert_false(sync_names_timer("hw:2,0,0", 1, "DAC", 0, 0));
	assert_false(sync_names_timer("hw:DAC2,0,0", 1, "DAC", 0, 0));
	assert_false(sync_names_timer("hw:DAC,1,0", 1, "DAC", 0, 0));
	assert_false(sync_names_timer("hw:DAC,0,1", 1, "DAC", 0, 0));
	assert_false(sync_names_timer("hw:1x,0,0", 1, "DAC", 0, 0));
	assert_false(sync_names_timer("hw:a-name-that-is-longer-than-any-card-has,0,0", 1, "DAC", 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(names_a_timer), cmocka_unit_test(names_another) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
