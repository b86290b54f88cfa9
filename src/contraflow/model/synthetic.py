"""Random structures and beliefs: for property tests, benchmarks and checks of the inference."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from contraflow.model.drivers import Drivers
from contraflow.model.groups import rivalry_matrix
from contraflow.model.network import Network, build_network
from contraflow.model.parameters import (
    Demand,
    Enforcement,
    Groups,
    Parameters,
    Production,
    Trade,
)
from contraflow.model.structure import STAGES, Cells, Labels, Record, Structure
from contraflow.model.symbols import SPEC

TYPICAL = {
    "theta": 4.0, "pass_through": 0.5, "price_adjustment": 0.1, "stock_cover": 1.5, "stock_release": 0.15,
    "area_elasticity": 0.4, "area_adjustment": 0.04, "yield_growth": 0.01, "eradication_effect": 0.6,
    "price_memory": 9.0, "production_use": 0.85, "harvest_price": 0.3, "elasticity": 0.6, "light_to_heavy": 0.024,
    "light_to_none": 0.15, "heavy_to_light": 0.04, "heavy_to_none": 0.02, "heavy_ratio": 7.5,
    "effort_exponent": 0.7, "intelligence_effect": 0.3, "training_lag": 9.0, "search_saturation": 0.25,
    "learning": 0.3, "concealment_growth": 0.03, "concealment_half_life": 12.0, "strike_load": 1.0,
    "strike_fear": 0.05, "strike_fear_half_life": 4.0, "takedown_cut": 0.5, "takedown_half_life": 6.0,
    "designation_cost": 30.0, "members_start": 9000.0, "recruitment": 0.014, "incapacitation": 60.0,
    "conflict": 4e-7, "background_conflict": 0.5, "saturation": 2e-7, "income_response": 0.3, "contest": 1.0,
    "split_share": 0.3,
    "deployment_suppression": 0.3, "deployment_arrests": 0.5, "curfew_effect": 0.4, "curfew_shift": 0.4,
    "mining_scale": 1.0, "extortion_scale": 1.0, "background_scale": 1.0, "killings_per_death": 1.0,
}  # fmt: skip
"""Round numbers of the right size: for synthetic structures only, no case uses them."""


def random_network(rng: np.random.Generator, nodes: int, edges: int, layers: int) -> Network:
    """Layered random acyclic graph in which every node can be reached and can reach a market."""
    layer = np.sort(np.r_[np.arange(layers), rng.integers(0, layers, nodes - layers)])
    kinds = np.where(layer == 0, "source", np.where(layer == layers - 1, "market", "hub"))
    names = [f"n{i:04d}" for i in range(nodes)]
    pairs: set[tuple[int, int]] = set()
    for node in range(nodes):
        if layer[node] > 0:
            pairs.add((int(rng.choice(np.flatnonzero(layer == layer[node] - 1))), node))
        if layer[node] < layers - 1:
            pairs.add((node, int(rng.choice(np.flatnonzero(layer == layer[node] + 1)))))
    possible = [(a, b) for a in range(nodes) for b in range(nodes) if layer[a] < layer[b]]
    for index in rng.permutation(len(possible)):
        if len(pairs) >= edges:
            break
        pairs.add(possible[index])
    chosen = sorted(pairs)
    return build_network(
        names,
        kinds.tolist(),
        [f"e{a:04d}-{b:04d}" for a, b in chosen],
        [names[a] for a, _ in chosen],
        [names[b] for _, b in chosen],
    )


def random_structure(
    rng: np.random.Generator, network: Network, months: int = 24, territories: int = 3, groups: int = 4
) -> Structure:
    """Structure around a network: two theatres, a few territories and groups, a flat record."""
    size, count = len(network.edges), len(network.nodes)
    sources, markets = len(network.sources), len(network.markets)
    years = -(-months // 12)
    group = np.tile(np.arange(groups), territories)
    territory = np.repeat(np.arange(territories), groups)
    rivals = (rng.random((groups, groups)) < 0.4).astype(float)
    allies = (rng.random((groups, groups)) < 0.2).astype(float)
    same = territory[:, None] == territory[None, :]
    feud, background = (m[group][:, group] * same for m in rivalry_matrix(rivals, allies))
    weight = rng.uniform(0.2, 1.0, groups * territories)
    dormant = group == groups - 1
    weight[dormant] = 0.0
    production = rng.uniform(50.0, 500.0, sources)
    stage = [
        STAGES.index("margin-retail" if kind == "market" else "margin-transit") for kind in network.kinds
    ]

    def ids(prefix: str, n: int) -> tuple[str, ...]:
        return tuple(f"{prefix}{i}" for i in range(n))

    month = np.arange(months)
    return Structure(
        network=network,
        labels=Labels(
            theatre=rng.integers(0, 2, size),
            jurisdiction=rng.integers(0, 3, size),
            corridor=np.where(np.isin(network.destination, network.markets), 0, -1),
            network=rng.integers(-1, 2, size),
            territory=rng.integers(-1, territories, size),
            afloat=rng.random(size) < 0.4,
            entering_focus=rng.random(size) < 0.2,
            leaving_focus_source=np.isin(network.origin, network.sources),
            focus_edge=rng.random(size) < 0.3,
            focus_node=rng.random(count) < 0.3,
            stage=np.array(stage),
        ),
        cells=Cells(
            group=group,
            territory=territory,
            weight=weight,
            feud=feud[None],
            background=background[None],
            child=np.flatnonzero(dormant),
            parent=np.flatnonzero(dormant) - 1,
        ),
        record=Record(
            published=np.tile(production, (months, 1)),
            known=(month < months // 2).astype(float),
            years_after=np.maximum(0.0, (month - months // 2) / 12.0),
            appetite=np.ones((months, markets)),
            mining=np.ones(months),
            extortion=np.ones(months),
            season=np.ones(months),
            epoch=np.zeros(months, dtype=int),
            year=month // 12,
        ),
        names={
            "node": network.nodes,
            "edge": network.edges,
            "source": tuple(network.nodes[i] for i in network.sources),
            "market": tuple(network.nodes[i] for i in network.markets),
            "theatre": ids("theatre", 2),
            "jurisdiction": ids("jurisdiction", 3),
            "corridor": ids("corridor", 1),
            "network": ids("network", 2),
            "territory": ids("territory", territories),
            "group": ids("group", groups),
            "stage": STAGES,
            "cell": ids("cell", groups * territories),
            "year": ids("", years),
            "month": ids("", months),
        },
        base_production=production,
        users=rng.uniform(1e6, 1e7, markets),
        purity=rng.uniform(0.5, 1.0, 3),
        cost=rng.uniform(1e6, 1e8, 2),
        background=rng.uniform(1.0, 10.0, territories),
        night=rng.uniform(0.2, 0.5, territories),
        mining=rng.uniform(1e5, 1e6, territories),
        extortion=rng.uniform(1e5, 1e6, territories),
        anchor=None,
    )


def random_parameters(rng: np.random.Generator, structure: Structure, draws: int) -> Parameters:
    """Beliefs for a synthetic structure: typical values, spread by a tenth between draws."""
    network, size = structure.network, len(structure.network.edges)

    def value(name: str) -> jnp.ndarray:
        dims = [len(structure.names[d]) for d in SPEC[name].dims]
        return jnp.asarray(TYPICAL[name] * np.exp(0.1 * rng.standard_normal((*dims, draws))))

    def table(low: float, high: float, rows: int) -> jnp.ndarray:
        return jnp.asarray(
            rng.uniform(low, high, (rows, 1)) * np.exp(0.1 * rng.standard_normal((rows, draws)))
        )

    raw = rng.uniform(0.2, 1.0, (size, draws))
    total = np.zeros((len(network.nodes), draws))
    np.add.at(total, network.destination, raw)
    log_share = jnp.asarray(np.log(raw / total[network.destination]))
    years = len(structure.names["year"])
    market = rng.uniform(0.5, 1.0, (len(network.markets), draws))
    named = {
        module: {f: value(f) for f in module.__dataclass_fields__ if f in TYPICAL}
        for module in (Production, Demand, Enforcement, Groups)
    }
    return Parameters(
        trade=Trade(
            theta=value("theta"),
            pass_through=jnp.asarray(rng.uniform(0.0, 1.0, draws)),
            log_share=jnp.broadcast_to(log_share, (years, *log_share.shape)),
            log_share_base=log_share,
            freight=table(50.0, 3000.0, size),
            toll=table(0.0, 200.0, size),
            risk=table(0.0, 3000.0, size),
            hazard=table(0.0, 0.3, size),
            margin=table(0.0, 0.5, len(network.nodes)),
            farmgate=table(800.0, 2000.0, len(network.sources)),
        ),
        production=Production(production_error=jnp.ones((len(network.sources), draws)), **named[Production]),
        demand=Demand(market_share=jnp.asarray(market / market.sum(0)), **named[Demand]),
        enforcement=Enforcement(**named[Enforcement]),
        groups=Groups(**named[Groups]),
    )


def neutral_drivers(structure: Structure) -> Drivers:
    """Drivers of a scenario without any measure."""
    months = structure.months

    def fill(name: str, value: float) -> np.ndarray:
        return np.full((months, len(structure.names[name])), value)

    return Drivers(
        effort=fill("theatre", 1.0),
        strikes=fill("theatre", 0.0),
        intelligence=fill("theatre", 0.0),
        takedown=fill("network", 0.0),
        eradication=fill("source", 0.0),
        demand=fill("market", 1.0),
        designation=fill("group", 0.0),
        mining=fill("territory", 1.0),
        extortion=fill("territory", 1.0),
        recruitment=fill("territory", 1.0),
        incapacitation=fill("territory", 1.0),
        deployment=fill("territory", 0.0),
        curfew=fill("territory", 0.0),
        splits=fill("group", 0.0),
    )
