#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Makes signals and judges recordings of them, by means that share nothing with the converter.

Resampling is done here by the FFT of the whole signal. As a program:

    judge.py tone FILE RATE HZ SECONDS CHANNELS FORMAT      a sine of -1 dBFS, as a WAV or raw file
    judge.py fit FILE RATE HZ CHANNELS FORMAT MIN_SNR_DB [DBFS]   is FILE that sine? (least squares, in steady state)
    judge.py sweeps FILE RATE SECONDS CHANNELS TOP_HZ FORMAT   sweeps of -3 dBFS, up, down, up, … in the channels
    judge.py heard FILE RATE CHANNELS FORMAT SOURCE MIN_SNR_DB A:B   is FILE all of SOURCE in all its channels, with B
                                                            frames for A, without a click, and silence besides?
    judge.py part FILE RATE CHANNELS FORMAT SOURCE MIN_SNR_DB A:B FRAMES   likewise, a part of FRAMES frames
    judge.py microphone FILE.wav RATE IN.wav...             the IN files, one after the other, at RATE
    judge.py length FILE.wav                                its length in seconds, rounded up
    judge.py recording FILE.wav [MICROPHONE.wav [MIN_DB]]   is FILE what the microphone heard, at FILE's rate?

FORMAT is ALSA's name of a signed little-endian format, U8 or FLOAT_LE. FILE is raw unless its name ends in ".wav".
"""
import sys
import wave
from math import gcd

import numpy as np

TONE_AMPLITUDE = 10 ** (-1 / 20)
PASSBAND = 0.9          # fraction of the lower Nyquist frequency that recordings are compared in
CLICK = 2.0 ** -11      # least error of a single sample, full scale = 1, that is taken for a click
SILENCE = 22050         # frames after a signal that is resampled
SETTLE_S = 0.05         # left out at both ends of a tone: longer than any converter's impulse response


def to_bytes(samples, sample_format):
    """Samples (full scale = 1) as the bytes of a PCM format, rounded to nearest."""
    if sample_format == "FLOAT_LE":
        return samples.astype("<f4").tobytes()
    if sample_format == "U8":
        return np.clip(np.round(samples * 128) + 128, 0, 255).astype("u1").tobytes()
    bits = int(sample_format[1:3])
    full = 2.0 ** (bits - 1)
    whole = np.clip(np.round(samples * full), -full, full - 1).astype("<i4")
    if bits == 16:
        return whole.astype("<i2").tobytes()
    if sample_format == "S24_3LE":
        return whole.ravel().view("u1").reshape(-1, 4)[:, :3].tobytes()
    return whole.tobytes()


def from_bytes(data, sample_format):
    """The samples (full scale = 1) of the bytes of a PCM format."""
    if sample_format == "FLOAT_LE":
        return np.frombuffer(data, "<f4").astype(float)
    if sample_format == "U8":
        return (np.frombuffer(data, "u1").astype(float) - 128) / 128
    if sample_format == "S24_3LE":
        three = np.frombuffer(data, "u1").reshape(-1, 3)
        four = np.zeros((len(three), 4), "u1")
        four[:, 1:] = three
        return four.view("<i4").ravel() / 2.0 ** 31
    bits = int(sample_format[1:3])
    return np.frombuffer(data, "<i2" if bits == 16 else "<i4") / 2.0 ** (bits - 1)


def read(path, rate=None, channels=None, sample_format=None):
    """(rate, samples[frames][channels]) of a WAV file, or of a raw file of what is stated."""
    if not path.endswith(".wav"):
        with open(path, "rb") as file:
            return rate, from_bytes(file.read(), sample_format).reshape(-1, channels)
    with wave.open(path, "rb") as file:
        sample_format = {1: "U8", 2: "S16_LE", 3: "S24_3LE", 4: "S32_LE"}[file.getsampwidth()]
        samples = from_bytes(file.readframes(file.getnframes()), sample_format)
        return file.getframerate(), samples.reshape(-1, file.getnchannels())


def write(path, rate, samples, sample_format="S16_LE"):
    """Writes samples[frames] or samples[frames][channels]."""
    samples = samples.reshape(len(samples), -1)
    data = to_bytes(samples, sample_format)
    if not path.endswith(".wav"):
        with open(path, "wb") as file:
            file.write(data)
        return
    with wave.open(path, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(len(data) // samples.size)
        file.setframerate(rate)
        file.writeframes(data)


def resample(samples, rate_in, rate_out):
    """The band-limited signal at another rate: its FFT, cut or extended with zeros. Exact for what is periodic; so the
    signal is first continued by silence, to a length that is a whole number of frames at both rates."""
    unit = rate_in // gcd(rate_in, rate_out)
    blocks = -(-(len(samples) + SILENCE) // unit)
    n_in = blocks * unit
    n_out = blocks * (rate_out // gcd(rate_in, rate_out))
    spectrum = np.fft.rfft(samples, n_in)
    result = np.zeros(n_out // 2 + 1, complex)
    bins = (min(n_in, n_out) - 1) // 2 + 1      # without the Nyquist frequency, where there is one
    result[:bins] = spectrum[:bins]
    return np.fft.irfft(result, n_out) * (n_out / n_in)


def low_pass(samples, fraction):
    """Nothing above `fraction` of the Nyquist frequency."""
    spectrum = np.fft.rfft(samples)
    spectrum[int(fraction * len(spectrum)):] = 0
    return np.fft.irfft(spectrum, len(samples))


def fit_tone(samples, rate, hz):
    """(amplitude, SNR in dB): sine, cosine and constant by least squares, and what is left over."""
    settle = int(SETTLE_S * rate)
    steady = samples[settle:len(samples) - settle]
    if len(steady) < 1000:
        raise ValueError(f"only {len(samples)} frames")
    angle = 2 * np.pi * hz / rate * np.arange(len(steady))
    basis = np.stack([np.sin(angle), np.cos(angle), np.ones(len(steady))], 1)
    weights = np.linalg.lstsq(basis, steady, rcond=None)[0]
    rest = steady - basis @ weights
    amplitude = float(np.hypot(weights[0], weights[1]))
    return amplitude, float(20 * np.log10(amplitude / np.sqrt(2) / max(rest.std(), 1e-15)))


def delay_of(recorded, reference, fraction=PASSBAND):
    """Frames by which `recorded` is late: the peak of the correlation, then the slope of the phase in the passband."""
    n = len(recorded)
    cross = np.fft.rfft(recorded) * np.conj(np.fft.rfft(reference, n))
    cross[int(fraction * len(cross)):] = 0
    coarse = int(np.argmax(np.fft.irfft(cross, n)))
    coarse -= n if coarse > n // 2 else 0
    omega = 2 * np.pi * np.arange(len(cross)) / n
    phase = np.angle(cross * np.exp(1j * omega * coarse))
    weight = np.abs(cross)
    return coarse - float(np.sum(weight * omega * phase) / np.sum(weight * omega ** 2))


def delayed(samples, frames, length, derivative=0):
    """`length` frames of `samples`, later by any number of frames (with silence after the end), or their derivative."""
    n = length + len(samples)
    omega = 2 * np.pi * np.arange(n // 2 + 1) / n
    spectrum = np.fft.rfft(samples, n) * np.exp(-1j * omega * frames) * (1j * omega) ** derivative
    return np.fft.irfft(spectrum, n)[:length]


def compare(recorded, reference, fraction=PASSBAND):
    """How a recording differs from the reference, apart from a delay. Returns a dict: delay (frames), level_db of
    the reference in the passband, residual_db below it, error (largest, full scale = 1, over all frequencies) and
    pitch_ppm."""
    delay = delay_of(recorded, reference, fraction)
    expected = delayed(reference, delay, len(recorded))
    # Where the recording cuts the sound off, the slope of the phase is a little wrong: Newton's method from there on.
    for _ in range(3):
        slope = delayed(reference, delay, len(recorded), derivative=1)
        delay -= float(np.dot(recorded - expected, slope) / np.dot(slope, slope))
        expected = delayed(reference, delay, len(recorded))
    error = low_pass(recorded - expected, fraction)
    level = low_pass(expected, fraction).std()
    # The delay of the second half against that of the first is a wrong speed.
    half = len(recorded) // 2
    drift = delay_of(recorded[half:], expected[half:], fraction) - delay_of(recorded[:half], expected[:half], fraction)
    return {"delay": delay, "level_db": 20 * np.log10(level), "pitch_ppm": -drift / half * 1e6,
            "residual_db": 20 * np.log10(max(error.std(), 1e-15) / level),
            "error": float(np.max(np.abs(recorded - expected)))}


def command_tone(path, rate, hz, seconds, channels, sample_format):
    rate, channels = int(rate), int(channels)
    time = np.arange(int(float(seconds) * rate)) / rate
    tone = TONE_AMPLITUDE * np.sin(2 * np.pi * float(hz) * time)
    write(path, rate, np.repeat(tone[:, None], channels, 1), sample_format)
    return True


def command_sweeps(path, rate, seconds, channels, top_hz, sample_format):
    rate, seconds, top_hz = int(rate), float(seconds), float(top_hz)
    time = np.arange(int(seconds * rate)) / rate
    rising = np.sin(np.pi * top_hz / seconds * time ** 2)
    # Silence and a fade of 50 ms each at both ends: nothing lies outside the passband, and what is missing is missed.
    edge = np.clip(np.minimum(time, time[::-1]) / 0.05 - 1, 0, 1)
    rising *= 10 ** (-3 / 20) * np.sin(np.pi / 2 * edge) ** 2
    write(path, rate, np.stack([rising[::-1] if c % 2 else rising for c in range(int(channels))], 1), sample_format)
    return True


def judge_heard(path, rate, channels, sample_format, source, min_snr_db, ratio, frames=None):
    found_rate, recorded = read(path, int(rate), int(channels), sample_format)
    _, played = read(source)
    if found_rate != int(rate) or not recorded.shape[1] == played.shape[1] == int(channels):
        print(f"{recorded.shape[1]} channels at {found_rate} Hz, of {played.shape[1]}", end="")
        return False
    if frames is not None and len(recorded) != frames:
        print(f"{len(recorded)} frames and not {frames}", end="")
        return False
    found, silence = [], 0.0
    for heard, sent in zip(recorded.T, played.T):
        reference = resample(sent, *(int(period) for period in ratio.split(":")))
        if frames is None:
            # What is missing at the end counts as silence; a long silence around the sound only costs time.
            begin = int(delay_of(heard, reference))
            around = slice(max(0, begin - SILENCE), begin + len(reference))
            silence = max(silence, np.abs(np.append(heard[:around.start], heard[around.stop:])).max(initial=0))
            heard = np.append(heard, np.zeros(max(0, around.stop - len(heard))))[around]
        found.append(compare(heard, reference))
    residual_db = max(one["residual_db"] for one in found)
    error = max(silence, *(one["error"] for one in found))
    pitch_ppm = max((one["pitch_ppm"] for one in found), key=abs)
    delays_ms = [1000 * one["delay"] / found_rate for one in found]
    print(f"{len(recorded)} frames, {ratio}, residual {residual_db:.1f} dB (at most -{min_snr_db}), "
          f"largest {error:.5f}, pitch {pitch_ppm:+.3f} ppm, from {delays_ms[0]:.2f} ms on", end="")
    return (residual_db <= -float(min_snr_db) and error < CLICK and abs(pitch_ppm) <= 0.1 and
            max(delays_ms) - min(delays_ms) < 0.001)


def command_heard(path, rate, channels, sample_format, source, min_snr_db, ratio):
    return judge_heard(path, rate, channels, sample_format, source, min_snr_db, ratio)


def command_part(path, rate, channels, sample_format, source, min_snr_db, ratio, frames):
    return judge_heard(path, rate, channels, sample_format, source, min_snr_db, ratio, int(frames))


def command_fit(path, rate, hz, channels, sample_format, min_snr_db, level_dbfs=-1):
    found_rate, samples = read(path, int(rate), int(channels), sample_format)
    fits = [fit_tone(channel, float(rate), float(hz)) for channel in samples.T]
    worst_db = min(snr for _, snr in fits)
    gain_db = max((20 * np.log10(amplitude) - float(level_dbfs) for amplitude, _ in fits), key=abs)
    print(f"{len(samples)} frames, SNR {worst_db:.1f} dB (at least {min_snr_db}), gain {gain_db:+.4f} dB", end="")
    # 0.01 dB is what the rounding of 8-bit samples can do to the level.
    good = found_rate == int(float(rate)) and samples.shape[1] == int(channels)
    return good and worst_db >= float(min_snr_db) and abs(gain_db) <= 0.01


def command_microphone(path, rate, *sources):
    rate = int(rate)
    parts = [np.zeros(rate // 4)]
    for source in sources:
        source_rate, samples = read(source)
        parts.append(resample(samples[:, 0], source_rate, rate))
    write(path, rate, np.concatenate(parts + [np.zeros(rate // 2)]))
    return True


def command_length(path):
    rate, samples = read(path)
    print(-(-len(samples) // rate))
    return True


def command_recording(path, microphone=None, min_db=None):
    rate, recorded = read(path)
    print(f"{len(recorded) / rate:6.2f} s {20 * np.log10(recorded.std()):6.1f} dBFS", end="")
    if microphone is None:
        return True
    microphone_rate, heard = read(microphone)
    found = compare(recorded[:, 0], resample(heard[:, 0], microphone_rate, rate))
    # adding 0 makes a rounded −0 a 0
    delay_ms, pitch_ppm = round(1000 * found["delay"] / rate, 2) + 0, round(found["pitch_ppm"], 2) + 0
    print(f" {found['residual_db']:7.1f} dB {delay_ms:7.2f} ms {pitch_ppm:7.2f} ppm", end="")
    return min_db is None or (found["residual_db"] <= -float(min_db) and abs(found["pitch_ppm"]) <= 1)


def main(arguments):
    commands = {"tone": command_tone, "fit": command_fit, "sweeps": command_sweeps, "heard": command_heard,
                "part": command_part, "microphone": command_microphone,
                "length": command_length, "recording": command_recording}
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 99
    return 0 if commands[arguments[0]](*arguments[1:]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
