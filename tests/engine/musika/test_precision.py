"""Where networks multiply in bfloat16: the processor, the budget of errors, and what it does to a layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from engine.musika import precision, published
from engine.musika.autoencoder import PublishedAutoencoder
from engine.musika.backend import compiled, with_arrays
from engine.musika.layers import Convolution, TransposedConvolution, convolution, transposed
from engine.musika.precision import BFLOAT16, FLOAT32, bfloat16_wanted, forced, spend_bfloat16


class Part:
    """A layer that adds something to a sound of 1, and in bfloat16 a little more."""

    def __init__(self, error: float) -> None:
        self.precision = FLOAT32
        self.error = error


def chosen(errors: list[float], multiplications: list[int], limit_db: float) -> list[bool]:
    parts = [Part(error) for error in errors]
    *places, sound = np.eye(len(parts) + 1, dtype=np.float32)  # errors that know nothing of each other

    def trial() -> np.ndarray:
        found = (part.error * (part.precision == BFLOAT16) * at for part, at in zip(parts, places, strict=True))
        return (sound + sum(found))[None]

    spend_bfloat16(dict(zip(parts, multiplications, strict=True)), trial, limit_db)
    return [part.precision == BFLOAT16 for part in parts]


def test_bfloat16_is_spent_where_it_saves_most_for_the_least_error() -> None:
    assert chosen([0.1, 0.1, 0.1], [1, 5, 3], limit_db=-20 + 3.1) == [False, True, True]  # two errors of -20 dB
    assert chosen([0.1, 0.05, 0.01], [1, 1, 1], limit_db=-25) == [False, True, True]


def test_a_layer_that_costs_too_much_does_not_keep_the_others_from_it() -> None:
    assert chosen([0.5, 0.05], [1000, 1], limit_db=-20) == [False, True]


def test_no_error_allowed_is_float32_throughout() -> None:
    assert chosen([0.1, 0.2], [1, 1], limit_db=-np.inf) == [False, False]


def test_errors_that_add_up_to_more_than_expected_are_taken_back() -> None:
    parts = [Part(0.1), Part(0.1), Part(0.1)]

    def trial() -> np.ndarray:  # the same error at the same place: amplitudes add, not energies
        return np.ones((1, 1), np.float32) + sum(part.error * (part.precision == BFLOAT16) for part in parts)

    spend_bfloat16(dict.fromkeys(parts, 1), trial, limit_db=-13.9)  # 0.2 of 1

    assert [part.precision for part in parts] == [BFLOAT16, BFLOAT16, FLOAT32]


def test_the_worst_of_the_pieces_decides() -> None:
    part = Part(0.01)

    def trial() -> np.ndarray:  # as large an error in a loud piece and in a faint one
        return np.array([[1], [0.01]], np.float32) + part.error * (part.precision == BFLOAT16)

    spend_bfloat16({part: 1}, trial, limit_db=-20)

    assert part.precision == FLOAT32


def test_silence_says_nothing_of_errors() -> None:
    part = Part(0.0)

    spend_bfloat16({part: 1}, lambda: np.zeros((1, 4), np.float32))

    assert part.precision == FLOAT32


# --- the processor ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "native"),
    [
        ("flags\t\t: fpu avx512f avx512_bf16 sse", True),
        ("flags\t\t: fpu amx_bf16", True),
        ("flags\t\t: fpu avx512f avx2\nbugs\t: avx512_bf16", False),
        ("model name: something else", False),
    ],
)
def test_the_flags_of_the_processor_decide(
    facts: str, native: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text(facts)
    monkeypatch.setattr(precision, "PROCESSOR_FACTS", tmp_path / "cpuinfo")

    assert precision.is_native() == native


def test_a_system_that_says_nothing_has_no_bfloat16(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "PROCESSOR_FACTS", tmp_path / "none")

    assert not precision.is_native()


def test_the_small_product_is_right_on_every_processor() -> None:
    assert precision.multiplies_rightly()


def test_a_precision_can_be_forced() -> None:
    with forced(BFLOAT16):
        assert bfloat16_wanted()
        with forced(FLOAT32):
            assert not bfloat16_wanted()
        with forced(None):
            assert bfloat16_wanted() == precision.has_bfloat16()
        assert bfloat16_wanted()


def test_an_unknown_precision_is_refused() -> None:
    with pytest.raises(ValueError, match="float32 or bfloat16, not float16"), forced("float16"):
        pass


# --- layers ----------------------------------------------------------------------------------------------------------


def built(layer: Convolution | TransposedConvolution, channels: int) -> Convolution | TransposedConvolution:
    layer.build((None, None, channels))
    layer.bias.assign(np.linspace(-1, 1, layer.filters, dtype=np.float32))
    return layer


def error_db(found: np.ndarray, exact: np.ndarray) -> float:
    difference = np.square(found - exact, dtype=np.float64).sum()
    return float(10 * np.log10(max(difference, 1e-30) / np.square(exact).sum()))


@pytest.mark.parametrize("time", [2, 4, 6, 32, 5])
def test_a_compiled_transposed_convolution_is_the_plain_one(time: int) -> None:
    layer = built(transposed("t", 7), 5)
    x = np.random.default_rng(0).standard_normal((3, time, 5), dtype=np.float32)

    plain = with_arrays(lambda tensor: (layer(tensor),))(x)[0]
    found = compiled(lambda tensor: (layer(tensor),), [(time, 5)])(x)[0]

    assert found.shape == (3, 2 * time, 7)
    np.testing.assert_allclose(found, plain, atol=1e-5)


@pytest.mark.parametrize("time", [7, 8, 16])
@pytest.mark.parametrize("kernel", [1, 3, 4])
@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("padding", ["same", "valid"])
def test_a_compiled_convolution_is_the_plain_one(time: int, kernel: int, stride: int, padding: str) -> None:
    layer = built(convolution("c", 6, kernel, stride, padding), 5)
    x = np.random.default_rng(0).standard_normal((3, time, 5), dtype=np.float32)

    plain = with_arrays(lambda tensor: (layer(tensor),))(x)[0]
    found = compiled(lambda tensor: (layer(tensor),), [(time, 5)])(x)[0]

    np.testing.assert_allclose(found, plain, atol=1e-5)


@pytest.mark.parametrize(
    "make",
    [lambda: convolution("c", 24, 3), lambda: convolution("s", 24, 3, stride=2), lambda: transposed("t", 24)],
    ids=["plain", "of stride 2", "transposed"],
)
@pytest.mark.parametrize("compile_it", [False, True])
def test_bfloat16_changes_a_layer_by_its_roundings(
    make: Callable[[], Convolution | TransposedConvolution], compile_it: bool
) -> None:
    layer = built(make(), 64)
    x = np.random.default_rng(0).standard_normal((3, 16, 64), dtype=np.float32)
    exact = with_arrays(lambda tensor: (layer(tensor),))(x)[0]

    layer.precision = BFLOAT16
    call = (lambda f: compiled(f, [(16, 64)])) if compile_it else with_arrays
    found = call(lambda tensor: (layer(tensor),))(x)[0]

    assert found.dtype == np.float32
    assert -70 < error_db(found, exact) < -50  # 2⁻⁹ at most for each rounding: of the input, the kernel and the result


def test_multiplications_are_counted_for_a_step_of_the_output() -> None:
    assert built(convolution("c", 10, 3), 6).multiplications == 180
    assert built(transposed("t", 10), 6).multiplications == 120  # two of four taps


# --- models ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def autoencoders(tiny_folder: Path) -> dict[str, PublishedAutoencoder]:
    """A small one in both precisions, bfloat16 in the layers that matter least to the sound."""
    made = {}
    for name in (FLOAT32, BFLOAT16):
        with forced(FLOAT32):
            made[name] = published.read_autoencoder(tiny_folder)
        _, spectrum_decoder = made[name].decoders
        for block in (spectrum_decoder.h, spectrum_decoder.i):
            block.convolution.precision = name
    return made


LATENTS = np.tanh(np.random.default_rng(2).standard_normal((101, 128), dtype=np.float32))


def decoded(autoencoder: PublishedAutoencoder, cuts: Sequence[int] = ()) -> np.ndarray:
    decoder = autoencoder.decoder(seed=5)
    return np.concatenate([*(decoder.push(piece) for piece in np.split(LATENTS, cuts)), decoder.flush()])


def test_bfloat16_in_some_layers_sounds_nearly_the_same(autoencoders: dict[str, PublishedAutoencoder]) -> None:
    assert -70 < error_db(decoded(autoencoders[BFLOAT16]), decoded(autoencoders[FLOAT32])) < -40


def test_in_bfloat16_too_it_does_not_matter_how_latents_arrive(autoencoders: dict[str, PublishedAutoencoder]) -> None:
    whole = decoded(autoencoders[BFLOAT16])

    np.testing.assert_array_equal(decoded(autoencoders[BFLOAT16]), whole)
    assert error_db(decoded(autoencoders[BFLOAT16], [1, 3, 50, 57]), whole) < -70


def test_a_model_that_bears_no_error_stays_in_float32(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "LIMIT_DB", -200.0)
    with forced(BFLOAT16):
        autoencoder = published.read_autoencoder(tiny_folder)

    wave = decoded(autoencoder)

    assert wave.any()
    assert {layer.precision for network in autoencoder.decoders for layer in network.multiplications} == {FLOAT32}
