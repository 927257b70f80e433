/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pcmdrive play|record [option]... : drives one ALSA stream and reports, as
 * key=value lines, what happened to it. Runs inside the emulated machine.
 */
#include "stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
	"usage: pcmdrive play|record -D PCM [option]...\n"
	"  -a rwi|rwn|mmapi|mmapn  access (rwi)\n"
	"  -f S16_LE|S32_LE        sample format (S16_LE)\n"
	"  -r HZ                   rate (44100)\n"
	"  -c COUNT                channels, 1 to 8 (2)\n"
	"  -p FRAMES               period (rate / 50)\n"
	"  -b FRAMES               buffer (4 periods)\n"
	"  -n FRAMES               length (2 seconds)\n"
	"  -t HZ                   tone of the first channel (997)\n"
	"  -s                      a sweep through the passband in place of the tone\n"
	"  -w wait|block|poll|signal   how to wait for the PCM (wait)\n"
	"  -e pause|starve|drop:FRAME:MS   one event\n"
	"  -o FILE                 recording, raw samples (none)\n"
	"  -d FILE                 setup of the PCM (none)\n";

static int parse_access(const char *text, snd_pcm_access_t *access)
{
	static const struct { const char *name; snd_pcm_access_t access; } names[] = {
		{ "rwi", SND_PCM_ACCESS_RW_INTERLEAVED },
		{ "rwn", SND_PCM_ACCESS_RW_NONINTERLEAVED },
		{ "mmapi", SND_PCM_ACCESS_MMAP_INTERLEAVED },
		{ "mmapn", SND_PCM_ACCESS_MMAP_NONINTERLEAVED },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i].name) == 0) {
			*access = names[i].access;
			return 0;
		}
	return -EINVAL;
}

static int parse_waiting(const char *text, enum stream_waiting *waiting)
{
	static const char *const names[] = {
		[STREAM_WAIT] = "wait", [STREAM_BLOCK] = "block", [STREAM_POLL] = "poll", [STREAM_SIGNAL] = "signal",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(text, names[i]) == 0) {
			*waiting = (enum stream_waiting)i;
			return 0;
		}
	return -EINVAL;
}

static int parse_event(const char *text, struct stream_request *q)
{
	char kind[8];
	unsigned long long frame;

	if (sscanf(text, "%7[a-z]:%llu:%u", kind, &frame, &q->event_ms) != 3)
		return -EINVAL;
	q->event_frame = frame;
	if (strcmp(kind, "pause") == 0)
		q->event = STREAM_PAUSE;
	else if (strcmp(kind, "starve") == 0)
		q->event = STREAM_STARVE;
	else if (strcmp(kind, "drop") == 0)
		q->event = STREAM_DROP;
	else
		return -EINVAL;
	return 0;
}

static int open_file(const char *name, FILE **file)
{
	*file = fopen(name, "wb");
	if (!*file) {
		fprintf(stderr, "%s: %s\n", name, strerror(errno));
		return -errno;
	}
	return 0;
}

static int parse_options(int argc, char **argv, struct stream_request *q, FILE **dump)
{
	int option, err = 0;

	while (err == 0 && (option = getopt(argc, argv, "D:a:f:r:c:p:b:n:t:sw:e:o:d:")) != -1) {
		switch (option) {
		case 'D': q->device = optarg; break;
		case 'a': err = parse_access(optarg, &q->access); break;
		case 'f': q->format = snd_pcm_format_value(optarg); break;
		case 'r': q->rate_hz = (unsigned int)strtoul(optarg, NULL, 10); break;
		case 'c': q->channels = (unsigned int)strtoul(optarg, NULL, 10); break;
		case 'p': q->period_frames = strtoul(optarg, NULL, 10); break;
		case 'b': q->buffer_frames = strtoul(optarg, NULL, 10); break;
		case 'n': q->frames = strtoull(optarg, NULL, 10); break;
		case 't': q->tone_hz = strtod(optarg, NULL); break;
		case 's': q->sweep = 1; break;
		case 'w': err = parse_waiting(optarg, &q->waiting); break;
		case 'e': err = parse_event(optarg, q); break;
		case 'o': err = open_file(optarg, &q->output); break;
		case 'd': err = open_file(optarg, dump); break;
		default: err = -EINVAL;
		}
	}
	if (!q->device || q->rate_hz == 0 || optind != argc ||
	    (q->format != SND_PCM_FORMAT_S16_LE && q->format != SND_PCM_FORMAT_S32_LE) ||
	    (q->direction == SND_PCM_STREAM_CAPTURE && !q->output))
		return -EINVAL;
	if (q->period_frames == 0)
		q->period_frames = q->rate_hz / 50;
	if (q->buffer_frames == 0)
		q->buffer_frames = 4 * q->period_frames;
	if (q->frames == 0)
		q->frames = 2 * q->rate_hz;
	return err;
}

static void print_report(const struct stream_report *r)
{
	const struct watch_report *w = &r->watch;

	printf("period=%lu\nbuffer=%lu\nframes=%llu\n", r->period_frames, r->buffer_frames,
	       (unsigned long long)r->frames);
	printf("signals=%u\nwakes=%u\n", r->signals, r->wakes);
	printf("xruns=%u\nsuspends=%u\nstalls=%u\nwatches=%u\n", r->xruns, r->suspends, r->stalls,
	       w->watches);
	printf("delay_backward=%u\navail_backward=%u\nworst_backward=%ld\navail_outside=%u\n",
	       w->delay_backward, w->avail_backward, w->worst_backward, w->avail_outside);
	printf("measured_rate_hz=%.1f\nclock_spread_frames=%.2f\ndrain_ms=%.1f\npause_supported=%d\n",
	       w->measured_rate_hz, w->clock_spread_frames, r->drain_ms, r->pause_supported);
}

int main(int argc, char **argv)
{
	struct stream_request request = {
		.access = SND_PCM_ACCESS_RW_INTERLEAVED,
		.format = SND_PCM_FORMAT_S16_LE,
		.rate_hz = 44100,
		.channels = 2,
		.tone_hz = 997,
		.level = 0.5,
	};
	struct stream_report report;
	FILE *dump = NULL;
	int err;

	if (argc > 1 && strcmp(argv[1], "play") == 0)
		request.direction = SND_PCM_STREAM_PLAYBACK;
	else if (argc > 1 && strcmp(argv[1], "record") == 0)
		request.direction = SND_PCM_STREAM_CAPTURE;
	else
		argc = 0;
	if (argc == 0 || parse_options(argc - 1, argv + 1, &request, &dump) < 0) {
		fputs(usage, stderr);
		return 99;
	}
	err = stream_run(&request, &report, dump);
	printf("result=%d\n", err);
	print_report(&report);
	if (request.output && fclose(request.output) != 0)
		err = -EIO;
	if (dump)
		fclose(dump);
	return err < 0;
}
