#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Records as a PyAudio program does: pyaudio-record.py FILE.wav RATE SECONDS [FRAMES_PER_BUFFER [DEVICE]]

From the default device, or the first whose name contains DEVICE.
"""
import sys
import wave

import pyaudio


def record(path, rate, seconds, frames_per_buffer, device):
    audio = pyaudio.PyAudio()
    index = None
    if device:
        devices = [audio.get_device_info_by_index(i) for i in range(audio.get_device_count())]
        index = next(i for i, info in enumerate(devices) if device in info["name"])
        print("device:", devices[index]["name"], devices[index]["maxInputChannels"], "channels")
    stream = audio.open(format=pyaudio.paInt16, channels=1, rate=rate, input=True, frames_per_buffer=frames_per_buffer,
                        input_device_index=index)
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(audio.get_sample_size(pyaudio.paInt16))
        file.setframerate(rate)
        for _ in range(-(-int(seconds * rate) // frames_per_buffer)):
            file.writeframes(stream.read(frames_per_buffer))
    stream.close()
    audio.terminate()


if __name__ == "__main__":
    if len(sys.argv) not in (4, 5, 6):
        sys.exit(__doc__)
    record(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]) if len(sys.argv) > 4 else 1600,
           sys.argv[5] if len(sys.argv) > 5 else None)
