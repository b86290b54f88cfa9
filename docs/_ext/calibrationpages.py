"""How good the shipped posterior is, and how far answers depend on the evidence: from the files of the case."""

from __future__ import annotations

from contraflow.case import Case
from contraflow.inference.summary import read
from contraflow.report import sureness
from markdown import table, text


def calibration(case: Case) -> str:
    """Targets, coverage, what was learned."""
    found = read(case.path)
    if found is None:
        return "*The case does not ship a posterior yet.*\n"
    return "\n".join(_section(one) for one in sureness.fit(case, found))


def sensitivity(case: Case) -> str:
    """Answers under each reading of the evidence, one table a quantity."""
    sections = sureness.sensitivity(case.path)
    if not sections:
        return "*The case does not ship a sensitivity table yet.*\n"
    return "\n".join(_section(one) for one in sections)


def recovery(case: Case) -> str:
    """Known parameters found again in invented records."""
    found = sureness.recovery(case.path)
    return "*The case does not ship a recovery table yet.*\n" if found is None else _body(found)


def forecasts(case: Case) -> str:
    """Who forecasts best, in short."""
    found = sureness.forecasts(case.path)
    return "*The case does not ship a backtest yet.*\n" if found is None else _body(found)


def _section(one: sureness.Section) -> str:
    return f"### {text(one.title)}\n\n{_body(one)}"


def _body(one: sureness.Section) -> str:
    words = "\n\n".join(text(word) for word in one.words)
    return f"{words}\n\n" + table(one.header, [[text(cell) for cell in row] for row in one.rows])


PAGES = {
    "calibration": calibration,
    "forecasts": forecasts,
    "sensitivity": sensitivity,
    "recovery": recovery,
}
