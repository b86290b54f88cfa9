/** Words in the reader's language. */

import { en } from "./en";
import { es } from "./es";
import { esCase } from "./esCase";

export type Language = "en" | "es";
export type Key = keyof typeof en;

function chosen(): Language {
  const first = navigator.languages.map((one) => one.slice(0, 2)).find((one) => one === "es" || one === "en");
  return first === "es" ? "es" : "en";
}

export const language = $state<{ now: Language }>({ now: chosen() });

/** Words for a key, with `{name}` filled in. */
export function say(key: Key, values: Record<string, string | number> = {}): string {
  const text = (language.now === "es" ? es : en)[key] ?? en[key] ?? String(key);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** Whether there are words for a key. */
export function has(key: string): key is Key {
  return key in en;
}

/** The case's own names in another language than its tables'; undefined where they stand as they are. */
export function caseWords(key: string): string | undefined {
  return language.now === "es" ? esCase[key] : undefined;
}

const formats = new Map<string, Intl.NumberFormat>();

function format(digits: number, sign: boolean): Intl.NumberFormat {
  const key = `${language.now}${digits}${sign}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat(language.now === "es" ? "es-EC" : "en-GB", {
      maximumSignificantDigits: digits,
      useGrouping: true,
      ...(sign && { signDisplay: "exceptZero" as const }),
    });
    formats.set(key, found);
  }
  return found;
}

const STEPS: [number, Key][] = [
  [1e12, "tn"],
  [1e9, "bn"],
  [1e6, "mn"],
];

/** A number with few significant digits; sums of money (in millions) in millions, billions or trillions. */
export function number(value: number, unit = "", digits = 3, sign = false): string {
  if (!Number.isFinite(value)) return "–";
  const money = unit.startsWith("million ");
  const whole = money ? value * 1e6 : value;
  const step = money ? STEPS.find(([size]) => Math.abs(whole) >= size) : undefined;
  const text = format(digits, sign).format(whole / (step?.[0] ?? 1)).replace("-", "−");
  return step ? `${text} ${say(step[1])}` : text;
}

export function signed(value: number, unit = "", digits = 3): string {
  return number(value, unit, digits, true);
}

/** "2.0 to 3.0". */
export function between(low: number, high: number, unit = "", sign = false, digits = 3): string {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return "–";
  return say("between", { low: number(low, unit, digits, sign), high: number(high, unit, digits, sign) });
}

/** A unit in words; "million" goes into the number. */
export function unit(text: string): string {
  const bare = text.replace(/^million /, "");
  const key = `unit.${bare}`;
  return has(key) ? say(key) : bare;
}

/** A month as words. */
export function month(text: string, long = false): string {
  const [year, number] = text.split("-").map(Number) as [number, number];
  const made = new Date(Date.UTC(year, number - 1, 15));
  return new Intl.DateTimeFormat(language.now, { month: long ? "long" : "short", year: "numeric", timeZone: "UTC" }).format(made);
}
