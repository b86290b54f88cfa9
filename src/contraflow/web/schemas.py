"""Shapes of what is asked and answered; the page's types are generated from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from contraflow.web.limits import MAX_BELIEFS, MAX_DRAWS, MAX_HELD, MAX_MEASURES, MAX_PLACES, MAX_WANTED

Name = Annotated[str, Field(max_length=80)]
Text = Annotated[str, Field(max_length=4000)]


class Strict(BaseModel):
    """Refuses keys it does not know, and numbers that are not finite."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Layer(Strict):
    """A measure: what is done, where, from when to when, how strongly; as in a scenario file."""

    kind: Name
    places: Annotated[list[Name], Field(max_length=MAX_PLACES)]
    start: Name
    end: Name = ""
    value: float
    source: Annotated[str, Field(max_length=400)] = ""
    note: Text = ""


class Document(Strict):
    """A scenario: the one of the case that it extends (empty: none), and its own measures."""

    name: Name = ""
    title: Annotated[str, Field(max_length=200)] = ""
    description: Text = ""
    base: Name = ""
    measures: Annotated[list[Layer], Field(max_length=MAX_MEASURES)] = []


class Ask(Strict):
    """A run: what we do, what we believe, how many draws.

    `have` are baselines that need not be sent again; `want` names the outcomes whose bands and drivers are wanted, and
    "years" for links and places by the year (nothing named: everything). With `passing` the baseline will hardly be
    asked for again, and is not kept.
    """

    base: Name = ""
    measures: Annotated[list[Layer], Field(max_length=MAX_MEASURES)] = []
    baseline: Name = ""
    beliefs: Annotated[dict[str, float], Field(max_length=MAX_BELIEFS)] = {}
    draws: Annotated[int, Field(ge=1, le=MAX_DRAWS)] = 200
    have: Annotated[list[Name], Field(max_length=MAX_HELD)] = []
    want: Annotated[list[Name], Field(max_length=MAX_WANTED)] = []
    tab: Annotated[str, Field(max_length=64)] = ""
    passing: bool = False


class Toml(Strict):
    """Text of a scenario file."""

    text: Annotated[str, Field(max_length=200_000)]


class Problem(BaseModel):
    """What is wrong: where, what, and what to do about it."""

    place: str
    value: str
    remedy: str


class Packed(BaseModel):
    """Numbers in row order: little-endian 32-bit floats in base64; a missing one is not-a-number."""

    shape: list[int]
    data: str


class Driver(BaseModel):
    """A parameter that moves a difference: its rank correlation, and the median where it is low and high."""

    symbol: str
    rank: float
    low: float
    high: float


class Displaced(BaseModel):
    """Change of the tonnes a year over an exit corridor (empty place: all of them), at the five levels."""

    place: str
    touched: bool
    baseline: float
    scenario: float
    change: list[float]
    share: list[float] | None


class Part(BaseModel):
    """A part of the dollars of a window: mean, 5 %, median and 95 % over draws, million USD."""

    id: str
    value: list[float]


class Dollars(BaseModel):
    """Where the dollars of a window come from and go."""

    markets: list[Part]
    stages: list[Part]
    groups: list[Part]


class World(BaseModel):
    """A baseline from the first month to the last.

    `edges` has means by month and edge; `years` five levels by calendar year, of the tonnes `shipped` and `lost` on
    edges and the `value` of a kilogram at nodes; `worth` the mean worth of what passes a node in a year, million USD.
    """

    key: str
    name: str
    title: str
    bands: dict[str, Packed]
    edges: dict[str, Packed]
    years: dict[str, Packed]
    worth: Packed
    dollars: list[Dollars]


class Named(BaseModel):
    """A name and a title."""

    name: str
    title: str


class Seconds(BaseModel):
    """What the answer took."""

    simulate: float
    summarise: float


class Answer(BaseModel):
    """A scenario beside its baseline, over `draws` draws; `dropped` more had no finite answer.

    `bands` and `difference` hold five levels by month and place from month `start` on (before it, the scenario is
    its baseline; null: everywhere). `tables` has one entry a window and one packed array an outcome: baseline,
    scenario, difference and difference in percent, each at five levels by place.
    """

    scenario: Named
    baseline: str
    draws: int
    dropped: int
    seed: int
    source: Literal["prior", "posterior"]
    start: int | None
    tables: list[dict[str, Packed]]
    drivers: list[dict[str, list[Driver]]]
    displaced: list[list[Displaced]]
    dollars: list[Dollars] | None
    bands: dict[str, Packed] | None
    difference: dict[str, Packed] | None
    edges: dict[str, Packed] | None
    years: dict[str, Packed] | None
    worth: Packed | None
    years_difference: dict[str, Packed] | None
    world: World | None
    seconds: Seconds


class Written(BaseModel):
    """Text of a file."""

    name: str
    text: str


class Status(BaseModel):
    """Whether programs are compiled, and how many requests wait."""

    ready: bool
    waiting: int
    version: str


class Outcome(BaseModel):
    """A series: its words, unit, and the ids along its second axis ("" is the total, or the whole).

    `sources` are those of the figures that the posterior was fitted to and that bear on it directly.
    """

    id: str
    label: str
    section: str
    unit: str
    dimension: str
    places: list[str]
    description: str
    sources: list[str]


class Kind(BaseModel):
    """A kind of measure: where it acts and what its value means."""

    name: str
    key: str
    dimension: str
    unit: str
    low: float
    high: float | None
    neutral: float
    pulse: bool
    description: str
    places: list[str]


class Slider(BaseModel):
    """A parameter that may be fixed, and what is believed of it."""

    symbol: str
    name: str
    unit: str
    description: str
    prior: str
    kind: str
    source: str
    low: float
    high: float
    median: float
    q05: float
    q95: float
    counts: list[int]


class Place(BaseModel):
    """An id, its name, and where its figures come from."""

    id: str
    name: str
    note: str = ""
    source: str = ""


class CaseInfo(BaseModel):
    """Everything about the case that does not depend on a run."""

    name: str
    title: str
    description: str
    version: str
    digest: str
    licence: str
    country: str
    focus: str
    months: list[str]
    history_end: str
    windows: list[list[str]]
    baseline: str
    scenario: str
    source: Literal["prior", "posterior"]
    seed: int
    software: str
    outcomes: list[Outcome]
    kinds: list[Kind]
    sliders: list[Slider]
    presets: list[Document]
    names: dict[str, dict[str, str]]
    parameters: list[dict[str, Any]]
    places: dict[str, Any]
    observed: dict[str, list[list[float]]]


class Knowledge(BaseModel):
    """A page of words and tables, made by the same code as a command."""

    command: str
    lead: list[str]
    sections: list[Section]


class Section(BaseModel):
    """A heading, words, and a table, which may be empty; `numbers` are the columns to align right.

    `verdict` is the answer in a few words, where the section is an answer; `sources` are keys of the bibliography.
    """

    title: str
    verdict: str = ""
    words: list[str] = []
    header: list[str] = []
    rows: list[list[str]] = []
    numbers: list[int] = []
    sources: list[str] = []


class Progress(BaseModel):
    """How far a tab is that is being computed: questions before it, parts done of how many, seconds left."""

    asked: bool
    before: int
    done: int
    total: int
    left: float | None


class Source(BaseModel):
    """An entry of the case's bibliography."""

    key: str
    title: str
    publisher: str
    date: str
    url: str
    note: str


Knowledge.model_rebuild()
