# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Debian packages of the programs tested here. To be sourced by bash. Nothing installs them unasked: a second sound
# server can change how a machine sounds.
program_packages=(alsa-utils ffmpeg gstreamer1.0-alsa gstreamer1.0-plugins-base gstreamer1.0-plugins-good \
	gstreamer1.0-tools
	jackd2 libasound2-data libsox-fmt-alsa mandoc mpg123 mpv pulseaudio pulseaudio-utils python3-numpy \
	python3-pyaudio sox)
