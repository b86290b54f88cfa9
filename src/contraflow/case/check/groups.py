"""Checks of armed groups, where they are and how they are related."""

from __future__ import annotations

from collections.abc import Iterator

from contraflow.case.check.registry import Problem, check
from contraflow.case.model import Case


@check("error", "groups", "presence", after=("references",))
def dormant_cells(case: Case) -> Iterator[Problem]:
    """A dormant cell (weight 0) has a parent group with a cell in the same territory."""
    parents = dict(zip(case.groups["id"], case.groups["parent"], strict=True))
    cells = set(zip(case.presence["group"], case.presence["territory"], strict=True))
    sheet = case.sheets["presence"]
    for row, (group, territory, weight) in enumerate(
        zip(case.presence["group"], case.presence["territory"], case.presence["weight"], strict=True)
    ):
        if weight > 0:
            continue
        parent = parents[group]
        if not parent:
            value = f"the group '{group}' is dormant (weight 0) but has no parent to split from"
            yield (
                sheet.place(row, "weight"),
                value,
                "give it a weight above 0, or name its parent in groups.csv",
            )
        elif (parent, territory) not in cells:
            value = f"the dormant group '{group}' has no cell of its parent '{parent}' in '{territory}'"
            yield (
                sheet.place(row, "territory"),
                value,
                f"add a row for '{parent}' in '{territory}', or remove this one",
            )


@check("error", "groups", "presence", after=("references",))
def child_cells(case: Case) -> Iterator[Problem]:
    """A group with a parent has a cell in at least one territory where the parent is."""
    place = case.presence.groupby("group")["territory"].agg(set).to_dict()
    sheet = case.sheets["groups"]
    for row, (group, parent) in enumerate(zip(case.groups["id"], case.groups["parent"], strict=True)):
        if parent and group in place and not place[group] & place.get(parent, set()):
            value = f"'{group}' shares no territory with its parent '{parent}'"
            remedy = "add a row to presence.csv for both in one territory, or empty the parent"
            yield sheet.place(row, "parent"), value, remedy


@check("error", "groups", after=("references",))
def ancestry(case: Case) -> Iterator[Problem]:
    """No group descends from itself."""
    parents = dict(zip(case.groups["id"], case.groups["parent"], strict=True))
    sheet = case.sheets["groups"]
    for row, group in enumerate(case.groups["id"]):
        line = [group]
        while parents[line[-1]] and parents[line[-1]] not in line:
            line.append(parents[line[-1]])
        if parents[line[-1]] == group:
            value = f"the group descends from itself: {' <- '.join([*line, group])}"
            yield sheet.place(row, "parent"), value, "empty one of these parents"


@check("warning", "groups", "presence", after=("references",))
def absent_groups(case: Case) -> Iterator[Problem]:
    """Every group is somewhere."""
    present = set(case.presence["group"])
    sheet = case.sheets["groups"]
    for row, group in enumerate(case.groups["id"]):
        if group not in present:
            yield sheet.place(row), f"the group '{group}' is in no territory", "add it to presence.csv"


@check("warning", "territories", "presence", after=("references",))
def empty_territories(case: Case) -> Iterator[Problem]:
    """Every territory has an active group, else its rents reach nobody."""
    active = set(case.presence.loc[case.presence["weight"] > 0, "territory"])
    sheet = case.sheets["territories"]
    for row, territory in enumerate(case.territories["id"]):
        if territory not in active:
            value = f"no group is active in '{territory}' at the start"
            yield sheet.place(row), value, "add a row to presence.csv with a weight above 0"


@check("error", "relations")
def relation_dates(case: Case) -> Iterator[Problem]:
    """A relation does not end before it starts, nor with the group itself."""
    sheet = case.sheets["relations"]
    for row, item in sheet.rows():
        if item.start and item.end and item.end < item.start:
            yield (
                sheet.place(row, "end"),
                f"the end {item.end} is before the start {item.start}",
                "correct the dates",
            )
        if item.a == item.b:
            yield sheet.place(row, "b"), f"'{item.a}' is related to itself", "name another group"


@check("error", "adjacency")
def neighbours(case: Case) -> Iterator[Problem]:
    """No territory is its own neighbour, and no pair appears twice."""
    seen: set[frozenset] = set()
    sheet = case.sheets["adjacency"]
    for row, pair in enumerate(zip(case.adjacency["a"], case.adjacency["b"], strict=True)):
        if pair[0] == pair[1]:
            yield sheet.place(row, "b"), f"'{pair[0]}' is its own neighbour", "remove the row"
        elif frozenset(pair) in seen:
            yield sheet.place(row), f"the pair {pair[0]}, {pair[1]} appears twice", "give each pair once"
        seen.add(frozenset(pair))
