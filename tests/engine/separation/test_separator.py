"""The streamed separator against demucs's own, on tiny networks with random weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from demucs.apply import apply_model
from demucs.htdemucs import HTDemucs

from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import ModelError
from engine.models.card import ModelCard, write_card
from engine.models.weights import write_tensors
from engine.separation.network import build_network
from engine.separation.separator import Separator

SIZES: dict[str, Any] = {
    "sources": ["drums", "bass", "other", "vocals"],
    "channels": 4,
    "t_layers": 1,
    "t_heads": 2,
    "dconv_mode": 0,
    "nfft": 1024,
    "segment": 0.25,
}
SEGMENT_FRAMES = 11_025
WEIGHTS = "weights.safetensors"


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Networks as small as these lose more by waiting for a second thread than it computes for them."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def network() -> HTDemucs:
    torch.manual_seed(0)
    return build_network(SIZES).eval()


@pytest.fixture(scope="module")
def separator(network: HTDemucs) -> Separator:
    return Separator(network)


@pytest.fixture
def folder(tmp_path: Path, network: HTDemucs) -> Path:
    """A model folder with the network's weights."""
    write_model(tmp_path, tensors_of(network))
    return tmp_path


def tensors_of(network: HTDemucs) -> dict[str, npt.NDArray[np.float32]]:
    return {name: value.numpy().copy() for name, value in network.state_dict().items()}


def write_model(
    folder: Path,
    tensors: dict[str, npt.NDArray[np.float32]],
    sizes: dict[str, Any] | None = None,
    kind: str = "separator",
) -> None:
    write_tensors(folder / WEIGHTS, tensors, float16=False)
    write_card(ModelCard(name="tiny", title="Tiny", kind=kind, sizes=SIZES if sizes is None else sizes), folder)


def noise(frames: int, seed: int = 0) -> Wave:
    return (0.1 * np.random.default_rng(seed).standard_normal((frames, 2))).astype(np.float32)


def blocks_of(mix: Wave, frames: int) -> Iterator[Wave]:
    return (mix[start : start + frames] for start in range(0, len(mix), frames))


def separated(separator: Separator, mix: Wave, block_frames: int = 65_536) -> npt.NDArray[np.float32]:
    return np.concatenate(list(separator.stream(blocks_of(mix, block_frames))))


def agreement_db(reference: npt.NDArray[np.float32], found: npt.NDArray[np.float32]) -> float:
    return float(10 * np.log10((reference**2).sum() / (((reference - found) ** 2).sum() + 1e-30)))


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param(1, id="one sample"),
        pytest.param(1000, id="less than a segment"),
        pytest.param(SEGMENT_FRAMES, id="one segment"),
        pytest.param(8268 * 3 + SEGMENT_FRAMES - 1, id="a sample short of a segment"),
        pytest.param(8268 * 4, id="whole strides"),
        pytest.param(SAMPLE_RATE_HZ * 2 + 17, id="any length"),
    ],
)
def test_stream_is_what_demucs_computes_from_the_whole(network: HTDemucs, separator: Separator, frames: int) -> None:
    mix = noise(frames)
    found = separated(separator, mix)

    network.use_train_segment = True  # demucs pads to the segment only then, as it does for its published models
    whole = apply_model(network, torch.from_numpy(mix.T.copy())[None], shifts=0, overlap=0.25)
    network.use_train_segment = False

    assert found.shape == (frames, 4, 2)
    assert found.dtype == np.float32
    assert agreement_db(whole[0].permute(2, 0, 1).numpy(), found) > 100


def test_the_cut_into_blocks_makes_no_difference(separator: Separator) -> None:
    mix = noise(2 * SEGMENT_FRAMES + 123)
    whole = separated(separator, mix, len(mix))
    for block_frames in (97, 4096, SEGMENT_FRAMES, SEGMENT_FRAMES + 1):
        np.testing.assert_array_equal(separated(separator, mix, block_frames), whole)


def test_twenty_seconds_have_exactly_as_many_frames(separator: Separator) -> None:
    assert separated(separator, noise(SAMPLE_RATE_HZ * 20 + 17)).shape == (SAMPLE_RATE_HZ * 20 + 17, 4, 2)


def test_nothing_in_is_nothing_out(separator: Separator) -> None:
    assert list(separator.stream([])) == []
    assert list(separator.stream([np.zeros((0, 2), np.float32)])) == []


def test_silence_stays_silence_and_its_neighbours_stay_finite(separator: Separator) -> None:
    mix = noise(6 * SEGMENT_FRAMES)
    mix[SEGMENT_FRAMES : 5 * SEGMENT_FRAMES] = 0
    stems = separated(separator, mix)
    assert np.isfinite(stems).all()
    np.testing.assert_array_equal(stems[2 * SEGMENT_FRAMES : 4 * SEGMENT_FRAMES], 0)
    assert np.abs(stems[:SEGMENT_FRAMES]).max() > 1e-3


def test_the_level_makes_no_difference(separator: Separator) -> None:
    mix = noise(SEGMENT_FRAMES)
    assert agreement_db(separated(separator, mix), 10 * separated(separator, mix / 10)) > 60


def test_the_first_stems_come_after_one_segment_and_the_mix_is_read_no_further_than_needed(
    separator: Separator,
) -> None:
    read = 0

    def endless() -> Iterator[Wave]:
        nonlocal read
        while True:
            read += 1000
            yield noise(1000, seed=read)

    stems = separator.stream(endless())
    first = next(stems)
    assert read == 12_000  # the blocks that cover the first segment
    assert len(first) == 8268  # three quarters of it are settled
    for _ in range(20):
        next(stems)
    assert read < 21 * 8268 + SEGMENT_FRAMES


def test_the_callers_audio_stays_as_it_was(separator: Separator) -> None:
    mix = noise(2 * SEGMENT_FRAMES)
    before = mix.copy()
    separated(separator, mix)
    np.testing.assert_array_equal(mix, before)


def test_blocks_once_given_do_not_change(separator: Separator) -> None:
    kept, copies = [], []
    for stems in separator.stream([noise(4 * SEGMENT_FRAMES)]):
        kept.append(stems)
        copies.append(stems.copy())
    np.testing.assert_array_equal(np.concatenate(kept), np.concatenate(copies))


def test_a_model_folder_loads_to_the_same_network(folder: Path, separator: Separator) -> None:
    loaded = Separator.load(folder)
    mix = noise(SEGMENT_FRAMES + 5)
    assert loaded.stem_names == ("drums", "bass", "other", "vocals")
    np.testing.assert_array_equal(separated(loaded, mix), separated(separator, mix))


def test_half_precision_on_disk_costs_little(tmp_path: Path, network: HTDemucs, separator: Separator) -> None:
    write_tensors(tmp_path / WEIGHTS, tensors_of(network), float16=True)
    write_card(ModelCard(name="tiny", title="Tiny", kind="separator", sizes=SIZES), tmp_path)
    mix = noise(SEGMENT_FRAMES)
    assert agreement_db(separated(separator, mix), separated(Separator.load(tmp_path), mix)) > 40


def test_damaged_weights_are_refused(folder: Path) -> None:
    path = folder / WEIGHTS
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(ModelError, match=WEIGHTS):
        Separator.load(folder)


def test_a_missing_an_unknown_and_a_misshapen_tensor_are_named(tmp_path: Path, network: HTDemucs) -> None:
    name = "encoder.0.conv.weight"
    whole = tensors_of(network)
    broken = {
        "missing": {other: value for other, value in whole.items() if other != name},
        "unknown": {**whole, "encoder.9.conv.weight": whole[name]},
        "misshapen": {**whole, name: whole[name][:-1]},
    }
    for case, tensors in broken.items():
        (tmp_path / case).mkdir()
        write_model(tmp_path / case, tensors)
        with pytest.raises(ModelError, match=r"encoder\.[09]\.conv\.weight"):
            Separator.load(tmp_path / case)


def test_sizes_that_are_not_the_weights_own_are_refused_before_memory_is_taken(folder: Path, network: HTDemucs) -> None:
    write_model(folder, tensors_of(network), {**SIZES, "channels": 512, "bottom_channels": 4096, "t_layers": 32})
    with pytest.raises(ModelError, match=WEIGHTS.replace(".", r"\.")):
        Separator.load(folder)


def test_weights_that_fit_sizes_that_do_not_work_are_refused(tmp_path: Path) -> None:
    sizes = {**SIZES, "nfft": 1020}
    write_model(tmp_path, tensors_of(build_network(sizes)), sizes)
    with pytest.raises(ModelError, match="do not fit together"):
        Separator.load(tmp_path)


@pytest.mark.parametrize(
    ("sizes", "words"),
    [
        ({}, "must name 1 to 16"),
        ({**SIZES, "sources": ["drums", "drums"]}, "must name 1 to 16"),
        ({**SIZES, "sources": ["../drums"]}, "cannot name a stem"),
        ({**SIZES, "channels": 10**9}, "channels"),
        ({**SIZES, "channels": "48"}, "channels"),
        ({**SIZES, "segment": float("nan")}, "segment"),
        ({**SIZES, "t_heads": 3}, "do not fit together"),
        ({**SIZES, "klass": "os.system"}, "klass"),
    ],
)
def test_a_card_with_impossible_sizes_is_refused(
    folder: Path, network: HTDemucs, sizes: dict[str, Any], words: str
) -> None:
    write_model(folder, tensors_of(network), sizes)
    with pytest.raises(ModelError, match=words):
        Separator.load(folder)


def test_a_model_of_another_kind_is_refused(tmp_path: Path, network: HTDemucs) -> None:
    write_model(tmp_path, tensors_of(network), kind="generator")
    with pytest.raises(ModelError, match="choose a separator"):
        Separator.load(tmp_path)
