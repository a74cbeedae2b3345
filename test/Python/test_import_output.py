"""The output of an import comes whole or not at all, under any name."""

import os
import resource

import numpy as np
import pytest
from importing import import_checkpoint
from safetensors.numpy import save_file

SUFFIXES = pytest.mark.parametrize("suffix", [".mlir", ".mlirbc"])
# Does as mx-opt would on a full disk.
HALF_WRITER = """\
#!/bin/sh
cat >/dev/null
for output; do :; done
echo half >"$output"
echo no space >&2
exit 1
"""


def write_checkpoint(file) -> None:
    save_file({"a_blocks": np.zeros((64, 64, 16), np.uint8), "a_scales": np.zeros((64, 64), np.uint8)}, file)


@SUFFIXES
@pytest.mark.parametrize("link", [None, os.symlink, os.link])
def test_checkpoint_is_not_its_output(tmp_path, suffix, link):
    file = output = tmp_path / ("x" + suffix)
    write_checkpoint(file)
    if link:
        output = tmp_path / ("y" + suffix)
        link(file, output)
    before = file.read_bytes()
    done = import_checkpoint(file, "--tensor=all", f"--output={output}")
    assert done.returncode == 1 and done.stderr == f"import_checkpoint.py: --output={output} is the checkpoint itself\n"
    assert file.read_bytes() == before


def limit_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (10000, 10000))


@SUFFIXES
def test_failure_leaves_the_output_as_it_was(tmp_path, suffix):
    file, output, mx_opt = tmp_path / "x.safetensors", tmp_path / ("x" + suffix), tmp_path / "mx-opt"
    write_checkpoint(file)
    mx_opt.write_text(HALF_WRITER)
    mx_opt.chmod(0o755)
    for existing in (False, True):
        if existing:
            output.write_bytes(b"before")
        names = set(tmp_path.iterdir())
        done = import_checkpoint(file, "--tensor=all", f"--output={output}", tools=tmp_path, preexec_fn=limit_files)
        assert done.returncode == 1 and "Traceback" not in done.stderr
        assert ("File too large" if suffix == ".mlir" else "no space") in done.stderr
        assert set(tmp_path.iterdir()) == names
    assert output.read_bytes() == b"before"


@SUFFIXES
def test_output_is_replaced_where_its_link_leads(tmp_path, suffix):
    file, output, link = tmp_path / "x.safetensors", tmp_path / ("x" + suffix), tmp_path / ("y" + suffix)
    write_checkpoint(file)
    output.write_bytes(b"before")
    link.symlink_to(output)
    names = set(tmp_path.iterdir())
    assert import_checkpoint(file, "--tensor=all", f"--output={link}").returncode == 0
    assert link.is_symlink() and output.read_bytes() != b"before" and set(tmp_path.iterdir()) == names


def test_names_that_the_terminal_has_no_letters_for(tmp_path):
    file, output = tmp_path / "x.safetensors", tmp_path / os.fsdecode(b"\xff.mlir")
    save_file({"é_blocks": np.zeros((1, 1, 16), np.uint8), "é_scales": np.zeros((1, 1), np.uint8)}, file)
    ascii_only = {**os.environ, "PYTHONIOENCODING": "ascii:strict"}
    done = import_checkpoint(file, "--list", env=ascii_only)
    assert done.returncode == 0 and done.stdout == "\\xe9: 1x32 !mx.mxfp4\n"
    done = import_checkpoint(file, "--tensor=all", f"--output={output}")
    assert done.returncode == 0 and output.exists() and "\\udcff.mlir" in done.stdout
