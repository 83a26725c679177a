"""GUI thread: ties the make bar to the recipe of the next take."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from app.session import Recipe, Session
from widgets.make_bar import MakeBar


class Shaping(QObject):
    """The bar edits the recipe, and shows it whoever has changed it."""

    refused = Signal(str)
    """Why what was typed cannot be had, in a sentence."""

    def __init__(self, session: Session, bar: MakeBar) -> None:
        super().__init__(bar)
        self._session, self._bar = session, bar
        change = session.change_recipe
        bar.length.chosen.connect(lambda length_s: change(length_s=length_s))
        bar.loop_changed.connect(lambda loop: change(loop=loop))
        bar.seed.seed_changed.connect(self._change_seed)
        bar.seed.lock_changed.connect(lambda locked: change(seed_locked=locked))
        bar.variation.seed_changed.connect(self._change_variation)
        bar.variation.lock_changed.connect(lambda locked: change(variation_locked=locked))
        bar.adventure.value_changed.connect(lambda truncation: change(truncation=truncation))
        bar.drift.value_changed.connect(lambda drift: change(drift=drift))
        bar.morph.changed.connect(lambda: change(morph=bar.morph.wanted))
        for typed in (bar.length, bar.morph.field.over):
            typed.refused.connect(self.refused)
        session.changed.connect(self._note)
        self._show(session.state.recipe)

    def _change_seed(self, seed: int) -> None:
        if seed != self._session.state.recipe.seed:
            self._session.change_recipe(seed=seed)

    def _change_variation(self, variation: int) -> None:
        if variation != self._session.state.recipe.variation_seed:
            self._session.change_recipe(variation=variation)

    def _note(self, name: str, value: object) -> None:
        if name == "recipe" and isinstance(value, Recipe):
            self._show(value)

    def _show(self, recipe: Recipe) -> None:
        bar = self._bar
        bar.length.choose(recipe.length_s)
        bar.loop.setChecked(recipe.loop)
        bar.seed.set_seed(recipe.seed)
        bar.seed.set_locked(recipe.seed_locked)
        bar.variation.set_seed(recipe.variation_seed)
        bar.variation.set_locked(recipe.variation_locked)
        bar.adventure.set_value(recipe.truncation)
        bar.drift.set_value(recipe.drift)
        bar.morph.show_wanted(recipe.morph)
        bar.set_ready(bool(recipe.model))
        bar.show_use(loop=not recipe.endless, changes=not recipe.loops)
