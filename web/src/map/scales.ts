/** Widths of lines and classes of shades. */

/** Width in pixels: in proportion to tonnes, with a hairline so that nothing vanishes by drawing alone. */
export function lineWidth(value: number, largest: number, widest: number): number {
  return largest > 0 ? Math.max((widest * Math.abs(value)) / largest, 0.4) : 0.4;
}

/** Round numbers for a legend: the largest of 1, 2, 5 × 10ⁿ below `largest`, and smaller ones. */
export function legendValues(largest: number, count = 3): number[] {
  if (!(largest > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(largest));
  const top = [5, 2, 1].map((step) => step * power).find((value) => value <= largest * (1 + 1e-9))!;
  return Array.from({ length: count }, (_, index) => top / (index === 0 ? 1 : index === 1 ? 5 : 25));
}

/** Upper bounds of `count` classes from zero to `largest`, in equal steps of a round number. */
export function classes(largest: number, count: number): number[] {
  if (!(largest > 0)) return [];
  const rough = largest / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].map((size) => size * power).find((size) => size >= rough * (1 - 1e-9))!;
  return Array.from({ length: count }, (_, index) => Number((step * (index + 1)).toPrecision(6)));
}

/** Index of the class that holds a value. */
export function classOf(value: number, bounds: number[]): number {
  const index = bounds.findIndex((bound) => value <= bound);
  return index < 0 ? bounds.length - 1 : index;
}
