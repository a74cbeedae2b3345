"""Makes the package of the checkout's release build importable where no mx_mlir is
installed: to be imported before that."""

import importlib.util
import sys
from pathlib import Path

if importlib.util.find_spec("mx_mlir") is None:
    sys.path.append(str(Path(__file__).resolve().parents[2] / "build/release/python"))
