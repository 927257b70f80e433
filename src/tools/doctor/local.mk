# SPDX-License-Identifier: LGPL-2.1-or-later
# bli-bench --doctor

doctor_sources = \
	src/tools/doctor/chain.c src/tools/doctor/chain.h \
	src/tools/doctor/doctor.c src/tools/doctor/doctor.h \
	src/tools/doctor/module.c src/tools/doctor/module.h \
	src/tools/doctor/places.c src/tools/doctor/places.h \
	src/tools/doctor/trial.c src/tools/doctor/trial.h
