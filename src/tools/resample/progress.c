/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define INTERVAL_S 0.1
#define BAR_MAX 40
#define WIDTH_DEFAULT 80

static double seconds_between(const struct timespec *earlier, const struct timespec *later)
{
	return (double)(later->tv_sec - earlier->tv_sec) + 1e-9 * (double)(later->tv_nsec - earlier->tv_nsec);
}

void progress_open(struct progress *progress, int files, bool wanted)
{
	*progress = (struct progress){ .visible = wanted && isatty(STDERR_FILENO), .files = files };
	pthread_mutex_init(&progress->lock, NULL);
	clock_gettime(CLOCK_MONOTONIC, &progress->started);
	progress->shown = progress->started;
}

void progress_close(struct progress *progress)
{
	pthread_mutex_destroy(&progress->lock);
}

void progress_begin(struct progress_file *file, struct progress *progress, const char *name, int64_t frames,
		    double rate_hz)
{
	const char *const slash = strrchr(name, '/');

	*file = (struct progress_file){
		.all = progress, .frames = frames, .rate_hz = rate_hz,
		.name = slash != NULL && slash[1] != '\0' ? slash + 1 : name,
	};
}

#define CLOCK_TEXT_BYTES 32

/* h:mm:ss */
static void clock_text(char text[static CLOCK_TEXT_BYTES], double seconds)
{
	const unsigned whole = seconds < 1e9 ? (unsigned)(seconds + 0.5) : 1000000000;

	snprintf(text, CLOCK_TEXT_BYTES, "%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
}

static int line_width(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : WIDTH_DEFAULT;
}

/* For one file its position and length, for several how many are done. */
static void write_figures(char *figures, size_t bytes, const struct progress_file *file, double part, double elapsed)
{
	const struct progress *const all = file->all;
	char at[CLOCK_TEXT_BYTES], whole[CLOCK_TEXT_BYTES], left[CLOCK_TEXT_BYTES];

	clock_text(at, all->seconds);
	clock_text(left, part > 0 ? elapsed / part - elapsed : 0);
	if (all->files > 1) {
		snprintf(figures, bytes, "%3d%%  %d of %d files  %.0fx  %s left", (int)(100 * part), all->finished,
			 all->files, all->seconds / elapsed, left);
	} else if (file->frames > 0) {
		clock_text(whole, (double)file->frames / file->rate_hz);
		snprintf(figures, bytes, "%3d%%  %s of %s  %.0fx  %s left", (int)(100 * part), at, whole,
			 all->seconds / elapsed, left);
	} else {
		snprintf(figures, bytes, "%s  %.0fx", at, all->seconds / elapsed);
	}
}

/* The bar gets the columns that the figures and a name of moderate length leave. */
static void draw(const struct progress_file *file, double elapsed)
{
	const struct progress *const all = file->all;
	const bool measured = all->files > 1 || file->frames > 0;
	const double part = fmin((all->finished + all->begun) / all->files, 1);
	char figures[160], bar[BAR_MAX + 1];
	int name_room, bar_room, filled;

	write_figures(figures, sizeof(figures), file, part, elapsed);
	name_room = line_width() - 1 - (int)strlen(figures) - 2;
	bar_room = measured ? name_room / 2 - 4 : 0;
	bar_room = bar_room > BAR_MAX ? BAR_MAX : bar_room < 0 ? 0 : bar_room;
	filled = (int)(part * bar_room);
	memset(bar, ' ', (size_t)bar_room);
	memset(bar, '=', (size_t)filled);
	bar[bar_room] = '\0';
	name_room -= bar_room > 0 ? bar_room + 4 : 0;
	fprintf(stderr, "\r\033[K%.*s  ", name_room > 0 ? name_room : 0, file->name);
	if (bar_room > 0)
		fprintf(stderr, "[%s]  ", bar);
	fputs(figures, stderr);
	fflush(stderr);
}

static void count(struct progress_file *file, double part, double seconds)
{
	file->all->begun += part - file->part;
	file->all->seconds += seconds - file->seconds;
	file->part = part;
	file->seconds = seconds;
}

void progress_show(struct progress_file *file, int64_t done)
{
	struct progress *const all = file->all;
	struct timespec now;

	if (!all->visible)
		return;
	pthread_mutex_lock(&all->lock);
	count(file, file->frames > 0 ? fmin((double)done / (double)file->frames, 1) : 0, (double)done / file->rate_hz);
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (seconds_between(&all->shown, &now) >= INTERVAL_S) {
		all->shown = now;
		all->drawn = true;
		draw(file, seconds_between(&all->started, &now));
	}
	pthread_mutex_unlock(&all->lock);
}

void progress_end(struct progress_file *file)
{
	struct progress *const all = file->all;

	pthread_mutex_lock(&all->lock);
	count(file, 0, file->seconds);
	all->finished++;
	if (all->drawn) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	all->drawn = false;
	pthread_mutex_unlock(&all->lock);
}
