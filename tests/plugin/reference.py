#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Round trips against an independent reference: speech and music-like material, recorded by arecord through the
converter, must equal the same material resampled by FFT (scipy.signal.resample where there is one, numpy's FFT
otherwise) within the last bit of 16. To be started by reference.sh, in its sandbox: reference.py SPEECH.wav..."""
import os
import subprocess
import sys

import numpy as np

import judge

SANDBOX = os.environ["SANDBOX"]
LSB = 2.0 ** -15
CARD_RATE = 44100
# The material ends at this fraction of the lower Nyquist frequency: inside the passband, where nothing may change.
BAND = 0.85


def music(rate, seconds):
    """Chords of decaying harmonics over a soft noise."""
    random = np.random.default_rng(1)
    time = np.arange(int(seconds * rate)) / rate
    sound = 0.002 * random.standard_normal(len(time))
    for start in np.arange(0, seconds - 0.5, 0.25):
        since = np.maximum(time - start, 0)
        for note in random.choice(49, 4, replace=False):
            hz = 55 * 2 ** (note / 12)
            harmonics = np.arange(1, int(0.5 * rate / hz))
            envelope = (time >= start) * np.minimum(since / 0.005, 1) * np.exp(-3 * since)
            phases = random.uniform(0, 2 * np.pi, len(harmonics))
            for harmonic, phase in zip(harmonics[:60], phases):
                sound += envelope * np.sin(2 * np.pi * hz * harmonic * time + phase) / harmonic ** 1.2
    return sound


def speech(rate, sources):
    return np.concatenate([judge.resample(samples[:, 0], source_rate, rate)
                           for source_rate, samples in map(judge.read, sources)])


def material(sound, band):
    """`sound` below `band` (fraction of the card's Nyquist frequency), at -1 dBFS, between silences."""
    silence = np.zeros(CARD_RATE // 4)
    sound = judge.low_pass(np.concatenate([silence, sound, silence, silence]), band)
    # A sharp low-pass rings; in the silences that is faded out, so that it does not matter how they go on.
    fade = 0.5 - 0.5 * np.cos(np.pi * np.arange(len(silence)) / len(silence))
    sound[:len(fade)] *= fade
    sound[-len(fade):] *= fade[::-1]
    return sound * judge.TONE_AMPLITUDE / np.max(np.abs(sound))


def reference(samples, rate):
    """By judge's FFT, and checked by scipy's where there is one."""
    padded = np.concatenate([samples, np.zeros(-len(samples) % CARD_RATE)])
    ours = judge.resample(padded, CARD_RATE, rate)
    try:
        from scipy import signal
    except ImportError:
        return ours, "numpy's FFT"
    theirs = signal.resample(padded, len(padded) * rate // CARD_RATE)
    # Not the same to the last digit: the two continue the signal by different lengths of silence.
    difference = np.max(np.abs(ours[:len(theirs)] - theirs))
    if difference > LSB / 100:
        raise SystemExit(f"FAIL the two references differ by {difference / LSB:.3f} of the last of 16 bits")
    return theirs, "scipy.signal.resample"


def record(samples, rate, card_format, record_format):
    judge.write(os.environ["TESTCARD_INFILE"], CARD_RATE, samples, card_format)
    path = SANDBOX + "/recorded.wav"
    period = rate // 10
    subprocess.run(["arecord", "-q", "-D", "card_" + card_format, "-r", str(rate), "-f", record_format,
                    "-c", "1", f"--period-size={period}", f"--buffer-size={4 * period}",
                    "-s", str(len(samples) * rate // CARD_RATE), path],
                   check=True, env=dict(os.environ, TESTCARD_FORMAT=card_format))
    found_rate, recorded = judge.read(path)
    assert found_rate == rate
    heard = judge.from_bytes(judge.to_bytes(samples, card_format), card_format)
    return recorded[:, 0], heard


def report(name, good, figures):
    print(f"{'ok' if good else 'FAIL'} {name}: {figures}")
    return good


def resampled(name, samples, rate, card_format, record_format, max_error_lsb, max_residual_db):
    recorded, heard = record(samples, rate, card_format, record_format)
    expected, means = reference(heard, rate)
    found = judge.compare(recorded, expected, BAND)
    good = found["error"] <= max_error_lsb * LSB and found["residual_db"] <= max_residual_db and \
        abs(found["pitch_ppm"]) <= 0.1
    return report(f"{name} 44.1 -> {rate / 1000:g} kHz {card_format} -> {record_format}", good,
                  f"largest error {found['error'] / LSB:.3f} of the last of 16 bits (at most {max_error_lsb}), residual "
                  f"{found['residual_db']:.1f} dB (at most {max_residual_db}), pitch {found['pitch_ppm']:+.3f} ppm, "
                  f"delay {1000 * found['delay'] / rate:.3f} ms, against {means}")


def same_rate(name, samples):
    recorded, heard = record(samples, CARD_RATE, "S16_LE", "S16_LE")
    wrong = np.count_nonzero(recorded != heard[:len(recorded)])
    return report(f"{name} 44.1 -> 44.1 kHz", wrong == 0 and len(recorded) == len(heard),
                  f"{wrong} of {len(recorded)} samples differ")


def main(sources):
    good = True
    for name, sound in (("speech", speech(CARD_RATE, sources)), ("music", music(CARD_RATE, 4))):
        full = material(sound, 1.0)
        good &= same_rate(name, full)
        for rate in (16000, 48000):
            samples = material(sound, BAND * min(rate, CARD_RATE) / CARD_RATE)
            # 126 dB is what the preset states. Rounding to 16 bits costs half of the last bit. From a card of 16 bits more
            # is left over: the card's own rounding lies outside the band too, where converter and reference differ.
            good &= resampled(name, samples, rate, "S16_LE", "S16_LE", 1.0, -75)
            good &= resampled(name, samples, rate, "S32_LE", "S16_LE", 0.55, -75)
            good &= resampled(name, samples, rate, "S32_LE", "S32_LE", 0.05, -126)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
