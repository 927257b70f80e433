/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "status.h"
#include "shared/commandline.h"

#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A handler has nothing else to note anything by. */
static volatile sig_atomic_t asked;

static void note_signal(int signal_number)
{
	(void)signal_number;
	asked = 1;
}

static void spread_clear(struct spread *spread)
{
	memset(spread, 0, sizeof(*spread));
}

static void spread_add(struct spread *spread, double value)
{
	double difference;

	if (!spread->count++)
		spread->first = spread->least = spread->most = value;
	difference = value - spread->first;
	spread->sum += difference;
	spread->squares += difference * difference;
	spread->least = fmin(spread->least, value);
	spread->most = fmax(spread->most, value);
}

static double spread_mean(const struct spread *spread)
{
	return spread->count ? spread->first + spread->sum / (double)spread->count : 0;
}

static double spread_rms(const struct spread *spread)
{
	double n = (double)spread->count;

	return spread->count ? sqrt(fmax(spread->squares / n - spread->sum / n * (spread->sum / n), 0)) : 0;
}

static void clear(struct status *status)
{
	spread_clear(&status->deviation);
	spread_clear(&status->latency);
	status->margin = INFINITY;
}

void status_begin(struct status *status, const struct options *options, int64_t now)
{
	struct sigaction noting = { .sa_handler = note_signal, .sa_flags = SA_RESTART };

	memset(status, 0, sizeof(*status));
	status->kind = options->status;
	if (status->kind == STATUS_AUTO)
		status->kind = isatty(STDERR_FILENO) ? STATUS_LINE : STATUS_NONE;
	status->interval = options->interval;
	status->begin_time = status->shown_time = now;
	status->mode = "none";
	clear(status);
	/* stdio has its buffer now rather than in the middle of the sound */
	if (status->kind == STATUS_JSON)
		setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
	sigaction(SIGUSR1, &noting, NULL);
}

void status_note(struct status *status, const struct bli_clockloop *loop, double queued)
{
	struct bli_clockloop_status is;

	bli_clockloop_status(loop, &is);
	status->state = is.state;
	status->margin = fmin(status->margin, queued);
	if (is.state == BLI_CLOCKLOOP_WAITING)
		return;
	spread_add(&status->deviation, is.deviation);
	spread_add(&status->latency, is.latency);
}

static const char *state_name(enum bli_clockloop_state state)
{
	static const char *const names[] = { "waiting", "locking", "locked", "player" };

	return names[state];
}

static void print_line(struct status *status)
{
	bool terminal = isatty(STDERR_FILENO);

	fprintf(stderr, "%s%s %s, %+.2f ppm +- %.2f, latency %.3f ms (%+.0f to %+.0f us), margin %.1f ms, "
		"xruns %u in %u out%s", terminal ? "\r\033[K" : "", status->mode, state_name(status->state),
		1e6 * spread_mean(&status->deviation), 1e6 * spread_rms(&status->deviation),
		1e3 * spread_mean(&status->latency),
		1e6 * (status->latency.least - spread_mean(&status->latency)),
		1e6 * (status->latency.most - spread_mean(&status->latency)),
		isfinite(status->margin) ? 1e3 * status->margin : 0,
		status->xruns[BLI_CLOCK_IN], status->xruns[BLI_CLOCK_OUT], terminal ? "" : "\n");
	fflush(stderr);
	status->on_terminal = terminal;
}

static void print_json(const struct status *status, int64_t now)
{
	printf("{\"time_s\":%.3f,\"mode\":\"%s\",\"state\":\"%s\",\"ppm\":%.4f,\"ppm_rms\":%.4f,\"latency_us\":%.2f,"
	       "\"latency_least_us\":%.2f,\"latency_most_us\":%.2f,\"margin_us\":%.1f,\"xruns_in\":%u,\"xruns_out\":%u,"
	       "\"suspends\":%u,\"stalls\":%u,\"losses\":%u,\"clipped\":%llu}\n",
	       1e-9 * (double)(now - status->begin_time), status->mode, state_name(status->state),
	       1e6 * spread_mean(&status->deviation), 1e6 * spread_rms(&status->deviation),
	       1e6 * spread_mean(&status->latency), 1e6 * status->latency.least, 1e6 * status->latency.most,
	       isfinite(status->margin) ? 1e6 * status->margin : 0, status->xruns[BLI_CLOCK_IN],
	       status->xruns[BLI_CLOCK_OUT], status->suspends, status->stalls, status->losses,
	       (unsigned long long)status->clipped);
	fflush(stdout);
}

static void add_record(struct status *status, int64_t now)
{
	const struct record_point point = {
		.time = 1e-9 * (double)(now - status->begin_time), .ppm = 1e6 * spread_mean(&status->deviation),
		.latency_ms = 1e3 * spread_mean(&status->latency), .least_ms = 1e3 * status->latency.least,
		.most_ms = 1e3 * status->latency.most, .margin_ms = isfinite(status->margin) ? 1e3 * status->margin : 0,
		.xruns = status->xruns[BLI_CLOCK_IN] + status->xruns[BLI_CLOCK_OUT],
	};

	if (status->latency.count)
		record_add(&status->record, &point);
}

/* A terminal that is stopped, or a pipe that nobody reads, must not stop the sound. */
static bool would_block(int descriptor)
{
	struct pollfd one = { .fd = descriptor, .events = POLLOUT };

	return poll(&one, 1, 0) != 1 || !(one.revents & POLLOUT);
}

void status_show(struct status *status, int64_t now)
{
	bool is_asked = asked, is_due = 1e-9 * (double)(now - status->shown_time) >= status->interval;

	if (!is_asked && !is_due)
		return;
	asked = 0;
	if (status->kind == STATUS_JSON && !would_block(STDOUT_FILENO))
		print_json(status, now);
	else if ((is_asked || status->kind == STATUS_LINE) && !would_block(STDERR_FILENO))
		print_line(status);
	if (is_due) {
		add_record(status, now);
		status->shown_time = now;
		clear(status);
	}
}

void status_end(struct status *status)
{
	if (status->on_terminal)
		fputc('\n', stderr);
	status->on_terminal = false;
}

void status_say(struct status *status, const char *format, ...)
{
	va_list arguments;

	status_end(status);
	fprintf(stderr, "%s: ", commandline_program);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
}
