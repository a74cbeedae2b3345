"""What the processor can do, as far as code depends on it."""

from __future__ import annotations

import platform
import re

# Flags of x86-64 that compilers use.
_USED = re.compile(r"sse|ssse|avx|fma|f16c|bmi|amx|popcnt|lzcnt|movbe|vaes|vpclmul|gfni|sha")


def cpu_features() -> set[str]:
    """Returns the machine and the instruction sets that code may use."""
    try:
        with open("/proc/cpuinfo") as file:
            text = file.read()
    except OSError:
        text = ""
    line = re.search(r"^(?:flags|Features)\s*:(.*)$", text, re.M)
    flags = line.group(1).split() if line else []
    return {platform.machine()} | {flag for flag in flags if _USED.match(flag) or platform.machine() != "x86_64"}
