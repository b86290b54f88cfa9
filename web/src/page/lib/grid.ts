/** Arrays of numbers as the server packs them. */

import type { Packed } from "./api";

export class Grid {
  constructor(
    readonly shape: readonly number[],
    readonly data: Float32Array,
  ) {}

  /** Number at a position of a grid of three axes. */
  at(i: number, j: number, k: number): number {
    return this.data[(i * this.shape[1]! + j) * this.shape[2]! + k]!;
  }

  /** Number at a position of a grid of two axes. */
  of(i: number, j: number): number {
    return this.data[i * this.shape[1]! + j]!;
  }
}

export function decode(packed: Packed): Grid {
  const text = atob(packed.data);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) bytes[index] = text.charCodeAt(index);
  return new Grid(packed.shape, new Float32Array(bytes.buffer));
}

export function decodeAll(packed: Record<string, Packed>): Record<string, Grid> {
  return Object.fromEntries(Object.entries(packed).map(([name, one]) => [name, decode(one)]));
}
