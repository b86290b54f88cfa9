/** Where the slider of a measure begins and ends, and what a new one starts with. */

import type { Kind } from "./api";

const REACH: Record<string, { high: number; step: number; start: number }> = {
  effort: { high: 4, step: 0.05, start: 2 },
  strikes: { high: 20, step: 0.5, start: 6 },
  demand: { high: 2, step: 0.01, start: 0.9 },
  mining: { high: 2, step: 0.01, start: 0.5 },
  extortion: { high: 2, step: 0.01, start: 0.5 },
  recruitment: { high: 2, step: 0.01, start: 0.5 },
  incapacitation: { high: 4, step: 0.05, start: 2 },
  intelligence: { high: 1, step: 0.01, start: 0.5 },
  takedown: { high: 1, step: 0.01, start: 0.8 },
  eradication: { high: 1, step: 0.01, start: 0.2 },
  split: { high: 2, step: 0.05, start: 1 },
};

export function reach(kind: Kind, value: number): { low: number; high: number; step: number } {
  const known = REACH[kind.name];
  const high = kind.high ?? known?.high ?? 3;
  return { low: kind.low, high: kind.high === null ? Math.max(high, value) : high, step: known?.step ?? 0.01 };
}

export function startValue(kind: Kind): number {
  return REACH[kind.name]?.start ?? 0.8;
}

/** Kinds in the order a reader looks for them. */
export const ORDER = [
  "effort", "strikes", "intelligence", "takedown", "deployment", "curfew", "designation", "incapacitation", "recruitment",
  "mining", "extortion", "eradication", "demand", "split",
];

/** Months between a first month and a day or a month ("2026-03", "2026-03-15"), with a fraction for the day. */
export function monthOf(first: string, text: string, end = false): number {
  const [year, month, day] = text.split("-").map(Number) as [number, number, number | undefined];
  const [y0, m0] = first.split("-").map(Number) as [number, number];
  const whole = 12 * (year - y0) + (month - m0);
  if (day === undefined) return end ? whole + 1 : whole;
  const days = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return whole + (end ? day : day - 1) / days;
}
