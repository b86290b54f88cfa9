/** Shapes of the map in the plane of its projection, made once. */

import { frameOf } from "../../map/frame";
import { type Box, type Point, boxOf, padded, ringCentre } from "../../map/projection";
import type { PlaceNode } from "../../payload";

export interface MapEdge {
  id: string;
  origin: string;
  destination: string;
  mode: string;
}

export interface RawPlaces {
  basemap: { land: number[][]; borders: number[][]; territories: Record<string, number[][]> };
  nodes: PlaceNode[];
  edges: MapEdge[];
  territories: { id: string; name: string; population: number; lat: number; lon: number }[];
}

/** A quadratic curve from a to b with control point c. */
export interface Arc {
  a: Point;
  c: Point;
  b: Point;
  length: number;
}

export interface Shapes {
  land: Path2D;
  borders: Path2D;
  territories: { id: string; path: Path2D; centre: Point }[];
  arcs: Arc[];
  nodes: { id: string; kind: string; at: Point; beyond: boolean }[];
  world: Box;
  country: Box | null;
}

const BEND = 0.16;
const FAR = 6;

export function on(arc: Arc, t: number): Point {
  const u = 1 - t;
  return [
    u * u * arc.a[0] + 2 * u * t * arc.c[0] + t * t * arc.b[0],
    u * u * arc.a[1] + 2 * u * t * arc.c[1] + t * t * arc.b[1],
  ];
}

export function shapesOf(places: RawPlaces): Shapes {
  const { projection, box, positions, beyond } = frameOf(places.nodes);
  const path = (rings: number[][], closed: boolean): Path2D => {
    const made = new Path2D();
    for (const ring of rings) {
      for (let index = 0; index + 1 < ring.length; index += 2) {
        const [x, y] = projection(ring[index]!, ring[index + 1]!);
        const jump = index === 0 || Math.abs(ring[index]! - ring[index - 2]!) > 180;
        if (jump) made.moveTo(x, y);
        else made.lineTo(x, y);
      }
      if (closed) made.closePath();
    }
    return made;
  };
  const { land, borders, territories } = places.basemap;
  const rings = Object.values(territories).flat();
  const middle = (values: number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;
  const centres = rings.map(ringCentre);
  const at: Point = [middle(centres.map(([lon]) => lon)), middle(centres.map(([, lat]) => lat))];
  const near = rings.filter((_, i) => Math.hypot(centres[i]![0] - at[0], centres[i]![1] - at[1]) < FAR);
  const points = near.flatMap((ring) => ring.flatMap((lon, i) => (i % 2 === 0 ? [projection(lon, ring[i + 1]!)] : [])));
  return {
    land: path(land, true),
    borders: path(borders, false),
    territories: Object.entries(territories).map(([id, list]) => {
      const found = places.territories.find((one) => one.id === id);
      return { id, path: path(list, true), centre: projection(found?.lon ?? 0, found?.lat ?? 0) };
    }),
    arcs: places.edges.map((edge) => {
      const a = positions.get(edge.origin)!;
      const b = positions.get(edge.destination)!;
      const c: Point = [(a[0] + b[0]) / 2 + (b[1] - a[1]) * BEND, (a[1] + b[1]) / 2 - (b[0] - a[0]) * BEND];
      return { a, b, c, length: Math.hypot(b[0] - a[0], b[1] - a[1]) };
    }),
    nodes: places.nodes.map((node) => ({ id: node.id, kind: node.kind, at: positions.get(node.id)!, beyond: beyond.has(node.id) })),
    world: box,
    country: points.length ? padded(boxOf(points), 0.1, 0.06) : null,
  };
}
