"""Prices with their sources: the bundled catalogue, the analyst's own file, and the court that rules on all of them."""

from .catalogue import from_catalogue
from .court import RulingRow, counting, fresh, in_region, rule
from .own import COLUMNS, MILLION, NEEDED_COLUMNS, PAGE_COLUMNS, read_own

__all__ = [
    "COLUMNS",
    "MILLION",
    "NEEDED_COLUMNS",
    "PAGE_COLUMNS",
    "RulingRow",
    "counting",
    "fresh",
    "from_catalogue",
    "in_region",
    "read_own",
    "rule",
]
