#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""table.py: the results of bench/foreign/run as Markdown, and whether they are what is claimed.

Instructions and cycles are those of a stereo output frame; in brackets, what part of a core at 1.0 and at 2.4 GHz
that is.

Reads lines MACHINE IN:OUT CONVERTER PROCESSOR,... HEAP INSTRUCTIONS CYCLES... UNKNOWN, those of a second of stereo; a
line without figures is of a converter that failed. Exit status 1 if a claim does not hold.
"""
import collections
import sys

SLOWEST_HZ, FASTEST_HZ = 1.0e9, 2.4e9
# 44.1 to 48 kHz: this converter takes at most so much of that one's cycles, on every processor
AT_MOST = [("bli", 1 / 12, "samplerate_medium"), ("bli", 1 / 4, "speexrate_medium")]
# this converter, of a core of that processor at so many hertz
SHARE = ("bli_fast", 0.01, "cortex-a53", 1.2e9)


def read(lines):
    """{(machine, rates): {converter: (heap, instructions, {processor: cycles}, unknown) or None}}"""
    tables = collections.OrderedDict()
    for line in lines:
        machine, rates, converter, *figures = line.split()
        table = tables.setdefault((machine, rates), collections.OrderedDict())
        table[converter] = None
        if figures:
            names, heap, instructions, *cycles, unknown = figures
            by_processor = dict(zip(names.split(","), map(int, cycles)))
            table[converter] = (int(heap), int(instructions), by_processor, float(unknown))
    return tables


def print_table(machine, rates, table):
    rate_in, rate_out = map(int, rates.split(":"))
    processors = next(list(row[2]) for row in table.values() if row)
    print(f"\n{machine}, {rate_in} → {rate_out} Hz\n")
    print("| converter | heap, KiB | instructions |",
          " | ".join(p.capitalize().replace("-a", "-A") for p in processors), "| not modelled |")
    print("|---|---:|---:|" + "---:|" * (len(processors) + 1))
    for converter, row in table.items():
        if not row:
            print(f"| `{converter}` | – |" + " |" * (len(processors) + 2))
            continue
        heap, instructions, cycles, unknown = row
        columns = [f"{n / rate_out:.0f} ({100 * n / SLOWEST_HZ:.2f}–{100 * n / FASTEST_HZ:.2f} %)"
                   for n in cycles.values()]
        print(f"| `{converter}` | {heap / 1024:.0f} | {instructions / rate_out:.0f} |", " | ".join(columns),
              f"| {100 * unknown:.1f} % |")


def verdict(holds, text):
    return ("ok " if holds else "FAIL ") + text


def claims(tables):
    """A line for each claim."""
    for (machine, rates), table in tables.items():
        if rates != "44100:48000":
            continue
        for converter, most, other in AT_MOST:
            if table.get(converter) and table.get(other):
                for processor, cycles in table[converter][2].items():
                    share = cycles / table[other][2][processor]
                    yield verdict(share <= most, f"{machine} {processor}: {converter} takes 1/{1 / share:.1f} of "
                                  f"{other}'s cycles, claimed is 1/{1 / most:.0f} at most")
        converter, most, processor, hz = SHARE
        if table.get(converter):
            share = table[converter][2][processor] / hz
            yield verdict(share < most, f"{machine} {processor}: {converter} takes {100 * share:.2f} % of a core at "
                          f"{hz / 1e9} GHz, claimed is less than {100 * most:.0f} %")


def main():
    tables = read(sys.stdin)
    for (machine, rates), table in tables.items():
        if any(table.values()):
            print_table(machine, rates, table)
    print()
    lines = list(claims(tables))
    print("\n".join(lines))
    sys.exit(any(line.startswith("FAIL") for line in lines))


main()
