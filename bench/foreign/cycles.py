#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""cycles.py MACHINE PROCESSOR,... ONE TWO: what the second in which two counts (blockcount.c) differ took.

Prints instructions, and for each processor an estimate of its cycles: every block that was run, by a model of the
processor (the block repeated, data in the first-level cache, branches predicted), times how often it was run. Those
that issue in order are modelled by inorder.py, the others by LLVM (llvm-mca). Blocks that no model knows count a cycle
for an instruction; their share is the last number.
"""
import collections
import re
import shutil
import subprocess
import sys

import inorder

TRIPLES = {"aarch64": ["aarch64"], "armhf": ["thumbv7", "armv7"]}
FEATURES = {"aarch64": "+fp-armv8,+neon", "armhf": "+neon,+vfp4,+hwdiv,+thumb2"}
# What LLVM calls them: the A57's is its model of the A72, and the Neoverse N1 is the A76's core for servers.
LLVM_NAMES = {("aarch64", "cortex-a72"): "cortex-a72", ("aarch64", "cortex-a76"): "neoverse-n1",
              ("armhf", "cortex-a72"): "cortex-a57"}
LLVM_VERSIONS = [22, 21, 20, 19, 18, 17, 16]  # from the first on that has the Neoverse N1
ITERATIONS = 100
SHARE = 0.98  # of the instructions whose blocks are modelled; the others count a cycle each


def read(path):
    blocks = collections.Counter()
    sizes = {}
    for line in open(path):
        if line.startswith("block "):
            _, executions, instructions, code = line.split()
            blocks[code] += int(executions)
            sizes[code] = int(instructions)
    return blocks, sizes


def tool(name):
    """A program of LLVM, of the newest version that is installed."""
    for version in LLVM_VERSIONS:
        if shutil.which(f"{name}-{version}"):
            return f"{name}-{version}"
    sys.exit(f"no {name} of LLVM {LLVM_VERSIONS[-1]} or later")


def run(name, *options, text):
    return subprocess.run([tool(name), *options], input=text, capture_output=True, text=True)


def disassemble(machine, code, instructions):
    """The block in LLVM's assembly, and the triple it is for; None where it is of neither.

    One instruction in twenty may be unknown to LLVM, and is left out.
    """
    octets = " ".join("0x" + code[i:i + 2] for i in range(0, len(code), 2))
    for triple in TRIPLES[machine]:
        done = run("llvm-mc", "--disassemble", "-triple=" + triple, "-mattr=" + FEATURES[machine], text=octets)
        lines = [line for line in done.stdout.splitlines() if line.strip() != ".text"]
        if done.returncode == 0 and done.stderr.count("warning") <= instructions // 20:
            return triple, "\n".join(lines)
    return None


def model(triple, features, processor, texts):
    """Cycles of each block; None where the model does not know all its instructions."""
    if processor in inorder.PROCESSORS:
        return [inorder.cycles(processor, text, triple == "aarch64") for text in texts]
    machine = "aarch64" if triple == "aarch64" else "armhf"
    regions = "\n".join(f"# LLVM-MCA-BEGIN {n}\n{text}\n# LLVM-MCA-END\n" for n, text in enumerate(texts))
    if machine == "armhf":
        regions = ".syntax unified\n" + regions.replace("# LLVM", "@ LLVM")
    else:
        regions = regions.replace("# LLVM", "// LLVM")
    done = run("llvm-mca", "-mtriple=" + triple, "-mcpu=" + LLVM_NAMES[machine, processor], "-mattr=" + features,
               f"-iterations={ITERATIONS}", "-instruction-info=0", "-resource-pressure=0", text=regions)
    cycles = [int(n) / ITERATIONS for n in re.findall(r"^Total Cycles:\s+(\d+)", done.stdout, re.M)]
    if done.returncode == 0 and len(cycles) == len(texts):
        return cycles
    if len(texts) == 1:
        return [None]
    half = len(texts) // 2
    return model(triple, features, processor, texts[:half]) + model(triple, features, processor, texts[half:])


def main():
    machine, processors = sys.argv[1], sys.argv[2].split(",")
    one, sizes = read(sys.argv[3])
    two, more_sizes = read(sys.argv[4])
    sizes.update(more_sizes)
    second = {code: two[code] - one[code] for code in two if two[code] > one[code]}
    total = sum(count * sizes[code] for code, count in second.items())
    by_weight = sorted(second, key=lambda code: -second[code] * sizes[code])
    groups = collections.defaultdict(list)
    covered = 0
    for code in by_weight:
        if covered > SHARE * total:
            break
        covered += second[code] * sizes[code]
        found = disassemble(machine, code, sizes[code])
        if found:
            groups[found[0]].append((code, found[1]))
    results = [total]
    unknown = 0
    for processor in processors:
        cycles = known = 0
        for triple, blocks in groups.items():
            each = model(triple, FEATURES[machine], processor, [text for _, text in blocks])
            for (code, _), n in zip(blocks, each):
                if n is not None:
                    cycles += n * second[code]
                    known += second[code] * sizes[code]
        results.append(round(cycles + total - known))
        unknown = max(unknown, 1 - known / total)
    print(*results, f"{unknown:.4f}")


main()
