/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where outputs go: the tree of the inputs again, below another folder. */
#ifndef BLI_OUTPUTNAMES_H
#define BLI_OUTPUTNAMES_H

#include "optiontable.h"

struct outputname {
	char *path;		/* NULL: none, because `taken` has it */
	const char *taken;	/* the input that has the same name */
	char *wanted;		/* that name */
};

/*
 * The outputs of all inputs in options->output_dir: a relative path is that of the output there,
 * too; paths that begin with a slash or lead upwards lose the folder that they have in common. The
 * extension is that of the format if another format is asked for. Of several inputs with one output
 * the first has it. Returns [input_count] names, or NULL without memory; free them with
 * outputnames_free().
 */
struct outputname *outputnames_plan(const struct options *options);

/* Free `count` names; harmless on NULL. */
void outputnames_free(struct outputname *names, int count);

/* Makes the folders that a path lies in. Returns 0 or a negative errno. */
int outputnames_make_folders(const char *path);

#endif
