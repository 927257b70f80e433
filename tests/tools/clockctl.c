/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A control that tunes the clock of clockcard.c's captures, as snd-aloop's does: "PCM Rate Shift 100000", of which a
 * larger value is a slower clock; or as that of a USB gadget: "Capture Pitch 1000000", of which a larger value is a
 * faster one.  What is called "Playback …" tunes nothing.
 *
 *     ctl.tuning { type clockcard element "PCM Rate Shift 100000" log "values" meddle 100 }
 *
 * Values that are written are appended to the file `log`; with `meddle N` the Nth write is followed by one of another
 * program, which sets the element to its centre.
 */
#include "clockcard.h"

#include <alsa/control_external.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct clockctl {
	snd_ctl_ext_t ext;
	char name[48];
	long centre, value, writes, meddle;
	FILE *log;
};

static int clockctl_count(snd_ctl_ext_t *ext)
{
	(void)ext;
	return 1;
}

static int clockctl_list(snd_ctl_ext_t *ext, unsigned offset, snd_ctl_elem_id_t *id)
{
	struct clockctl *ctl = ext->private_data;

	(void)offset;
	snd_ctl_elem_id_set_interface(id, SND_CTL_ELEM_IFACE_PCM);
	snd_ctl_elem_id_set_name(id, ctl->name);
	return 0;
}

static snd_ctl_ext_key_t clockctl_find(snd_ctl_ext_t *ext, const snd_ctl_elem_id_t *id)
{
	struct clockctl *ctl = ext->private_data;

	return strcmp(snd_ctl_elem_id_get_name(id), ctl->name) == 0 ? 0 : SND_CTL_EXT_KEY_NOT_FOUND;
}

static int clockctl_attribute(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, int *type, unsigned *access, unsigned *count)
{
	(void)ext;
	(void)key;
	*type = SND_CTL_ELEM_TYPE_INTEGER;
	*access = SND_CTL_EXT_ACCESS_READWRITE;
	*count = 1;
	return 0;
}

/* 20 %, as snd-aloop has it. */
static int clockctl_range(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *least, long *most, long *step)
{
	struct clockctl *ctl = ext->private_data;

	(void)key;
	*least = ctl->centre - ctl->centre / 5;
	*most = ctl->centre + ctl->centre / 5;
	*step = 1;
	return 0;
}

static int clockctl_read(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value)
{
	(void)key;
	*value = ((struct clockctl *)ext->private_data)->value;
	return 0;
}

static void set(struct clockctl *ctl, long value)
{
	double pace = (double)value / (double)ctl->centre;

	ctl->value = value;
	if (strncmp(ctl->name, "Playback", 8) != 0)
		clockcard_tune(strstr(ctl->name, "Shift") ? 1 / pace - 1 : pace - 1);
}

static int clockctl_write(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value)
{
	struct clockctl *ctl = ext->private_data;

	(void)key;
	set(ctl, *value);
	if (ctl->log)
		fprintf(ctl->log, "%ld\n", *value);
	if (++ctl->writes == ctl->meddle)
		set(ctl, ctl->centre);
	return 1;
}

static int clockctl_read_event(snd_ctl_ext_t *ext, snd_ctl_elem_id_t *id, unsigned *mask)
{
	(void)ext;
	(void)id;
	(void)mask;
	return -EAGAIN;
}

static void clockctl_close(snd_ctl_ext_t *ext)
{
	struct clockctl *ctl = ext->private_data;

	if (ctl->log)
		fclose(ctl->log);
	free(ctl);
}

static const snd_ctl_ext_callback_t clockctl_callback = {
	.close = clockctl_close,
	.elem_count = clockctl_count,
	.elem_list = clockctl_list,
	.find_elem = clockctl_find,
	.get_attribute = clockctl_attribute,
	.get_integer_info = clockctl_range,
	.read_integer = clockctl_read,
	.write_integer = clockctl_write,
	.read_event = clockctl_read_event,
};

/* What libasound looks up; its macro for this gives no prototype. */
int SND_CTL_PLUGIN_ENTRY(clockcard)(snd_ctl_t **handlep, const char *name, snd_config_t *root, snd_config_t *conf,
				    int mode);

SND_CTL_PLUGIN_DEFINE_FUNC(clockcard)
{
	struct clockctl *ctl = calloc(1, sizeof(*ctl));
	const char *log = NULL, *element = "PCM Rate Shift 100000";
	snd_config_t *node;
	int error;

	(void)root;
	if (!ctl)
		return -ENOMEM;
	if (snd_config_search(conf, "element", &node) == 0)
		snd_config_get_string(node, &element);
	snprintf(ctl->name, sizeof(ctl->name), "%s", element);
	if (snd_config_search(conf, "meddle", &node) == 0)
		snd_config_get_integer(node, &ctl->meddle);
	if (snd_config_search(conf, "log", &node) == 0 && snd_config_get_string(node, &log) == 0)
		ctl->log = fopen(log, "a");
	ctl->centre = atol(strpbrk(ctl->name, "0123456789"));
	ctl->value = ctl->centre;
	ctl->ext.version = SND_CTL_EXT_VERSION;
	strcpy(ctl->ext.id, "clockcard");
	strcpy(ctl->ext.name, "Clock of the tests");
	ctl->ext.poll_fd = -1;
	ctl->ext.callback = &clockctl_callback;
	ctl->ext.private_data = ctl;
	error = snd_ctl_ext_create(&ctl->ext, name, mode);
	if (error < 0)
		clockctl_close(&ctl->ext);
	else
		*handlep = ctl->ext.handle;
	return error;
}

SND_CTL_PLUGIN_SYMBOL(clockcard);
