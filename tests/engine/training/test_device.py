"""Where and how exactly learning computes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from engine.errors import UsageError
from engine.training import device

ROOT = Path(__file__).resolve().parents[3]

TOO_LATE = """
from engine.musika.backend import keras
from engine.training import device
try:
    device.require_torch()
except RuntimeError as error:
    print(keras.backend.backend(), error)
"""


def test_keras_that_runs_on_something_else_is_refused() -> None:
    environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
    command = [sys.executable, "-c", TOO_LATE]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("tensorflow Keras runs on something else than torch already")


def test_a_device_is_chosen_by_its_name() -> None:
    assert device.choose_device("cpu") == torch.device("cpu")
    assert device.choose_device().type == ("cuda" if torch.cuda.is_available() else "cpu")
    with pytest.raises(UsageError, match="is no device"):
        device.choose_device("tpu")


@pytest.mark.skipif(torch.cuda.is_available(), reason="has a GPU")
def test_a_gpu_that_is_not_there_is_refused() -> None:
    with pytest.raises(UsageError, match="--device cpu"):
        device.choose_device("cuda")


def test_the_precision_is_that_of_products_only() -> None:
    a = torch.full((4, 4), 1 / 3)
    cpu = torch.device("cpu")
    with device.precision(cpu, bfloat16=True):
        assert (a @ a).dtype == torch.bfloat16
        assert (a + a).dtype == torch.float32
    with device.precision(cpu, bfloat16=False):
        assert (a @ a).dtype == torch.float32


def test_no_threads_are_too_few() -> None:
    with pytest.raises(UsageError, match="at least one processor core"):
        device.use_threads(0)
