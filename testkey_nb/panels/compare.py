"""The compare panel: choose several keys or personas, probe them side by side, sort, filter, and look at one closely.

State and layout only: what an answer means is decided in `judge`, what it looks like in the report and its pictures.
"""

from typing import TYPE_CHECKING

import ipywidgets as ipw
from IPython.display import HTML

from testkey_nb.errors import UnknownName

from .batch import BatchPanel
from .batch_layout import lay_out
from .compare_results import CompareResults, picture
from .side_by_side import SIDE_BY_SIDE, side_by_side

if TYPE_CHECKING:
    import pandas as pd


class ComparePanel(BatchPanel[CompareResults]):
    """A panel that sets several keys or personas side by side; its parameters are those of `BatchPanel`."""

    def make_results(self) -> CompareResults:
        """Return what is shown of the keys."""
        return CompareResults(self.controls.speech)

    def lay_out(self) -> ipw.DOMWidget:
        """Return the whole panel."""
        return lay_out(self)

    def table(self, what: str) -> "pd.DataFrame":
        """Return ``passport``, ``capabilities``, ``gates``, ``balance`` or ``limits`` of the keys shown, side by side.

        Raises
        ------
        UnknownName
            If there is no such frame, or nothing was probed yet.

        """
        if what not in SIDE_BY_SIDE:
            raise UnknownName.among("frame", what, SIDE_BY_SIDE)
        return side_by_side(self.compared(), what)

    def picture(self, what: str) -> HTML:
        """Return a picture of what `table` has; it goes with its data.

        Raises
        ------
        UnknownName
            If there is no such picture, or nothing was probed yet.

        """
        if what not in SIDE_BY_SIDE:
            raise UnknownName.among("picture", what, SIDE_BY_SIDE)
        drawn = picture(self.compared(), what, self.controls.lang.value, "cell")
        return self.kept(drawn)
