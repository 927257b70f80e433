# SPDX-License-Identifier: LGPL-2.1-or-later
"""Test tones: written as WAV files, and measured again in recordings.

`tone.py DIRECTORY` writes the files the scenarios play.
"""
import os
import struct
import sys

import numpy as np

LEVEL = 0.5
LEFT_HZ = 997.0
RIGHT_HZ = 9200.0  # above half of 16 kHz: a recording at that rate must lose it
RIGHT_LOW_HZ = 3100.0  # the right channel of files at 16 kHz
PLAY_S, SPEAK_S = 2.0, 5.0
FULL_SCALE = {"S16_LE": 2.0**15, "S32_LE": 2.0**31}


def right_hz(rate_hz):
    return RIGHT_HZ if rate_hz > 2 * RIGHT_HZ else RIGHT_LOW_HZ


def write_wav(name, rate_hz, sample_format, seconds):
    """A stereo file, LEFT_HZ and right_hz(rate_hz) at LEVEL of full scale."""
    n = np.arange(round(rate_hz * seconds))
    y = LEVEL * np.sin(2 * np.pi * np.outer(n, [LEFT_HZ, right_hz(rate_hz)]) / rate_hz)
    scale = FULL_SCALE[sample_format]
    data = np.rint(y * (scale - 1)).astype("<i2" if scale == 2.0**15 else "<i4").tobytes()
    width = 2 if scale == 2.0**15 else 4
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(data), b"WAVE", b"fmt ", 16, 1, 2,
                       rate_hz, rate_hz * 2 * width, 2 * width, 8 * width, b"data", len(data))
    with open(name, "wb") as f:
        f.write(head + data)


def read_wav(name):
    """(rate in Hz, array[frames][channels] with full scale 1).

    The length in the header is ignored: a killed recorder leaves it wrong.
    """
    raw = open(name, "rb").read()
    if raw[:4] != b"RIFF":
        raise ValueError(f"{name}: no WAV file")
    at = 12
    while raw[at:at + 4] != b"data":
        size = struct.unpack("<I", raw[at + 4:at + 8])[0]
        if raw[at:at + 4] == b"fmt ":
            channels, rate_hz, _, _, bits = struct.unpack("<HIIHH", raw[at + 10:at + 24])
        at += 8 + size
    return rate_hz, samples(raw[at + 8:], bits, channels)


def samples(raw, bits, channels):
    """array[frames][channels], full scale 1, of interleaved little-endian samples."""
    width = bits // 8 * channels
    raw = raw[:len(raw) // width * width]
    return np.frombuffer(raw, "<i2" if bits == 16 else "<i4").reshape(-1, channels) / 2.0**(bits - 1)


def bursts(y, rate_hz):
    """[start, stop) of the stretches of y without a silence of 2.5 ms or more."""
    loud = np.flatnonzero(np.abs(y) > 1e-3)
    if len(loud) == 0:
        return []
    cuts = np.flatnonzero(np.diff(loud) > rate_hz // 400)
    return list(zip(loud[np.r_[0, cuts + 1]], loud[np.r_[cuts, len(loud) - 1]] + 1))


def loud_ms(y, rate_hz):
    """Length of everything in y that is not silence."""
    return 1e3 * sum(b - a for a, b in bursts(y, rate_hz)) / rate_hz


def fit(y, cycles):
    """Least squares fit of a tone near `cycles` per sample and a constant.

    Returns (cycles per sample, amplitude, SNR in dB). The frequency is refined by
    Newton steps on the phase, t * cos being its derivative (IEEE Std 1057,
    four-parameter fit).
    """
    n = np.arange(len(y)) - (len(y) - 1) / 2
    for _ in range(6):
        w = 2 * np.pi * cycles * n
        basis = np.stack([np.cos(w), np.sin(w), np.ones_like(n)], axis=1)
        a, b, _ = np.linalg.lstsq(basis, y, rcond=None)[0]
        slope = n * (b * np.cos(w) - a * np.sin(w))
        full = np.column_stack([basis, slope])
        x = np.linalg.lstsq(full, y, rcond=None)[0]
        cycles += x[3] / (2 * np.pi)
        if abs(x[3]) < 1e-14:
            break
    residual = y - full @ x
    power = (x[0]**2 + x[1]**2) / 2
    return cycles, np.sqrt(2 * power), 10 * np.log10(power / max(np.mean(residual**2), 1e-30))


if __name__ == "__main__":
    os.makedirs(sys.argv[1], exist_ok=True)
    for rate in (16000, 44100, 48000):
        for name in FULL_SCALE:
            write_wav(f"{sys.argv[1]}/play-{rate}-{name}.wav", rate, name, PLAY_S)
            if rate != 16000:
                write_wav(f"{sys.argv[1]}/speak-{rate}-{name}.wav", rate, name, SPEAK_S)
