"""The streamed separator against demucs's own, on tiny networks with random weights."""

from __future__ import annotations

import mmap
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import torch
from demucs.apply import apply_model
from demucs.htdemucs import HTDemucs

from engine import cores
from engine.audio.format import SAMPLE_RATE_HZ, Wave
from engine.errors import ModelError
from engine.gate import Cancelled, Gate
from engine.models.card import ModelCard, write_card
from engine.models.weights import write_tensors
from engine.separation.htdemucs import build_htdemucs
from engine.separation.precision import Precision, agreement_db, has_bfloat16
from engine.separation.separator import Separator, with_the_rest

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
    return build_htdemucs(SIZES).eval()


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
    stems = whole[0].permute(2, 0, 1).numpy()
    assert agreement_db(stems, stems + found - with_the_rest(stems, mix)) > 100
    np.testing.assert_allclose(found.sum(axis=1), mix, atol=1e-6)


def test_what_stems_miss_of_the_mix_is_shared_out_evenly() -> None:
    stems, mix = np.stack([noise(50, seed) for seed in (1, 2, 3)], axis=1), noise(50, 4)
    found = with_the_rest(stems, mix)
    np.testing.assert_allclose(found.sum(axis=1), mix, atol=1e-6)
    np.testing.assert_allclose(found - stems, np.repeat((found - stems)[:, :1], 3, axis=1), atol=1e-6)
    np.testing.assert_allclose(with_the_rest(stems, stems.sum(axis=1)), stems, atol=1e-6)


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


def test_stems_that_are_wanted_soon_come_after_a_quarter_of_a_segment(separator: Separator) -> None:
    read = 0

    def coming() -> Iterator[Wave]:
        nonlocal read
        for block in blocks_of(noise(5 * SEGMENT_FRAMES + 77), 100):
            read += len(block)
            yield block

    stems = separator.stream(coming(), soon=True)
    first = next(stems)
    assert read == 2800  # the blocks that cover a quarter of a segment
    assert len(first) == 2067
    assert len(first) + sum(map(len, stems)) == 5 * SEGMENT_FRAMES + 77


def test_only_the_beginning_differs_where_stems_are_wanted_soon(network: HTDemucs, separator: Separator) -> None:
    """Once whole segments have begun, their audio is separated as ever: a stream that begins there says the same."""
    begin = 2067 + 4134  # strides of the two shorter segments
    mix = noise(6 * SEGMENT_FRAMES)
    soon = np.concatenate(list(separator.stream([mix], soon=True)))
    later = separated(separator, mix[begin:])
    crossed = SEGMENT_FRAMES // 2 // 4  # in the overlap with the last shorter one
    assert agreement_db(later[crossed + 1 :], soon[begin + crossed + 1 :]) > 100


@pytest.mark.parametrize("frames", [1, 900, 2755, 2756, 2757, 9000])
def test_little_audio_wanted_soon_has_its_frames_too(separator: Separator, frames: int) -> None:
    stems = np.concatenate(list(separator.stream([noise(frames)], soon=True)))
    assert stems.shape == (frames, 4, 2)
    assert np.isfinite(stems).all()


class Turnstile:
    """Counts who goes through it, and does something at a certain count."""

    def __init__(self, at: int = 0, act: Callable[[], None] = lambda: None) -> None:
        self.gate, self.count = Gate(), 0
        self._at, self._act = at, act

    def go_through(self) -> None:
        self.count += 1
        if self.count == self._at:
            self._act()
        self.gate.go_through()


def test_every_layer_goes_through_the_gate_and_asking_for_blocks_does_not(separator: Separator) -> None:
    gate, counts = Turnstile(), []

    def coming() -> Iterator[Wave]:
        for block in blocks_of(noise(SEGMENT_FRAMES + 8268), SEGMENT_FRAMES // 3):
            counts.append(gate.count)
            yield block

    list(separator.stream(coming(), gate))
    assert counts[0] == counts[2] == 0  # nothing to compute before the first segment is there
    assert counts[4] == counts[5] > 100  # one segment, many layers
    assert gate.count == 3 * counts[4]  # and the one at the end, which is short


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_cancelled_in_the_middle_of_a_network_it_can_be_used_again(network: HTDemucs, precision: Precision) -> None:
    separator, mix = Separator(network, precision), noise(3 * SEGMENT_FRAMES)
    expected = separated(separator, mix)
    for at in (1, 50, 130, 250):
        gate = Turnstile(at)
        gate._act = gate.gate.cancel
        with pytest.raises(Cancelled):
            list(separator.stream([mix], gate))
        assert gate.count == at
    np.testing.assert_array_equal(separated(separator, mix), expected)


def test_other_audio_can_be_separated_in_the_middle_of_a_network(separator: Separator) -> None:
    mix, other = noise(3 * SEGMENT_FRAMES, 1), noise(2 * SEGMENT_FRAMES, 2)
    alone = np.concatenate(list(separator.stream([mix])))
    inner, outer = Gate(), Counting()
    between: list[npt.NDArray[np.float32]] = []

    class Yielding:
        def go_through(self) -> None:
            outer.go_through()
            if outer.passages == 20:
                between.extend(separator.stream([other], inner))
                inner.cancel()  # it is over, and means nothing to the audio that was there before

    np.testing.assert_array_equal(np.concatenate(list(separator.stream([mix], Yielding()))), alone)
    np.testing.assert_array_equal(np.concatenate(between), np.concatenate(list(separator.stream([other]))))
    assert outer.passages > 20


class Counting:
    """A gate that counts who goes through it."""

    passages = 0

    def go_through(self) -> None:
        self.passages += 1


def test_paused_in_the_middle_of_a_network_it_waits_and_goes_on(separator: Separator) -> None:
    mix, found, halted = noise(2 * SEGMENT_FRAMES), [], threading.Event()

    def pause() -> None:
        gate.gate.pause()
        halted.set()

    gate = Turnstile(77, pause)
    thread = threading.Thread(target=lambda: found.extend(separator.stream([mix], gate)))
    thread.start()
    assert halted.wait(60)
    thread.join(0.05)
    assert thread.is_alive()
    assert gate.count == 77
    gate.gate.go_on()
    thread.join(60)
    np.testing.assert_array_equal(np.concatenate(found), separated(separator, mix))


def test_it_takes_no_more_cores_than_it_may_and_goes_back(separator: Separator) -> None:
    taken: list[int] = []

    class Watching(Gate):
        """Looks how many threads there are at every layer, and changes its mind in the middle."""

        def go_through(self) -> None:
            taken.append(torch.get_num_threads())
            cores.use(1 if 10 < len(taken) < 20 else None)

    torch.set_num_threads(2)
    try:
        for _ in separator.stream([np.zeros((SEGMENT_FRAMES, 2), np.float32)], Watching()):
            pass
    finally:
        cores.use(None)
        torch.set_num_threads(1)
    assert taken[:11] == [2] * 11
    assert taken[12:19] == [1] * 7
    assert set(taken[21:]) == {2}


def test_memory_does_not_grow_with_the_length(separator: Separator) -> None:
    """What numpy takes at most, and what the process holds, between 5 and 40 segments of a stream."""
    peaks, held = [], []
    for segments in (5, 40):
        tracemalloc.start()
        for _ in separator.stream(noise(SEGMENT_FRAMES, seed) for seed in range(segments)):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        held.append(resident_bytes())
    assert peaks[1] < 1.05 * peaks[0]
    assert held[1] < held[0] + 4e6


def resident_bytes() -> int:
    """What the process holds now (0 where the system does not say)."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * mmap.PAGESIZE if statm.exists() else 0


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
    loaded = Separator.load(folder, "float32")
    mix = noise(SEGMENT_FRAMES + 5)
    assert loaded.stem_names == ("drums", "bass", "other", "vocals")
    np.testing.assert_array_equal(separated(loaded, mix), separated(separator, mix))


def test_half_precision_on_disk_costs_little(tmp_path: Path, network: HTDemucs, separator: Separator) -> None:
    write_tensors(tmp_path / WEIGHTS, tensors_of(network), float16=True)
    write_card(ModelCard(name="tiny", title="Tiny", kind="separator", sizes=SIZES), tmp_path)
    mix = noise(SEGMENT_FRAMES)
    assert agreement_db(separated(separator, mix), separated(Separator.load(tmp_path, "float32"), mix)) > 40


@pytest.mark.skipif(not has_bfloat16(), reason="the processor imitates bfloat16")
def test_bfloat16_is_chosen_where_it_is_right(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert Separator.load(folder).precision == "bfloat16"
    monkeypatch.setattr("engine.separation.separator.ENOUGH_DB", 70.0)  # more than eight bits can give
    assert Separator.load(folder).precision == "float32"
    assert Separator.load(folder, "bfloat16").precision == "bfloat16"  # as ordered


def test_a_processor_that_imitates_bfloat16_computes_in_float32(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.separation.separator.has_bfloat16", lambda: False)
    assert Separator.load(folder).precision == "float32"


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
    write_model(tmp_path, tensors_of(build_htdemucs(sizes)), sizes)
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
