"""The commands of docs/Import.md run."""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_commands(tmp_path):
    text = (ROOT / "docs/Import.md").read_text()
    [script] = re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)
    places = {
        "import_checkpoint.py": f"import_checkpoint.py --tools={os.environ['MX_TOOLS']}",
        ".venv/bin/python3": sys.executable,
        "build/release/bin": os.environ["MX_TOOLS"],
        "build/": f"{tmp_path}/",
    }
    for shown in places:
        assert shown in script
    # All at once: of a path that was put in, nothing is replaced again.
    script = re.sub("|".join(map(re.escape, places)), lambda match: places[match[0]], script)
    done = subprocess.run(["bash", "-euc", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "blk.0.attn_q.weight: 576x576 !mx.int4_affine" in done.stdout
    assert "result 0: 4x576xf32" in done.stdout
    assert "211 weights in" in done.stdout
