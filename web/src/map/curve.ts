/** Edges as curves: they bend to the left of their direction, so that both directions can be seen. */

import type { Point } from "./projection";

const BEND = 0.16;

export interface Curve {
  path: string;
  /** Point and direction (degrees) where an arrow head stands. */
  head: { x: number; y: number; angle: number };
}

export function curve([x0, y0]: Point, [x1, y1]: Point): Curve {
  const cx = (x0 + x1) / 2 + (y1 - y0) * BEND;
  const cy = (y0 + y1) / 2 - (x1 - x0) * BEND;
  const t = 0.6;
  const on = (a: number, b: number, c: number): number => (1 - t) ** 2 * a + 2 * (1 - t) * t * b + t * t * c;
  const along = (a: number, b: number, c: number): number => 2 * (1 - t) * (b - a) + 2 * t * (c - b);
  const f = (value: number): string => value.toFixed(1);
  return {
    path: `M${f(x0)} ${f(y0)}Q${f(cx)} ${f(cy)} ${f(x1)} ${f(y1)}`,
    head: {
      x: on(x0, cx, x1),
      y: on(y0, cy, y1),
      angle: (Math.atan2(along(y0, cy, y1), along(x0, cx, x1)) * 180) / Math.PI,
    },
  };
}
