#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Constants of the gliding stage: short interpolators with one polynomial per tap.

glide-constants.py > glide-constants.h     designs them
glide-constants.py --check HEADER          measures what the header holds; exit status 0, 1 or 77 (no numpy)

The structure is Farrow's (C. W. Farrow, "A continuously variable digital delay element", ISCAS 1988): an output
frame at the instant mu (0 ... 1) between two input frames is the sum of T input frames, each multiplied with a
polynomial of order P in x = mu - 1/2.  The interpolator is symmetric: the polynomial of tap T - 1 - j at x is that
of tap j at -x.

The input fills half of the band (up to EDGE cycles per frame), so that the images begin at 1 - EDGE.  For a tone
of frequency f the sum of the taps, turned back by the tone's phase at the instant, is D(f) + e(f, x): D, its mean
over x, is the gain, and the mean square of e over x is the power of all images together (Parseval).  A stage in
front of this one multiplies by 1/D, so D may be anything but 0: what is minimised is the largest |e(f)| / |D(f)|.
With D(0) = 1 that is a linear least-squares problem, repeated with the weights of Lawson's algorithm
(C. L. Lawson, "Contributions to the theory of linear least maximum approximation", 1961) until the errors at all
frequencies are alike.  Where the stage in front sums in float, a D far below 1 costs precision: it raises those
frequencies, and rounding errors with them.  There 1 - D has a price among the errors.

The compensation is a symmetric FIR that approximates 1/D up to COMPENSATED_EDGE, and beyond STOP, where the stage
in front has its stopband, does not exceed it.
"""
import re
import sys

try:
    import numpy as np
except ImportError:
    print("glide-constants.py: no numpy (python3-numpy)", file=sys.stderr)
    sys.exit(77)

SETS = ((6, 5, 0), (8, 7, 5e-7), (10, 8, 0), (12, 9, 0))    # taps, order (the kernels have these), price of droop
FLOAT_DB = 160                  # what attenuates less serves sums in float, which stop at 140 dB
EDGE = 0.246                    # cycles per input frame: 0.984 of a quarter
# a filter whose transition band is wider leaves more near these edges
EDGES = (EDGE, 0.25, 0.255, 0.27, 0.29, 0.32)
COMPENSATED_EDGE = 0.2415       # 0.966 of a quarter: the widest passband of a preset
STOP = 0.255
COMPENSATION_TAPS = 13


def quadrature(points):
    """Nodes and weights of the mean over x in -1/2 ... 1/2 (Gauss-Legendre)."""
    x, weight = np.polynomial.legendre.leggauss(points)
    return x / 2, weight / 2


def basis(taps, order, frequencies, x):
    """The turned sum of the taps for each coefficient of (2x)^k alone: [frequencies, x, pairs of taps, k]."""
    centre = np.arange(taps // 2) - (taps - 1) / 2
    power = (2 * x)[:, None] ** np.arange(order + 1)
    sign = (-1.0) ** np.arange(order + 1)
    turn = 2j * np.pi * frequencies[:, None, None]
    early = np.exp(turn * (centre - x[:, None]))[..., None] * power[:, None, :]
    late = np.exp(turn * (-centre - x[:, None]))[..., None] * (power * sign)[:, None, :]
    return early + late


def response(coefs, frequencies, points=48):
    """Gain D and root of the power of all images, of coefs [pairs, order + 1] of (2x)^k."""
    x, weight = quadrature(points)
    pairs, terms = coefs.shape
    total = np.einsum("fxpk,pk->fx", basis(2 * pairs, terms - 1, frequencies, x), coefs)
    gain = (total @ weight).real
    return gain, np.sqrt(np.abs(total - gain[:, None]) ** 2 @ weight)


def design(taps, order, price, rounds=40):
    """Coefficients [pairs, order + 1] of (2x)^k."""
    frequencies = EDGE * np.cos((np.arange(40) + 0.5) * np.pi / 80)
    x, weight = quadrature(16)
    count = taps // 2 * (order + 1)
    total = basis(taps, order, frequencies, x).reshape(len(frequencies), len(x), count)
    gain = np.einsum("fxn,x->fn", total, weight).real
    error = (total - gain[:, None, :]) * np.sqrt(weight)[None, :, None]
    error = np.concatenate([error.real, error.imag], axis=1)
    # solutions of D(0) = 1 are start + span z
    at_zero = np.einsum("fxpk,x->pk", basis(taps, order, np.zeros(1), x), weight).real.reshape(count)
    start = at_zero / (at_zero @ at_zero)
    span = np.linalg.svd(at_zero[None, :])[2][1:].T
    lawson, gains, best = np.ones(len(frequencies)), np.ones(len(frequencies)), (np.inf, None)
    for _ in range(rounds):
        rows = (error * (np.sqrt(lawson) / gains)[:, None, None]).reshape(-1, count)
        wanted = np.concatenate([-rows @ start, price * (1 - gain @ start)])
        coefs = start + span @ np.linalg.lstsq(np.vstack([rows, price * gain]) @ span, wanted, rcond=1e-15)[0]
        gains = gain @ coefs
        size = np.sqrt(np.sum((error @ coefs) ** 2, axis=1)) / np.abs(gains)
        if size.max() < best[0]:
            best = (size.max(), coefs)
        lawson = lawson * size / size.max() + 1e-6
        lawson /= lawson.max()
    return best[1].reshape(taps // 2, order + 1)


def cosines(frequencies):
    """Response of each tap of a symmetric FIR, from the middle one outwards."""
    columns = 2 * np.cos(2 * np.pi * np.outer(frequencies, np.arange(COMPENSATION_TAPS // 2 + 1)))
    columns[:, 0] = 1
    return columns


def compensate(coefs, rounds=40):
    """Taps of the compensation, from the middle one outwards."""
    passband, stopband = np.linspace(0, COMPENSATED_EDGE, 300), np.linspace(STOP, 0.5, 200)
    wanted = cosines(passband) * response(coefs, passband)[0][:, None]
    beyond = cosines(stopband) * response(coefs, stopband)[0][:, None] * 1e-5
    lawson = np.ones(len(passband))
    for _ in range(rounds):
        root = np.sqrt(lawson)
        taps = np.linalg.lstsq(np.vstack([wanted * root[:, None], beyond]),
                               np.concatenate([root, np.zeros(len(stopband))]), rcond=None)[0]
        error = np.abs(wanted @ taps - 1)
        lawson = lawson * error / error.max() + 1e-4
        lawson /= lawson.max()
    return taps / (taps[0] + 2 * taps[1:].sum())


def attenuations(coefs):
    """Of all images together against the tone, in dB, at worst up to each of EDGES."""
    found = []
    for edge in EDGES:
        gain, images = response(coefs, np.linspace(edge / 400, edge, 400))
        found.append(-20 * np.log10((images / np.abs(gain)).max()))
    return found


def ripple_db(coefs, taps):
    frequencies = np.linspace(0, COMPENSATED_EDGE, 1000)
    gain = cosines(frequencies) @ taps * response(coefs, frequencies)[0]
    return 20 * np.log10(1 + np.abs(gain - 1).max())


def beyond_db(coefs, taps):
    """The most that compensation and interpolator together, or their first image, give in the stopband."""
    frequencies = np.linspace(STOP, 0.5, 1000)
    first = np.maximum(np.abs(response(coefs, frequencies)[0]), np.abs(response(coefs, 1 - frequencies)[0]))
    return 20 * np.log10((np.abs(cosines(frequencies) @ taps) * first).max())


def floor_tenth(value):
    return np.floor(value * 10) / 10


def write_header():
    print("/* SPDX-License-Identifier: LGPL-2.1-or-later */")
    print("/* Written by glide-constants.py, which says what they are and tests them; included by glide.c alone. */")
    print("#ifndef BLI_GLIDE_CONSTANTS_H\n#define BLI_GLIDE_CONSTANTS_H\n")
    print(f"#define GLIDE_EDGES {len(EDGES)}")
    print(f"#define GLIDE_COMPENSATION {COMPENSATION_TAPS // 2 + 1}\n")
    print("/* cycles per frame of the interpolator's input up to which attenuation_db[] holds */")
    print("static const double glide_edges[GLIDE_EDGES] = {", ", ".join(str(edge) for edge in EDGES), "};\n")
    rows = []
    for taps, order, price in SETS:
        coefs = design(taps, order, price)
        compensation = compensate(coefs)
        name = f"glide_{taps}x{order}"
        print(f"static const double {name}[{taps // 2}][{order + 1}] = {{")
        for row in coefs * 2.0 ** np.arange(order + 1):
            print("\t{ " + ",\n\t  ".join(float(c).hex() for c in row) + " },")
        print("};\n")
        found = attenuations(coefs)
        attenuation = ", ".join(f"{floor_tenth(a):.1f}" for a in found)
        precision = "BLI_FLOAT" if found[0] < FLOAT_DB else "BLI_DOUBLE"
        middle = ",\n\t\t".join(float(c).hex() for c in compensation)
        rows.append(f"\t{{ {taps}, {order}, {precision}, &{name}[0][0], {{ {attenuation} }}, {{\n\t\t{middle} }} }},")
    print("/* coefs[taps/2][order + 1] of x^0 ... x^order; compensation from the middle tap outwards */")
    print("static const struct glide_set {")
    print("\tunsigned taps, order;\n\tenum bli_precision precision;\n\tconst double *coefs;")
    print("\tdouble attenuation_db[GLIDE_EDGES];\n\tdouble compensation[GLIDE_COMPENSATION];")
    print("} glide_sets[] = {")
    print("\n".join(rows))
    print("};\n\n#endif")


def read_header(path):
    """(taps, order, coefs of (2x)^k, attenuations, compensation) of each set."""
    with open(path, encoding="ascii") as file:
        text = file.read()
    tables = {name: [float.fromhex(number) for number in re.findall(r"-?0x[0-9a-fp.+-]+", body)]
              for name, body in re.findall(r"static const double (glide_\d+x\d+)\S+ = \{(.*?)\n\};", text, re.S)}
    for taps, order, name, attenuation, compensation in re.findall(
            r"\{ (\d+), (\d+), \w+, &(\w+)\[0\]\[0\], \{ ([^}]*) \}, \{\s*([^}]*) \} \}", text):
        taps, order = int(taps), int(order)
        coefs = np.array(tables[name]).reshape(taps // 2, order + 1) / 2.0 ** np.arange(order + 1)
        yield (taps, order, coefs, [float(a) for a in attenuation.split(",")],
               np.array([float.fromhex(number.strip()) for number in compensation.split(",")]))


def check_header(path):
    failed, found = False, []
    prices = {(taps, order): price for taps, order, price in SETS}
    for taps, order, coefs, claimed, compensation in read_header(path):
        found.append((taps, order))
        measured, designed = attenuations(coefs), attenuations(design(taps, order, prices[taps, order]))
        ripple, beyond = ripple_db(coefs, compensation), beyond_db(coefs, compensation)
        good = (all(m >= c for m, c in zip(measured, claimed)) and ripple <= 0.001 and beyond <= 0 and
                abs(measured[0] - designed[0]) < 0.5 and compensation.shape == (COMPENSATION_TAPS // 2 + 1,))
        failed |= not good
        print(f"{taps} taps, order {order}: images {measured[0]:.1f} dB (a new design {designed[0]:.1f}), "
              f"ripple {ripple:.5f} dB, stopband {beyond:.1f} dB{'' if good else ': NOT AS CLAIMED'}")
    return 1 if failed or found != list(prices) else 0


if len(sys.argv) == 3 and sys.argv[1] == "--check":
    sys.exit(check_header(sys.argv[2]))
write_header()
