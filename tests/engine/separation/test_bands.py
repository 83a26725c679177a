"""The network that lays masks on bands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.audio.format import SAMPLE_RATE_HZ
from engine.errors import ModelError
from engine.gate import Cancelled
from engine.models.card import ModelCard, write_card
from engine.models.weights import write_tensors
from engine.separation.bands import BandSplit, Block, _turned, band_split_shapes, build_band_split
from engine.separation.inference import for_inference
from engine.separation.network import BAND_SPLIT, build_network
from engine.separation.precision import Precision, agreement_db
from engine.separation.separator import Separator
from engine.separation.spectra import HOPS, spectra_of, wave_of

SIZES: dict[str, Any] = {
    "sources": ["low", "high"],
    "width": 16,
    "layers": 2,
    "heads": 2,
    "nfft": 1024,
    "together": 2,
    "reach": 1,
    "bands": [[8, 4, 1], [4, 20, 1], [2, 50, 4]],
    "segment": 0.25,
}
SEGMENT_FRAMES = 11_025


def network_of(sizes: dict[str, Any], *, changing: bool = True) -> BandSplit:
    """Random weights; those that begin at zero are such that everything counts, if it is to change what comes in."""
    torch.manual_seed(0)
    network = build_band_split(sizes).eval()
    for block in network.blocks if changing else ():
        nn.init.normal_(block.answer.weight, std=0.3)
        nn.init.normal_(block.down.weight, std=0.3)
    return network


def noise(*shape: int) -> Tensor:
    return 0.1 * torch.randn(*shape, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model folder with a network of these sizes."""
    network = network_of(SIZES)
    write_tensors(
        tmp_path / "weights.safetensors", {name: value.numpy() for name, value in network.state_dict().items()}
    )
    write_sizes({"network": BAND_SPLIT, **SIZES}, tmp_path)
    return tmp_path


def write_sizes(sizes: dict[str, Any], folder: Path) -> None:
    write_card(ModelCard(name="tiny", title="Tiny", kind="separator", sizes=sizes), folder)


@pytest.mark.parametrize("window_frames", [512, 4096])
def test_spectra_are_torchs_own_and_sound_comes_back(window_frames: int) -> None:
    hop = window_frames // HOPS
    sound = noise(2, 20 * hop)
    spectra = spectra_of(sound, window_frames)
    window = torch.hann_window(window_frames)
    expected = torch.stft(sound, window_frames, hop, window=window, center=False, return_complex=True, normalized=True)
    torch.testing.assert_close(spectra, expected[:, :-1].mT)
    whole = slice((HOPS - 1) * hop, -(HOPS - 1) * hop)
    tone = torch.sin(torch.arange(20 * hop) * 0.1)[None]  # has nothing in the highest bin
    torch.testing.assert_close(wave_of(spectra_of(tone, window_frames), window_frames)[:, whole], tone[:, whole])


def test_the_gradient_of_the_inverse_is_that_of_finite_differences() -> None:
    spectra = torch.randn(1, 5, 8, dtype=torch.complex128, requires_grad=True)
    torch.autograd.gradcheck(lambda spectra: wave_of(spectra, 16), (spectra,), atol=1e-6)


@pytest.mark.parametrize("frames", [1, 700, SEGMENT_FRAMES, 20_000])
def test_in_the_beginning_every_stem_is_about_its_share_of_the_mix(frames: int) -> None:
    mix = noise(2, 2, frames)
    with torch.no_grad():
        stems = network_of(SIZES, changing=False)(mix)
    assert stems.shape == (2, 2, 2, frames)
    for stem in stems.unbind(1):
        assert (stem - mix / 2).norm() < 0.4 * mix.norm() / 2


def test_the_level_of_the_mix_makes_no_difference() -> None:
    network, mix = network_of(SIZES), noise(1, 2, SEGMENT_FRAMES)
    with torch.no_grad():
        torch.testing.assert_close(network(0.01 * mix), 0.01 * network(mix), rtol=1e-3, atol=1e-6)


def test_digital_silence_stays_so() -> None:
    with torch.no_grad():
        assert not network_of(SIZES)(torch.zeros(1, 2, 5_000)).any()


def test_what_sounds_later_and_in_other_bands_counts() -> None:
    """Both kinds of attention reach across: a change in one band, late, is heard in all bands, early."""
    network = network_of(SIZES)
    tokens = noise(14, 1, 10, 16)
    changed = tokens.clone()
    changed[3, 0, 9] += 1
    with torch.no_grad():
        for number, (reached, untouched) in enumerate([((3, 0, 0), (4, 0, 9)), ((4, 0, 9), (3, 0, 0))]):
            block = network.blocks[number]
            assert isinstance(block, Block)
            difference = (block(changed) - block(tokens)).abs().sum(-1)
            assert difference[reached] > 1e-6
            assert difference[untouched] < 1e-6


@pytest.mark.parametrize("reach", [0, 1, 2])
@pytest.mark.parametrize(("number", "axis"), [(0, 2), (1, 0)])
def test_after_an_attention_neighbours_are_heard_as_far_as_it_reaches(number: int, axis: int, reach: int) -> None:
    block = network_of({**SIZES, "reach": reach}).blocks[number]
    assert isinstance(block, Block)
    nn.init.zeros_(block.answer.weight)  # nothing is heard by attention
    tokens = noise(9, 1, 9, 16)
    changed = tokens.clone()
    changed[4, 0, 4] += noise(16)
    with torch.no_grad():
        difference = (block(changed) - block(tokens)).abs().amax(-1)
    expected = torch.zeros(9, 1, 9, dtype=torch.bool)
    near = slice(4 - reach, 5 + reach)
    expected[(4, 0, near) if axis == 2 else (near, 0, 4)] = True
    assert torch.equal(difference > 1e-6, expected)


def test_bands_that_are_alike_are_entered_and_left_alike() -> None:
    """What lies some bands higher makes the same tokens there, and the same tokens make the same masks."""
    network, views = network_of(SIZES), noise(1, 8, 4, 32)
    enter, leave = network.enter[0], network.leave[0]
    with torch.no_grad():
        tokens = enter(views)
        assert tokens.shape == (8, 1, 2, 16)
        torch.testing.assert_close(enter(views.roll(12, -1)), tokens.roll(3, 0))
        spectra = torch.complex(noise(1, 2, 4, 32), noise(1, 2, 4, 32))
        found = leave(tokens, spectra)
        higher = leave(tokens.roll(3, 0), spectra.roll(12, -1))
    torch.testing.assert_close(higher, found.roll(12, -1))


@pytest.mark.parametrize(("number", "axis"), [(0, 2), (1, 0)])
def test_the_order_in_time_and_of_the_bands_counts(number: int, axis: int) -> None:
    block = network_of(SIZES).blocks[number]
    tokens = noise(6, 1, 6, 16)
    with torch.no_grad():
        assert not torch.allclose(block(tokens.flip(axis)).flip(axis), block(tokens), atol=1e-3)


def test_of_places_only_the_distance_counts() -> None:
    query, key = noise(2, 1, 16).unbind(0)
    turned, against = (_turned(vector.expand(9, 16), heads=2) for vector in (query, key))
    products = torch.stack([turned[:, head] @ against[:, head].T for head in (slice(8), slice(8, 16))])
    torch.testing.assert_close(products[:, 1:, 1:], products[:, :-1, :-1])
    assert not torch.allclose(products[:, 0], products[:, 1], atol=1e-3)


def test_songs_of_a_batch_do_not_hear_each_other() -> None:
    network, mixes = network_of(SIZES), noise(2, 2, SEGMENT_FRAMES)
    with torch.no_grad():
        torch.testing.assert_close(network(mixes)[:1], network(mixes[:1]))


@pytest.mark.parametrize(("precision", "least_db"), [("float32", 110), ("bfloat16", 30)])
def test_made_ready_for_inference_it_answers_the_same(precision: Precision, least_db: float) -> None:
    network, mix = network_of(SIZES), noise(1, 2, SEGMENT_FRAMES)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
        found = for_inference(network, precision)(mix)
    with torch.inference_mode():
        expected = network(mix)
    assert found.dtype == torch.float32
    assert agreement_db(expected.numpy(), found.numpy()) > least_db
    network(mix).sum().backward()  # what was computed for inference does not get into the way of learning


def test_a_model_folder_with_it_separates(folder: Path) -> None:
    mix = noise(2 * SEGMENT_FRAMES, 2).numpy()
    stems = np.concatenate(list(Separator.load(folder).stream([mix])))
    assert stems.shape == (2 * SEGMENT_FRAMES, 2, 2)
    np.testing.assert_allclose(stems.sum(axis=1), mix, atol=1e-6)
    assert np.abs(stems[:, 0] - stems[:, 1]).max() > 0.01


def test_it_waits_at_a_gate_in_the_middle_of_a_segment(folder: Path) -> None:
    class Closing:
        """Cancels after some layers of the first segment."""

        left = 5

        def go_through(self) -> None:
            self.left -= 1
            if self.left == 0:
                raise Cancelled

    gate = Closing()
    with pytest.raises(Cancelled):
        next(iter(Separator.load(folder).stream([np.zeros((SAMPLE_RATE_HZ, 2), np.float32)], gate)))
    assert gate.left == 0


def test_its_shapes_are_known_before_it_is_built() -> None:
    built = {name: tuple(value.shape) for name, value in build_band_split(SIZES).state_dict().items()}
    assert band_split_shapes(SIZES) == built
    huge = {**SIZES, "width": 1024, "layers": 32}
    assert band_split_shapes(huge)["blocks.63.up.weight"] == (3072, 3072)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"width": 2048}, "“width” must be a number"),
        ({"width": 18}, "do not fit together"),
        ({"heads": 0}, "“heads” must be a number"),
        ({"depth": 4}, "does not know"),
        ({"sources": ["../low", "high"]}, "cannot name a stem"),
        ({"bands": [[8, 4, 1]]}, "do not fit together"),
        ({"bands": [[8, 4], [4, 20, 1], [2, 50, 4]]}, "three whole numbers"),
        ({"bands": [[-8, -4, 1], [480, 1, 1]]}, "three whole numbers"),
        ({"bands": "[[8, 4, 1]]"}, "three whole numbers"),
        ({"nfft": 1022, "bands": [[511, 1, 1]]}, "do not fit together"),
        ({"nfft": 16_384, "bands": [[8192, 1, 1]], "segment": 60.0}, "too long"),
        ({"nfft": 512, "bands": [[1, 256, 1]], "segment": 60.0}, "too long"),
        ({"nfft": 512, "bands": [[8, 32, 1]], "segment": 60.0, "width": 1024, "heads": 1}, "too long"),
    ],
)
def test_a_card_with_impossible_sizes_is_refused(folder: Path, change: dict[str, Any], words: str) -> None:
    write_sizes({"network": BAND_SPLIT, **SIZES, **change}, folder)
    with pytest.raises(ModelError, match=words):
        Separator.load(folder)


def test_a_card_that_leaves_a_size_out_is_refused(folder: Path) -> None:
    write_sizes({"network": BAND_SPLIT, **{name: value for name, value in SIZES.items() if name != "nfft"}}, folder)
    with pytest.raises(ModelError, match="does not say its size “nfft”"):
        Separator.load(folder)


def test_sizes_that_are_not_the_weights_own_are_refused(folder: Path) -> None:
    write_sizes({"network": BAND_SPLIT, **SIZES, "width": 1024, "layers": 32}, folder)
    with pytest.raises(ModelError, match="weights"):
        Separator.load(folder)


def test_a_network_of_another_name_is_refused() -> None:
    with pytest.raises(ModelError, match="does not know"):
        build_network({"network": "os.system", **SIZES})
