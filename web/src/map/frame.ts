/** What the wide map shows: the nodes that lie together; the far ones stand at its edges. */

import type { PlaceNode } from "../payload";
import { type Box, type Point, type Projection, boxOf, equalEarth, padded } from "./projection";

/** A gap in longitude wider than this parts the map from what lies beyond. */
const GAP_DEGREES = 35;
const EDGE_SHARE = 0.035;

export interface Frame {
  projection: Projection;
  box: Box;
  /** Position of every node in the plane of the projection. */
  positions: Map<string, Point>;
  /** Nodes that stand at an edge because they lie beyond it. */
  beyond: Set<string>;
}

/** Longitudes from the middle one outwards, as far as no gap is wider than `gap`. */
export function together(lons: number[], gap = GAP_DEGREES): [number, number] {
  const sorted = [...lons].sort((a, b) => a - b);
  let low = Math.floor(sorted.length / 2);
  let high = low;
  while (low > 0 && sorted[low]! - sorted[low - 1]! <= gap) low -= 1;
  while (high + 1 < sorted.length && sorted[high + 1]! - sorted[high]! <= gap) high += 1;
  return [sorted[low]!, sorted[high]!];
}

export function frameOf(nodes: PlaceNode[]): Frame {
  const [west, east] = together(nodes.map((node) => node.lon));
  const projection = equalEarth((west + east) / 2);
  const near = nodes.filter((node) => node.lon >= west && node.lon <= east);
  const box = padded(boxOf(near.map((node) => projection(node.lon, node.lat))), 0.06, 0.06);
  const edge = (box.right - box.left) * EDGE_SHARE;
  const beyond = new Set(nodes.filter((node) => !near.includes(node)).map((node) => node.id));
  const positions = new Map<string, Point>();
  for (const node of nodes) {
    const [x, y] = projection(node.lon, node.lat);
    const held = node.lon > east ? box.right - edge : box.left + edge;
    const level = Math.min(Math.max(y, box.top + edge), box.bottom - edge);
    positions.set(node.id, beyond.has(node.id) ? [held, level] : [x, y]);
  }
  return { projection, box, positions, beyond };
}
