#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""What a bridge has done to the tone of clockcard.c.

bridge.py FILE FROM_HZ FROM_PPM TO_HZ TO_PPM LATENCY_MS BEGIN END [FORMAT]

From second BEGIN to second END of the played file (S16_LE or S32_LE, stereo) prints

    SNR            worst of all seconds, dB: against the tone whose frequency is free in each second,
                   as the slow wander of a clock loop is no noise; clicks and lost frames are
    SNR10          worst of all stretches of ten seconds, each made of its seconds' residuals
    latency        least and most, ms, by the phases of both tones against their exact times
    silent         seconds of silence in all, and the longest silence
"""
import os
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np

TONE_HZ = 997.0
AMPLITUDE = 10 ** (-1 / 20)


def fit(samples, cycles, degree):
    """Complex amplitude at the middle, and the residual, of a tone that bends by a polynomial."""
    n = len(samples)
    time = np.linspace(-1, 1, n)
    turns = 2 * np.pi * (cycles * np.arange(n) % 1.0)
    powers = np.vander(time, degree + 1, increasing=True)
    basis = np.hstack([powers * np.sin(turns)[:, None], powers * np.cos(turns)[:, None], np.ones((n, 1))])
    solution = np.linalg.solve(basis.T @ basis, basis.T @ samples)
    residual = samples - basis @ solution
    # sin(turns + phase) = cos(phase) sin(turns) + sin(phase) cos(turns)
    return np.arctan2(solution[degree + 1], solution[0]), np.mean(residual ** 2), np.mean(samples ** 2)


def lag(phase, first, cycles, hz):
    """By how much, s, modulo a cycle, a tone is behind its exact time; `first` frames since the epoch."""
    expected = 2 * np.pi * ((cycles * first) % 1.0)
    return ((expected - phase) / (2 * np.pi) % 1.0) / hz


def main():
    path, from_hz, from_ppm, to_hz, to_ppm, latency_ms, begin, end = sys.argv[1:9]
    from_ppm, to_ppm, asked = float(from_ppm), float(to_ppm), float(latency_ms) / 1e3
    begin, end, rate = float(begin), float(end), int(to_hz)
    kind = sys.argv[9] if len(sys.argv) > 9 else "S16_LE"
    data = np.fromfile(path, "<i2" if kind == "S16_LE" else "<i4").reshape(-1, 2)
    data = data / (32768.0 if kind == "S16_LE" else 2.0 ** 31)
    hz = TONE_HZ * (1 + from_ppm * 1e-6)
    frame_s = 1 / (rate * (1 + to_ppm * 1e-6))
    snrs, noises, powers, lags = [], [], [], []
    for first in range(int(begin * rate), int(end * rate) - rate + 1, rate):
        part = data[first:first + rate]
        if len(part) < rate:
            sys.exit("the file ends before second %g" % end)
        phase, noise, power = fit(part[:, 0], hz * frame_s, 1)
        slow_phase, _, _ = fit(part[:, 1], hz * frame_s / 20, 1)
        fine = lag(phase, first, hz * frame_s, hz)
        coarse = lag(slow_phase, first, hz * frame_s / 20, hz / 20)
        # the slow tone tells which cycle; it repeats every 20 ms, where the nearest to what was asked for counts
        coarse += round((asked - coarse) * hz / 20) * 20 / hz
        fine += round((coarse - fine) * hz) / hz
        snrs.append(10 * np.log10(power / max(noise, 1e-30)))
        noises.append(noise)
        powers.append(power)
        lags.append(1e3 * fine)
    tens = [10 * np.log10(sum(powers[i:i + 10]) / sum(noises[i:i + 10])) for i in range(max(1, len(noises) - 9))]
    quiet = np.all(data[int(begin * rate):int(end * rate)] == 0, axis=1)
    edges = np.flatnonzero(np.diff(np.concatenate(([0], quiet.view(np.int8), [0]))))
    runs = edges[1::2] - edges[::2]
    runs = runs[runs > 8]
    print("SNR %.1f SNR10 %.1f latency %.4f %.4f silent %.4f %.4f" % (
        min(snrs), min(tens), min(lags), max(lags), runs.sum() / rate, (runs.max() if len(runs) else 0) / rate))


main()
