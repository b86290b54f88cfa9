"""Every table of a case, column by column: the description that code, messages and documentation share."""

from __future__ import annotations

from contraflow.case.schema import Column, Table


def _id(description: str, type: str = "id") -> Column:
    return Column("id", type, description)


def _text(name: str, description: str, required: bool = False) -> Column:
    return Column(name, "text", description, required=required)


def _number(name: str, unit: str, description: str, *, required: bool = True, **bounds) -> Column:
    return Column(name, "number", description, unit=unit, required=required, **bounds)


def _choice(name: str, choices: tuple[str, ...], description: str, required: bool = True) -> Column:
    return Column(name, "choice", description, required=required, choices=choices)


def _ref(name: str, table: str, description: str, required: bool = True) -> Column:
    return Column(
        name, "code" if table == "jurisdictions" else "id", description, required=required, ref=table
    )


def _year(required: bool = True) -> Column:
    return Column("year", "integer", "Calendar year.", required=required, low=1900, high=2100)


def _month(required: bool = True) -> Column:
    return Column("month", "integer", "Month of the year, 1 to 12.", required=required, low=1, high=12)


NAME = _text("name", "Name in words.", required=True)
NOTE = _text("note", "Anything a reader should know about the row.")
SOURCE = Column(
    "source", "sources", "Keys of sources.bib joined by ';', or the word judgement.", required=False
)
CHOSEN = Column(
    "chosen", "integer", "1 on the row that is used where sources conflict, else 0.", low=0, high=1
)
CONFIDENCE = _choice("confidence", ("high", "medium", "low"), "How far the row is trusted.", required=False)
LATITUDE = _number("lat", "degrees", "Latitude.", required=False, low=-90, high=90)
LONGITUDE = _number("lon", "degrees", "Longitude.", required=False, low=-180, high=180)

KINDS = ("source", "hub", "port", "sea", "entry", "market")
MODES = ("land", "river", "boat", "semi-submersible", "container", "air", "yacht")
DISTRIBUTIONS = ("fixed", "normal", "lognormal", "uniform", "beta", "halfnormal")

NODES = Table(
    "nodes",
    "Places of the network: production zones, hubs, ports, sea lanes, entries and markets.",
    ("id",),
    (
        _id("Node id."),
        NAME,
        _choice("kind", KINDS, "What the node is."),
        Column("country", "country", "Country of the node."),
        _ref("territory", "territories", "Province whose armed groups are there.", required=False),
        LATITUDE,
        LONGITUDE,
        _number(
            "price",
            "USD/kg pure",
            "Farmgate price in the base year; sources only.",
            required=False,
            low=0,
            open_low=True,
        ),
        _number(
            "margin",
            "1",
            "Operators' gross mark-up over the mean landed cost, base year; empty for sources. "
            "At a market it is the whole domestic distribution, up to the retail price.",
            required=False,
            low=0,
        ),
        _number(
            "purity",
            "1",
            "Purity of what is sold or seized at the node.",
            required=False,
            low=0,
            open_low=True,
            high=1,
        ),
        NOTE,
        SOURCE,
    ),
)

EDGES = Table(
    "edges",
    "Ways from one node to the next; together they form a directed acyclic graph.",
    ("id",),
    (
        _id("Edge id."),
        _ref("origin", "nodes", "Node the edge leaves."),
        _ref("destination", "nodes", "Node the edge enters."),
        _choice("mode", MODES, "Means of transport."),
        _ref("jurisdiction", "jurisdictions", "Whose seizures a loss on the edge counts to."),
        _ref("theatre", "theatres", "Whose enforcement effort acts on the edge."),
        _ref("territory", "territories", "Province whose groups tax the edge.", required=False),
        _ref(
            "corridor",
            "corridors",
            "Exit corridor, on the one edge of every path that leaves the producing region.",
            required=False,
        ),
        _ref(
            "network",
            "networks",
            "Trafficking organisation that runs a good part of the edge.",
            required=False,
        ),
        _number(
            "share_start",
            "1",
            "Share of the destination's supply in the first year.",
            low=0,
            high=1,
            open_low=True,
        ),
        _number(
            "share_base",
            "1",
            "Share of the destination's supply in the base year.",
            low=0,
            high=1,
            open_low=True,
        ),
        _number("freight", "USD/kg shipped", "Cost of transport.", low=0),
        _number("toll", "USD/kg shipped", "Payment to armed groups; only where a territory is set.", low=0),
        _number(
            "risk",
            "USD/kg per unit of loss probability",
            "Risk compensation per unit of perceived loss probability.",
            low=0,
        ),
        _number(
            "loss",
            "1",
            "Base-year probability that a kilogram shipped over the edge is lost.",
            low=0,
            high=0.9,
            open_high=True,
        ),
        _text("justification", "Why the edge exists."),
        SOURCE,
    ),
)

THEATRES = Table(
    "theatres",
    "Theatres of enforcement: where one effort acts.",
    ("id",),
    (
        _id("Theatre id."),
        NAME,
        _text("description", "What the theatre covers."),
        _number(
            "cost", "USD/year", "Cost of a year of enforcement at base-year effort.", required=False, low=0
        ),
        SOURCE,
    ),
)

EFFORT = Table(
    "effort",
    "Enforcement effort of each theatre by year, relative to the base year.",
    ("theatre", "year"),
    (
        _ref("theatre", "theatres", "Theatre."),
        _year(),
        _number("index", "1 (base year)", "Effort; the base year is 1.", low=0),
        SOURCE,
    ),
    may_be_empty=True,
)

JURISDICTIONS = Table(
    "jurisdictions",
    "Countries and agencies to which seizures are counted.",
    ("id",),
    (
        _id("Three-letter country code, or an id.", "code"),
        NAME,
        _number(
            "purity",
            "1",
            "Purity of what is seized, to turn gross weight into pure.",
            low=0,
            open_low=True,
            high=1,
        ),
        SOURCE,
    ),
)

CORRIDORS = Table(
    "corridors",
    "Exit corridors: the cut through which everything leaves the producing region.",
    ("id",),
    (_id("Corridor id."), NAME, _text("region", "Region of the world."), NOTE),
)

NETWORKS = Table(
    "networks",
    "Trafficking organisations and buyer networks that run a good part of some edges.",
    ("id",),
    (_id("Network id."), NAME, NOTE, SOURCE),
    may_be_empty=True,
)

PRODUCTION = Table(
    "production",
    "Potential production of each source by year.",
    ("node", "year", "source"),
    (
        _ref("node", "nodes", "Source node."),
        _year(),
        _number("value", "t pure/year", "Potential production.", low=0),
        _number("low", "t pure/year", "Lower bound.", required=False, low=0),
        _number("high", "t pure/year", "Upper bound.", required=False, low=0),
        SOURCE,
        CHOSEN,
        NOTE,
    ),
)

DEMAND = Table(
    "demand",
    "Demand of each market at constant price, by year.",
    ("market", "year"),
    (
        _ref("market", "nodes", "Market node."),
        _year(),
        _number(
            "index", "1 (base year)", "Demand at constant price; the base year is 1.", low=0, open_low=True
        ),
        SOURCE,
        NOTE,
    ),
)

USERS = Table(
    "users",
    "Users of each market and its share of the world's consumption in the base year.",
    ("market",),
    (
        _ref("market", "nodes", "Market node."),
        _number("share", "1", "Share of the world's base-year consumption.", low=0, high=1, open_low=True),
        _number("light", "persons", "Light users.", low=0),
        _number("heavy", "persons", "Heavy users.", low=0),
        SOURCE,
        NOTE,
    ),
)

TERRITORIES = Table(
    "territories",
    "Provinces in which armed groups earn, recruit and fight.",
    ("id",),
    (
        _id("Territory id."),
        NAME,
        _number("population", "persons", "Inhabitants.", low=0, open_low=True),
        _number("background", "killings/100,000/year", "Killings not due to group conflict.", low=0),
        _number("mining", "USD/month", "Groups' income from illegal mining, base year.", low=0),
        _number("extortion", "USD/month", "Groups' income from extortion, base year.", low=0),
        _number("night_share", "1", "Share of killings between 23:00 and 04:59.", low=0, high=1),
        LATITUDE,
        LONGITUDE,
        NOTE,
        SOURCE,
    ),
)

ADJACENCY = Table(
    "adjacency",
    "Neighbouring territories, each pair once.",
    ("a", "b"),
    (
        _ref("a", "territories", "One territory."),
        _ref("b", "territories", "The other."),
        _text("kind", "Kind of border."),
        SOURCE,
    ),
    may_be_empty=True,
)

GROUPS = Table(
    "groups",
    "Armed groups.",
    ("id",),
    (
        _id("Group id."),
        NAME,
        _ref("parent", "groups", "Group it can split from.", required=False),
        _text("designated", "Since when and by whom it is designated as a terrorist organisation."),
        _number("size_low", "persons", "Lowest size quoted.", required=False, low=0),
        _number("size_high", "persons", "Highest size quoted.", required=False, low=0),
        NOTE,
        SOURCE,
    ),
)

PRESENCE = Table(
    "presence",
    "Cells of the group model: which group is in which territory.",
    ("group", "territory"),
    (
        _ref("group", "groups", "Group."),
        _ref("territory", "territories", "Territory."),
        _number(
            "weight", "1", "Relative strength at the start; 0 for a group that only a split wakes.", low=0
        ),
        SOURCE,
        NOTE,
    ),
)

RELATIONS = Table(
    "relations",
    "Who fights, supports or split from whom, and when.",
    ("a", "b", "relation", "start"),
    (
        _ref("a", "groups", "One group."),
        _ref("b", "groups", "The other."),
        _choice("relation", ("rival", "ally", "split"), "Their relation."),
        Column("start", "month", "First month.", required=False),
        Column("end", "month", "Last month.", required=False),
        SOURCE,
    ),
    may_be_empty=True,
)

HOMICIDES = Table(
    "homicides",
    "Homicides by territory and month, as recorded.",
    ("territory", "year", "month"),
    (
        _ref("territory", "territories", "Territory."),
        _year(),
        _month(),
        Column("homicides", "integer", "Homicides in the month.", unit="persons", low=0),
        Column(
            "night", "integer", "Of these, between 23:00 and 04:59.", unit="persons", required=False, low=0
        ),
        Column("prison", "integer", "Of these, in prison.", unit="persons", required=False, low=0),
        Column("firearm", "integer", "Of these, by firearm.", unit="persons", required=False, low=0),
        SOURCE,
    ),
    may_be_empty=True,
)

SEASON = Table(
    "season",
    "Seasonal factor of killings.",
    ("month",),
    (_month(), _number("factor", "1", "Factor; the mean of the twelve is 1.", low=0, open_low=True), SOURCE),
)

INCOME = Table(
    "income",
    "Armed groups' income besides the trade: yearly index, base year 1.",
    ("year",),
    (
        _year(),
        _number("mining", "1", "Illegal mining income relative to the base year.", low=0),
        _number("extortion", "1", "Extortion income relative to the base year.", low=0),
        SOURCE,
        NOTE,
    ),
)

PARAMETERS = Table(
    "parameters",
    "Beliefs: one row a parameter, with its prior.",
    ("symbol", "index"),
    (
        _text("symbol", "Symbol of the parameter in the model.", required=True),
        _text("index", "Empty for a scalar, or the dimension over which it is drawn independently."),
        NAME,
        _text("unit", "Unit; 1 for a pure number.", required=True),
        _choice(
            "dist",
            DISTRIBUTIONS,
            "Prior: fixed(a), normal(a mean, b sd), lognormal(a median, b sd of the log), "
            "uniform(a, b), beta(a, b), halfnormal(b).",
        ),
        _number("a", "", "First number of the prior.", required=False),
        _number("b", "", "Second number of the prior.", required=False),
        _choice("kind", ("judgement", "published", "derived"), "Where the prior comes from."),
        _text("description", "What the parameter does.", required=True),
        SOURCE,
    ),
)

OBSERVATIONS = Table(
    "observations",
    "Published figures, one a row, conflicts kept (every CSV in the folder observations/).",
    (),
    (
        _text("series", "Name of the series.", required=True),
        _text("place", "Place the figure is for.", required=True),
        _year(),
        _month(required=False),
        _number("value", "see unit", "The figure.", required=False),
        _number("low", "see unit", "Lower bound.", required=False),
        _number("high", "see unit", "Upper bound.", required=False),
        _text("unit", "Unit.", required=True),
        _text("definition", "What exactly was counted."),
        SOURCE,
        CONFIDENCE,
        CHOSEN,
        _text("why", "Why this row was chosen, or not."),
        NOTE,
    ),
    optional=True,
    may_be_empty=True,
)

CALIBRATION = Table(
    "calibration",
    "The record a fit uses beside killings: one figure a row, drawn from the observations.",
    (),
    (
        _choice(
            "quantity",
            ("seizures", "share", "price", "retail", "transit", "members"),
            "seizures: t gross a year; share: of seizures there, those whose edge starts in the origin; "
            "price: USD 2024 per pure kg; retail: USD per kg as sold, at a purity that is fitted; "
            "transit: share of the followed sources' output through the focus country; "
            "members: persons in all armed groups, mean of the year (evidence for the fit to killings).",
        ),
        _text(
            "where",
            "jurisdiction:ID, theatre:ID, entry:NODE (edges into it), node:NODE (for prices) or market:NODE (for "
            "retail prices); ids joined by + are counted together. Empty for transit and members.",
        ),
        Column("origin", "country", "Country the edges start in; for shares.", required=False),
        _year(),
        _number("value", "see quantity", "The figure.", low=0, open_low=True),
        _number(
            "error",
            "1",
            "Standard error of this row's logarithm (of shares: of the log odds), beside the error that is fitted.",
            low=0,
        ),
        SOURCE,
        NOTE,
    ),
    optional=True,
    may_be_empty=True,
)

EVENTS = Table(
    "events",
    "What happened, dated; groups and offices only, never persons.",
    (),
    (
        Column("date", "date", "Date or month."),
        Column("end_date", "date", "Last day or month.", required=False),
        _text("kind", "Kind of event.", required=True),
        _text("place", "Where, in words."),
        Column("territories", "refs", "Territories concerned.", required=False, ref="territories"),
        _text("description", "What happened.", required=True),
        _text("actors", "Groups and offices."),
        _number("quantity", "see unit", "How much.", required=False),
        _text("unit", "Unit of the quantity."),
        SOURCE,
        CONFIDENCE,
    ),
    may_be_empty=True,
)

CLAIMS = Table(
    "claims",
    "What offices and outlets say about the trade or a campaign, each mapped to an observable and audited.",
    ("id",),
    (
        _id("Claim id."),
        _text("who", "Office or outlet that says it; never a person's name.", required=True),
        Column("date", "date", "When it was said.", required=False),
        _text("words", "A quotation of at most 15 words, or a paraphrase.", required=True),
        _choice("form", ("quote", "paraphrase"), "Whether the words are theirs or ours."),
        Column("observable", "id", "What the claim is about: a name of `contraflow claims --list`."),
        _text("place", "Where: see the observable; several ids are joined by ';'."),
        _text("via", "Through where: see the observable; empty for the focus country."),
        _text(
            "period", "Years or months: 2024, 2019 to 2023, 2025-09 to 2026-08; or months after history: 12m."
        ),
        Column("scenario", "id", "Scenario of the claim; empty for the case's default.", required=False),
        _choice("comparator", ("=", ">=", "<=", "between"), "How the observable compares with the value."),
        _number("value", "see unit", "The figure claimed.", required=False),
        _number("low", "see unit", "Lower end, where the claim is a range.", required=False),
        _number("high", "see unit", "Upper end, where the claim is a range.", required=False),
        _number(
            "tolerance",
            "see unit",
            "How far off still counts as right; empty for the usual one.",
            required=False,
            low=0,
        ),
        _text("unit", "Unit of the figure; must be that of the observable."),
        SOURCE,
        _text("why", "Why this observable, comparator and tolerance."),
        NOTE,
    ),
    may_be_empty=True,
    optional=True,
)

#: All tables by name, in reading order.
TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        NODES,
        EDGES,
        THEATRES,
        EFFORT,
        JURISDICTIONS,
        CORRIDORS,
        NETWORKS,
        PRODUCTION,
        DEMAND,
        USERS,
        TERRITORIES,
        ADJACENCY,
        GROUPS,
        PRESENCE,
        RELATIONS,
        HOMICIDES,
        SEASON,
        INCOME,
        PARAMETERS,
        CALIBRATION,
        OBSERVATIONS,
        EVENTS,
        CLAIMS,
    )
}
