/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "module.h"
#include "measure/list.h"
#include "measure/ratehost.h"

#include <elf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NAME_MAX_LENGTH 63	/* of those compared */
#define NEAR_EDITS 2		/* letters to change, add or leave out in a name that was meant */

static const char *machine_name(unsigned int machine)
{
	static const struct { unsigned int machine; const char *name; } names[] = {
		{ EM_386, "x86" }, { EM_X86_64, "x86-64" }, { EM_ARM, "ARM" }, { EM_AARCH64, "ARM" },
		{ EM_RISCV, "RISC-V" }, { EM_MIPS, "MIPS" }, { EM_PPC, "PowerPC" }, { EM_PPC64, "PowerPC" },
		{ EM_S390, "S/390" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].machine == machine)
			return names[i].name;
	return NULL;
}

int module_machine(const char *file, char *text, size_t size)
{
	unsigned char head[20];		/* e_ident, e_type and e_machine, which are alike in both classes */
	FILE *stream = fopen(file, "re");
	const char *name;
	unsigned int machine;
	size_t got;

	if (!stream)
		return -errno;
	got = fread(head, 1, sizeof(head), stream);
	fclose(stream);
	if (got < sizeof(head) || memcmp(head, ELFMAG, SELFMAG) != 0)
		return -EINVAL;
	machine = head[EI_DATA] == ELFDATA2MSB ? 256u * head[18] + head[19] : 256u * head[19] + head[18];
	name = machine_name(machine);
	if (name)
		snprintf(text, size, "%s-bit %s", head[EI_CLASS] == ELFCLASS64 ? "64" : "32", name);
	else
		snprintf(text, size, "%s-bit machine %u", head[EI_CLASS] == ELFCLASS64 ? "64" : "32", machine);
	return 0;
}

void module_look(struct module *module, const char *name)
{
	char theirs[60], ours[60], message[300];
	struct bli_ratehost *host = NULL;

	memset(module, 0, sizeof(*module));
	if (strcmp(name, BLI_CONVERTER_BUILT_IN) == 0)
		return;
	snprintf(module->file, sizeof(module->file), "%.200s/%s%.60s%s", bli_converter_dir(), BLI_CONVERTER_PREFIX,
		 name, BLI_CONVERTER_SUFFIX);
	if (access(module->file, F_OK) != 0) {
		module->state = MODULE_MISSING;
		snprintf(module->text, sizeof(module->text), "there is no %s", module->file);
	} else if (module_machine(module->file, theirs, sizeof(theirs)) == 0 &&
		   module_machine("/proc/self/exe", ours, sizeof(ours)) == 0 && strcmp(theirs, ours) != 0) {
		module->state = MODULE_FOREIGN;
		snprintf(module->text, sizeof(module->text), "%s is for %s, this program for %s", module->file, theirs,
			 ours);
	} else if (bli_ratehost_open(&host, name, NULL, message, sizeof(message)) < 0) {
		module->state = MODULE_BROKEN;
		snprintf(module->text, sizeof(module->text), "%s", message);
	} else {
		module->state = MODULE_WORKS;
	}
	bli_ratehost_close(host);
}

/* Letters to change, add or leave out between two names (Levenshtein 1966), row by row. */
static unsigned int edits(const char *a, const char *b)
{
	unsigned int row[NAME_MAX_LENGTH + 1];
	const size_t length = strnlen(b, NAME_MAX_LENGTH);

	for (size_t j = 0; j <= length; j++)
		row[j] = (unsigned int)j;
	for (size_t i = 0; a[i] && i < NAME_MAX_LENGTH; i++) {
		unsigned int diagonal = row[0];

		row[0] = (unsigned int)i + 1;
		for (size_t j = 0; j < length; j++) {
			unsigned int best = diagonal + (a[i] != b[j]);

			diagonal = row[j + 1];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (diagonal + 1 < best)
				best = diagonal + 1;
			row[j + 1] = best;
		}
	}
	return row[length];
}

void module_nearest(const char *name, char *nearest, size_t size)
{
	unsigned int fewest = NEAR_EDITS + 1;
	char **names;
	size_t count;

	*nearest = '\0';
	if (bli_converter_list(&names, &count) < 0)
		return;
	for (size_t i = 0; i < count; i++) {
		unsigned int n = edits(name, names[i]);

		if (n < fewest) {
			fewest = n;
			snprintf(nearest, size, "%s", names[i]);
		}
	}
	bli_converter_free_list(names, count);
}
