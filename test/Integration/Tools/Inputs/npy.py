"""Writes and prints .npy files without NumPy.

    npy.py write FILE DESCR SHAPE [VALUES...]   npy.py write a.npy '<f4' '(2,)' 1 2
    npy.py print FILE                           descr shape: values
"""

import ast
import struct
import sys

CODES = {"f8": "d", "f4": "f", "f2": "e", "i8": "q", "i4": "i", "i2": "h", "i1": "b"}
CODES |= {"u8": "Q", "u4": "I", "u2": "H", "u1": "B", "b1": "?"}


def write(path: str, descr: str, shape: str, *values: str) -> None:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    numbers = [ast.literal_eval(value) for value in values]
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header)
        file.write(struct.pack(f"<{len(numbers)}{CODES[descr[1:]]}", *numbers))


def show(path: str) -> None:
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<H", data[8:10])
    header = ast.literal_eval(data[10 : 10 + length].decode())
    assert (10 + length) % 64 == 0, "the data is not aligned"
    code = CODES[header["descr"][1:]]
    values = [value for (value,) in struct.iter_unpack("<" + code, data[10 + length :])]
    print(header["descr"], header["shape"], *values)


if __name__ == "__main__":
    {"write": write, "print": show}[sys.argv[1]](*sys.argv[2:])
