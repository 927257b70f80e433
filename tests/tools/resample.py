#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Sound files for the tests of bli-resample, and judges of what becomes of them, with numpy and scipy.

resample.py make FILE RATE FRAMES SUBTYPE HZ...      one channel per frequency: a sine of -1 dBFS, from phase 0
resample.py length FILE FRAMES                       asserts the number of frames
resample.py tone FILE RATE SNR_DB HZ...              asserts these very sines at a rate that may be a product of two
                                                     numbers: amplitude, phase and so time as in the input
resample.py equal FILE FILE                          asserts the same samples, whatever the headers
resample.py music FILE RATE FRAMES EDGE              32-bit float noise up to EDGE of the Nyquist frequency, periodic
resample.py scipy IN OUT SNR_DB                      asserts what scipy.signal.resample makes of the whole, in the middle
resample.py sox OUT OTHER SNR_DB                     asserts that two conversions of the same agree, in the middle
resample.py linear IN OUT RATE                       asserts numpy.interp to half a step of 16 bits
resample.py filter FILE ROLLOFF BETA NMULT           a classic filter file
resample.py snr FILE RATE HZ                         prints the SNR of a sine in dB
resample.py noise FILE RATE HZ VARIANCE              asserts the variance of the error of a sine in squared 16-bit steps
resample.py order HZ,HZ,... FILE...                  asserts which sine is the strongest of each channel
resample.py peak FILE DB TOLERANCE                   asserts the largest sample in dB of full scale
resample.py level FILE HZ AMPLITUDE                  asserts the amplitude of a sine in the first channel, to 0.001 of itself
resample.py joined RATE HZ SNR_DB FILE...            asserts that files one after the other are one sine, everywhere but at the
                                                     ends of all: the error of the worst 64 frames counts
resample.py invalid FILE                             makes a float file of a sine with NaN and infinities in it
resample.py chunks FILE                              makes a WAV file with cue points, a loop and a time reference
resample.py positions FILE FRAME...                  asserts those positions, in that order: two cue points, loop, reference
resample.py bytes PROGRAM RATE                       converts WAV bytes in memory, as audioop.ratecv once did
resample.py memory PROGRAM ARGUMENT...               prints the peak memory in KiB
resample.py terminal PROGRAM ARGUMENT...             runs it with a terminal for standard error, prints what that shows
"""
import io
import os
import pty
import resource
import struct
import subprocess
import sys
import wave

import numpy as np

AMPLITUDE = 10 ** (-1 / 20)
FLOAT = 3  # WAV's code of a subtype


def chunks(data):
    """Of a RIFF file: name and contents; what its sizes say is checked."""
    assert data[:4] == b"RIFF" and data[8:12] == b"WAVE", data[:12]
    (size,), at = struct.unpack("<I", data[4:8]), 12
    assert size >= 0x7ffff000 or size + 8 == len(data), "RIFF size %d of %d bytes" % (size + 8, len(data))
    while at + 8 <= len(data):
        name, (size,) = data[at:at + 4], struct.unpack("<I", data[at + 4:at + 8])
        yield name, data[at + 8:at + 8 + size]
        at += 8 + size + size % 2


def read(path):
    """Samples [frames][channels] of a WAV file with full scale 1, and the rate of the header."""
    with open(path, "rb") as f:
        parts = dict(chunks(f.read()))
    code, channels, rate, _, _, bits = struct.unpack("<HHIIHH", parts[b"fmt "][:16])
    if code == 0xfffe:
        code = struct.unpack("<H", parts[b"fmt "][24:26])[0]
    data = np.frombuffer(parts[b"data"], np.uint8)
    if code == FLOAT:
        x = data.view("<f%d" % (bits // 8)).astype(float)
    elif bits == 8:
        x = (data - 128.0) / 128
    else:
        wide = np.zeros((len(data) // (bits // 8), 4), np.uint8)
        wide[:, 4 - bits // 8:] = data.reshape(-1, bits // 8)
        x = wide.view("<i4")[:, 0] / 2.0 ** 31
    return x.reshape(-1, channels), rate


def write(path, rate, x, subtype):
    if subtype in ("float", "double"):
        data, code, bits = x.astype("<f4" if subtype == "float" else "<f8").tobytes(), FLOAT, 32 if subtype == "float" else 64
    else:
        code, bits = 1, int(subtype[4:])
        steps = np.round(x * 2.0 ** (bits - 1)).astype("<i4").reshape(-1, 1).view(np.uint8)
        data = steps[:, :bits // 8].tobytes()
    frame = x.shape[1] * bits // 8
    header = struct.pack("<4sIHHIIHH", b"fmt ", 16, code, x.shape[1], rate, rate * frame, frame, bits)
    with open(path, "wb") as f:
        f.write(struct.pack("<4sI4s", b"RIFF", len(data) + 36, b"WAVE") + header + struct.pack("<4sI", b"data", len(data)) + data)


def sines(rate, frames, frequencies):
    t = np.arange(frames) / rate
    return AMPLITUDE * np.sin(2 * np.pi * np.outer(t, frequencies))


def number(text):
    """A number, or a product of two."""
    first, _, second = text.partition("*")
    return float(first) * float(second or 1)


def db(ratio):
    return 10 * np.log10(ratio)


def middle(x):
    """Without the ends, where a converter may take what is not there for silence and others for something else."""
    return x[len(x) // 10:len(x) * 9 // 10]


def require(condition, figure):
    print(figure)
    sys.exit(0 if condition else 1)


def make(path, rate, frames, subtype, *frequencies):
    write(path, int(rate), sines(float(rate), int(frames), [float(f) for f in frequencies]), subtype)


def length(path, frames):
    found = len(read(path)[0])
    require(found == int(frames), "%d frames" % found)


def tone(path, rate, snr, *frequencies):
    x, _ = read(path)
    expected = sines(number(rate), len(x), [float(f) for f in frequencies])
    assert x.shape == expected.shape, "%d channels" % x.shape[1]
    error = middle(x) - middle(expected)
    worst = min(db(np.mean(middle(expected) ** 2, axis=0) / np.mean(error ** 2, axis=0)))
    require(worst >= float(snr), "%.1f dB" % worst)


def equal(a, b):
    x, y = read(a)[0], read(b)[0]
    require(x.shape == y.shape and (x == y).all(), "%d frames, %d channels" % x.shape)


def music(path, rate, frames, edge):
    generator, frames = np.random.default_rng(1), int(frames)
    spectrum = np.zeros(frames // 2 + 1, complex)
    used = int(float(edge) * len(spectrum))
    spectrum[1:used] = np.exp(2j * np.pi * generator.random(used - 1))
    x = np.fft.irfft(spectrum, frames)
    write(path, int(rate), (x / np.abs(x).max() / 2).reshape(-1, 1), "float")


def agree(x, y, snr):
    assert x.shape == y.shape, "%s and %s" % (x.shape, y.shape)
    figure = db(np.mean(middle(y) ** 2) / max(np.mean((middle(x) - middle(y)) ** 2), 1e-40))
    require(figure >= float(snr), "%.1f dB" % figure)


def against_scipy(source, converted, snr):
    from scipy.signal import resample  # slow to load
    x = read(converted)[0]
    agree(x, resample(read(source)[0], len(x), axis=0), snr)


def linear(source, converted, rate):
    (x, x_rate), y = read(source), read(converted)[0]
    t = np.arange(len(y)) * x_rate / float(rate)
    whole = t <= len(x) - 1
    error = np.abs(y[whole, 0] - np.interp(t[whole], np.arange(len(x)), x[:, 0])).max() * 2 ** 15
    require(error <= 0.51, "%.3f steps" % error)


def filter_file(path, rolloff, beta, nmult):
    """As described in bli-filter(5)."""
    from scipy.special import i0
    rolloff, beta, nmult = float(rolloff), float(beta), int(nmult)
    wing = 256 * (nmult - 1) // 2
    i = np.arange(1, wing)
    h = np.sin(np.pi * i * rolloff / 256) / (np.pi * i / 256) * i0(beta * np.sqrt(1 - (i / (wing - 1)) ** 2)) / i0(beta)
    h = np.concatenate([[rolloff], h])
    scale = 32767 / np.abs(h).max()
    coefs = np.trunc(h * scale + 0.5).astype(int)
    low_pass = int(2 ** 29 / ((h[0] + 2 * h[256::256].sum()) * scale))
    with open(path, "w") as f:
        print("ScaleFactor", low_pass, "\nLength", wing, "\nNmult", nmult, "\nCoeffs:", file=f)
        print(*coefs, sep="\n", file=f)
        print("Differences:", *np.append(np.diff(coefs), -coefs[-1]), sep="\n", file=f)


def fit(path, rate, hz):
    """Error of a sine whose amplitude and phase are fitted."""
    x = middle(read(path)[0][:, 0])
    t = np.arange(len(x)) / number(rate)
    basis = np.stack([np.sin(2 * np.pi * float(hz) * t), np.cos(2 * np.pi * float(hz) * t), np.ones(len(x))], axis=1)
    return x - basis @ np.linalg.lstsq(basis, x, rcond=None)[0], x


def snr(path, rate, hz):
    error, x = fit(path, rate, hz)
    print("%.2f" % db(np.mean(x ** 2) / np.mean(error ** 2)))


def noise(path, rate, hz, variance):
    error, _ = fit(path, rate, hz)
    found = np.var(error) * 2 ** 30
    require(abs(found / float(variance) - 1) < 0.1, "%.4f squared steps" % found)


def order(frequencies, *paths):
    expected = [float(f) for f in frequencies.split(",")]
    for path in paths:
        x, rate = read(path)
        x = middle(x)
        spectrum = np.abs(np.fft.rfft(x * np.hanning(len(x))[:, None], axis=0))
        found = list(spectrum.argmax(axis=0) * rate / len(x))
        assert len(found) == len(expected) and np.allclose(found, expected, atol=5), "%s: %s" % (path, np.round(found))
    print("%d files, %d channels" % (len(paths), len(expected)))


def peak(path, level, tolerance):
    found = 20 * np.log10(np.abs(read(path)[0]).max())
    require(abs(found - float(level)) <= float(tolerance), "%.4f dB" % found)


def level(path, hz, amplitude):
    x, rate = read(path)
    x = middle(x[:, 0])
    t = np.arange(len(x)) / rate
    basis = np.stack([np.sin(2 * np.pi * float(hz) * t), np.cos(2 * np.pi * float(hz) * t)], axis=1)
    found = np.hypot(*np.linalg.lstsq(basis, x, rcond=None)[0])
    require(abs(found / float(amplitude) - 1) < 0.001, "%.5f" % found)


def joined(rate, hz, snr, *paths):
    x = np.concatenate([read(path)[0][:, 0] for path in paths])
    error = x - sines(float(rate), len(x), [float(hz)])[:, 0]
    error = error[1000:len(error) // 64 * 64 - 1000 // 64 * 64]
    error = error[:len(error) // 64 * 64].reshape(-1, 64)
    figure = db(AMPLITUDE ** 2 / 2 / np.mean(error ** 2, axis=1).max())
    require(figure >= float(snr), "%d frames, %.1f dB" % (len(x), figure))


def invalid(path):
    x = sines(44100, 22050, [997])
    write(path, 44100, x, "float")
    with open(path, "r+b") as f:
        for frame, value in (100, "nan"), (101, "inf"), (20000, "-inf"):
            f.seek(44 + 4 * frame)
            f.write(struct.pack("<f", float(value)))


CUES, LOOP, REFERENCE = (1000, 20000), (500, 15999), 44100 * 3600


def chunked(path):
    """The data chunk comes last: programs that write as they go have it there."""
    write(path, 44100, sines(44100, 22050, [997]), "pcm_16")
    with open(path, "rb") as f:
        data = f.read()
    points = b"".join(struct.pack("<II4sIII", i + 1, at, b"data", 0, 0, at) for i, at in enumerate(CUES))
    cue = struct.pack("<4sII", b"cue ", 4 + len(points), len(CUES)) + points
    smpl = struct.pack("<4sI9I", b"smpl", 60, 0, 0, 22675, 60, 0, 0, 0, 1, 0) + struct.pack("<6I", 0, 0, *LOOP, 0, 0)
    text = b"A description".ljust(256, b"\0") + bytes(32 + 32 + 10 + 8) + struct.pack("<QH", REFERENCE, 1) + bytes(64 + 190)
    bext = struct.pack("<4sI", b"bext", len(text)) + text
    body = data[12:36] + bext + cue + smpl + data[36:]
    with open(path, "wb") as f:
        f.write(struct.pack("<4sI4s", b"RIFF", 4 + len(body), b"WAVE") + body)


def positions(path, *frames):
    with open(path, "rb") as f:
        parts = dict(chunks(f.read()))
    cue, smpl = parts[b"cue "], parts[b"smpl"]
    found = [struct.unpack("<I", cue[4 + 24 * i + 20:28 + 24 * i])[0] for i in range(struct.unpack("<I", cue[:4])[0])]
    found += struct.unpack("<II", smpl[36 + 8:36 + 16])
    found += struct.unpack("<Q", parts[b"bext"][338:346])
    require(found == [int(f) for f in frames], str(found))


def in_memory(program, rate):
    source = io.BytesIO()
    with wave.open(source, "wb") as f:
        f.setnchannels(1)
        f.setsampwidth(2)
        f.setframerate(44100)
        f.writeframes(np.round(sines(44100, 44100, [440]) * 2 ** 15).astype("<i2").tobytes())
    done = subprocess.run([program, "-to", rate, "-", "-"], input=source.getvalue(), capture_output=True, check=True)
    with wave.open(io.BytesIO(done.stdout)) as f:
        assert f.getframerate() == int(rate) and not done.stderr
        frames = f.getnframes()
        x = np.frombuffer(f.readframes(frames), "<i2") / 2 ** 15
    expected = sines(float(rate), len(x), [440])[:, 0]
    figure = db(np.mean(middle(expected) ** 2) / np.mean(middle(x - expected) ** 2))
    require(frames == int(rate) and figure > 90, "%d frames, %.1f dB" % (frames, figure))


def memory(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def terminal(*command):
    ours, theirs = pty.openpty()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 4096)
        except OSError:  # the other side is closed
            break
        if not part:
            break
        shown += part
    print(shown.decode(errors="replace").replace("\r\x1b[K", "\n"))
    sys.exit(child.wait())


COMMANDS = {"make": make, "length": length, "tone": tone, "equal": equal, "music": music, "scipy": against_scipy,
            "sox": lambda a, b, limit: agree(read(a)[0], read(b)[0], limit), "linear": linear, "filter": filter_file,
            "snr": snr, "order": order, "peak": peak, "level": level, "joined": joined, "invalid": invalid,
            "chunks": chunked, "positions": positions, "noise": noise, "bytes": in_memory, "memory": memory, "terminal": terminal}

if __name__ == "__main__":
    COMMANDS[sys.argv[1]](*sys.argv[2:])
