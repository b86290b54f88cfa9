import { describe, expect, it } from "vitest";
import { amount, interval, month, signed, significant, spread, tick, withUnit } from "../src/format";

describe("significant", () => {
  it("keeps three digits, groups thousands, and never writes powers of ten", () => {
    expect(significant(1234.5)).toBe("1,230");
    expect(significant(0.012345)).toBe("0.0123");
    expect(significant(-4.5678)).toBe("\u22124.57");
    expect(significant(123456789)).toBe("123,000,000");
    expect(significant(9.996)).toBe("10.0");
    expect(significant(1000)).toBe("1,000");
    expect(significant(0)).toBe("0");
  });
  it("says what is missing", () => {
    expect(significant(null)).toBe("n/a");
    expect(significant(Number.NaN)).toBe("n/a");
  });
});

describe("units", () => {
  it("shortens sums of money and nothing else", () => {
    expect(amount(3.21e9, "USD a year")).toBe("3.21 bn");
    expect(amount(3210, "million USD a month")).toBe("3.21 bn");
    expect(amount(999_999, "USD a year")).toBe("1.00 m");
    expect(amount(3.21e9, "t a year")).toBe("3,210,000,000");
    expect(amount(30000, "USD per kg")).toBe("30,000");
  });
  it("puts both ends of an interval in the same step", () => {
    expect(interval(-42e6, -700_000, "USD a year", true, 2)).toBe("\u221242 m to \u22120.70 m");
    expect(interval(1, 2.5)).toBe("1.00 to 2.50");
    expect(interval(-1, 2.5, "", true)).toBe("\u22121.00 to +2.50");
    expect(interval(null, 1)).toBe("n/a");
  });
  it("joins numbers and units", () => {
    expect(withUnit("3.1 bn", "million USD a month")).toBe("3.1 bn USD a month");
    expect(withUnit("12", "")).toBe("12");
    expect(spread([-2, -1, 0.5, 1, 2], "t a year", true)).toEqual([
      "+0.500 t a year",
      "50 %: \u22121.00 to +1.00",
      "90 %: \u22122.00 to +2.00",
    ]);
    expect(signed(0)).toBe("0");
  });
});

it("labels ticks and months", () => {
  expect(tick(-2500)).toBe("\u22122,500");
  expect(tick(2_500_000)).toBe("2.50 m");
  expect(tick(3_000_000)).toBe("3 m");
  expect(tick(0.25)).toBe("0.25");
  expect(month("2025-09")).toBe("Sep 2025");
});
