/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "progress.h"

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

void progress_begin(struct progress *progress, const char *name, int64_t frames, double rate_hz, bool wanted)
{
	const char *const slash = strrchr(name, '/');

	*progress = (struct progress){
		.visible = wanted && isatty(STDERR_FILENO), .frames = frames, .rate_hz = rate_hz,
		.name = slash != NULL && slash[1] != '\0' ? slash + 1 : name,
	};
	if (progress->visible)
		clock_gettime(CLOCK_MONOTONIC, &progress->started);
	progress->shown = progress->started;
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

/* The bar takes what the figures and a name of moderate length leave. */
static void draw(const struct progress *progress, int64_t done, double elapsed)
{
	const double position = (double)done / progress->rate_hz;
	const double part = progress->frames > 0 ? (double)done / (double)progress->frames : 0;
	char at[CLOCK_TEXT_BYTES], whole[CLOCK_TEXT_BYTES], left[CLOCK_TEXT_BYTES], figures[160], bar[BAR_MAX + 1];
	int name_room, bar_room, filled;

	clock_text(at, position);
	if (progress->frames > 0) {
		clock_text(whole, (double)progress->frames / progress->rate_hz);
		clock_text(left, part > 0 ? elapsed / part - elapsed : 0);
		snprintf(figures, sizeof(figures), "%3d%%  %s of %s  %.0fx  %s left", (int)(100 * part), at, whole,
			 position / elapsed, left);
	} else {
		snprintf(figures, sizeof(figures), "%s  %.0fx", at, position / elapsed);
	}
	name_room = line_width() - 1 - (int)strlen(figures) - 2;
	bar_room = progress->frames > 0 ? name_room / 2 - 4 : 0;
	bar_room = bar_room > BAR_MAX ? BAR_MAX : bar_room < 0 ? 0 : bar_room;
	filled = (int)(part * bar_room);
	memset(bar, ' ', (size_t)bar_room);
	memset(bar, '=', (size_t)filled);
	bar[bar_room] = '\0';
	name_room -= bar_room > 0 ? bar_room + 4 : 0;
	fprintf(stderr, "\r\033[K%.*s  ", name_room > 0 ? name_room : 0, progress->name);
	if (bar_room > 0)
		fprintf(stderr, "[%s]  ", bar);
	fputs(figures, stderr);
	fflush(stderr);
}

void progress_show(struct progress *progress, int64_t done)
{
	struct timespec now;

	if (!progress->visible)
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	if (seconds_between(&progress->shown, &now) < INTERVAL_S)
		return;
	progress->shown = now;
	progress->drawn = true;
	draw(progress, done, seconds_between(&progress->started, &now));
}

void progress_end(struct progress *progress)
{
	if (progress->drawn) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	progress->drawn = false;
}
