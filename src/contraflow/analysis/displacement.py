"""Displacement: of the tonnes that measures remove from some exit corridors, what reappears elsewhere.

Every path from a source to a market crosses exactly one edge that belongs to an exit corridor, so corridors
are a cut: tonnes shipped over them count each kilogram once, and what leaves one corridor is either gone or
in another.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from contraflow.scenario import compile_drivers

if TYPE_CHECKING:
    from contraflow.analysis.windows import Window
    from contraflow.case import Case
    from contraflow.scenario import Scenario

ALL_CORRIDORS = "all"


def touched_corridors(case: Case, scenario: Scenario, baseline: Scenario) -> set[str]:
    """Corridors on whose exit edges, or on the edges right after them, the two scenarios act differently."""
    one, two = compile_drivers(case, scenario), compile_drivers(case, baseline)

    def differing(dimension: str, names: tuple[str, ...]) -> set[str]:
        ids = np.array(case.members(dimension), dtype=str)
        apart = np.zeros(len(ids), dtype=bool)
        for name in names:
            apart |= (np.asarray(getattr(one, name)) != np.asarray(getattr(two, name))).any(0)
        return set(ids[apart].tolist())

    theatres = differing("theatre", ("effort", "strikes", "intelligence"))
    networks = differing("network", ("takedown",))
    edges = case.edges
    hit = edges["theatre"].isin(list(theatres)) | edges["network"].isin(list(networks))
    beyond = set(edges.loc[hit, "origin"])
    reached = (edges["corridor"] != "") & (hit | edges["destination"].isin(list(beyond)))
    return set(edges.loc[reached, "corridor"])


def displacement(
    case: Case,
    scenario: Scenario,
    baseline: Scenario,
    after: xr.Dataset,
    before: xr.Dataset,
    window: Window,
) -> pd.DataFrame:
    """Change of the tonnes shipped over each exit corridor.

    Parameters
    ----------
    scenario, baseline : Scenario
    after, before : xarray.Dataset
        Their outcomes; both must hold ``corridor_flow``.
    window : Window
        Months over which flows are averaged.

    Returns
    -------
    pandas.DataFrame
        A row ``all`` and one a corridor. ``touched`` says whether a measure acts on it; ``diff_*`` are
        quantiles of the change in t/year; ``displaced_*`` (row ``all``) is the share of the tonnes lost by
        shrinking corridors that growing ones gained, and (other rows) the corridor's part of that share.
        Empty if ``corridor_flow`` was not recorded.
    """
    columns = ["corridor", "touched", "baseline", "scenario", "diff_q05", "diff_median", "diff_q95",
               "displaced_q05", "displaced_median", "displaced_q95"]  # fmt: skip
    if "corridor_flow" not in after:
        return pd.DataFrame(columns=columns)
    touched = touched_corridors(case, scenario, baseline)
    new = 12.0 * window.of(after["corridor_flow"]).mean("month").to_numpy()
    old = 12.0 * window.of(before["corridor_flow"]).mean("month").to_numpy()
    change = new - old
    removed = np.maximum(-change, 0.0).sum(1)
    gained = np.maximum(change, 0.0)
    share = gained / np.where(removed > 0, removed, np.nan)[:, None]
    rows = [_row(ALL_CORRIDORS, bool(touched), old.sum(1), new.sum(1), share.sum(1))]
    for i, corridor in enumerate(after["corridor"].to_numpy()):
        rows.append(_row(str(corridor), corridor in touched, old[:, i], new[:, i], share[:, i]))
    return pd.DataFrame(rows, columns=columns)


def _row(name: str, touched: bool, old: np.ndarray, new: np.ndarray, share: np.ndarray) -> list:
    change = np.quantile(new - old, [0.05, 0.5, 0.95]).tolist()
    known = share[~np.isnan(share)]
    part = np.quantile(known, [0.05, 0.5, 0.95]).tolist() if known.size else [float("nan")] * 3
    return [name, touched, float(np.median(old)), float(np.median(new)), *change, *part]
