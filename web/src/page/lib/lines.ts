/** Exact answers along the sliders of beliefs: what is there, and what is missing. */

import type { Ask, Slider } from "./api";
import { type Exact, Line } from "./between";

/** What a question asks, apart from how many draws and who asks. */
export type Asked = Pick<Ask, "base" | "baseline" | "measures" | "beliefs" | "want">;

/** Where on a slider exact answers are wanted before it is moved, as shares of its length. */
const WANTED = [0, 1, 0.5, 0.25, 0.75];
/** How many of those: without both ends nothing lies between; a few are enough before a hand comes. */
const HOW_MANY = { ends: 2, few: 3, all: 5 };

export class Lines {
  private readonly lines = new Map<string, Line>();

  keep(asked: Asked, symbol: string, exact: Omit<Exact, "at">): void {
    const at = asked.beliefs?.[symbol];
    if (at === undefined) return;
    if (!this.lines.has(symbol)) this.lines.set(symbol, new Line());
    // An answer's own baseline, still packed, is as large as all of the rest.
    this.lines.get(symbol)!.keep(apart(asked, symbol), { ...exact, at, answer: { ...exact.answer, world: null } });
  }

  /** What lies at the value that a question gives a belief; null where the answers on both sides of it are not there. */
  at(asked: Asked, symbol: string): Exact | null {
    const value = asked.beliefs?.[symbol];
    return value === undefined ? null : (this.lines.get(symbol)?.at(apart(asked, symbol), value) ?? null);
  }

  /** Values of a slider at which an answer is wanted and none is there. */
  missing(asked: Asked, slider: Slider, which: keyof typeof HOW_MANY): number[] {
    const line = this.lines.get(slider.symbol);
    const question = apart(asked, slider.symbol);
    return WANTED.slice(0, HOW_MANY[which])
      .map((share) => slider.low + share * (slider.high - slider.low))
      .filter((value) => !line?.has(question, value));
  }
}

/** A question apart from one belief: answers to equal ones lie on one line. */
export function apart(asked: Asked, symbol: string): string {
  const others = Object.entries(asked.beliefs ?? {}).filter(([other]) => other !== symbol);
  return JSON.stringify([asked.base, asked.baseline, asked.measures, others.sort(), symbol, asked.want]);
}
