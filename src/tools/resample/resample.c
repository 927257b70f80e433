/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bli-resample(1): converts the sample rate of sound files. */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "shared/commandline.h"
#include "shared/interrupt.h"
#include "job.h"
#include "options.h"
#include "outputnames.h"
#include "piece.h"
#include "progress.h"

/* All pieces, for the threads that convert them. */
struct work {
	const struct job *job;
	char **inputs, **outputs;	/* [count] */
	int count;
	unsigned threads_of_each;	/* piece, where there are fewer pieces than jobs */
	struct progress progress;
	pthread_mutex_t lock;		/* of the following */
	int next;
	int status;			/* exit status */
	bool pipe_closed;
};

/* One file that fails does not keep the others from being converted. */
static void note_failure(struct work *work, int error, const struct reason *reason)
{
	pthread_mutex_lock(&work->lock);
	work->status = EXIT_FAILURE;
	work->pipe_closed |= error == -EPIPE;
	pthread_mutex_unlock(&work->lock);
	if (!interrupt_pending() && error != -EPIPE)
		commandline_complain("%s", reason->text);
}

static int take_next(struct work *work)
{
	int next;

	pthread_mutex_lock(&work->lock);
	next = work->next < work->count && !interrupt_pending() ? work->next++ : -1;
	pthread_mutex_unlock(&work->lock);
	return next;
}

static void *convert_pieces(void *argument)
{
	struct work *const work = argument;
	const bool in_folder = work->job->options.output_dir != NULL;
	int i;

	while ((i = take_next(work)) >= 0) {
		struct reason reason;
		const int error = piece_convert(work->job, work->inputs + i, work->outputs + i, 1, in_folder,
						work->threads_of_each, &work->progress, &reason);

		if (error)
			note_failure(work, error, &reason);
	}
	return NULL;
}

static void convert_album(struct work *work)
{
	struct reason reason;
	const int error = work->count == 0 ? 0
		: piece_convert(work->job, work->inputs, work->outputs, (unsigned)work->count, true,
				(unsigned)work->job->options.jobs, &work->progress, &reason);

	if (error)
		note_failure(work, error, &reason);
}

/* The signal that ended this thread's work ends what the others wait for; a few times, lest one begins to wait. */
static void wake_threads(const pthread_t *threads, int count)
{
	const struct timespec pause = { .tv_nsec = 20000000 };

	for (int attempt = 0; attempt < 10 && interrupt_pending(); attempt++) {
		for (int i = 0; i < count; i++)
			pthread_kill(threads[i], interrupt_pending());
		nanosleep(&pause, NULL);
	}
}

/* This thread and others; it does without those that cannot be started. */
static void convert_in_threads(struct work *work, int count)
{
	pthread_t threads[RESAMPLE_JOBS_MAX];
	int started = 0;

	while (started + 1 < count && pthread_create(&threads[started], NULL, convert_pieces, work) == 0)
		started++;
	convert_pieces(work);
	wake_threads(threads, started);
	while (started > 0)
		pthread_join(threads[--started], NULL);
}

static void convert_all(struct work *work)
{
	const struct options *const options = &work->job->options;

	pthread_mutex_init(&work->lock, NULL);
	work->threads_of_each = work->count > 0 && options->jobs > work->count
		? (unsigned)(options->jobs / work->count) : 1;
	progress_open(&work->progress, options->gapless ? 1 : work->count, !options->quiet);
	if (options->gapless)
		convert_album(work);
	else
		convert_in_threads(work, options->jobs < work->count ? options->jobs : work->count);
	progress_close(&work->progress);
	pthread_mutex_destroy(&work->lock);
}

/* Inputs whose outputs would replace others are left out. Returns an exit status. */
static int convert_to_folder(struct work *work)
{
	const struct options *const options = &work->job->options;
	struct outputname *const names = outputnames_plan(options);

	work->outputs = calloc((size_t)options->input_count, sizeof(work->outputs[0]));
	if (names == NULL || work->outputs == NULL) {
		outputnames_free(names, options->input_count);
		return commandline_complain("%s", strerror(ENOMEM));
	}
	for (int i = 0; i < options->input_count; i++) {
		if (names[i].taken != NULL) {
			commandline_complain("%s: its output %s is already that of %s", options->inputs[i],
					     names[i].wanted, names[i].taken);
			work->status = EXIT_FAILURE;
			continue;
		}
		work->inputs[work->count] = options->inputs[i];
		work->outputs[work->count++] = names[i].path;
	}
	convert_all(work);
	outputnames_free(names, options->input_count);
	free(work->outputs);
	return work->status;
}

static int convert_one(struct work *work)
{
	char *output[] = { (char *)work->job->options.output };

	work->outputs = output;
	work->count = 1;
	convert_all(work);
	return work->status;
}

int main(int argc, char *argv[])
{
	struct options options;
	struct job job;
	struct work work;
	int status;

	/* lines stay whole where several processes write to one terminal or file */
	setvbuf(stderr, NULL, _IOLBF, BUFSIZ);
	status = resample_options_read(&options, argc, argv);
	if (status < 0 && (fflush(stdout) != 0 || ferror(stdout))) {
		commandline_complain("standard output: %s", strerror(errno));
		return EXIT_FAILURE;
	}
	if (status != 0)
		return status < 0 ? EXIT_SUCCESS : status;
	interrupt_catch();
	status = job_open(&job, &options);
	if (status == EXIT_SUCCESS) {
		work = (struct work){ .job = &job, .inputs = options.inputs };
		status = options.output_dir != NULL ? convert_to_folder(&work) : convert_one(&work);
		if (interrupt_pending())
			interrupt_die(interrupt_pending());
		if (work.pipe_closed) {
			interrupt_die(SIGPIPE);	/* returns if the signal is ignored */
			commandline_complain("standard output: %s", strerror(EPIPE));
		}
	}
	job_close(&job);
	return status;
}
