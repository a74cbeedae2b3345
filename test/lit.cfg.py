"""lit: RUN lines see our tools first, then LLVM's (FileCheck, not, mlir-opt).

Substitutions beside the standard ones: %python, %mxlib (folder of libMX.so and
MXPlugin.so), %llvmlib (folder of the MLIR runner libraries), %examples.
"""

import os

import lit.formats

config.name = "MX"
config.test_format = lit.formats.ShTest(False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "Unit", "Style", "Consumer", "Python"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.mx_binary_root, "test")

config.environment["PATH"] = os.pathsep.join(
    [config.mx_tools_dir, config.llvm_tools_dir, config.environment["PATH"]]
)
# A leak at exit of a tool is none of a test's business; ASan's other findings are.
# The packages' half of LLVM's arenas does not unpoison what our inlined half poisons.
config.environment["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "detect_leaks=0:allow_user_poisoning=0")

config.substitutions += [
    ("%python", config.mx_python),
    ("%mxlib", config.mx_lib_dir),
    ("%llvmlib", config.llvm_lib_dir),
    ("%examples", os.path.join(config.mx_source_root, "examples")),
]
if config.mx_sanitize:
    config.available_features.add("sanitizer")
