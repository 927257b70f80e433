# SPDX-License-Identifier: LGPL-2.1-or-later
"""Holds the streams through the PCM `type bli` (scenarios "exact_…") against the exact ratio of the rates, whatever
the periods: every frame, to the end of the filter's response, and positions against the clock.
"""
import os
import re
import sys

import numpy as np

import tone

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../shared"))
import judge as recordings  # noqa: E402  (that of the folder shared)

HW_HZ = 48000
SWEEP_TOP = 0.42  # of the program's rate; transfer.c
SWEEP_PASSBAND = 0.7  # of the Nyquist frequency of 48 kHz: up to there a sweep is compared
NOISE_DBFS = -132  # of the comparison, at whose ends that is cut which rings above the passband in the ideal alone
SETTLE_S = 0.02  # longer than any converter's response
TICKS_MS = 20  # what draining may take beyond the sound in the buffer
INTERRUPTED = re.compile("pause|drop|starve|suspend")
# compared before and after a sound: longer than any filter's response, and a whole number of frames at any rate
AROUND_S = 0.1
PPM = 0.001  # a tone of -6 dBFS in 16 bits tells its frequency to 0.0001 ppm in a second
# the loopback moves so far at a time (jiffies), the USB card by packets of 1 ms, which may come in pairs
TICK_S = 0.004
LENGTH_MS = 0.1  # a tone's first and last frames are below what counts as loud
# How far a position may stray from the clock beyond the card's own steps, frames, most less least: ±4 in playback,
# ±1 in capture
STRAYS = {"play": 8, "record": 2}
STEPS_S = {"Loopback": TICK_S, "Audio": 0.002, "Dummy": 0}
WAKES_PER_PERIOD = 3  # of a program that polls


class Exact:
    def __init__(self, judge):
        self.judge = judge
        self.say = judge.say

    def scenario(self, name, folder):
        report = self.judge.report(os.path.dirname(folder), name)
        direction = name.split("_")[1]
        card = next((c for c in ("Intel", "Audio", "Dummy") if c in name), "Loopback")
        rate_hz = int(re.search(r"rate *: (\d+)", self.judge.setup(name, "drive")).group(1))
        self.positions(name, report, direction, card, rate_hz)
        if direction == "record":
            bits = 32 if card == "Loopback" else 16
            y = tone.samples(open(f"{folder}/rec.raw", "rb").read(), bits, 2)
            self.say(len(y) == report["frames"], f"{name} frames", f"{len(y)} of {report['frames']:.0f}")
            if card == "Loopback":
                self.recorded(name, y, rate_hz)
            else:
                self.say(not np.any(y), f"{name} silence", f"largest {np.abs(y).max(initial=0)}")
        elif card in ("Audio", "Intel"):
            self.judge.device(name, card, [k * tone.LEFT_HZ / HW_HZ for k in (1, 2)])
        elif card == "Loopback":
            self.played(name, tone.read_wav(f"{folder}/rec.wav")[1], int(report["frames"]), rate_hz)

    def positions(self, name, r, direction, card, rate_hz):
        """What pcmdrive has found out: no steps back, no waits in vain, the clock's speed, events as asked for."""
        falls = r["delay_backward"] + r["avail_backward"] + r["avail_outside"]
        self.say(falls == 0 and r["stalls"] == 0, f"{name} position",
                 f"{falls:.0f} falls (worst {r['worst_backward']:.0f} frames) in {r['watches']:.0f} looks, "
                 f"{r['stalls']:.0f} stalls")
        wanted = {"xruns": int("starve" in name), "suspends": int("suspend" in name)}
        self.say(all(r[key] == wanted[key] for key in wanted), f"{name} events",
                 ", ".join(f"{r[key]:.0f} {key} of {wanted[key]}" for key in wanted))
        # the emulated HDA card takes 30 ms at once when it starts
        if card in STEPS_S and r["watches"] > 0:
            most = STEPS_S[card] * rate_hz + STRAYS[direction]
            self.say(r["clock_spread_frames"] <= most, f"{name} clock",
                     f"position within {r['clock_spread_frames']:.1f} frames of it, at most {most:.0f}")
        if r["wakes"] > 0:
            periods = r["frames"] / r["period"]
            self.say(r["wakes"] <= WAKES_PER_PERIOD * periods, f"{name} wakes",
                     f"{r['wakes']:.0f} in {periods:.0f} periods")
        if direction == "play":
            limit = 1e3 * (min(r["buffer"], r["frames"]) + r["period"]) / rate_hz + TICKS_MS
            self.say(r["drain_ms"] <= limit, f"{name} drain", f"{r['drain_ms']:.0f} ms, limit {limit:.0f}")
        if "pause" in name:
            self.say(r["pause_supported"] == 1, f"{name} support", f"{r['pause_supported']:.0f}")

    def fit(self, name, y, cycles):
        """Nothing but a tone, with what the preset claims."""
        found, level, snr_db = tone.fit(y, cycles)
        ppm = 1e6 * (found / cycles - 1)
        self.say(abs(ppm) <= PPM, f"{name} speed", f"{ppm:+.5f} ppm")
        self.say(snr_db >= self.judge.claim_db, f"{name} SNR",
                 f"{snr_db:.1f} dB, at least {self.judge.claim_db}; level {level:.5f}")

    def recorded(self, name, y, rate_hz):
        """A tone that began earlier: from the first frame on, but for the filter's beginning and the event."""
        settle = round(SETTLE_S * rate_hz)
        windows = {"": slice(settle, None)}
        if INTERRUPTED.search(name):
            part = round(0.35 * rate_hz)
            windows = {" before": slice(settle, settle + part), " after": slice(-part, None)}
        for when, window in windows.items():
            self.fit(f"{name}{when}", y[window, 0], tone.LEFT_HZ / rate_hz)

    def played(self, name, y, frames, rate_hz):
        if INTERRUPTED.search(name):
            self.pieces(name, y[:, 0], frames * HW_HZ / rate_hz)
        else:
            self.sweeps(name, y, frames, rate_hz)

    def last_frames(self, name):
        """At the end of a draining stream the loopback silences the beginning of its last block, and plays old samples
        after it (sound/drivers/aloop.c, copy_play_buf(), clear_bytes): so a period and a tick are not judged."""
        return self.judge.periods(name, "drive")[1] + round(TICK_S * HW_HZ)

    def pieces(self, name, y, expected):
        """A tone with a break: none of its frames is lost or comes twice, unless it was dropped or starved."""
        settle = round(SETTLE_S * HW_HZ)
        pieces = [(a, b) for a, b in tone.bursts(y, HW_HZ) if b - a > 5 * settle]
        wanted = (1, 2) if "suspend" in name else (2,)
        self.say(len(pieces) in wanted, f"{name} pieces", f"{len(pieces)} of {wanted[-1]}")
        for a, b in pieces:
            self.fit(name, y[a + settle:b - settle], tone.LEFT_HZ / HW_HZ)
        if re.search("pause|suspend", name):
            heard = sum(b - a for a, b in pieces)
            least = expected - self.last_frames(name)
            self.say(least <= heard <= expected + 2, f"{name} length",
                     f"{heard} frames, {least:.0f} to {expected:.0f}")

    def sweeps(self, name, y, frames, rate_hz):
        """All of both channels' sweeps, and on dmix their last frames, the filter's response to them, and silence."""
        to_end = "dmix" in name
        around = round(AROUND_S * HW_HZ)
        delays = []
        for channel in range(2):
            n = np.arange(frames)[::-1 if channel else 1]
            sent = tone.LEVEL * np.cos(np.pi * SWEEP_TOP * n**2 / frames)
            # with room for what rings before the first frame
            sent = np.concatenate([np.zeros(round(AROUND_S * rate_hz)), sent])
            reference = recordings.resample(sent, rate_hz, HW_HZ)
            first = max(0, int(recordings.delay_of(y[:, channel], reference, SWEEP_PASSBAND)))
            last = first + around + round(frames * HW_HZ / rate_hz)
            last += around if to_end else -around - self.last_frames(name)
            found = recordings.compare(y[first:last, channel], reference, SWEEP_PASSBAND)
            least_db = min(self.judge.claim_db, found["level_db"] - NOISE_DBFS)
            delays.append(first + found["delay"])
            self.say(found["residual_db"] <= -least_db, f"{name} sweep {channel}",
                     f"residual {found['residual_db']:.1f} dB, at most {-least_db:.1f}")
            if frames > 1000:
                self.say(abs(found["pitch_ppm"]) <= PPM, f"{name} speed {channel}", f"{found['pitch_ppm']:+.5f} ppm")
        self.say(abs(delays[0] - delays[1]) < 0.001, f"{name} channels", f"{delays[1] - delays[0]:+.5f} frames apart")
