#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Independent recomputation of filter files and of their responses, with numpy and scipy.

windowfilter.py table FILE ROLLOFF BETA NMULT [precise]
    compares header, every coefficient and every difference of FILE with the formulas
windowfilter.py measure FILE REPORT [PASSBAND STOPBAND]
    compares the figures bli-windowfilter --measure printed into REPORT with those
    of a Fourier transform of the table
"""
import re
import sys

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import i0

STEPS = 256  # table entries per zero crossing


def read(path):
    words = open(path).read().split()
    assert words[0] == "ScaleFactor" and words[2] == "Length" and words[4] == "Nmult", words[:6]
    length, nmult = int(words[3]), int(words[5])
    assert words[6] == "Coeffs:" and words[7 + length] == "Differences:"
    coefs, deltas = words[7:7 + length], words[8 + length:]
    assert len(deltas) == length, "%d differences of %d" % (len(deltas), length)
    return words[1], length, nmult, coefs, deltas


def table(path, rolloff, beta, nmult, precise=None):
    scale, length, file_nmult, coefs, deltas = read(path)
    n = STEPS * (nmult - 1) // 2
    assert (length, file_nmult) == (n, nmult), "Length %d Nmult %d" % (length, file_nmult)

    i = np.arange(1, n)
    t = np.pi * i / STEPS
    h = np.concatenate([[rolloff], np.sin(t * rolloff) / t
                        * i0(beta * np.sqrt(1 - (i / (n - 1.0)) ** 2)) / i0(beta)])
    dc = h[0] + 2 * h[STEPS::STEPS].sum()
    scl = 32767 / np.abs(h).max()
    if precise:
        expected, expected_scale = h * scl, 2 ** 29 / (dc * scl)
        values, differences = np.array(coefs, float), np.array(deltas, float)
        assert abs(float(scale) - expected_scale) < 1e-7, "ScaleFactor %s, not %r" % (scale, expected_scale)
        worst = np.abs(values - expected).max()
        assert worst < 1e-9, "coefficients off by %g" % worst
        assert np.abs(differences - np.append(np.diff(expected), -expected[-1])).max() < 1e-9
    else:
        expected = np.trunc(h * scl + 0.5).astype(int)
        values, differences = np.array([int(c) for c in coefs]), np.array([int(d) for d in deltas])
        assert int(scale) == int(2 ** 29 / (dc * scl)), "ScaleFactor %s" % scale
        assert values[0] == 32767
        wrong = np.flatnonzero(values != expected)
        assert len(wrong) == 0, "%d coefficients differ, first number %d" % (len(wrong), wrong[0])
        assert (differences == np.append(np.diff(expected), -expected[-1])).all(), "differences"
    print("%d coefficients, ScaleFactor %s" % (n, scale))


def gain_at(coefs, frequency):
    i = np.arange(1, len(coefs))
    turns = i * frequency / (2 * STEPS)
    return ((coefs[0] + 2 * (coefs[1:] * np.cos(2 * np.pi * (turns % 1))).sum())
            / (coefs[0] + 2 * coefs[1:].sum()))


def refined_peak(coefs, f, g, start):
    """Highest |gain| from start on, looked for between the grid's points too."""
    best = abs(gain_at(coefs, start))
    inside = np.flatnonzero(f >= start)
    for k in inside[np.argsort(np.abs(g[inside]))[-8:]]:
        bounds = (max(start, f[k] - f[1]), f[k] + f[1])
        found = minimize_scalar(lambda x: -abs(gain_at(coefs, x)), bounds=bounds, method="bounded",
                                options={"xatol": 1e-9})
        best = max(best, -found.fun)
    return best


def crossing(f, g, level):
    k = np.flatnonzero(np.abs(g) <= level)[0]
    a, b = abs(g[k - 1]), abs(g[k])
    return f[k - 1] + (f[k] - f[k - 1]) * (a - level) / (a - b)


def measure(path, report, passband=None, stopband=None):
    coefs = np.array(read(path)[3], float)
    size = 1 << int(np.ceil(np.log2(128 * len(coefs))))
    wing = np.zeros(size)
    wing[:len(coefs)] = coefs
    wing[size - len(coefs) + 1:] = coefs[:0:-1]
    g = np.fft.rfft(wing).real
    g /= g[0]
    f = np.arange(len(g)) * 2.0 * STEPS / size  # fractions of Nyquist

    at_edges = []
    six = crossing(f, g, 10 ** (-6 / 20))
    if stopband is None:
        k = np.searchsorted(f, six) + 1
        while abs(g[k + 1]) < abs(g[k]):
            k += 1
        peak = refined_peak(coefs, f, g, f[k])
        stopband = crossing(f, g, peak)
        passband = 2 * six - stopband
    else:
        peak = refined_peak(coefs, f, g, stopband)
        at_edges = [gain_at(coefs, passband)]
    inside = np.append(g[f <= passband], at_edges)
    expected = {
        "passband ripple": (20 * np.log10(inside.max() / inside.min()), None),
        "-3 dB": (crossing(f, g, 10 ** (-3 / 20)), 2e-5),
        "-6 dB": (six, 2e-5),
        "stopband attenuation": (-20 * np.log10(peak), 0.005),
        "transition width": (stopband - passband, 2e-4),
    }
    text = open(report).read()
    for name, (value, tolerance) in expected.items():
        printed = float(re.search("^" + name + r" +([-0-9.e+]+)", text, re.M).group(1))
        if tolerance is None:  # the passband's end carries the tolerance of the stopband's begin
            tolerance = 0.02 * value + 1e-10
        assert abs(printed - value) <= tolerance, "%s: %r, Fourier transform %r" % (name, printed, value)
    print("attenuation %.2f dB, ripple %.3g dB, transition %.4f"
          % (expected["stopband attenuation"][0], expected["passband ripple"][0],
             expected["transition width"][0]))


if __name__ == "__main__":
    if len(sys.argv) < 4 or sys.argv[1] not in ("table", "measure"):
        sys.exit(__doc__)
    try:
        if sys.argv[1] == "table":
            table(sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), int(sys.argv[5]), *sys.argv[6:])
        else:
            measure(sys.argv[2], sys.argv[3], *(float(x) for x in sys.argv[4:]))
    except AssertionError as error:
        sys.exit(str(error) or "the file does not have the layout of a filter file")
