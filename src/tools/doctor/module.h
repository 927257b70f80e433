/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Modules: the file that holds a converter, and what is wrong with it. */
#ifndef BLI_DOCTOR_MODULE_H
#define BLI_DOCTOR_MODULE_H

#include <stddef.h>

enum module_state {
	MODULE_BUILT_IN,	/* inside alsa-lib */
	MODULE_WORKS,		/* loads, and has the entry point of that name */
	MODULE_MISSING,		/* no such file */
	MODULE_FOREIGN,		/* a file for another processor, or for another size of pointers, than this program */
	MODULE_BROKEN,		/* does not load for another reason */
};

struct module {
	enum module_state state;
	char file[300];		/* where alsa-lib looks for it; "" if built in */
	char text[500];		/* one line of what is wrong, or "" */
};

/* Look for converter `name` as this program's alsa-lib does. */
void module_look(struct module *module, const char *name);

/* The installed converter whose name is nearest to `name`, in `nearest` (size bytes); "" if none is near. */
void module_nearest(const char *name, char *nearest, size_t size);

/* "32-bit ARM": what the file of an executable or a library is for. 0, or −EINVAL if it is none, or −errno. */
int module_machine(const char *file, char *text, size_t size);

#endif
