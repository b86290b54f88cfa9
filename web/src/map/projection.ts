/** The Equal Earth projection (Šavrič, Patterson and Jenny 2018), and frames on it. */

const A1 = 1.340264;
const A2 = -0.081106;
const A3 = 0.000893;
const A4 = 0.003796;
const RADIANS = Math.PI / 180;

export type Point = [number, number];
export type Projection = (lon: number, lat: number) => Point;

/** Box in the plane of the projection, y downwards. */
export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

/** Equal Earth around a central meridian; longitudes beyond the far meridian are held there, not wrapped. */
export function equalEarth(centre: number): Projection {
  return (lon, lat) => {
    const lambda = Math.min(Math.max(lon - centre, -180), 180) * RADIANS;
    const theta = Math.asin((Math.sqrt(3) / 2) * Math.sin(lat * RADIANS));
    const t2 = theta * theta;
    const t6 = t2 * t2 * t2;
    const x = (2 * Math.sqrt(3) * lambda * Math.cos(theta)) / (3 * (9 * A4 * t6 * t2 + 7 * A3 * t6 + 3 * A2 * t2 + A1));
    return [x, -theta * (A4 * t6 * t2 + A3 * t6 + A2 * t2 + A1)];
  };
}

/** Smallest box around points. */
export function boxOf(points: Point[]): Box {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

/** Box widened by shares of its size. */
export function padded(box: Box, across: number, down: number): Box {
  const dx = (box.right - box.left) * across;
  const dy = (box.bottom - box.top) * down;
  return { left: box.left - dx, right: box.right + dx, top: box.top - dy, bottom: box.bottom + dy };
}

/** Map from the plane to a picture `width` wide; returns the picture's height and the function. */
export function fit(box: Box, width: number): { height: number; toPicture: (point: Point) => Point } {
  const scale = width / (box.right - box.left);
  return {
    height: (box.bottom - box.top) * scale,
    toPicture: ([x, y]) => [(x - box.left) * scale, (y - box.top) * scale],
  };
}

/** A flat ring as an SVG path. */
export function ringPath(ring: number[], project: (lon: number, lat: number) => Point, closed = true): string {
  let path = "";
  for (let index = 0; index + 1 < ring.length; index += 2) {
    const [x, y] = project(ring[index]!, ring[index + 1]!);
    // A jump across the far meridian is not a line on the map.
    const jump = index === 0 || Math.abs(ring[index]! - ring[index - 2]!) > 180;
    path += `${jump ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
  }
  return closed ? `${path}Z` : path;
}

/** Outermost box of a flat ring in degrees. */
export function ringCentre(ring: number[]): Point {
  const lons = ring.filter((_, index) => index % 2 === 0);
  const lats = ring.filter((_, index) => index % 2 === 1);
  return [(Math.min(...lons) + Math.max(...lons)) / 2, (Math.min(...lats) + Math.max(...lats)) / 2];
}
