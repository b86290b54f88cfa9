/** One picture of the map: the wide one, or the zoom to the focus country. */

import { s } from "../dom";
import { curve } from "./curve";
import { type EdgeValue, type TerritoryValue } from "./data";
import { type Box, type Point, type Projection, fit, ringPath } from "./projection";
import { classOf, lineWidth } from "./scales";
import type { Payload, PlaceNode } from "../payload";

export interface Shades {
  bounds: number[];
  /** Classes run on both sides of zero. */
  signed: boolean;
}

export interface Drawing {
  payload: Payload;
  projection: Projection;
  /** Positions of nodes in the plane of the projection. */
  positions: Map<string, Point>;
  /** Nodes that stand at an edge because they lie beyond it. */
  beyond: Set<string>;
  box: Box;
  width: number;
  widest: number;
  zoom: boolean;
  /** Part of the plane that the zoom shows; drawn as a frame on the wide picture. */
  frame: Box | null;
  edges: EdgeValue[];
  largest: number;
  difference: boolean;
  territories: TerritoryValue[];
  shades: Shades;
  clip: string;
  onEdge: (one: EdgeValue, path: SVGPathElement) => void;
  onTerritory: (one: TerritoryValue, path: SVGPathElement) => void;
}

/** Class of a territory's fill, for the style sheet. */
export function shadeClass(one: TerritoryValue | undefined, shades: Shades): string {
  if (!one || shades.bounds.length === 0) return "province";
  const index = classOf(Math.abs(one.rate), shades.bounds);
  if (!shades.signed) return `province seq-${index}`;
  if (one.rate === 0) return "province";
  return `province ${one.rate > 0 ? "more" : "less"}-${index}`;
}

function inside([x, y]: Point, width: number, height: number, margin = 0): boolean {
  return x >= -margin && y >= -margin && x <= width + margin && y <= height + margin;
}

export function layer(drawing: Drawing): SVGSVGElement {
  const { payload, projection, box, width, zoom, difference } = drawing;
  const { height, toPicture } = fit(box, width);
  const place = (lon: number, lat: number): Point => toPicture(projection(lon, lat));
  const { basemap, nodes } = payload.places;
  const spots = new Map([...drawing.positions].map(([id, point]) => [id, toPicture(point)]));
  const territories = new Map(drawing.territories.map((one) => [one.territory.id, one]));

  const land = s("g", { class: "land" }, s("path", { "fill-rule": "evenodd", d: basemap.land.map((ring) => ringPath(ring, place)).join("") }));
  const borders = s("path", { class: "borders", d: basemap.borders.map((ring) => ringPath(ring, place, false)).join("") });
  const provinces = s("g", { class: zoom ? "provinces" : "provinces wide" });
  for (const [id, rings] of Object.entries(basemap.territories)) {
    const one = territories.get(id);
    const path = s("path", {
      "fill-rule": "evenodd",
      d: rings.map((ring) => ringPath(ring, place)).join(""),
      class: zoom ? shadeClass(one, drawing.shades) : "province",
    });
    if (zoom && one) drawing.onTerritory(one, path);
    provinces.append(path);
  }

  const lines = s("g", { class: "flows" });
  const targets = s("g", { class: "targets" });
  const bySize = [...drawing.edges].sort((a, b) => Math.abs(a.value) - Math.abs(b.value));
  for (const one of bySize) {
    const a = spots.get(one.edge.origin);
    const b = spots.get(one.edge.destination);
    if (!a || !b || (difference && one.value === 0)) continue;
    if (zoom && !inside(a, width, height) && !inside(b, width, height)) continue;
    const { path, head } = curve(a, b);
    const thick = lineWidth(one.value, drawing.largest, drawing.widest);
    const kind = difference ? (one.value < 0 ? "down" : "up") : "level";
    const state = `flow ${kind}${one.unclear ? " unclear" : ""}${thick < 0.8 ? " faint" : ""}`;
    lines.append(s("path", { d: path, class: state, "stroke-width": thick.toFixed(2) }));
    if (thick >= 1.6) {
      const size = 2.6 + thick * 0.45;
      lines.append(
        s("path", {
          class: `head ${kind}${one.unclear ? " unclear" : ""}`,
          d: `M${-size} ${-size}L${size} 0L${-size} ${size}Z`,
          transform: `translate(${head.x.toFixed(1)} ${head.y.toFixed(1)}) rotate(${head.angle.toFixed(0)})`,
        }),
      );
    }
    const target = s("path", { d: path, class: "target", "stroke-width": Math.max(thick, 9).toFixed(1) });
    drawing.onEdge(one, target);
    targets.append(target);
  }

  const marks = s("g", { class: "nodes" });
  const labels = s("g", { class: "labels", "aria-hidden": "true" });
  const size = zoom ? 11 : width < 560 ? 9 : 11.5;
  const used: Rect[] = [];
  for (const node of byImportance(nodes, zoom)) {
    const at = spots.get(node.id)!;
    if (!inside(at, width, height, -2)) continue;
    const far = drawing.beyond.has(node.id);
    marks.append(far ? pointer(at, at[0] > width / 2) : mark(node, at, zoom));
    if (!far && !named(node, zoom)) continue;
    const text = zoom || far ? node.name : shortName(node.name);
    const found = labelSpot(at, text.length * size * 0.53, size, width, height, used);
    if (!found) continue;
    used.push(found.rect);
    labels.append(
      s("text", { x: found.x.toFixed(1), y: found.y.toFixed(1), class: `label ${node.kind}`, "font-size": size, "text-anchor": found.anchor }, text),
    );
  }
  const frame = s("g");
  if (drawing.frame) {
    const [x0, y0] = toPicture([drawing.frame.left, drawing.frame.top]);
    const [x1, y1] = toPicture([drawing.frame.right, drawing.frame.bottom]);
    frame.append(s("rect", { class: "frame", x: x0, y: y0, width: x1 - x0, height: y1 - y0 }));
  }
  return s(
    "svg",
    { viewBox: `0 0 ${width.toFixed(1)} ${height.toFixed(1)}`, width: "100%", role: "group" },
    s("defs", {}, s("clipPath", { id: drawing.clip }, s("rect", { x: 0, y: 0, width, height }))),
    s("rect", { class: "sea", x: 0, y: 0, width, height }),
    s("g", { "clip-path": `url(#${drawing.clip})` }, land, borders, provinces, frame, lines, marks, labels, targets),
  );
}

interface Rect {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** A free place for a label: right, left, above or below its node; null where all four are taken. */
export function labelSpot([x, y]: Point, w: number, size: number, width: number, height: number, used: Rect[]) {
  const spots = [
    { x: x + 6, y: y + size * 0.35, anchor: "start", left: x + 6 },
    { x: x - 6, y: y + size * 0.35, anchor: "end", left: x - 6 - w },
    { x, y: y - 6, anchor: "middle", left: x - w / 2 },
    { x, y: y + size + 4, anchor: "middle", left: x - w / 2 },
  ];
  for (const spot of spots) {
    const rect = { left: spot.left, right: spot.left + w, top: spot.y - size * 0.85, bottom: spot.y + size * 0.2 };
    const hit = used.some((one) => one.left < rect.right && rect.left < one.right && one.top < rect.bottom && rect.top < one.bottom);
    if (!hit && rect.left > 0 && rect.right < width && rect.top > 0 && rect.bottom < height) return { ...spot, rect };
  }
  return null;
}

const RANK_WIDE = ["market", "source", "port", "entry", "hub", "sea"];
const RANK_ZOOM = ["port", "hub", "source", "market", "entry", "sea"];

function byImportance(nodes: PlaceNode[], zoom: boolean): PlaceNode[] {
  const rank = zoom ? RANK_ZOOM : RANK_WIDE;
  return [...nodes].sort((a, b) => rank.indexOf(a.kind) - rank.indexOf(b.kind));
}

/** Which nodes carry a name: markets and sources on the wide picture, everything on the zoom. */
function named(node: PlaceNode, zoom: boolean): boolean {
  return zoom ? true : node.kind === "market" || node.kind === "source";
}

/** A name without what stands in brackets or after a comma, for the wide picture. */
export function shortName(name: string): string {
  return name.replace(/\s*\(.*\)\s*/g, " ").split(",")[0]!.trim();
}

/** A mark that points out of the picture. */
function pointer([x, y]: Point, right: boolean): SVGElement {
  const t = right ? 5 : -5;
  return s("path", { class: "node market", d: `M${x - t} ${y - 5}L${x + t} ${y}L${x - t} ${y + 5}Z` });
}

function mark(node: PlaceNode, [x, y]: Point, zoom: boolean): SVGElement {
  const r = node.kind === "market" ? 4.2 : node.kind === "sea" ? 1.4 : zoom ? 2.8 : 1.9;
  if (node.kind === "source") {
    const t = r + 1.2;
    return s("path", { class: "node source", d: `M${x - t} ${y + t * 0.8}L${x + t} ${y + t * 0.8}L${x} ${y - t}Z` });
  }
  if (node.kind === "market") return s("rect", { class: "node market", x: x - r, y: y - r, width: 2 * r, height: 2 * r });
  return s("circle", { class: `node ${node.kind}`, cx: x, cy: y, r });
}
