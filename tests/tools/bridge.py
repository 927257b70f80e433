#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a bridge has done to the tone of clockcard.c.

bridge.py FILE FROM_HZ FROM_PPM TO_HZ TO_PPM LATENCY_MS BEGIN END [FORMAT [TONE_HZ]]

From second BEGIN to second END of the played file (S16_LE or S32_LE, stereo) prints

    SNR            worst of all stretches of ten seconds, dB: against the tone whose level, phase and
                   frequency fit best there, once for all ten seconds
    SNR1           the same of single seconds
    latency        least and most, ms, by the phases of both tones against their exact times
    silent         seconds of silence in all, and the longest silence
"""
import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np

STRETCH = 10	# s


def gram(samples, cycles, first):
    """Sums of products of a second's samples and what they are fitted by: a tone, the same by time, a constant."""
    frames = first + np.arange(len(samples))
    turns = 2 * np.pi * (cycles * frames % 1.0)
    sine, cosine, time = np.sin(turns), np.cos(turns), frames * 1e-5
    columns = np.column_stack([sine, cosine, time * sine, time * cosine, np.ones(len(samples)), samples])
    return columns.T @ columns


def fit(sums):
    """Phase of the tone that fits best, mean square of what is left, and of all: a phase that may grow with time."""
    count = sums[4, 4]
    if not sums[5, 5]:
        return 0, 0, 0
    middle = sums[0, 2] / sums[0, 0]
    # time from the middle, so that phase and frequency part
    shift = np.eye(6)
    shift[2, 0] = shift[3, 1] = -middle
    sums = shift @ sums @ shift.T
    level = np.linalg.solve(sums[:2, :2], sums[:2, 5])
    # sin(turns + phase) = cos(phase) sin(turns) + sin(phase) cos(turns); by the phase: time·(p cos - q sin)
    choice = np.zeros((5, 6))
    choice[0, 0] = choice[1, 1] = choice[2, 4] = choice[4, 5] = 1
    choice[3, 2], choice[3, 3] = -level[1], level[0]
    sums = choice @ sums @ choice.T
    solution = np.linalg.solve(sums[:4, :4], sums[:4, 4])
    return np.arctan2(solution[1], solution[0]), (sums[4, 4] - solution @ sums[:4, 4]) / count, sums[4, 4] / count


def lag(phase, first, cycles, hz):
    """By how much, s, modulo a cycle, a tone is behind its exact time; `first` frames since the epoch."""
    expected = 2 * np.pi * ((cycles * first) % 1.0)
    return ((expected - phase) / (2 * np.pi) % 1.0) / hz


def decibels(sums):
    _, noise, power = fit(sums)
    return 10 * np.log10(max(power, 1e-30) / max(noise, 1e-30))


def main():
    path, from_hz, from_ppm, to_hz, to_ppm, latency_ms, begin, end = sys.argv[1:9]
    from_ppm, to_ppm, asked = float(from_ppm), float(to_ppm), float(latency_ms) / 1e3
    begin, end, rate = float(begin), float(end), int(to_hz)
    kind = sys.argv[9] if len(sys.argv) > 9 else "S16_LE"
    data = np.fromfile(path, "<i2" if kind == "S16_LE" else "<i4").reshape(-1, 2)
    data = data / (32768.0 if kind == "S16_LE" else 2.0 ** 31)
    hz = (float(sys.argv[10]) if len(sys.argv) > 10 else 997.0) * (1 + from_ppm * 1e-6)
    cycles = hz / (rate * (1 + to_ppm * 1e-6))
    seconds, lags = [], []
    for first in range(int(begin * rate), int(end * rate) - rate + 1, rate):
        part = data[first:first + rate]
        if len(part) < rate:
            sys.exit("the file ends before second %g" % end)
        seconds.append(gram(part[:, 0], cycles, first - int(begin * rate)))
        fine = lag(fit(seconds[-1])[0], int(begin * rate), cycles, hz)
        # the slow tone tells which cycle; it repeats every 20 tones, where the nearest to what was asked for counts
        coarse = lag(fit(gram(part[:, 1], cycles / 20, first - int(begin * rate)))[0], int(begin * rate), cycles / 20,
                     hz / 20)
        coarse += round((asked - coarse) * hz / 20) * 20 / hz
        lags.append(1e3 * (fine + round((coarse - fine) * hz) / hz))
    stretches = [sum(seconds[i:i + STRETCH]) for i in range(max(1, len(seconds) - STRETCH + 1))]
    quiet = np.all(data[int(begin * rate):int(end * rate)] == 0, axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.view(np.int8), [0]))))
    runs = edges[1::2] - edges[::2]
    runs = runs[runs > 8]
    print("SNR %.1f SNR1 %.1f latency %.4f %.4f silent %.4f %.4f" % (
        min(map(decibels, stretches)), min(map(decibels, seconds)), min(lags), max(lags), runs.sum() / rate,
        (runs.max() if len(runs) else 0) / rate))


main()
