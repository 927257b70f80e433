/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A plugin of qemu (>= 4.2, docs/devel/tcg-plugins): counts how often every
 * translated block of a program is run, which is exact and the same on any
 * machine.  At the end it prints a line for each block to standard error's
 * descriptor:
 *
 *     block EXECUTIONS INSTRUCTIONS MACHINE-CODE-IN-HEX
 *
 * The few functions of qemu's interface that it needs are declared here, because
 * Debian does not install their header.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;
typedef uint64_t plugin_id;

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *block);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *block, size_t n);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *instruction);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *instruction);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, void (*done)(plugin_id id, struct qemu_plugin_tb *block));
/* operation 0: *counter += value, whenever the block is run */
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *block, int operation, void *counter,
					      uint64_t value);
void qemu_plugin_register_atexit_cb(plugin_id id, void (*done)(plugin_id id, void *data), void *data);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
__attribute__((visibility("default"))) int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv);

struct block {
	struct block *next;
	uint64_t executions;
	size_t instructions;
	char code[];	/* hexadecimal digits */
};

/* qemu gives its callbacks no place for data of ours when a block is translated */
static struct block *blocks;

static void count_block(plugin_id id, struct qemu_plugin_tb *translated)
{
	const size_t instructions = qemu_plugin_tb_n_insns(translated);
	struct block *block;
	size_t bytes = 0;
	char *digits;

	(void)id;
	for (size_t i = 0; i < instructions; i++)
		bytes += qemu_plugin_insn_size(qemu_plugin_tb_get_insn(translated, i));
	block = calloc(1, sizeof(*block) + 2 * bytes + 1);
	if (!block)
		abort();
	digits = block->code;
	for (size_t i = 0; i < instructions; i++) {
		const struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(translated, i);
		const unsigned char *data = qemu_plugin_insn_data(instruction);

		for (size_t n = 0; n < qemu_plugin_insn_size(instruction); n++)
			digits += sprintf(digits, "%02x", data[n]);
	}
	block->instructions = instructions;
	block->next = blocks;
	blocks = block;
	qemu_plugin_register_vcpu_tb_exec_inline(translated, 0, &block->executions, 1);
}

static void print_blocks(plugin_id id, void *data)
{
	(void)id;
	(void)data;
	for (const struct block *block = blocks; block; block = block->next)
		if (block->executions)
			fprintf(stderr, "block %llu %zu %s\n", (unsigned long long)block->executions,
				block->instructions, block->code);
	fflush(stderr);
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
	(void)info;
	(void)argc;
	(void)argv;
	qemu_plugin_register_vcpu_tb_trans_cb(id, count_block);
	qemu_plugin_register_atexit_cb(id, print_blocks, NULL);
	return 0;
}
