"""Prints the index and the bytes of a weight file, as its description says:
include/mx/Numerics/WeightFile.h."""

import struct
import sys
from pathlib import Path

data = Path(sys.argv[1]).read_bytes()
magic, version, count, size, names_size, _ = struct.unpack_from("<8sIIQQQ", data)
if magic != b"MXWEIGHT" or version != 1 or size != len(data):
    sys.exit(f"{magic}, version {version}, {size} bytes of {len(data)}")
names = data[64 + 40 * count :][:names_size]
print(f"{count} entries")
for i in range(count):
    offset, length, _, name, name_length = struct.unpack_from("<5Q", data, 64 + 40 * i)
    if offset % 64:
        sys.exit(f"entry {i} lies at {offset}")
    print(f"{names[name:][:name_length].decode()} at {offset}: {data[offset:][:length].hex(' ')}")
