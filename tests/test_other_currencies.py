"""A price in yuan is shown in yuan wherever prices are shown: never as dollars, and never left out."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import RunPersona
from matplotlib.figure import Figure
from matplotlib.text import Text

from testkey_nb import plots
from testkey_nb.judge import Policy, Readiness, judge_run
from testkey_nb.locale import LANGUAGES
from testkey_nb.report import render_report
from testkey_nb.rows import PriceRow

ROUTE = "featherless-ai"  # that no other source prices
LOAD = replace(Policy(), planned_requests_per_day=1000, planned_input_tokens=2000, planned_output_tokens=500)


@pytest.fixture
def yuan(run_persona: RunPersona) -> Readiness:
    """Give a run in which one route of the covered model is priced in yuan, and dearer for long requests."""
    run = run_persona("launch-ready")
    model, day = run.plan.models[0], run.stamp.observed_at
    made = PriceRow(model, ROUTE, "global", "a page", 7.125, 28.5, None, day, 2.0, "CNY")
    long = replace(made, input_per_mtok=14.25, output_per_mtok=57.0, above_input_tokens=128_000)
    return judge_run(replace(run, prices=(*run.prices, made, long)), policy=LOAD)


def texts(figure: Figure) -> list[str]:
    return [artist.get_text() for artist in figure.findobj() if isinstance(artist, Text) and artist.get_text()]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_picture_writes_it_and_puts_no_dot_on_the_axis_of_dollars(yuan: Readiness, lang: str) -> None:
    figure = plots.draw_prices(yuan, lang)
    said = texts(figure)
    assert ("7.125 CNY" in said, "28.5 CNY" in said) == (True, True)
    dots = [x for axes in figure.axes for line in axes.lines for x in np.asarray(line.get_xdata(), dtype=float)]
    assert not {7.125, 28.5, 14.25, 57.0} & set(dots)
    assert re.search(r"7\.125, \w+ 28\.5 CNY", plots.alt_prices(yuan, lang))


def test_a_picture_of_yuan_alone_is_one(yuan: Readiness) -> None:
    only = replace(yuan, prices=tuple(row for row in yuan.prices if row.currency == "CNY"))
    figure = plots.draw_prices(only)
    assert {"input, CNY per million tokens", "output, CNY per million tokens"} <= set(texts(figure))
    dots = {x for axes in figure.axes for line in axes.lines for x in np.asarray(line.get_xdata(), dtype=float)}
    assert {7.125, 28.5} <= dots


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_has_it_in_a_row_that_names_its_currency(yuan: Readiness, lang: str) -> None:
    page = render_report(yuan, lang)
    found = [re.sub(r"<[^>]+>", " ", row) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL) if "a page" in row]
    prices = [row for row in found if "7.125" in row or "14.25" in row]
    assert len(prices) == 3  # two prices and the ruling on them
    assert all("CNY" in row for row in prices)
    assert ["128,000" in row for row in prices] == [False, True, True]
    assert not any("USD" in row for row in found)


def test_no_column_of_dollars_holds_it_and_the_others_do(yuan: Readiness) -> None:
    prices = yuan.frame("prices").query("currency == 'CNY'")
    assert list(prices["input_per_mtok"]) == [7.125, 14.25]
    for name in prices.columns[prices.columns.str.contains("usd")]:
        assert prices[name].isna().all(), name
    assert set(yuan.frame("rulings").query("currency == 'CNY'")["tiers"]) == {"above 128,000 input tokens"}
    [cost] = yuan.frame("costs").query("currency == 'CNY'").to_dict("records")
    assert (cost["low_per_month"], cost["high_per_month"]) == (855, 855)
    routes = yuan.frame("routes").set_index("route")
    assert (routes.loc[ROUTE, "currency"], routes.loc[ROUTE, "cheapest"]) == ("CNY", pd.NA)
    assert routes.loc[ROUTE, "place"] == routes["place"].max()
    assert "855.00 CNY a month is not compared" in str(routes.loc[ROUTE, "why"])
    assert not yuan.frame("hub_policies")["picks"].str.contains(ROUTE).any()
