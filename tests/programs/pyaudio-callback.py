#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Plays and records through callbacks on the default device, as PyAudio programs do:

    pyaudio-callback.py play FILE.wav FRAMES_PER_BUFFER
    pyaudio-callback.py record FILE.wav RATE CHANNELS FRAMES FRAMES_PER_BUFFER
"""
import sys
import threading
import wave

import pyaudio


def play(path, frames_per_buffer):
    done = threading.Event()
    with wave.open(path, "rb") as file:
        frame_bytes = file.getsampwidth() * file.getnchannels()

        def callback(_heard, frames, _time, _status):
            data = file.readframes(frames)
            # a short buffer would end the stream without what is still to be played
            if not data:
                done.set()
            return data.ljust(frames * frame_bytes, b"\0"), pyaudio.paContinue

        stream = AUDIO.open(format=pyaudio.paInt16, channels=file.getnchannels(), rate=file.getframerate(), output=True,
                            frames_per_buffer=int(frames_per_buffer), stream_callback=callback)
        done.wait()
        stream.stop_stream()
        stream.close()


def record(path, rate, channels, frames, frames_per_buffer):
    wanted = int(frames) * int(channels) * 2
    heard = bytearray()
    done = threading.Event()

    def callback(data, _frames, _time, _status):
        heard.extend(data)
        if len(heard) >= wanted:
            done.set()
        return None, pyaudio.paContinue

    stream = AUDIO.open(format=pyaudio.paInt16, channels=int(channels), rate=int(rate), input=True,
                        frames_per_buffer=int(frames_per_buffer), stream_callback=callback)
    done.wait()
    stream.stop_stream()
    stream.close()
    with wave.open(path, "wb") as file:
        file.setnchannels(int(channels))
        file.setsampwidth(2)
        file.setframerate(int(rate))
        file.writeframes(heard[:wanted])


if __name__ == "__main__":
    commands = {"play": (play, 2), "record": (record, 5)}
    if len(sys.argv) < 2 or sys.argv[1] not in commands or len(sys.argv) != 2 + commands[sys.argv[1]][1]:
        sys.exit(__doc__)
    AUDIO = pyaudio.PyAudio()
    commands[sys.argv[1]][0](*sys.argv[2:])
    AUDIO.terminate()
