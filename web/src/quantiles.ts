/** Unpack quantiles that are stored once where scenario and baseline agree. */

import type { Five, Packed } from "./payload";

export type Which = "scenario" | "baseline" | "difference";

/** Value at one level and step; a difference before the scenarios part is `zero`. */
export function at<T>(packed: Packed<T>, which: Which, level: number, step: number, zero: T): T {
  const { from } = packed;
  const apart = from !== null && step >= from;
  if (which === "difference") return apart ? packed.d![level]![step - from]! : zero;
  return which === "baseline" && apart ? packed.b![level]![step - from]! : packed.s[level]![step]!;
}

/** All steps at the five levels. */
export function unpack<T>(packed: Packed<T>, which: Which, zero: T): Five<T[]> {
  const steps = packed.s[0].map((_, step) => step);
  return [0, 1, 2, 3, 4].map((level) => steps.map((step) => at(packed, which, level, step, zero))) as Five<T[]>;
}

/** The five levels at one step for one member of the last axis (an edge, a territory). */
export function five(
  packed: Packed<(number | null)[]>,
  which: Which,
  step: number,
  member: number,
): Five<number | null> {
  return [0, 1, 2, 3, 4].map((level) => {
    const row = at<(number | null)[] | null>(packed, which, level, step, null);
    return row === null ? 0 : (row[member] ?? null);
  }) as Five<number | null>;
}
