#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Cycles of a block of instructions on the Cortex-A7 and A53, which issue at most two instructions a cycle, in order.

LLVM has no model of the A7, and its model of the A53 makes results be written in order, so that a load waits for the
multiply-adds in front of it, which it does not on the processor. Here an instruction is issued as soon as its operands
are there, its unit is free and the instruction before it was issued; the table of each processor says how long that
takes and what may be issued beside it. Sources:

  A53  measurements by Daniel Estévez (github.com/daniestevez/qsdr, qsdr-benchmarks); the remainder from GCC's
       gcc/config/arm/cortex-a53.md, which ARM contributed
  A7   integers: measurements by Måns Rullgård (hardwarebug.org, "Cortex-A7 instruction cycle timings"); vectors of
       floats: a float a cycle, as the VFP computes them, because users find NEON no faster there (github.com/
       projectNe10/Ne10, issue 127); the remainder from GCC's gcc/config/arm/cortex-a7.md, which ARM contributed

Without arguments: compares the model with what was measured; exit status 1 if it is further off than a cycle in eight.
"""
import collections
import re
import sys

# What an instruction takes. pair: "any" slot of the two; "first", with another behind it; "alone".
# vector: halves of the 128 bits of vector registers; memory: uses the only load/store pipe; cycles until the next
# instruction; latency of the result, and to the accumulator of a multiply-add; step between the registers of a list.
Timing = collections.namedtuple("Timing", "pair vector memory cycles latency accumulator step branch",
                                defaults=("any", 0, False, 1, 1, None, 0, False))
BRANCH = r"(b|bl|blx|bx|blr|br|ret|cbn?z|tbn?z|b\.\w+|(b|bl|bx)(eq|ne|cs|hs|lo|cc|mi|pl|hi|ls|ge|lt|gt|le))$"
STORE = r"(str|stp|stm|stur|strd|push|vst|vpush|st\d)"
LOAD = r"(ldr|ldp|ldm|ldur|ldrd|pop|vld|vpop|ld\d)"
COMPARE = r"(cmp|cmn|tst|teq|fcmpe?$|vcmp|ccmp|fccmp|nop|prfm|pld|it|vmrs|hint)"
ACCUMULATE = r"(fml[as]|ml[as]$|vml[as]|vfm[as]|vfnm[as]|vnml[as]|[su]mlal|[su]mlsl|smla|v?bsl|v?bit|v?bif|bfi|" \
             r"bfxil|ins|movk|movt|v?sri|v?sli|v?[su]?sra)"
FUSED = r"(fml[as]|fn?madd|fn?msub|vml[as]\.f|vfn?m[as]|vnml[as])"


class Instruction:
    """Registers that it reads and writes: ("r", n), and ("v", n) of 128 bits, or of 64 for 32-bit machines."""

    def __init__(self, text):
        self.text = text
        parts = text.split(None, 1)
        self.name = re.sub(r"\.w$", "", parts[0])
        operands = re.split(r",\s*(?![^\[{]*[\]}])", parts[1]) if len(parts) > 1 else []
        self.operands = operands
        self.is_store = bool(re.match(STORE, self.name))
        self.is_load = not self.is_store and bool(re.match(LOAD, self.name))
        self.bits = self.width()
        self.reads, self.writes, self.address, self.accumulators = [], [], [], []
        self.sort_operands()

    @staticmethod
    def registers(text):
        found = []
        for kind, number in re.findall(r"\b([wxrvqdshb])(\d+)\b", text):
            n = int(number)
            if kind in "wxr":
                found.append(("r", n))
            elif Instruction.wide:
                found.append(("v", n))
            elif kind == "q":
                found += [("v", 2 * n), ("v", 2 * n + 1)]
            else:
                found.append(("v", n // 2 if kind == "s" else n))
        found += [("r", {"sp": 31, "lr": 14, "ip": 12, "fp": 11}[n]) for n in re.findall(r"\b(sp|lr|ip|fp)\b", text)]
        return found

    wide = True  # aarch64

    def width(self):
        """Bits of the vector registers that it works on; 0 without."""
        text = " ".join(self.operands) + " "
        if re.search(r"\bq\d|\.(16b|8h|4s|2d)\b", text):
            return 128
        if re.search(r"\b[vdshb]\d+\b", text):
            return 64
        return 0

    def sort_operands(self):
        operands = self.operands
        if self.is_store or self.is_load:
            data = [o for o in operands if not o.startswith("[")]
            base = [o for o in operands if o.startswith("[")]
            if not base and operands:  # ldm and the like: the first is the address
                base, data = ([operands[0]], operands[1:]) if len(operands) > 1 else (["[sp]!"], operands)
            position = operands.index(base[0]) if base[0] in operands else 0
            after = data if position == 0 else operands[:position]
            self.data = [r for o in after for r in self.registers(o)]
            self.address = [r for o in base + operands[position + 1:] for r in self.registers(o)] if position else \
                self.registers(base[0])
            self.reads = list(self.address)
            if self.is_store:
                self.reads += self.data
            else:
                self.writes = list(self.data)
                if re.search(r"\]\[|\}\[|\[\d+\]", " ".join(after)):  # a lane
                    self.accumulators = list(self.data)
            if base[0].endswith("!") or (position and len(operands) > position + 1):
                self.updated = self.registers(base[0])[:1]
            else:
                self.updated = []
            return
        self.data, self.updated = [], []
        registers = [self.registers(o) for o in operands]
        if re.match(COMPARE, self.name) or re.match(BRANCH, self.name) or not registers:
            self.reads = [r for rs in registers for r in rs]
            return
        written = 2 if re.match(r"([su]mull|[su]mlal|vtrn|vzip|vuzp|vswp)", self.name) and not self.wide else 1
        if self.name == "vmov" and len(operands) == 3 and registers[2] and registers[2][0][0] == "v":
            written = 2
        self.writes = [r for rs in registers[:written] for r in rs]
        self.reads = [r for rs in registers[written:] for r in rs]
        if re.match(ACCUMULATE, self.name) or written == 2 or re.search(r"\]$", operands[0]):
            self.accumulators = list(self.writes)
        if re.match(r"fn?m(add|sub)|madd|msub|smaddl|umaddl", self.name) or self.name in ("mla", "mls"):
            self.accumulators = registers[-1]
            self.reads = [r for rs in registers[1:-1] for r in rs]


def beats(i):
    """64-bit parts that a load or store moves."""
    text = " ".join(i.operands)
    data = re.sub(r"\[[^\]]*[a-z][^\]]*\]", "", text)  # without the address
    count = len(re.findall(r"\b[qvdsxwrb]\d+|\b(?:lr|pc|sp|ip|fp)\b", data))
    if re.search(r"\b(q\d|v\d+\.(16b|8h|4s|2d))", text) and not re.search(r"\}\[\d", text):
        return 2 * max(count, 1)
    if i.bits:
        return max(count, 1)
    size = 1 if re.search(r"\bx\d", i.operands[0] if i.operands else "") else 0.5
    return max(1, -(-count * size // 1)) if i.operands else 1


def cortex_a53(i):
    name, q = i.name, i.bits == 128
    if re.match(BRANCH, name):
        return Timing(branch=True)
    if i.is_load:
        n = int(beats(i))
        if not i.bits:
            return Timing(memory=True, latency=3) if n == 1 else Timing("alone", 0, True, n, 4)
        if re.match(r"ld\d", name) and re.search(r"\}\[|^ld\dr", name + " ".join(i.operands)):
            return Timing(vector=2, memory=True, latency=4, accumulator=1)
        return Timing(vector=1, memory=True, latency=3) if n == 1 else Timing("alone", 2, True, n, 4, None, 1)
    if i.is_store:
        n = int(beats(i))
        if not i.bits:
            return Timing(memory=True, cycles=-(-n // 2))
        if re.search(r"\}\[", " ".join(i.operands)):
            return Timing(vector=2, memory=True)
        return Timing(vector=min(n, 2), memory=True, cycles=max(1, n // 2))
    if i.bits or re.match(r"f|v", name):
        if re.match(r"v?f?(div|sqrt)", name):
            double = ".2d" in i.text or ".f64" in i.text or re.search(r"\bd\d", i.text)
            return Timing("first", 2, False, 27 if double else 12, 29 if double else 14)
        vector = 2 if q else 1
        mixed = any(r[0] == "r" for r in i.reads + i.writes)
        if re.match(FUSED, name):
            return Timing("first" if q else "any", vector, latency=8, accumulator=4)
        if mixed and re.match(r"(ins|mov|fmov|vmov)$", name):
            return Timing(vector=1, latency=2 if i.writes and i.writes[0][0] == "v" else 4, accumulator=1)
        return Timing("first" if q else "any", vector, latency=5 if mixed else 4)
    if re.match(r"[su]?(mul|madd|msub|mneg|mull|maddl|mlal|mla|mls|smul|smla)", name):
        return Timing(latency=3, accumulator=1)
    if re.match(r"[su]div", name):
        return Timing("first", cycles=4, latency=8)
    return Timing()


def cortex_a7(i):
    name, q = i.name, i.bits == 128
    if re.match(BRANCH, name):
        return Timing(branch=True)
    if i.is_load or i.is_store:
        n = int(beats(i))
        if re.search(r"\[\]", i.text):  # to all lanes
            n = max(1, i.text.count("[]"))
        latency = (3 if i.bits else 2) if i.is_load else 0
        return Timing("first" if n == 1 and not (i.bits and "d" in i.text) else "alone", 0, True, n, latency, None,
                      1 if n > 1 else 0)
    if name.startswith("v"):
        single = re.search(r"\bs\d", i.text) and not i.bits == 128 or ".f64" in name
        if re.match(r"v(div|sqrt)", name):
            return Timing("first", 1, False, 28 if ".f64" in name else 14, 31 if ".f64" in name else 16)
        if any(r[0] == "r" for r in i.reads + i.writes) or name in ("vmrs", "vmsr"):
            return Timing("alone", 1, False, 2 if q else 1, 4 if i.writes and i.writes[0][0] == "v" else 2)
        if single:
            if ".f64" in name and re.match(r"v(mul|nmul|mla|mls|fma|fms|fnm|nml)", name):
                fused = re.match(FUSED, name)
                return Timing("first", 1, False, 4, 8 if fused else 7, 8)
            return Timing("first", 1, False, 1, 8 if re.match(FUSED, name) else 4, 4)
        if re.search(r"\.f32", name) and not re.match(r"v(mov|dup|ext|trn|zip|uzp|swp|rev|abs|neg)", name):
            return Timing("alone", 2, False, 4 if q else 2, 8 if re.match(FUSED, name) else 4, 4, 1 if q else 0)
        return Timing("alone", 2, False, 2 if q else 1, 4)
    if re.match(r"([su]?mul|ml[as]|[su]mla|[su]mull|smm|smu)", name):
        return Timing("alone", latency=3, accumulator=1)
    if re.match(r"[su]div", name):
        return Timing("alone", cycles=8, latency=10)
    if re.match(r"(ls[lr]|asr|ror|rev|[su]xt|[su]bfx|bf)", name):
        return Timing("first", latency=2)
    if i.operands and "#" in i.operands[-1] or re.match(r"(mov|nop|it|adr)", name):
        return Timing()
    return Timing("first")


PROCESSORS = {"cortex-a53": cortex_a53, "cortex-a7": cortex_a7}
STORE_LATE = 2  # cycles after its issue that a store needs its data (found by the saxpy loop below)


def fits(first, second):
    """Whether the second may be issued in the same cycle."""
    return first.pair in ("any", "first") and first.cycles == 1 and second.pair != "alone" and \
        not (second.pair == "first") and first.vector + second.vector <= 2 and \
        not (first.memory and second.memory) and not (first.branch and second.branch)


def run(instructions, times):
    """The cycle in which the last of so many repetitions ends, and what kept instructions waiting."""
    ready = collections.defaultdict(int)
    accumulated = {}
    now = issued = 0
    last = None  # the instruction beside which another may be issued
    for i, timing in instructions * times:
        start = 0
        for register in i.reads:
            late = STORE_LATE if i.is_store and register in i.data and register not in i.address else 0
            start = max(start, ready[register] - late)
        for register in i.accumulators:
            if timing.accumulator is not None and register in accumulated:
                start = max(start, accumulated[register])
            else:
                start = max(start, ready[register])
        if last and start <= issued and fits(last, timing):
            last = None
        else:
            issued, last = max(start, now), timing
        now = max(now, issued + timing.cycles)
        for n, register in enumerate(i.writes):
            ready[register] = issued + timing.latency + timing.step * (n * (2 if i.wide and i.bits == 128 else 1))
            accumulated.pop(register, None)
            if timing.accumulator is not None:
                accumulated[register] = issued + timing.accumulator
        for register in i.updated:
            ready[register] = issued + 1
    return now


def cycles(processor, text, wide):
    """Cycles of each repetition of a block, in LLVM's assembly."""
    Instruction.wide = wide
    table = PROCESSORS[processor]
    instructions = []
    for line in text.splitlines():
        line = line.split("//")[0].split("@")[0].strip()
        if line and not line.startswith(".") and not line.endswith(":"):
            i = Instruction(line)
            instructions.append((i, table(i)))
    return (run(instructions, 12) - run(instructions, 4)) / 8


# Measured on a Cortex-A53 (see above)
MEASURED = [
    ("ldr d0, [x0]\nfadd v1.4s, v1.4s, v31.4s\nfadd v2.4s, v2.4s, v31.4s\nfadd v3.4s, v3.4s, v31.4s", 4),
    ("ldr q0, [x0]", 2), ("ldp q0, q1, [x0]", 4), ("ld1 {v0.4s, v1.4s, v2.4s, v3.4s}, [x0]", 8),
    ("st1 {v0.4s, v1.4s}, [x0]", 2), ("ldr d0, [x0]\nins v1.d[1], x2", 1), ("ld1 {v0.d}[0], [x0]\nins v1.d[1], x2", 2),
    ("fadd v0.4s, v1.4s, v1.4s\nldr x2, [x0]", 1), ("fadd v0.4s, v1.4s, v1.4s\nstr q2, [x0]", 2),
    ("fadd v0.2s, v1.2s, v1.2s\nldr d2, [x0]", 1), ("add x0, x1, x2\nadd x3, x4, x5", 1),
    ("fadd v0.4s, v0.4s, v31.4s", 4),
    ("add x3, x0, x1\nadd x1, x1, #32\ncmp x1, x2\nldp q0, q1, [x3]\nfmul v0.4s, v0.4s, v2.s[0]\n"
     "fmul v1.4s, v1.4s, v2.s[0]\nfadd v0.4s, v0.4s, v3.4s\nfadd v1.4s, v1.4s, v3.4s\nstp q0, q1, [x3]\nb.ne #-40", 16),
]


def main():
    bad = 0
    for text, measured in MEASURED:
        found = cycles("cortex-a53", text, True)
        if abs(found - measured) > measured / 8:
            print(f"{found} cycles by the model of the Cortex-A53, {measured} measured:\n{text}")
            bad = 1
    sys.exit(bad)


if __name__ == "__main__":
    main()
