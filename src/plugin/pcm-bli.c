/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The PCM `type bli`: its entry for alsa-lib, what it says of itself, and its end.
 */
#include "alsaside.h"
#include "pcm-report.h"
#include "pcm.h"

#include <errno.h>
#include <stdlib.h>

/* ---- channel maps, report, closing -------------------------------------- */

static snd_pcm_chmap_query_t **bli_pcm_query_chmaps(snd_pcm_ioplug_t *io)
{
	return snd_pcm_query_chmaps(bli_pcm_of(io)->slave.pcm);
}

static snd_pcm_chmap_t *bli_pcm_get_chmap(snd_pcm_ioplug_t *io)
{
	return snd_pcm_get_chmap(bli_pcm_of(io)->slave.pcm);
}

static int bli_pcm_set_chmap(snd_pcm_ioplug_t *io, const snd_pcm_chmap_t *map)
{
	return snd_pcm_set_chmap(bli_pcm_of(io)->slave.pcm, map);
}

static void bli_pcm_dump(snd_pcm_ioplug_t *io, snd_output_t *out)
{
	struct bli_pcm *bli = bli_pcm_of(io);

	snd_output_printf(out, "Rate conversion PCM (type bli)\n");
	bli_worker_lock(&bli->worker);
	bli_pcm_report(out, &bli->settings, bli->pump.open ? &bli->pump : NULL, &bli->follower);
	if (bli->worker.threaded)
		snd_output_printf(out, "  thread: yes, every %u ms, because the slave's buffer is the shorter one\n",
				  bli->worker.pause_ms);
	bli_worker_unlock(&bli->worker);
	if (bli->pump.open) {
		snd_output_printf(out, "Its setup is:\n");
		snd_pcm_dump_setup(io->pcm, out);
	}
	snd_output_printf(out, "Slave: ");
	snd_pcm_dump(bli->slave.pcm, out);
}

static void free_bli(struct bli_pcm *bli)
{
	bli_worker_close(&bli->worker);
	bli_pump_close(&bli->pump);
	bli_slave_close(&bli->slave);
	bli_pcm_settings_free(&bli->settings);
	free(bli);
}

static int bli_pcm_close(snd_pcm_ioplug_t *io)
{
	free_bli(bli_pcm_of(io));
	return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
	.start = bli_pcm_start,
	.stop = bli_pcm_stop,
	.pointer = bli_pcm_pointer,
	.transfer = bli_pcm_transfer,
	.close = bli_pcm_close,
	.hw_params = bli_pcm_hw_params,
	.hw_free = bli_pcm_hw_free,
	.sw_params = bli_pcm_sw_params,
	.prepare = bli_pcm_prepare,
	.drain = bli_pcm_drain,
	.pause = bli_pcm_pause,
	.resume = bli_pcm_resume,
	.poll_descriptors_count = bli_pcm_poll_descriptors_count,
	.poll_descriptors = bli_pcm_poll_descriptors,
	.poll_revents = bli_pcm_poll_revents,
	.dump = bli_pcm_dump,
	.delay = bli_pcm_delay,
	.query_chmaps = bli_pcm_query_chmaps,
	.get_chmap = bli_pcm_get_chmap,
	.set_chmap = bli_pcm_set_chmap,
};

/* ---- opening ------------------------------------------------------------ */

static int create(struct bli_pcm *bli, const char *name, snd_pcm_stream_t stream, int mode,
		  const struct bli_slave_offer *offer)
{
	int error;

	bli->callback = callbacks;
	bli_pcm_offer_pause(bli, false);
	bli->io.version = SND_PCM_IOPLUG_VERSION;
	bli->io.name = "Sample-rate conversion by bandlimited interpolation";
	bli->io.flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA;
	bli->io.poll_fd = -1;
	bli->io.callback = &bli->callback;
	bli->io.private_data = bli;
	error = snd_pcm_ioplug_create(&bli->io, name, stream, mode);
	if (error < 0) {
		free_bli(bli);
		return error;
	}
	/* ioplug learns only of changes */
	bli->io.nonblock = (mode & SND_PCM_NONBLOCK) != 0;
	error = bli_pcm_offer(bli, offer);
	if (error < 0)
		snd_pcm_ioplug_delete(&bli->io);	/* closes and frees */
	return error;
}

/*
 * How many PCMs of this type a thread is opening, each as the slave of another.
 * alsa-lib's own count of what is nested begins anew at every compound inside a
 * compound (snd_pcm_open_named_slave(), 1.2.8), so one that leads back to its own
 * name would be opened until the stack ends.
 */
static _Thread_local unsigned nested;

enum { NESTED_MAX = 8 };

static int open_slave(struct bli_pcm *bli, snd_config_t *root, snd_config_t *conf, snd_pcm_stream_t stream, int mode,
		      struct bli_slave_offer *offer)
{
	int error;

	if (nested >= NESTED_MAX) {
		bli_log(bli_pcm_subject(&bli->settings), "slave.pcm leads back to it, or through more than %d PCMs of "
			"type bli; allowed are %d", NESTED_MAX, NESTED_MAX);
		return -EINVAL;
	}
	nested++;
	error = bli_slave_open(&bli->slave, &bli->settings, root, conf, stream, mode, offer);
	nested--;
	return error;
}

/* What libasound looks up; its macro for this gives no prototype. */
int SND_PCM_PLUGIN_ENTRY(bli)(snd_pcm_t **pcmp, const char *name, snd_config_t *root, snd_config_t *conf,
			      snd_pcm_stream_t stream, int mode);

SND_PCM_PLUGIN_DEFINE_FUNC(bli)
{
	struct bli_pcm *bli = calloc(1, sizeof(*bli));
	struct bli_slave_offer offer;
	int error = bli ? bli_worker_init(&bli->worker) : -ENOMEM;

	if (error) {
		SNDERR("pcm \"%s\": %s", name ? name : "bli", snd_strerror(error));
		free(bli);
		return error;
	}
	error = bli_pcm_settings_read(&bli->settings, name, root, conf);
	if (!error)
		error = bli_pcm_settings_check(&bli->settings, stream);
	if (!error) {
		bli->kernel = bli_kernel_from_environment(bli_pcm_subject(&bli->settings));
		error = open_slave(bli, root, conf, stream, mode, &offer);
	}
	if (error < 0) {
		free_bli(bli);
		return error;
	}
	error = create(bli, name, stream, mode, &offer);
	if (error >= 0)
		*pcmp = bli->io.pcm;
	return error < 0 ? error : 0;
}

SND_PCM_PLUGIN_SYMBOL(bli);
