import { describe, expect, it } from "vitest";
import { bounds } from "../src/bands";
import { csv } from "../src/download";
import { readPayload, type Num, type Packed } from "../src/payload";
import { at, five, unpack } from "../src/quantiles";
import { compare, passes } from "../src/table";
import { area, changeWords, path } from "../src/thumbs";

const level = (value: number): number[] => [value, value + 1, value + 2];
const series: Packed<Num> = {
  s: [level(0), level(10), level(20), level(30), level(40)],
  from: 2,
  b: [[5], [15], [25], [35], [45]],
  d: [[-4], [-3], [-2], [-1], [0]],
};

describe("quantiles", () => {
  it("takes the baseline from the scenario before they part", () => {
    expect(unpack(series, "baseline", 0)[2]).toEqual([20, 21, 25]);
    expect(unpack(series, "scenario", 0)[2]).toEqual([20, 21, 22]);
    expect(unpack(series, "difference", 0)[2]).toEqual([0, 0, -2]);
  });
  it("gives zero differences where the two never part", () => {
    const same: Packed<Num> = { s: series.s, from: null };
    expect(at(same, "difference", 2, 1, 0)).toBe(0);
    expect(at(same, "baseline", 2, 1, 0)).toBe(21);
  });
  it("reads one member of a year", () => {
    const years: Packed<Num[]> = { s: [0, 1, 2, 3, 4].map((q) => [[q, 10 + q]]) as Packed<Num[]>["s"], from: null };
    expect(five(years, "scenario", 0, 1)).toEqual([10, 11, 12, 13, 14]);
    expect(five(years, "difference", 0, 1)).toEqual([0, 0, 0, 0, 0]);
  });
});

it("refuses a payload of another version", () => {
  expect(() => readPayload('{"schema":99}')).toThrow("version 99");
});

it("writes CSV that spreadsheets read back", () => {
  expect(csv(["a", "b"], [["x,y", 1], ['say "no"', null]])).toBe('a,b\r\n"x,y",1\r\n"say ""no""",\r\n');
});

it("rounds the bounds of an axis outwards", () => {
  expect(bounds([[0, 1830], [null, 200]])).toEqual({ min: 0, max: 2000, interval: 500 });
  const { min, max } = bounds([[-3], [7]]);
  expect(min).toBeLessThanOrEqual(-3);
  expect(max).toBeGreaterThanOrEqual(7);
  expect(bounds([[0, 0]]).max).toBeGreaterThan(0);
});

describe("table", () => {
  const row = { outcome: "price", window: "w", verdict: "up", place_label: "Europe", outcome_label: "Price" } as const;
  const open = { outcome: "", window: "", text: "", clearOnly: false };
  it("filters", () => {
    expect(passes(row, open)).toBe(true);
    expect(passes(row, { ...open, text: " euro" })).toBe(true);
    expect(passes(row, { ...open, outcome: "seized" })).toBe(false);
    expect(passes({ ...row, verdict: "unclear" }, { ...open, clearOnly: true })).toBe(false);
  });
  it("sorts numbers by size, missing ones last either way", () => {
    const values = [3, Number.NaN, -5, 10];
    expect([...values].sort((a, b) => compare(a, b, 1))).toEqual([-5, 3, 10, Number.NaN]);
    expect([...values].sort((a, b) => compare(a, b, -1))).toEqual([10, 3, -5, Number.NaN]);
  });
});

describe("small pictures", () => {
  it("break a line at a missing value and close an area", () => {
    expect(path([1, null, 3, 4], 4, 0).match(/M/g)).toHaveLength(2);
    expect(area([0, 1], [2, 3], 3, 0)).toMatch(/^M.*Z$/);
    expect(area([null], [null], 1, 0)).toBe("");
  });
  it("say nothing about a place that is not in the table", () => {
    expect(changeWords(undefined)).toEqual({ median: "", interval: "", verdict: "" });
  });
});
