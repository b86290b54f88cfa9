"""The verdict: a rule that anyone can apply to the numbers beside it, and its words.

Signals, all for the first window (while in force, or the first three months):

- *agree*: the medians of all methods have the same sign;
- *interval*: the 90 % interval of a method, widened by its past errors, excludes zero;
- *dates*: at most one in ten placebo dates were as far from zero, for the main method;
- *provinces*: the treated stand apart from the untreated provinces at the 10 % level, where there are such.

Strength:

- *strong*: agree, interval of every method, dates, and provinces where they exist;
- *moderate*: agree, interval of at least one method, and dates or provinces;
- *weak*: agree, and the 50 % interval of every method excludes zero;
- *none*: anything less.

One method alone is at most weak. Whether it lasted is read off the longest later window.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from contraflow.analysis.evaluate.effects import Effect, Interval

if TYPE_CHECKING:
    from contraflow.analysis.evaluate.findings import Findings
    from contraflow.analysis.evaluate.windows import Window

Strength = Literal["strong", "moderate", "weak", "none"]
#: Level of the placebo ranks.
LEVEL = 0.10


@dataclass(frozen=True)
class Verdict:
    """The verdict on a measure.

    Attributes
    ----------
    strength
        How strong the evidence is that killings changed.
    direction
        ``fall`` or ``rise``, by the median of the main method.
    signals
        Each signal of the rule, and whether it was given (None: could not be had).
    sentence
        The result in one sentence, with intervals.
    after
        What became of it, in one sentence; empty without a later window.
    hours
        What is seen by night and by day; empty where hours are not known.
    caution
        Why a change need not be the measure's doing.
    """

    strength: Strength
    direction: Literal["fall", "rise"]
    signals: dict[str, bool | None]
    sentence: str
    after: str
    hours: str
    caution: str


def judge(
    findings: Sequence[Findings],
    windows: Sequence[Window],
    others: int,
    name: str,
    hours: Mapping[str, Mapping[str, Mapping[str, Effect]]] | None = None,
) -> Verdict:
    """Apply the rule.

    Parameters
    ----------
    findings
        What each method found; the first is the main method's.
    windows
        The windows, the first of which the verdict is about.
    others
        How many other measures were taken in the same territories and months.
    name
        What was judged, in words.
    hours
        Effect by part of the day, method and window.
    """
    window = windows[0]
    effects = [found.total[window.name] for found in findings]
    main = findings[0]
    direction = "fall" if effects[0].percent.median < 0 else "rise"
    agree = len({effect.percent.median < 0 for effect in effects}) == 1
    clear = [effect.percent.excludes_zero() for effect in effects]
    dates = main.dates.p <= LEVEL
    provinces = None if main.provinces is None else main.provinces.p <= LEVEL
    strength: Strength = "none"
    if agree and all(effect.percent.excludes_zero(50) for effect in effects):
        strength = "weak"
    if len(findings) > 1 and agree and any(clear) and (dates or provinces is True):
        strength = "moderate"
    if len(findings) > 1 and agree and all(clear) and dates and provinces is not False:
        strength = "strong"
    signals: dict[str, bool | None] = {"agree": agree if len(findings) > 1 else None}
    signals |= {f"interval, {found.label}": given for found, given in zip(findings, clear, strict=True)}
    signals |= {"dates": dates, "provinces": provinces}
    sentence = _sentence(findings, window, strength, direction, name)
    return Verdict(
        strength,
        direction,
        signals,
        sentence,
        _after(findings, windows, direction),
        _hours(findings, window, hours or {}),
        _caution(others),
    )


def _sentence(
    findings: Sequence[Findings], window: Window, strength: Strength, direction: str, name: str
) -> str:
    """Put the result of the first window into one sentence."""
    main = findings[0].total[window.name]
    lead = {
        "strong": f"There is strong evidence of a {direction} in killings",
        "moderate": f"There is moderate evidence of a {direction} in killings",
        "weak": f"There is weak evidence of a {direction} in killings",
        "none": "A change in killings cannot be told from chance",
    }[strength]
    parts = [f"{words(main)} by the {findings[0].label}"]
    parts += [f"{words(found.total[window.name])} by the {found.label}" for found in findings[1:]]
    return (
        f"{name}, {window.words}: {lead[0].lower()}{lead[1:]}: {main.observed:,.0f} killings, against "
        f"{main.expected.median:,.0f} expected without it, which is {'; '.join(parts)}."
    )


def words(effect: Effect) -> str:
    """Return an effect such as ``-23 % (90 %: -41 to -2)``."""
    return interval_words(effect.percent, " %")


def interval_words(interval: Interval, unit: str = "", spread: str = "90 %: ") -> str:
    """Return an interval in words, with true minus signs."""
    shown = f"{interval.median:+,.0f}{unit} ({spread}{interval.low90:+,.0f} to {interval.high90:+,.0f})"
    return shown.replace("-", "\N{MINUS SIGN}")


def _after(findings: Sequence[Findings], windows: Sequence[Window], direction: str) -> str:
    """Say what became of the change in the longest later window."""
    if len(windows) < 2:
        return ""
    first, window = windows[0], windows[-1]
    pairs = [(found.total[first.name].percent, found.total[window.name].percent) for found in findings]
    same = [(later.median < 0) == (direction == "fall") for _, later in pairs]
    clear = [later.excludes_zero() for _, later in pairs]
    if all(clear) and all(same):
        kept = "it held"
    elif all(clear) and not any(same):
        kept = "it turned into the opposite"
    elif all(same) and all(abs(later.median) >= abs(before.median) / 2 for before, later in pairs):
        kept = "the middle estimates held, but the methods do not all tell them from chance"
    else:
        kept = "no lasting change can be told from chance"
    shown = " and ".join(f"{words(found.total[window.name])} by the {found.label}" for found in findings)
    return f"{window.words[0].upper()}{window.words[1:]}: {kept}, {shown}."


def _hours(
    findings: Sequence[Findings], window: Window, hours: Mapping[str, Mapping[str, Mapping[str, Effect]]]
) -> str:
    """Put what is seen by part of the day into one sentence."""
    if not hours:
        return ""
    parts = []
    for part, by_method in hours.items():
        found = [
            (item, by_method[item.name][window.name])
            for item in findings
            if window.name in by_method[item.name]
        ]
        if found:
            shown = " and ".join(f"{words(effect)} by the {item.label}" for item, effect in found)
            parts.append(f"by {part} {shown}")
    if not parts:
        return ""
    return f"{window.words[0].upper()}{window.words[1:]}, {'; '.join(parts)}."


def _caution(others: int) -> str:
    """Say why a change need not be the measure's."""
    if others == 0:
        return (
            "No other measure is on record for the same provinces and months, which does not mean that there "
            "was none; what armed groups did among themselves is not controlled for."
        )
    plural = "There was one other measure" if others == 1 else f"There were {others} other measures"
    return (
        f"{plural} in the same provinces and months: a change belongs to all of them together, "
        "and to what armed groups did among themselves."
    )
