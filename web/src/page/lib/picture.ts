/** A baseline and a scenario beside it, decoded: what every chart reads. */

import type { Answer, CaseInfo, Displaced, Dollars, Driver, RawWorld } from "./api";
import { type Grid, decode, decodeAll } from "./grid";

export type Which = "scenario" | "baseline" | "difference";
/** 5, 25, 50, 75 and 95 %; not-a-number where nothing is known. */
export type Five = [number, number, number, number, number];
export const LEVELS = [0, 1, 2, 3, 4] as const;

export interface World {
  key: string;
  name: string;
  title: string;
  bands: Record<string, Grid>;
  edges: Record<string, Grid>;
  years: Record<string, Grid>;
  worth: Grid;
  dollars: Dollars[];
}

export function worldOf(raw: RawWorld): World {
  return { ...raw, bands: decodeAll(raw.bands), edges: decodeAll(raw.edges), years: decodeAll(raw.years), worth: decode(raw.worth) };
}

/** A row of a window's table. */
export interface Row {
  baseline: Five;
  scenario: Five;
  difference: Five;
  percent: Five;
}

/** What an answer says of its scenario, decoded. */
export interface Grids {
  bands: Record<string, Grid> | null;
  changes: Record<string, Grid> | null;
  edges: Record<string, Grid> | null;
  years: Record<string, Grid> | null;
  yearChanges: Record<string, Grid> | null;
  worths: Grid | null;
  /** One a window. */
  tables: Record<string, Grid>[];
}

export function gridsOf(answer: Answer): Grids {
  const all = (packed: Answer["bands"]): Record<string, Grid> | null => (packed ? decodeAll(packed) : null);
  return {
    bands: all(answer.bands),
    changes: all(answer.difference),
    edges: all(answer.edges),
    years: all(answer.years),
    yearChanges: all(answer.years_difference),
    worths: answer.worth ? decode(answer.worth) : null,
    tables: answer.tables.map(decodeAll),
  };
}

export type EdgePart = "shipped" | "seized" | "destroyed";

const ZERO: Five = [0, 0, 0, 0, 0];
/** What has not come yet. */
const UNKNOWN: Five = [NaN, NaN, NaN, NaN, NaN];

export class Picture {
  readonly start: number;

  constructor(
    readonly info: CaseInfo,
    readonly world: World,
    readonly answer: Answer,
    readonly grids: Grids = gridsOf(answer),
    /** Whether it is drawn between answers, and was not answered itself. */
    readonly between = false,
  ) {
    this.start = answer.start ?? info.months.length;
  }

  /** Whether the scenario's bands of these outcomes have come, and what is known by the year where "years" is named. */
  holds(wanted: readonly string[]): boolean {
    return this.answer.start === null || wanted.every((one) => (one === "years" ? this.grids.years !== null : one in this.grids.bands!));
  }

  get draws(): number {
    return this.answer.draws;
  }

  /** Quantiles of an outcome in a month. */
  five(which: Which, outcome: string, month: number, place: number): Five {
    const apart = month >= this.start;
    const read = (grid: Grid | undefined, step: number): Five => (grid ? (LEVELS.map((level) => grid.at(level, step, place)) as Five) : UNKNOWN);
    if (which === "difference") return apart ? read(this.grids.changes![outcome], month - this.start) : ZERO;
    return which === "scenario" && apart
      ? read(this.grids.bands![outcome], month - this.start)
      : read(this.world.bands[outcome]!, month);
  }

  /** One level of an outcome from a month on, to the last. */
  line(which: Which, outcome: string, level: number, place: number, first = 0): number[] {
    const before = this.world.bands[outcome]!;
    const after = this.grids.bands?.[outcome];
    const change = this.grids.changes?.[outcome];
    const found: number[] = [];
    for (let month = first; month < this.info.months.length; month += 1) {
      const apart = month >= this.start;
      if (which === "difference") found.push(apart ? (change?.at(level, month - this.start, place) ?? NaN) : 0);
      else if (which === "scenario" && apart) found.push(after?.at(level, month - this.start, place) ?? NaN);
      else found.push(before.at(level, month, place));
    }
    return found;
  }

  /** Mean tonnes on an edge in a month. */
  tonnes(which: Which, part: EdgePart, month: number, edge: number): number {
    const before = this.world.edges[part]!.of(month, edge);
    if (month < this.start) return which === "difference" ? 0 : before;
    const after = this.grids.edges![part]!.of(month - this.start, edge);
    return which === "baseline" ? before : which === "scenario" ? after : after - before;
  }

  /** Quantiles of the tonnes of a calendar year on an edge, or of the value of a kilogram at a node; `year` counts from the first one simulated. */
  year(which: Which, part: "shipped" | "lost" | "value", year: number, edge: number): Five {
    const first = Math.floor(this.start / 12);
    const read = (grid: Grid | undefined, step: number): Five => (grid ? (LEVELS.map((level) => grid.at(level, step, edge)) as Five) : UNKNOWN);
    if (which === "difference") return year >= first ? read(this.grids.yearChanges?.[part], year - first) : ZERO;
    return which === "scenario" && year >= first
      ? read(this.grids.years?.[part], year - first)
      : read(this.world.years[part]!, year);
  }

  /** Mean worth of what passes a node in a calendar year, million USD. */
  worth(which: "scenario" | "baseline", year: number, node: number): number {
    const first = Math.floor(this.start / 12);
    return which === "scenario" && year >= first ? (this.grids.worths?.of(year - first, node) ?? NaN) : this.world.worth.of(year, node);
  }

  /** An outcome in a window of months. */
  row(window: number, outcome: string, place: number): Row {
    const grid = this.grids.tables[window]![outcome]!;
    const read = (part: number): Five => LEVELS.map((level) => grid.at(part, level, place)) as Five;
    return { baseline: read(0), scenario: read(1), difference: read(2), percent: read(3) };
  }

  drivers(window: number, outcome: string): Driver[] {
    return this.answer.drivers[window]?.[outcome] ?? [];
  }

  displaced(window: number): Displaced[] {
    return this.answer.displaced[window] ?? [];
  }

  dollars(which: "scenario" | "baseline", window: number): Dollars {
    return (which === "scenario" && this.answer.dollars?.[window]) || this.world.dollars[window]!;
  }
}

/** "none", "unclear" (the 90 % interval holds zero), "down" or "up". */
export function verdict(q: Five): "none" | "unclear" | "down" | "up" {
  if (q[0] === 0 && q[4] === 0 && q[2] === 0) return "none";
  if (!Number.isFinite(q[0]) || !Number.isFinite(q[4]) || (q[0] <= 0 && q[4] >= 0)) return "unclear";
  return q[0] > 0 ? "up" : "down";
}
