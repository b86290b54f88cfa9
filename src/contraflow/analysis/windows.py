"""Windows of months over which outcomes are summed or averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

if TYPE_CHECKING:
    from contraflow.case import Case

MONTHS = 12


@dataclass(frozen=True)
class Window:
    """Months from `first` to `last`, both included."""

    first: pd.Period
    last: pd.Period

    def __str__(self) -> str:
        """Return the window as words."""
        return f"{self.first} to {self.last}"

    def of(self, values: xr.DataArray) -> xr.DataArray:
        """Cut a monthly outcome to the window."""
        return values.sel(month=slice(str(self.first), str(self.last)))


def default_windows(case: Case) -> tuple[Window, Window]:
    """First twelve months after the common history, and the last twelve simulated."""
    first = case.history_end + 1
    return (
        Window(first, min(first + (MONTHS - 1), case.end)),
        Window(max(case.end - (MONTHS - 1), case.start), case.end),
    )
