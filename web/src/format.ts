/** Numbers as a reader should see them; the same rules as `contraflow.report.numbers`. */

import type { Five, Num } from "./payload";

const MINUS = "\u2212";
const MISSING = "n/a";
const STEPS: [number, string][] = [
  [1e12, " tn"],
  [1e9, " bn"],
  [1e6, " m"],
];

/** Three significant digits, thousands separated, never in powers of ten. */
export function significant(value: Num, digits = 3): string {
  if (value === null || !Number.isFinite(value)) return MISSING;
  const rounded = Number(value.toExponential(digits - 1));
  if (rounded === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(rounded)) + 1e-12);
  const places = Math.min(Math.max(digits - 1 - exponent, 0), 12);
  const [whole, fraction] = Math.abs(rounded).toFixed(places).split(".") as [string, string?];
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return (rounded < 0 ? MINUS : "") + grouped + (fraction === undefined ? "" : `.${fraction}`);
}

/** Whether a unit is a sum of dollars (not a price), so that "bn" may shorten it. */
export function isMoney(unit: string): boolean {
  return unit === "USD" || unit.startsWith("USD a ");
}

/** A value for reading; "million USD" is shown in m or bn. */
export function amount(value: Num, unit = "", digits = 3): string {
  if (value === null || !Number.isFinite(value)) return MISSING;
  const [scaled, plain] = unscaled(value, unit);
  const [step, word] = stepOf(Math.abs(scaled), plain, digits);
  return significant(scaled / step, digits) + word;
}

/** A difference: with a plus sign where it is positive. */
export function signed(value: Num, unit = "", digits = 3): string {
  const text = amount(value, unit, digits);
  return value !== null && value > 0 && text !== "0" && text !== MISSING ? `+${text}` : text;
}

/** "2.0 to 3.0", or "−2.0 to +3.0" for differences. */
export function interval(low: Num, high: Num, unit = "", difference = false, digits = 3): string {
  if (low === null || high === null) return MISSING;
  const [scaledLow, plain] = unscaled(low, unit);
  const [scaledHigh] = unscaled(high, unit);
  const [step, word] = stepOf(Math.max(Math.abs(scaledLow), Math.abs(scaledHigh)), plain, digits);
  const write = (value: number): string => (difference ? signed(value, "", digits) : significant(value, digits)) + word;
  return `${write(scaledLow / step)} to ${write(scaledHigh / step)}`;
}

/** Join a formatted number and its unit: "3.1 bn USD a year". */
export function withUnit(text: string, unit: string): string {
  const [, plain] = unscaled(0, unit);
  return plain === "" ? text : `${text} ${plain}`;
}

/** Median with 50 and 90 % intervals, in words. */
export function spread(q: Five<Num>, unit: string, difference = false): [string, string, string] {
  const write = difference ? signed : amount;
  return [
    withUnit(write(q[2], unit), unit),
    `50 %: ${interval(q[1], q[3], unit, difference)}`,
    `90 %: ${interval(q[0], q[4], unit, difference)}`,
  ];
}

/** A short label for an axis tick. */
export function tick(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${significant(value / 1e6)} m`.replace(/\.0+(?= m)/, "");
  return `${value < 0 ? MINUS : ""}${Number(size.toPrecision(6)).toLocaleString("en-GB", { maximumFractionDigits: 6 })}`;
}

/** A month as words: "2025-09" is "Sep 2025". */
export function month(text: string): string {
  const names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const [year, number] = text.split("-");
  return `${names[Number(number) - 1] ?? number} ${year}`;
}

/** The step and short word for sums of money of about this size; 1 and nothing for the rest. */
function stepOf(size: number, unit: string, digits: number): [number, string] {
  const rounded = Number(size.toExponential(digits - 1));
  return (isMoney(unit) && STEPS.find(([step]) => rounded >= step)) || [1, ""];
}

function unscaled(value: number, unit: string): [number, string] {
  return unit.startsWith("million ") ? [value * 1e6, unit.slice("million ".length)] : [value, unit];
}
