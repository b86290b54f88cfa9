import { describe, expect, it } from "vitest";
import type { Answer, Dollars, Slider } from "../src/page/lib/api";
import { type Exact, Line, between } from "../src/page/lib/between";
import { Grid } from "../src/page/lib/grid";
import { type Asked, Lines } from "../src/page/lib/lines";

const grid = (...numbers: number[]): Grid => new Grid([1, numbers.length], new Float32Array(numbers));

function exact(at: number, numbers: number[], parts: [string, number][], drivers = "x"): Exact {
  const dollars: Dollars[] = [{ markets: parts.map(([id, value]) => ({ id, value: [value, value, value, value] })), stages: [], groups: [] }];
  const one = { a: grid(...numbers) };
  return {
    at,
    world: { key: String(at), name: "", title: "", bands: one, edges: one, years: one, worth: grid(...numbers), dollars },
    answer: {
      draws: 200 - at, dropped: at, dollars, drivers: [{ a: [{ symbol: drivers, rank: 1, low: 0, high: 1 }] }],
      displaced: [[{ place: "", touched: true, baseline: at, scenario: at, change: [at, at, at, at, at], share: at ? [at, at, at, at, at] : null }]],
    } as unknown as Answer,
    grids: { bands: one, changes: { ...one, [`only${at}`]: grid(1) }, edges: one, years: null, yearChanges: null, worths: null, tables: [one] },
  };
}

const numbers = (found: Exact): number[] => [...found.grids.bands!["a"]!.data];

describe("what lies between two answers", () => {
  const one = exact(0, [0, 10], [["us", 4]], "near one");
  const two = exact(4, [8, -10], [["us", 8], ["eu", 4]], "near two");
  it("is the straight line between them, number by number", () => {
    const found = between(one, two, 1);
    expect(numbers(found)).toEqual([2, 5]);
    expect([...found.world.worth.data]).toEqual([2, 5]);
    expect([...found.grids.tables[0]!["a"]!.data]).toEqual([2, 5]);
    expect(found.answer.displaced[0]![0]).toMatchObject({ baseline: 1, scenario: 1, change: [1, 1, 1, 1, 1], share: null });
    expect(found.answer.dollars![0]!.markets).toEqual([{ id: "us", value: [5, 5, 5, 5] }, { id: "eu", value: [1, 1, 1, 1] }]);
  });
  it("is each of them at its own place", () => {
    expect(numbers(between(one, two, 0))).toEqual([0, 10]);
    expect(numbers(between(one, two, 4))).toEqual([8, -10]);
  });
  it("keeps what is not on a line from the nearer one, and drops what only one has", () => {
    expect(between(one, two, 1).answer.drivers[0]!["a"]![0]!.symbol).toBe("near one");
    expect(between(one, two, 3).answer.drivers[0]!["a"]![0]!.symbol).toBe("near two");
    expect(Object.keys(between(one, two, 1).grids.changes!)).toEqual(["a"]);
    expect(between(one, two, 1).answer).toMatchObject({ draws: 196, dropped: 4 });
  });
});

describe("answers along a slider", () => {
  it("say nothing beyond the answers that are there", () => {
    const line = new Line();
    line.keep("q", exact(1, [1], []));
    expect(line.at("q", 2)).toBeNull();
    line.keep("q", exact(3, [3], []));
    expect(numbers(line.at("q", 2)!)).toEqual([2]);
    expect(line.at("q", 0)).toBeNull();
    expect(line.at("q", 4)).toBeNull();
  });
  it("use the nearest on both sides, and an answer itself where there is one", () => {
    const line = new Line();
    for (const [at, value] of [[0, 0], [10, 100], [5, 0]] as const) line.keep("q", exact(at, [value], []));
    expect(numbers(line.at("q", 6)!)).toEqual([20]);
    expect(numbers(line.at("q", 5)!)).toEqual([0]);
    expect(line.has("q", 5)).toBe(true);
  });
  it("forget the answers to another question", () => {
    const line = new Line();
    line.keep("q", exact(0, [0], []));
    line.keep("other", exact(10, [1], []));
    expect(line.has("q", 0)).toBe(false);
    expect(line.at("other", 5)).toBeNull();
  });
  it("keep the ends when there are too many", () => {
    const line = new Line();
    for (let at = 0; at <= 100; at += 1) line.keep("q", exact(at, [at], []));
    expect(line.has("q", 0) && line.has("q", 100)).toBe(true);
    expect(numbers(line.at("q", 50.5)!)[0]).toBeCloseTo(50.5);
  });
});

describe("answers along the sliders of several beliefs", () => {
  const slider = { symbol: "a", low: 0, high: 8 } as Slider;
  const asked = (beliefs: Record<string, number>): Asked => ({ base: "s", baseline: "b", measures: [], beliefs, want: ["x"] });
  it("are missing until they are kept, ends first", () => {
    const lines = new Lines();
    expect(lines.missing(asked({}), slider, "ends")).toEqual([0, 8]);
    expect(lines.missing(asked({}), slider, "all")).toEqual([0, 8, 4, 2, 6]);
    lines.keep(asked({ a: 0 }), "a", exact(0, [0], []));
    expect(lines.missing(asked({ a: 3 }), slider, "ends")).toEqual([8]);
    lines.keep(asked({ a: 8 }), "a", exact(8, [80], []));
    expect(numbers(lines.at(asked({ a: 2 }), "a")!)).toEqual([20]);
  });
  it("count for one question only: another belief, measure or outcome is another line", () => {
    const lines = new Lines();
    for (const at of [0, 8]) lines.keep(asked({ a: at, c: 1, d: 2 }), "a", exact(at, [at], []));
    expect(lines.at(asked({ d: 2, a: 2, c: 1 }), "a")).not.toBeNull();
    expect(lines.at(asked({ a: 2, c: 5, d: 2 }), "a")).toBeNull();
    expect(lines.at({ ...asked({ a: 2, c: 1, d: 2 }), want: ["y"] }, "a")).toBeNull();
    expect(lines.at(asked({ c: 1, d: 2 }), "a")).toBeNull();
  });
});
