"""The curves of a training: what is smoothed, what is thinned, what is seen."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage

from resources import theme
from widgets.loss_plot import INVITATION, LossPlot, smooth, thinned


@pytest.fixture
def plot(qtbot):
    plot = LossPlot()
    qtbot.addWidget(plot)
    plot.resize(620, 300)
    plot.show()
    return plot


def rows_of(plot: LossPlot, colour: str) -> np.ndarray:
    """The rows of the picture in which there is much of a colour, or nearly of it."""
    picture = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(picture.bits(), np.uint8).reshape(picture.height(), -1)
    pixels = rows[:, : 3 * picture.width()].reshape(picture.height(), -1, 3)
    wanted = np.array(QColor(colour).getRgb()[:3])
    return np.flatnonzero((np.abs(pixels - wanted.astype(int)).max(axis=2) < 40).sum(axis=1) > 100)


def test_smoothing_is_a_mean_around_each_value():
    values = np.random.default_rng(0).normal(size=100)
    naive = [values[max(place - 5, 0) : place + 6].mean() for place in range(100)]
    np.testing.assert_allclose(smooth(values, share=0.1), naive)


def test_few_values_stay_as_they_are():
    values = np.array([3.0, -1.0, 2.0])
    np.testing.assert_array_equal(smooth(values), values)


def test_a_long_training_is_thinned_to_means():
    steps = np.arange(10_007, dtype=float)
    thin_steps, thin_values = thinned(steps, 2 * steps + 1, most=500)
    assert len(thin_steps) == 500
    np.testing.assert_allclose(thin_values, 2 * thin_steps + 1)
    assert thin_steps[0] == pytest.approx(np.arange(20).mean(), abs=0.5)
    assert np.diff(thin_steps).min() > 0


def test_a_short_one_is_not():
    steps = np.arange(10.0)
    assert thinned(steps, steps, most=10) == (steps, steps)


def test_each_curve_is_drawn_in_its_colour_and_place(plot):
    steps = np.arange(50, 5000, 50)
    plot.set_losses(steps, {"generator": np.full(len(steps), -1.0), "critic": np.full(len(steps), 2.0)})
    generator, critic = (rows_of(plot, colour) for colour in (theme.COLOURS.accent, theme.COLOURS.vocals))
    assert generator.min() > critic.max() + 100
    assert plot.legend == ["Generator  −1.00", "Critic  2.00"]


def test_what_is_no_number_is_left_out(plot):
    plot.set_losses([50, 100, 150, 200], {"generator": [1.0, np.nan, np.inf, 3.0]})
    assert plot.legend == ["Generator  3.00"]
    assert plot.points == 4


def test_one_outlier_does_not_flatten_the_rest(plot):
    values = np.sin(np.linspace(0, 6, 2000))
    values[7] = 1e6
    plot.set_losses(np.arange(2000), {"critic": values})
    lowest, highest = plot._box.viewRange()[1]
    assert -2 < lowest < -0.9
    assert highest < 1e5


def test_before_the_first_step_it_says_so(plot):
    assert plot._invitation.isVisible()
    assert plot._invitation.text() == INVITATION
    plot.set_losses([50, 100], {"generator": [0.5, 0.4]})
    assert not plot._invitation.isVisible()
    plot.clear()
    assert plot._invitation.isVisible()
    assert plot.legend == []


def test_another_training_has_other_curves(plot):
    plot.set_losses([1, 2], {"generator": [1, 2], "critic": [1, 2]})
    plot.set_losses([1, 2, 3], {"spectral": [1, 2, 3.5]})
    assert plot.legend == ["Spectral  3.50"]
    assert plot.points == 3
