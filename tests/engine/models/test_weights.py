"""Weights on disk: what goes in comes out, and no file is believed blindly."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelError, OutputError
from engine.models.weights import check_shapes, read_tensors, write_tensors

TENSORS = {"a.kernel": np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4), "a.bias": np.zeros(4, np.float32)}


def test_half_precision_on_disk_single_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "weights.safetensors"
    write_tensors(path, TENSORS)
    read = read_tensors(path)
    assert {name: tensor.dtype for name, tensor in read.items()} == dict.fromkeys(TENSORS, np.float32)
    np.testing.assert_allclose(read["a.kernel"], TENSORS["a.kernel"], atol=1e-3)
    write_tensors(path, TENSORS, float16=False)
    np.testing.assert_array_equal(read_tensors(path)["a.kernel"], TENSORS["a.kernel"])


def test_damaged_and_foreign_files_are_refused(tmp_path: Path) -> None:
    whole = tmp_path / "whole.safetensors"
    write_tensors(whole, TENSORS)
    contents = whole.read_bytes()
    header = json.dumps({"a": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 2**42]}}).encode()
    integers = json.dumps({"a": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]}}).encode()
    files = {
        "truncated": contents[: len(contents) // 2],
        "empty": b"",
        "pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00}\x94\x8c\x01a\x94K\x01s.",
        "greedy": len(header).to_bytes(8, "little") + header,
        "endless header": (2**62).to_bytes(8, "little"),
        "integers": len(integers).to_bytes(8, "little") + integers + bytes(8),
    }
    for name, data in files.items():
        path = tmp_path / f"{name}.safetensors"
        path.write_bytes(data)
        with pytest.raises(ModelError, match=rf"{name}\.safetensors"):
            read_tensors(path)
    with pytest.raises(ModelError, match="lacks its file"):
        read_tensors(tmp_path / "missing.safetensors")


def test_numbers_that_are_none_are_refused(tmp_path: Path) -> None:
    write_tensors(tmp_path / "nan.safetensors", {"a": np.array([np.nan])})
    with pytest.raises(ModelError, match="the tensor a holds NaN"):
        read_tensors(tmp_path / "nan.safetensors")


@pytest.mark.parametrize(
    ("expected", "complaint"),
    [
        ({"a.kernel": (3, 4)}, "unknown tensor, a.bias"),
        ({"a.kernel": (3, 4), "a.bias": (5,)}, r"a.bias has the shape \(4,\), not \(5,\)"),
        ({"a.kernel": (3, 4), "a.bias": (4,), "b": (1,)}, "lacks the tensor b"),
    ],
)
def test_shapes_are_checked_by_name(expected: dict[str, tuple[int, ...]], complaint: str) -> None:
    with pytest.raises(ModelError, match=complaint):
        check_shapes(Path("weights.safetensors"), TENSORS, expected)
    check_shapes(Path("weights.safetensors"), TENSORS, {"a.kernel": (3, 4), "a.bias": (4,)})


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        write_tensors(tmp_path / "file" / "weights.safetensors", TENSORS)
