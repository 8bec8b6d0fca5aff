"""Model lists as OpenAI-compatible APIs answer them, and what each vendor calls the same things."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from testkey_nb.rows import ModelRow, PriceRow
from testkey_nb.spec import Ask, Metric, OfBody, Repeat, Reply, Rows

from .loose import amount, count, flag, items, label, mapping, moment, text, texts

Entry = Mapping[str, object]
_CONTEXT = ("context_length", "context_window", "max_context_length", "max_model_len", "max_input_tokens")


def parse_list(
    read: Callable[[Entry], ModelRow | None] | None = None,
    *,
    at: str = "data",
    prices: Callable[[str, Entry], Iterable[PriceRow]] = lambda _model, _entry: (),
) -> Callable[[Reply], Rows | None]:
    """Return a parser of a model list: one row per model, with an empty route.

    An empty list is no list (None): it cannot tell a missing model from a missing answer.  Nor can a page of one.

    Parameters
    ----------
    read
        Makes a row of one entry; `plain_model` unless the vendor has words of its own.
    at
        The field that holds the list; empty where the body is the list itself.
    prices
        What an entry says of the price of a model.

    """

    def parse(reply: Reply) -> Rows | None:
        body = mapping(reply.json)
        if body.get("has_more") or body.get("nextPageToken") or body.get("next_page_token"):
            return None
        entries = [mapping(entry) for entry in items(body.get(at) if at else reply.json)]
        found = [(row, entry) for entry in entries if (row := (read or plain_model)(entry))]
        if not found:
            return None
        rows = {row.model: row for row, _ in found}
        priced = tuple(price for row, entry in found for price in prices(row.model, entry))
        return Rows((Metric("models_listed", len(rows), "models"),), tuple(rows.values()), priced)

    return OfBody(parse)


def plain_model(entry: Entry, **more: object) -> ModelRow | None:
    """Read an entry of `/models` by the names that OpenAI and most others use; `more` overrides what it says."""
    if not (name := text(entry.get("id"))):
        return None
    modalities = mapping(entry.get("architecture"))
    known: dict[str, object] = {
        "listed": True,
        "owner": label(entry.get("owned_by")),
        "created_at": moment(entry.get("created") or None),
        "context_tokens": next((tokens for key in _CONTEXT if (tokens := count(entry.get(key)))), None),
        "input_modalities": joined(modalities.get("input_modalities")),
        "output_modalities": joined(modalities.get("output_modalities")),
        "free": flag(entry.get("is_free")),
    }
    return ModelRow(name, "", **{**known, **more})  # type: ignore[arg-type]  # fields of the row


def per_token(source: str) -> Callable[[str, Entry], Iterator[PriceRow]]:
    """Return a reader of ``pricing.prompt`` and ``pricing.completion`` in USD per token, as numbers or as texts."""

    def read(model: str, entry: Entry) -> Iterator[PriceRow]:
        pricing = mapping(entry.get("pricing"))
        found = [amount(pricing.get(side)) for side in ("prompt", "completion")]
        # Below zero means "it depends", so there is no price to tell.
        inputs, outputs = (None if usd is None or usd < 0 else round(usd * 1e6, 9) for usd in found)
        if inputs is not None or outputs is not None:
            yield PriceRow(model, "", "", source, inputs, outputs, None, None)

    return read


def joined(names: object) -> str | None:
    """Return a list of words as a cell: sorted, comma-separated."""
    return ",".join(sorted(texts(names))) or None


def as_sample(ask: Ask) -> Ask:
    """Return `ask` as the question that samples repeat: its rows are known by then, only that it is answered counts."""

    def parse(reply: Reply) -> Rows | None:
        return None if ask.parse(reply) is None else Rows()

    return replace(ask, parse=parse, gives=(), proves_key=False, repeat=Repeat.PER_SAMPLE)
