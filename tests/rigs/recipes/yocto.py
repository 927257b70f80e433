#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""yocto.py RECIPE LIST: deals the installed files of LIST out to the recipe's packages, as bitbake's package class
does: in the order of PACKAGES, each file to the first whose FILES match."""
import fnmatch
import re
import sys

FOLDERS = {
    "bindir": "/usr/bin", "libdir": "/usr/lib", "sysconfdir": "/etc", "datadir": "/usr/share",
    "docdir": "/usr/share/doc", "mandir": "/usr/share/man", "systemd_system_unitdir": "/usr/lib/systemd/system",
    "PN": "alsa-bli",
}
# bitbake.conf, as far as it concerns these files
DEFAULTS = {
    "PACKAGES": "${PN}-dbg ${PN}-dev ${PN}-doc ${PN}",
    "FILES:${PN}-dev": "${libdir}/lib*.so ${libdir}/*.la",
    "FILES:${PN}-doc": "${docdir} ${mandir}",
    "FILES:${PN}": "${bindir}/* ${libdir}/lib*.so.* ${sysconfdir} ${datadir}/alsa-bli ${libdir}/alsa-bli/*",
}


def read(recipe):
    values = dict(DEFAULTS)
    text = open(recipe).read().replace("\\\n", " ")
    for name, operator, value in re.findall(r'^([\w:${}\-\[\]]+)\s*(=\+|\+=|\?\?=|\?=|=)\s*"([^"]*)"$', text, re.M):
        before = values.get(name, "")
        values[name] = {"=+": f"{value} {before}", "+=": f"{before} {value}"}.get(operator, value)
    return {expand(name): expand(value) for name, value in values.items()}


def expand(text):
    return re.sub(r"\$\{(\w+)\}", lambda match: FOLDERS.get(match[1], match[0]), text)


def owner(path, values):
    for package in values["PACKAGES"].split():
        for pattern in values.get("FILES:" + package, "").split():
            if fnmatch.fnmatchcase(path, pattern) or path.startswith(pattern + "/"):
                return package
    return None


values = read(sys.argv[1])
failed = False
for line in open(sys.argv[2]):
    path = "/" + line.strip()
    if path.startswith("/."):
        continue
    found = owner(path, values)
    wanted = found
    if "rate_bli" in path or path.endswith("10-rate-bli.conf"):
        wanted = "libasound-module-rate-bli"
    elif "pcm_bli" in path:
        wanted = "libasound-module-pcm-bli"
    if not found or found != wanted:
        print(f"{path}: in the package {found}")
        failed = True
sys.exit(failed)
