/** What lies between answers that differ in one number: shown at once, until the exact answer is there. */

import type { Answer, Displaced, Dollars } from "./api";
import { Grid } from "./grid";
import type { Grids, World } from "./picture";

/** An exact answer with one belief at a value. */
export interface Exact {
  at: number;
  world: World;
  answer: Answer;
  grids: Grids;
}

/** Exact answers kept for one question. */
const KEPT = 12;

const mixed = (a: number, b: number, share: number): number => a + share * (b - a);
const each = (a: readonly number[], b: readonly number[], share: number): number[] => a.map((one, i) => mixed(one, b[i]!, share));

function grid(a: Grid, b: Grid, share: number): Grid {
  const data = new Float32Array(a.data.length);
  for (let i = 0; i < data.length; i += 1) data[i] = mixed(a.data[i]!, b.data[i]!, share);
  return new Grid(a.shape, data);
}

/** Grids that both have. */
function grids<T extends Record<string, Grid> | null>(a: T, b: T, share: number): T {
  if (!a || !b) return null as T;
  const common = Object.entries(a).filter(([name]) => name in b);
  return Object.fromEntries(common.map(([name, one]) => [name, grid(one, b[name]!, share)])) as T;
}

/** Dollars by part; a part that only one of the two has is nothing in the other. */
function dollars(a: Dollars, b: Dollars, share: number): Dollars {
  const parts = (key: keyof Dollars): Dollars["markets"] => {
    const other = new Map(b[key].map((one) => [one.id, one.value]));
    const ids = new Set(a[key].map((one) => one.id));
    const none = [0, 0, 0, 0];
    return [
      ...a[key].map(({ id, value }) => ({ id, value: each(value, other.get(id) ?? none, share) })),
      ...b[key].filter(({ id }) => !ids.has(id)).map(({ id, value }) => ({ id, value: each(none, value, share) })),
    ];
  };
  return { markets: parts("markets"), stages: parts("stages"), groups: parts("groups") };
}

function displaced(a: Displaced, b: Displaced, share: number): Displaced {
  return {
    ...a,
    baseline: mixed(a.baseline, b.baseline, share),
    scenario: mixed(a.scenario, b.scenario, share),
    change: each(a.change, b.change, share),
    share: a.share && b.share && each(a.share, b.share, share),
  };
}

/**
 * What lies on the straight line between two answers, number by number.
 *
 * Sums stay sums and levels stay in their order. The ranks of what drives an answer do not lie on lines: they are
 * those of the nearer answer.
 */
export function between(one: Exact, two: Exact, at: number): Exact {
  const share = one.at === two.at ? 0 : (at - one.at) / (two.at - one.at);
  const near = share < 0.5 ? one : two;
  const all = <T>(a: readonly T[], b: readonly T[], how: (a: T, b: T, share: number) => T): T[] => a.map((x, i) => how(x, b[i]!, share));
  return {
    at,
    world: {
      ...near.world,
      bands: grids(one.world.bands, two.world.bands, share),
      edges: grids(one.world.edges, two.world.edges, share),
      years: grids(one.world.years, two.world.years, share),
      worth: grid(one.world.worth, two.world.worth, share),
      dollars: all(one.world.dollars, two.world.dollars, dollars),
    },
    answer: {
      ...near.answer,
      draws: Math.min(one.answer.draws, two.answer.draws),
      dropped: Math.max(one.answer.dropped, two.answer.dropped),
      displaced: one.answer.displaced.map((rows, window) => all(rows, two.answer.displaced[window]!, displaced)),
      dollars: one.answer.dollars && two.answer.dollars && all(one.answer.dollars, two.answer.dollars, dollars),
    },
    grids: {
      bands: grids(one.grids.bands, two.grids.bands, share),
      changes: grids(one.grids.changes, two.grids.changes, share),
      edges: grids(one.grids.edges, two.grids.edges, share),
      years: grids(one.grids.years, two.grids.years, share),
      yearChanges: grids(one.grids.yearChanges, two.grids.yearChanges, share),
      worths: one.grids.worths && two.grids.worths && grid(one.grids.worths, two.grids.worths, share),
      tables: all(one.grids.tables, two.grids.tables, grids),
    },
  };
}

/** Exact answers to questions that differ in one number only. */
export class Line {
  private kept: Exact[] = [];
  private question = "";

  /** Keep an answer; those to another question are forgotten. */
  keep(question: string, exact: Exact): void {
    if (question !== this.question) this.kept = [];
    this.question = question;
    this.kept = [...this.kept.filter((one) => one.at !== exact.at), exact].sort((a, b) => a.at - b.at);
    if (this.kept.length > KEPT) this.kept.splice(this.crowded(), 1);
  }

  /** The answer that is missed least: the one whose neighbours are closest. The ends stay. */
  private crowded(): number {
    const gap = (i: number): number => this.kept[i + 1]!.at - this.kept[i - 1]!.at;
    let found = 1;
    for (let i = 2; i < this.kept.length - 1; i += 1) if (gap(i) < gap(found)) found = i;
    return found;
  }

  has(question: string, at: number): boolean {
    return question === this.question && this.kept.some((one) => one.at === at);
  }

  /** What lies at a value, or null where the answers on both sides of it are not there. */
  at(question: string, at: number): Exact | null {
    if (question !== this.question) return null;
    const above = this.kept.findIndex((one) => one.at >= at);
    if (above < 0) return null;
    const two = this.kept[above]!;
    if (two.at === at) return two;
    const one = this.kept[above - 1];
    return one ? between(one, two, at) : null;
  }
}
