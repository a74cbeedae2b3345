"""The dialect in a context of upstream's C interface, and in none else.

Upstream's package is not installed here: its library is made of the archives
that it is made of, and a stand-in has the capsule that an mlir.ir.Context has.
"""

import ctypes
import glob
import os
import shutil
import subprocess
import sys

import mx_mlir
import pytest

CLANG = shutil.which("clang++-22") or shutil.which("clang++")
LLVM = os.path.dirname(os.path.realpath(shutil.which("llvm-config-22") or "/usr/bin"))
ARCHIVES = glob.glob(os.path.join(os.path.dirname(LLVM), "lib", "libMLIRCAPI*.a"))

STAND_IN = """
import ctypes, sys
import mx_mlir

class Reference(ctypes.Structure):
    _fields_ = [("data", ctypes.c_char_p), ("length", ctypes.c_size_t)]

capi = ctypes.CDLL(sys.argv[1])
for name in ("mlirContextCreate", "mlirModuleCreateParse", "mlirContextGetOrLoadDialect"):
    getattr(capi, name).restype = ctypes.c_void_p
create = ctypes.pythonapi.PyCapsule_New
create.restype = ctypes.py_object
create.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]

class Context:
    def __init__(self):
        self.pointer = ctypes.c_void_p(capi.mlirContextCreate())
        self._CAPIPtr = create(self.pointer.value, b"mlir.ir.Context._CAPIPtr", None)

def parses(context, text):
    return bool(capi.mlirModuleCreateParse(context.pointer, Reference(text, len(text))))
"""

REGISTER = (
    STAND_IN
    + """
text = b"func.func private @f(tensor<4x64x!mx.amxfp4>)"
context = Context()
assert not parses(context, text)
mx_mlir.register(context)
mx_mlir.register(context)
assert parses(context, text)
other = Context()
mx_mlir.register(other)
assert parses(other, text)
assert mx_mlir.compile("func.func @f() { return }", "mx-float-to-llvm").f() == ()
"""
)

# Another copy of MLIR: its dialects have virtual tables of their own.
COPY = """
static void *table[8];
static struct { void **table; } dialect = {table};
void *mlirContextCreate(void) { return &dialect; }
void *mlirModuleCreateParse(void) { return 0; }
void *mlirContextGetOrLoadDialect(void) { return &dialect; }
"""

REFUSE = (
    STAND_IN
    + """
try:
    mx_mlir.register(Context())
except mx_mlir.Error as error:
    assert "the context is of another copy of MLIR" in str(error) and sys.argv[1] in str(error), error
else:
    raise AssertionError("not refused")
"""
)


def run(code, *arguments):
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not CLANG or not ARCHIVES, reason="MLIR's C interface comes as archives")
def test_register(tmp_path):
    library = tmp_path / "libMLIRPythonCAPI.so"
    folder = os.path.dirname(ARCHIVES[0])
    command = [CLANG, "-shared", "-o", library, "-Wl,--whole-archive", *ARCHIVES, "-Wl,--no-whole-archive"]
    command += [f"-L{folder}", f"-Wl,-rpath,{folder}", "-fuse-ld=lld"]
    command += ["-lMLIR", "-lLLVM", "-lMLIRExecutionEngineShared"]
    subprocess.run(command, check=True)
    run(REGISTER, library)


@pytest.mark.skipif(not CLANG, reason="needs a compiler")
def test_another_copy_is_refused(tmp_path):
    (tmp_path / "copy.c").write_text(COPY)
    library = tmp_path / "libcopy.so"
    subprocess.run([CLANG.replace("++", ""), "-shared", "-fPIC", "-o", library, tmp_path / "copy.c"], check=True)
    run(REFUSE, library)


class Fake:
    def __init__(self, capsule):
        self._CAPIPtr = capsule


def test_what_is_no_context():
    create = ctypes.pythonapi.PyCapsule_New
    create.restype = ctypes.py_object
    create.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    module = ctypes.create_string_buffer(b"mlir.ir.Module._CAPIPtr")
    context = ctypes.create_string_buffer(b"mlir.ir.Context._CAPIPtr")
    for value in (None, 3, Fake(7)):
        with pytest.raises(TypeError, match="wanted an mlir.ir.Context"):
            mx_mlir.register(value)
    with pytest.raises(mx_mlir.Error, match="found a capsule 'mlir.ir.Module._CAPIPtr'"):
        mx_mlir.register(Fake(create(8, ctypes.cast(module, ctypes.c_char_p), None)))
    with pytest.raises(mx_mlir.Error, match="no library in it has MLIR's C interface"):
        mx_mlir.register(Fake(create(8, ctypes.cast(context, ctypes.c_char_p), None)))
