"""Model lists as OpenAI-compatible APIs answer them, and what each vendor calls the same things."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from testkey_nb.outcome import Outcome, Standing
from testkey_nb.rows import ModelRow, PriceRow, Why
from testkey_nb.spec import Ask, Clause, Metric, OfBody, Repeat, Reply, Rows

from .loose import count, flag, items, label, mapping, moment, text, texts
from .token_prices import PER_TOKEN, beside_fee, currency_of, priced

Entry = Mapping[str, object]
_CONTEXT = ("context_length", "context_window", "max_context_length", "max_model_len", "max_input_tokens")
_OUTPUT = ("max_completion_tokens", "max_output_tokens", "max_output_length")
CHECKED = "2026-11-25"  # when questions about one model were read, at every provider
_NO_SUCH_MODEL = Why("the provider has no such model, or none for this key")


def plain_model(entry: Entry, **more: object) -> ModelRow | None:
    """Read an entry of `/models` by the names that OpenAI and most others use; `more` overrides what it says."""
    if not (name := text(entry.get("id"))):
        return None
    about = mapping(entry.get("architecture"))
    known: dict[str, object] = {
        "listed": True,
        "standing": Standing.LISTED,
        "owner": label(entry.get("owned_by")),
        "created_at": moment(entry.get("created") or None),
        "context_tokens": tokens(entry, *_CONTEXT),
        "output_tokens": tokens(entry, *_OUTPUT),
        "input_modalities": joined(about.get("input_modalities")) or joined(entry.get("input_modalities")),
        "output_modalities": joined(about.get("output_modalities")) or joined(entry.get("output_modalities")),
        "free": flag(entry.get("is_free")),
        **more,
    }
    return ModelRow(name, "", **known)  # type: ignore[arg-type]  # fields of the row


def parse_list(
    read: Callable[[Entry], ModelRow | None] = plain_model,
    *,
    at: str = "data",
    metric: str = "models_listed",
    prices: Callable[[str, Entry], Iterable[PriceRow]] = lambda _model, _entry: (),
) -> Callable[[Reply], Rows | None]:
    """Return a parser of a model list: one row per model, with an empty route, and how many there are.

    An empty list is no list (None): it cannot tell a missing model from a missing answer.  Nor can a page of one.

    Parameters
    ----------
    read
        Makes a row of one entry; `plain_model` unless the vendor has words of its own.
    at
        The field that holds the list; empty where the body is the list itself.
    metric
        Name of the count, so that the lists of one provider can be compared.
    prices
        What an entry says of the price of a model.

    """

    def parse(reply: Reply) -> Rows | None:
        body = mapping(reply.json)
        if body.get("has_more") or body.get("nextPageToken") or body.get("next_page_token"):
            return None
        rows: dict[str, ModelRow] = {}
        told: list[PriceRow] = []
        for entry in map(mapping, items(body.get(at) if at else reply.json)):
            if row := read(entry):
                rows[row.model] = row
                told += prices(row.model, entry)
        return Rows((Metric(metric, len(rows), "models"),), tuple(rows.values()), tuple(told)) if rows else None

    return OfBody(parse)


def tokens(entry: Entry, *names: str) -> int | None:
    """Return the first of these fields that holds a number of tokens; 0 stands for not known."""
    for name in names:
        if found := count(entry.get(name)):
            return found
    return None


def joined(names: object) -> str | None:
    """Return a list of words as a cell: sorted, comma-separated."""
    said = texts(names)
    return ",".join(sorted(said)) if said else None


def text_and(**read: bool | None) -> str | None:
    """Return what a model of text reads, where the provider says of anything else whether it reads that too."""
    known = {name for name, does in read.items() if does}
    return None if set(read.values()) <= {None} else ",".join(sorted({"text", *known}))


def among(words: object, word: str) -> bool | None:
    """Return whether `word` stands in a list of what a model can do; missing where there is no list."""
    said = items(words)
    return word in said or (False if any(map(text, said)) else None)


def per_token(source: str) -> Callable[[str, Entry], Iterator[PriceRow]]:
    """Return a reader of `pricing` in USD per token, as numbers or as texts."""

    def read(model: str, entry: Entry) -> Iterator[PriceRow]:
        said = mapping(entry.get("pricing"))
        sides = (said.get("prompt"), said.get("completion"), said.get("input_cache_read"))
        if currency := currency_of(said):
            yield from priced(model, beside_fee(source, said.get("request")), PER_TOKEN, sides, currency=currency)

    return read


def parse_one(
    read: Callable[[Entry], ModelRow | None] = plain_model,
    is_model: Callable[[Entry], bool] = lambda entry: entry.get("object") == "model",
) -> Callable[[Reply], Rows | None]:
    """Return a parser of the answer about one model, asked with the key: it confirms that model.

    `is_model` says whether a body describes a model at all.  It may be called by the name behind an alias.
    """

    def parse(reply: Reply) -> Rows | None:
        entry = mapping(reply.json)
        row = read(entry) if is_model(entry) else None
        if row is None or row.listed is False:  # described, and said not to be served
            return None
        return Rows(models=(replace(row, model=reply.model, listed=None, standing=Standing.CONFIRMED),))

    return parse


def each_model(
    listed: Ask, path: str, source: str, parse: Callable[[Reply], Rows | None], outcomes: tuple[Clause, ...] = ()
) -> Ask:
    """Return the question about each covered model that goes with the question `listed` for the list of the same API.

    It waits for what the list tells of the key, and is left out for a key that is not taken there.
    """
    return replace(
        listed,
        path=path,
        parse=parse,
        source=source,
        checked=CHECKED,
        gives=(),
        outcomes=(*outcomes, *listed.outcomes),
        proves_key=False,
        waits=True,
    )


def no_such_model(source: str, *fields: tuple[str, str | int | type], words: str = "") -> Clause:
    """Return the clause of the 404 for a model that is not there, which says nothing of the key.

    The bodies are those that a call is answered; what a question about such a model is answered is in no source.
    """
    return Clause(Outcome.NOT_OFFERED, source, CHECKED, 404, words, fields, _NO_SUCH_MODEL)


def as_sample(ask: Ask) -> Ask:
    """Return `ask` as the question that samples repeat: its rows are known by then, only that it is answered counts."""

    def parse(reply: Reply) -> Rows | None:
        return None if ask.parse(reply) is None else Rows()

    return replace(ask, parse=parse, gives=(), proves_key=False, repeat=Repeat.PER_SAMPLE)
