#!/usr/bin/env python3
"""Fails on an #include that goes against the layers of the project.

A layer is a folder. `EDGES` says which other layers of ours each may include,
`OUTSIDE` which headers of others, as regular expressions.
"""

import re
from pathlib import Path

from common import ROOT, canary, files, finish, shown

# First match wins; {} is what the group matched.
LAYERS = [
    (r"(?:lib|include/mx)/Numerics/", "Numerics"),
    (r"(?:lib|include/mx)/Runtime/", "Runtime"),
    (r"(?:lib|include/mx)/Target/", "Target"),
    (r"(?:lib|include/mx)/Dialect/MX/(IR|Extensions|Transforms)/", "{}"),
    (r"(?:lib|include/mx)/Conversion/(\w+)/", "Conversion/{}"),
    (r"(?:lib|include/mx)/Conversion/", "Conversion"),
    (r"(?:lib/Pipelines|lib|include/mx)/InitAll\.", "InitAll"),
    (r"(?:lib|include/mx)/Pipelines/", "Pipelines"),
    (r"(?:lib|include/mx)/Runner/", "Runner"),
    (r"(?:lib|include/mx)/Bench/", "Bench"),
    (r"lib/CAPI/|include/mx-c/", "CAPI"),
    (r"tools/|lib/Plugin\.cpp", "tools"),  # the plugin stands in mlir-opt for mx-opt
    (r"python/", "python"),
]

BASE = ["IR", "Target", "Numerics"]
PASSES = ["Extensions", "Transforms", "Conversion", "Conversion/*"] + BASE
TOP = ["Runner", "Runtime", "InitAll", "Pipelines"] + PASSES
EDGES = {
    "Numerics": [],
    "Runtime": ["Numerics"],
    "Target": [],
    "IR": ["Numerics", "Target"],
    "Extensions": BASE,
    "Transforms": BASE + ["Extensions"],
    "Conversion": BASE,  # the headers that declare all conversions
    "Conversion/*": BASE + ["Conversion", "Extensions"],
    "Pipelines": PASSES,
    "InitAll": ["Pipelines"] + PASSES,
    "Runner": ["Runtime", "InitAll", "Pipelines"] + PASSES,
    "Bench": ["Runner", "IR", "Target", "Numerics"],
    "CAPI": TOP,
    "tools": TOP + ["Bench"],
    "python": TOP + ["CAPI"],
}

# The C++17 standard library; a C header (<stdint.h>) is not of it.
STANDARD = r"(?:algorithm|array|atomic|bitset|cassert|cctype|cerrno|cfenv|cfloat|charconv|chrono|cinttypes|climits|"
STANDARD += r"cmath|complex|condition_variable|cstddef|cstdint|cstdio|cstdlib|cstring|deque|exception|forward_list|"
STANDARD += r"functional|future|initializer_list|iterator|limits|list|map|memory|mutex|new|numeric|optional|ostream|"
STANDARD += r"queue|random|ratio|set|shared_mutex|sstream|stack|stdexcept|string|string_view|system_error|thread|tuple|"
STANDARD += r"type_traits|typeindex|typeinfo|unordered_map|unordered_set|utility|variant|vector)$"
ANY = r"."
NOT_LLVM = r"(?!llvm|mlir)"
OUTSIDE = {
    "Numerics": STANDARD,
    "Runtime": NOT_LLVM,
    "Target": r"llvm/(?:ADT|Support|TargetParser)/|" + STANDARD,
    "IR": r"mlir/(?:IR|Interfaces|Support|Bytecode)/|mlir/Dialect/(?:Affine|Arith|Tensor|Utils)/|"
    r"mlir/Transforms/InliningUtils\.h|llvm/|" + STANDARD,
    "Extensions": r"mlir/(?!Pass/|Conversion/)|llvm/|" + STANDARD,
    "Transforms": r"mlir/(?!Conversion/)|llvm/|" + STANDARD,
    "Conversion": r"mlir/|llvm/|" + STANDARD,
    "Conversion/*": r"mlir/|llvm/|" + STANDARD,
    # It orders passes and holds no pattern.
    "Pipelines": r"mlir/(?!IR/PatternMatch|Transforms/(?:DialectConversion|GreedyPattern))|llvm/|" + STANDARD,
    "InitAll": ANY,
    "Runner": ANY,
    "Bench": ANY,
    "CAPI": ANY,
    "tools": ANY,
    "python": ANY,
}
# Only this file may ask what the machine is.
HOST_HEADERS = r"llvm/TargetParser/Host\.h|cpuid\.h|sys/auxv\.h"
HOST_FILE = "lib/Target/Host.cpp"

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)


def layer_of(path: str) -> str:
    """Returns the layer of a path from the root, empty where it has none."""
    for pattern, layer in LAYERS:
        match = re.match(pattern, path)
        if match:
            return layer.format(*match.groups())
    return ""


def included_layer(path: str, quote: str, header: str) -> str:
    """Returns the layer of ours that a header belongs to, empty where it is
    another's."""
    if header.startswith("mx/") or header.startswith("mx-c/"):
        return layer_of("include/" + header) or header
    beside = Path(path).parent / header
    return layer_of(str(beside)) if quote == '"' and (ROOT / beside).exists() else ""


def rule(table: dict, layer: str):
    return table[re.sub(r"^Conversion/.*", "Conversion/*", layer)]


def why_not(path: str, layer: str, quote: str, header: str) -> str:
    """Returns why `path` may not include `header`, empty where it may."""
    to = included_layer(path, quote, header)
    if to:
        starred = re.sub(r"^Conversion/.*", "Conversion/*", to)
        allowed = rule(EDGES, layer)
        if to == layer or (starred in allowed and not (layer.startswith("Conversion/") and starred == "Conversion/*")):
            return ""
        return f"{layer} may include of ours only {allowed or 'itself'}, not {to}"
    if re.match(HOST_HEADERS, header) and layer != "Runtime" and path != HOST_FILE:
        return f"only {HOST_FILE} asks what the machine is"
    if not re.match(rule(OUTSIDE, layer), header):
        return f"{layer} may not use {header.split('/')[0]} like this"
    return ""


def check(path: str, text: str) -> list[str]:
    layer = layer_of(path)
    if not layer:
        return [f"{path}: belongs to no layer; add its folder to the table in test/Style/layer_includes.py"]
    problems = []
    for match in INCLUDE.finditer(text):
        reason = why_not(path, layer, *match.groups())
        if reason:
            line = text.count("\n", 0, match.start(2)) + 1
            problems.append(f"{path}:{line}: #include of {match.group(2)}: {reason}")
    return problems


def try_canaries() -> None:
    wrong = [
        ("lib/Numerics/A.cpp", "llvm/ADT/StringRef.h"),
        ("lib/Numerics/A.cpp", "iostream"),
        ("lib/Runtime/A.cpp", "mx/Dialect/MX/IR/MXOps.h"),
        ("lib/Target/X86.cpp", "llvm/TargetParser/Host.h"),
        ("lib/Dialect/MX/IR/A.cpp", "mlir/Dialect/Linalg/IR/Linalg.h"),
        ("lib/Dialect/MX/Transforms/A.cpp", "mx/Pipelines/Passes.h"),
        ("lib/Conversion/LinalgToMX/A.cpp", "mx/Conversion/MXToParts/B.h"),
        ("lib/Pipelines/A.cpp", "mlir/Transforms/GreedyPatternRewriteDriver.h"),
        ("lib/Runner/A.cpp", "mx-c/Compiler.h"),
    ]
    for path, header in wrong:
        canary(lambda: check(path, f'#include "{header}"\n'), header)
    canary(lambda: check("lib/Odd/A.cpp", ""), "belongs to no layer")


def main() -> None:
    try_canaries()
    sources = files((".h", ".cpp"), ("lib", "include", "tools", "python"))
    problems = [problem for path in sources for problem in check(shown(path), path.read_text())]
    finish("includes by layer", len(sources), problems)


if __name__ == "__main__":
    main()
