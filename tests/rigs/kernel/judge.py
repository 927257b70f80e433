# SPDX-License-Identifier: LGPL-2.1-or-later
"""judge.py CONVERTER DIRECTORY REFERENCE: holds the recordings and reports in
DIRECTORY against what a converter must deliver, and against REFERENCE, the
same scenarios with the built-in linear converter.

Prints ok/FAIL lines; exit status 0 or 1. Expected frequencies come from the
tones that were played and the periods both devices agreed on.
"""
import json
import os
import re
import sys

import numpy as np

import tone
from exact import Exact

# Least SNR and rejection, dB: the presets' claims, and what Debian's other converters
# reach (measured). 0: not judged. 16-bit samples bound every figure below.
CLAIMS_DB = {
    "bli_fast": 100, "bli_medium": 115, "bli": 126, "bli_high": 126, "bli_best": 175,
    "speexrate_medium": 80, "speexrate_best": 80, "samplerate_medium": 110, "samplerate_best": 130,
}
# 6.02 * 16 + 1.76 dB less 6 for the level of the tone: rounded once or twice.
ROUNDED_ONCE_DB, ROUNDED_TWICE_DB = 90, 87
FREQUENCY_PPM = 0.1
SETTLE_S = 0.02  # longer than any converter's response
RATE_ERROR = 0.02  # of the position's advance: ticks of 4 ms over a second or more
DELAY_MS = 4  # longest delay of a converter
INTERRUPTED = re.compile("pause|drop|starve|sigstop|suspend")
LISTENER_MS = 50  # period of the program at the other end of the loopback
BRIDGE_PPM = {"bridge_alike": 0, "bridge_skewed": 1e6 * (100000 / 100030 - 1)}  # all clocks are the machine's own
TICKS_MS = 20  # what draining may take beyond the sound in the buffer


class Judge:
    def __init__(self, converter, directory, reference):
        self.converter, self.directory, self.reference = converter, directory, reference
        self.claim_db = CLAIMS_DB.get(converter, 0)
        self.scenarios = sorted(e.name for e in os.scandir(directory) if e.is_dir())
        self.lines = self.bad = 0

    def say(self, good, name, figure):
        self.lines += 1
        self.bad += not good
        print(f"{'ok  ' if good else 'FAIL'} {name}: {figure}")

    def floor_db(self, bits):
        """Least SNR of a tone rounded to `bits` at most once per end."""
        return min(self.claim_db, {"16": ROUNDED_TWICE_DB, "16>32": ROUNDED_ONCE_DB, "32": 999}[bits])

    # What the programs reported ------------------------------------------------

    def report(self, directory, scenario):
        """pcmdrive's key=value lines as numbers; None without them."""
        try:
            text = open(f"{directory}/{scenario}/drive.txt").read()
        except FileNotFoundError:
            return None
        return {k: float(v) for k, v in (line.split("=", 1) for line in text.splitlines())}

    def xruns(self, directory, scenario):
        report = self.report(directory, scenario)
        if report:
            return int(report["xruns"])
        count = 0
        for program in ("play", "record"):
            path = f"{directory}/{scenario}/{program}.err"
            if os.path.exists(path):
                count += len(re.findall(r"(?:over|under)run!!!", open(path, errors="replace").read()))
        return count

    def setup(self, scenario, program):
        """What snd_pcm_dump said: on stderr by `aplay -v`, in a file by pcmdrive."""
        suffix = "setup" if program == "drive" else "err"
        return open(f"{self.directory}/{scenario}/{program}.{suffix}", errors="replace").read()

    def periods(self, scenario, program):
        """(client's, hardware's) frames per period."""
        found = re.findall(r"period_size *: (\d+)", self.setup(scenario, program))
        return (int(found[0]), int(found[1])) if len(found) >= 2 else None

    def delay_ms(self, scenario, program):
        """The converter's delay as it states it; that of the slowest one, if it does not."""
        found = re.search(r"delay: .*?([0-9.]+) ms", self.setup(scenario, program))
        return float(found.group(1)) if found else DELAY_MS

    def programs(self, scenario):
        """Every program of the scenario ended well."""
        folder = f"{self.directory}/{scenario}"
        for name in sorted(os.listdir(folder)):
            if name.endswith(".status"):
                status = open(f"{folder}/{name}").read().strip()
                if status != "0":
                    error = open(f"{folder}/{name[:-7]}.err", errors="replace").read().strip()
                    self.say(False, f"{scenario} {name[:-7]}", f"exit status {status}, {error[-200:]!r}")

    def xruns_alike(self, scenario):
        """No xruns but those caused, and no more than linear."""
        mine = self.xruns(self.directory, scenario)
        linear = self.xruns(self.reference, scenario)
        wanted = 1 if re.search("starve|sigstop", scenario) else 0
        self.say(mine <= linear and mine == wanted, f"{scenario} xruns", f"{mine}, linear {linear}, caused {wanted}")

    def positions(self, scenario):
        """snd_pcm_delay and avail never fall back and advance at the client's rate."""
        r = self.report(self.directory, scenario)
        if r is None:
            return
        falls = int(r["delay_backward"] + r["avail_backward"])
        if scenario.endswith("async"):
            periods = r["frames"] / r["period"]
            self.say(r["signals"] > periods / 2, f"{scenario} signals", f"{r['signals']:.0f} in {periods:.0f} periods")
        self.say(falls == 0 and r["avail_outside"] == 0 and r["stalls"] == 0, f"{scenario} position",
                 f"{falls} falls (worst {r['worst_backward']:.0f} frames) and {r['avail_outside']:.0f} outside "
                 f"the buffer in {r['watches']:.0f} looks, {r['stalls']:.0f} stalls")
        rate = 16000 if "record" in scenario and "dummy" not in scenario else 44100
        if r["watches"] >= 100:
            error = r["measured_rate_hz"] / rate - 1
            self.say(abs(error) <= RATE_ERROR, f"{scenario} advance", f"{r['measured_rate_hz']:.0f} of {rate} frames/s")
        if "suspend" in scenario:
            self.say(r["suspends"] == 1, f"{scenario} suspends", f"{r['suspends']:.0f}")
        if "play" in scenario:
            limit = 1e3 * (min(r["buffer"], r["frames"]) + r["period"]) / rate + TICKS_MS
            self.say(r["drain_ms"] <= limit, f"{scenario} drain", f"{r['drain_ms']:.0f} ms, limit {limit:.0f}")

    # What arrived ----------------------------------------------------------------

    def tone(self, name, y, cycles, floor_db):
        """y is the expected tone and nothing else."""
        if len(y) < 1000:
            self.say(False, f"{name}", f"only {len(y)} frames to judge")
            return
        found, level, snr_db = tone.fit(y, cycles)
        ppm = 1e6 * (found / cycles - 1)
        self.say(abs(ppm) <= FREQUENCY_PPM, f"{name} frequency", f"{ppm:+.4f} ppm from expectation")
        self.say(snr_db >= floor_db, f"{name} SNR", f"{snr_db:.1f} dB, at least {floor_db}; level {level:.5f}")

    def playback(self, scenario, recording, rate_hz, hw_hz, seconds, bits, program):
        """A file or tone of `seconds` at rate_hz, recorded at the hardware's rate."""
        periods = self.periods(scenario, program)
        got_hz, y = recording
        if not periods or got_hz != hw_hz:
            self.say(False, scenario, f"no setup, or recorded at {got_hz} Hz")
            return
        ratio = periods[1] / periods[0]
        right_hz = tone.right_hz(rate_hz) if program == "play" else 2 * tone.LEFT_HZ
        for channel, hz in enumerate((tone.LEFT_HZ, right_hz)):
            label = f"{scenario} {'right' if channel else 'left'}"
            whole = [(a, b) for a, b in tone.bursts(y[:, channel], hw_hz)
                     if b - a > 5 * SETTLE_S * hw_hz]
            wanted = (1, 2) if "suspend" in scenario else (2,) if INTERRUPTED.search(scenario) else (1,)
            if seconds > 0.5:
                self.say(len(whole) in wanted, f"{label} pieces", f"{len(whole)} of {wanted[-1]}")
            settle = round(SETTLE_S * hw_hz)
            for a, b in whole:
                self.tone(label, y[a + settle:b - settle, channel], hz / rate_hz / ratio, self.floor_db(bits))
            if channel == 0:
                self.length(scenario, y[:, 0], 1e3 * seconds * rate_hz * ratio / hw_hz,
                            1e3 * periods[1] / hw_hz, self.delay_ms(scenario, program))

    def length(self, scenario, y, expected_ms, period_ms, delay_ms):
        """All of the sound but for the end the converter's delay holds back; after it
        a kernel before 6.5 plays old samples to the end of the hardware's period, and
        the loopback until one of its ends moves, the listener every 50 ms."""
        arrived_ms = tone.loud_ms(y, 48000)
        if re.search("drop|starve|sigstop", scenario):
            return
        if expected_ms < 500:  # the loopback itself swallows the first tick of a stream
            path = f"{self.reference}/{scenario}/rec.wav"
            expected_ms = tone.loud_ms(tone.read_wav(path)[1][:, 0], 48000)
        most_ms = np.ceil(expected_ms / period_ms - 1e-9) * period_ms + LISTENER_MS
        self.say(expected_ms - delay_ms - 0.5 <= arrived_ms <= most_ms, f"{scenario} length",
                 f"{arrived_ms:.2f} of {expected_ms:.2f} ms, delay {delay_ms:.2f} ms, period {period_ms:.2f} ms")

    def recording(self, scenario, y, rate_hz, hw_hz, bits, program):
        """y, recorded at rate_hz from a tone at hw_hz: begins and ends well, and
        is one piece unless something was done to the stream in its middle."""
        periods = self.periods(scenario, program)
        if not periods:
            self.say(False, scenario, "no setup")
            return
        ratio = periods[1] / periods[0]
        start = round(0.1 * rate_hz)
        part = round(0.35 * rate_hz)
        windows = {"": slice(start, None)}
        if INTERRUPTED.search(scenario):
            windows = {" before": slice(start, start + part), " after": slice(-part, None)}
        for when, window in windows.items():
            self.tone(f"{scenario} left{when}", y[window, 0], tone.LEFT_HZ / hw_hz * ratio, self.floor_db(bits))
            right = y[window, 1]
            if tone.RIGHT_HZ < rate_hz / 2:
                self.tone(f"{scenario} right{when}", right, tone.RIGHT_HZ / hw_hz * ratio, self.floor_db(bits))
            elif self.claim_db:
                rest_db = 10 * np.log10(max(np.mean(right**2), 1e-30) / (tone.LEVEL**2 / 2))
                self.say(rest_db <= -self.floor_db(bits), f"{scenario} right{when}",
                         f"{rest_db:.1f} dB left of a tone above half the rate")

    def device(self, name, card, cycles):
        """An emulated card's sound; what is in flight when it stops is lost. The emulator records the whole run, in which
        `name` is one of several that play to the card."""
        order = [f"device_{card}", f"exact_play_{card}", "bridge_usb" if card == "Audio" else ""]
        order = [one for one in order if one and any(other.startswith(one) for other in self.scenarios)]
        piece = next(i for i, one in enumerate(order) if name.startswith(one))
        hw_hz, y = tone.read_wav(f"{self.directory}/{card}.wav")
        settle = round(SETTLE_S * hw_hz)
        for channel in range(2):
            label = f"{name} {'right' if channel else 'left'}"
            found = [(a, b) for a, b in tone.bursts(y[:, channel], hw_hz) if b - a > 5 * settle]
            self.say(len(found) == len(order), f"{label} pieces", f"{len(found)} of {len(order)}")
            for a, b in found[piece:piece + 1]:
                self.tone(label, y[a + settle:b - 3 * settle, channel], cycles[channel],
                          min(self.claim_db, ROUNDED_TWICE_DB - 1))

    def play_scenario(self, name, folder, program):
        rate_hz = 16000 if "_16k_" in name else 44100
        drained = re.fullmatch(r"play_drain_(\d+)", name)
        seconds = int(drained.group(1)) / rate_hz if drained else tone.PLAY_S
        bits = "16>32" if "s16_on_s32" in name else "16" if "s16" in name else "32"
        self.playback(name, tone.read_wav(f"{folder}/rec.wav"), rate_hz, 48000, seconds, bits, program)

    def record_scenario(self, name, folder, program):
        if program == "record":
            y = tone.read_wav(f"{folder}/rec.wav")[1]
        else:
            y = tone.samples(open(f"{folder}/rec.raw", "rb").read(), 32, 2)
        rate_hz = 44100 if "_44k1_inexact" in name else 16000
        hw_hz = 44100 if name == "record_44k1_16k" else 48000
        self.recording(name, y, rate_hz, hw_hz, "16" if "s16" in name else "32", program)

    def scenario(self, name):
        folder = f"{self.directory}/{name}"
        self.programs(name)
        if name.startswith("exact_"):
            Exact(self).scenario(name, folder)
            return
        self.xruns_alike(name)
        self.positions(name)
        program = "drive" if os.path.exists(f"{folder}/drive.txt") else "play" if "play" in name else "record"
        if name == "duplex":
            self.playback(name, tone.read_wav(f"{folder}/far.wav"), 44100, 48000, tone.PLAY_S, "32", "play")
            self.recording(name, tone.read_wav(f"{folder}/rec.wav")[1], 16000, 48000, "32", "record")
        elif name == "device_Intel_record":
            y = tone.samples(open(f"{folder}/rec.raw", "rb").read(), 16, 2)
            self.say(len(y) == 16000 and not np.any(y), name, f"{len(y)} frames of silence, of 16000")
        elif name.startswith("device_"):
            periods = self.periods(name, "play")
            self.device(name, name.split("_")[1],
                        [hz / 44100 * periods[0] / periods[1] for hz in (tone.LEFT_HZ, tone.right_hz(44100))])
        elif name.startswith("play_"):
            self.play_scenario(name, folder, program)
        elif name.startswith("bridge_"):
            self.bridge(name, folder)
        elif name.startswith("record_"):
            self.record_scenario(name, folder, program)

    def bridge(self, name, folder):
        """bli-bridge: no xrun, the latency that was asked for, the ratio that the clocks were given."""
        last = json.loads(open(f"{folder}/bridge.txt").read().splitlines()[-1])
        xruns = last["xruns_in"] + last["xruns_out"]
        self.say(xruns == 0 and last["losses"] == 0, f"{name}: xruns", f"{xruns}")
        off_us = max(abs(last[key] - 40000) for key in ("latency_least_us", "latency_most_us"))
        self.say(off_us < (300 if name == "bridge_usb" else 50), f"{name}: latency", f"40 ms ± {off_us:.1f} µs")
        if name in BRIDGE_PPM:
            self.say(abs(last["ppm"] - BRIDGE_PPM[name]) < 3, f"{name}: ratio", f"{last['ppm']:+.2f} ppm")
        if name == "bridge_timer":
            self.say(last["mode"] == "timer", f"{name}: mode", last["mode"])
        if name == "bridge_suspend":
            self.say(last["suspends"] > 0, f"{name}: suspends", f"{last['suspends']}")
        if name == "bridge_pitch":
            text = open(f"{folder}/element.txt").read()
            self.say(last["mode"] == "pitch" and "values=100000" in text, f"{name}: mode", last["mode"] + ", put back")

    def kernel_log(self):
        """Neither the kernel nor a program fell over."""
        text = open(f"{self.directory}/dmesg", errors="replace").read()
        found = re.findall(r".*(?:segfault|Oops|BUG:|protection fault|invalid opcode|Out of memory).*", text)
        self.say(not found, "kernel log", found[0] if found else "clean")


def main(converter, directory, reference):
    judge = Judge(converter, directory, reference)
    judge.kernel_log()
    others = [e.name for e in os.scandir(reference) if e.is_dir()]
    others += [name for name in judge.scenarios if name.startswith(("bridge_", "exact_"))]
    judge.say(judge.scenarios == sorted(others), "scenarios", f"{len(judge.scenarios)} run, {len(others)} with linear")
    for name in judge.scenarios:
        try:
            judge.scenario(name)
        except (OSError, ValueError, KeyError) as error:
            judge.say(False, name, f"cannot be judged: {error!r}")
    print(f"# {os.path.basename(directory)}: {judge.lines - judge.bad} of {judge.lines} as claimed")
    return 1 if judge.bad or not judge.scenarios else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
