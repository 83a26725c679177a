"""Published folders: what loads, and what is refused, and with which words."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from benchmarks.random_musika import write_layers, write_random_musika
from engine.errors import ModelError
from engine.musika.coders import CoderConfig
from engine.musika.hdf5 import read_layers
from engine.musika.journey import Journey
from engine.musika.networks import GeneratorConfig
from engine.musika.synthesis import Musika

KERNEL = "9c/9c/kernel:0"


@pytest.fixture
def folder(tiny_folder: Path, tmp_path: Path) -> Path:
    """A copy to damage."""
    return shutil.copytree(tiny_folder, tmp_path / "model")


def test_a_full_size_model_loads_and_sounds(tmp_path: Path) -> None:
    write_random_musika(tmp_path, GeneratorConfig(), CoderConfig(), encoders=False)

    musika = Musika.load(tmp_path)

    assert (musika.context, musika.latent_size, musika.autoencoder.frames_per_latent) == (256, 128, 4096)
    wave = np.concatenate(list(musika.stream(Journey.from_seed(1), 10_000)))
    assert wave.shape == (10_000, 2)
    assert wave.std() > 1e-5


def test_the_small_variant_is_known_by_its_shapes(tmp_path: Path) -> None:
    write_random_musika(tmp_path, GeneratorConfig(base_channels=4, small=True), CoderConfig(hop=16))

    musika = Musika.load(tmp_path)

    assert musika.context == 128
    assert musika.latents(np.zeros((3, 128, 128), np.float32)).shape == (3 * 128, 128)


def test_decoders_load_by_order_whatever_their_counters(tmp_path: Path) -> None:
    latents = np.random.default_rng(0).standard_normal((8, 128), dtype=np.float32)
    waves = []
    for counter in (0, 95):  # from 95 on, the alphabetical order is another
        folder = tmp_path / str(counter)
        folder.mkdir()
        write_random_musika(folder, GeneratorConfig(base_channels=4), CoderConfig(hop=16), first_counter=counter)
        waves.append(Musika.load(folder).decode(latents))

    assert waves[0].std() > 1e-5
    np.testing.assert_array_equal(waves[1], waves[0])


def test_without_encoders_it_plays_but_does_not_encode(folder: Path) -> None:
    for name in ("enc.h5", "enc2.h5"):
        (folder / name).unlink()

    musika = Musika.load(folder)

    assert len(next(musika.stream(Journey.from_seed(0), 100))) == 100
    with pytest.raises(ModelError, match=r"lacks enc\.h5"):
        musika.encode(np.zeros((9000, 2), np.float32))


def test_half_precision_files_load(folder: Path) -> None:
    path = folder / "gen_ema.h5"
    layers = {layer: {w: t.astype(np.float16) for w, t in ts.items()} for layer, ts in read_layers(path).items()}
    write_layers(path, layers)

    assert read_layers(path)["9c"]["kernel"].dtype == np.float32
    Musika.load(folder)


def replace(file: h5py.File, **options: object) -> None:
    del file[KERNEL]
    file.create_dataset(KERNEL, **options)


def external_link(file: h5py.File) -> None:
    del file[KERNEL]
    file[KERNEL] = h5py.ExternalLink("/etc/hostname", "/x")


def soft_link(file: h5py.File) -> None:
    del file[KERNEL]
    file[KERNEL] = h5py.SoftLink("/8c/8c/kernel:0")


def external_group(file: h5py.File) -> None:
    del file["9c"]
    file["9c"] = h5py.ExternalLink("dec.h5", "/")


def external_storage(file: h5py.File) -> None:
    Path(file.filename).with_name("outside").write_bytes(bytes(4 * 4 * 8 * 128))
    replace(file, shape=(1, 4, 8, 128), dtype="f4", external="outside")


def virtual_dataset(file: h5py.File) -> None:
    layout = h5py.VirtualLayout((1, 4, 8, 128), "f4")
    layout[:] = h5py.VirtualSource("dec.h5", "x", (1, 4, 8, 128))
    del file[KERNEL]
    file.create_virtual_dataset(KERNEL, layout)


def objects(file: h5py.File) -> None:
    replace(file, data=[b"cos\nsystem\n"], dtype=h5py.string_dtype())


def attribute_of_references(file: h5py.File) -> None:
    file["9c"].attrs["weight_names"] = np.array([file["8c"].ref], dtype=h5py.ref_dtype)


def nameless(file: h5py.File) -> None:
    del file.attrs["layer_names"]


def not_a_number(file: h5py.File) -> None:
    file[KERNEL][0, 0, 0, 0] = np.nan


def unknown_layer(file: h5py.File) -> None:
    file.attrs["layer_names"] = [*file.attrs["layer_names"].astype("S"), b"10c"]
    file.create_group("10c").attrs["weight_names"] = [b"10c/kernel:0"]
    file["10c/10c/kernel:0"] = np.zeros((1, 4, 8, 8), np.float32)


def renamed_layer(file: h5py.File) -> None:
    file.attrs["layer_names"] = [name for name in file.attrs["layer_names"].astype("S") if name != b"5c"]


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (external_link, r"gen_ema\.h5.*9c/kernel.*link"),
        (soft_link, r"gen_ema\.h5.*9c/kernel.*link"),
        (external_group, r"gen_ema\.h5.*9c.*link"),
        (external_storage, r"gen_ema\.h5.*9c/kernel.*another file"),
        (virtual_dataset, r"gen_ema\.h5.*9c/kernel.*another file"),
        (objects, r"gen_ema\.h5.*9c/kernel.*not floating-point"),
        (lambda f: replace(f, data=np.zeros((1, 4, 8, 128), np.int32)), r"gen_ema\.h5.*9c/kernel.*int32"),
        (lambda f: replace(f, data=np.zeros((1, 4, 6, 128), np.float32)), r"gen_ema\.h5.*tensor .* has the shape"),
        (lambda f: replace(f, data=np.zeros((1, 3, 8, 128), np.float32)), r"gen_ema\.h5.*9c/kernel.*\(3, 8, 128\)"),
        (lambda f: replace(f, data=np.zeros(5, np.float32)), r"gen_ema\.h5.*9c/kernel"),
        (lambda f: replace(f, data=np.zeros((2,) * 6, np.float32)), r"gen_ema\.h5.*9c/kernel.*shape"),
        (lambda f: replace(f, shape=(1, 4, 10**6, 10**6), dtype="f4"), r"gen_ema\.h5.*9c/kernel.*larger than the file"),
        (
            lambda f: replace(f, shape=(1, 4, 8, 128), dtype="f4", chunks=True, compression="gzip"),
            r"gen_ema\.h5.*9c/kernel.*compressed",
        ),
        (lambda f: f.__delitem__(KERNEL), r"gen_ema\.h5.*lacks.*9c/kernel"),
        (attribute_of_references, r"gen_ema\.h5.*9c.*weight_names"),
        (nameless, r"gen_ema\.h5.*layer_names"),
        (not_a_number, r"gen_ema\.h5.*9c/kernel.*NaN"),
        (unknown_layer, r"gen_ema\.h5.*10c/kernel"),
        (renamed_layer, r"gen_ema\.h5.*lacks.*5c/"),
    ],
)
def test_a_damaged_generator_is_refused(folder: Path, damage: Callable[[h5py.File], None], words: str) -> None:
    with h5py.File(folder / "gen_ema.h5", "r+") as file:
        damage(file)

    with pytest.raises(ModelError, match=words):
        Musika.load(folder)


@pytest.mark.parametrize("name", ["gen_ema.h5", "dec.h5", "dec2.h5", "enc.h5", "enc2.h5"])
@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_text("This is not HDF5.\n" * 1000),
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    ],
    ids=["empty", "text", "truncated"],
)
def test_files_that_are_no_hdf5_are_refused(folder: Path, name: str, spoil: Callable[[Path], object]) -> None:
    spoil(folder / name)

    with pytest.raises(ModelError, match=f"{name} is damaged or no HDF5"):
        Musika.load(folder)


@pytest.mark.parametrize("name", ["dec.h5", "dec2.h5", "enc.h5"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()

    with pytest.raises(ModelError, match=f"lacks its file {name}"):
        Musika.load(folder)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"neither a card\.json nor a gen_ema\.h5"):
        Musika.load(tmp_path)


def test_decoder_layers_in_another_order_are_refused(folder: Path) -> None:
    layers = list(read_layers(folder / "dec.h5").items())
    layers[0], layers[1] = layers[1], layers[0]
    write_layers(folder / "dec.h5", dict(layers))

    with pytest.raises(ModelError, match=r"dec\.h5: the layer .* holds noise_weight where .* bias and kernel"):
        Musika.load(folder)


def test_decoders_of_another_depth_are_refused(folder: Path) -> None:
    layers = read_layers(folder / "dec2.h5")
    layers.popitem()
    write_layers(folder / "dec2.h5", layers)

    with pytest.raises(ModelError, match=r"dec2\.h5 has 14 layers with weights where Musika's has 15"):
        Musika.load(folder)


def test_decoders_of_two_sizes_are_refused(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    write_random_musika(other, GeneratorConfig(base_channels=4), CoderConfig(hop=32))
    shutil.copy(other / "dec2.h5", folder / "dec2.h5")

    with pytest.raises(
        ModelError, match=r"dec2\.h5: the tensor 1c/kernel has the shape \(3, 64, 96\), not \(3, 64, 48\)"
    ):
        Musika.load(folder)
