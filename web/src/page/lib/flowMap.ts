/** The map on canvas: shaded provinces, flows as strands of what arrives, is seized and is destroyed, moving dots. */

import { classOf } from "../../map/scales";
import type { Box, Point } from "../../map/projection";
import { type Shapes, on } from "./mapShapes";

export interface Flow {
  /** Tonnes that go on, are seized, are destroyed; in difference mode the change of what is shipped, alone. */
  delivered: number;
  seized: number;
  destroyed: number;
  /** Tonnes shipped in the baseline. */
  ghost: number;
  /** Whether the 90 % interval of a difference holds zero. */
  unclear: boolean;
}

export interface Scene {
  flows: Flow[];
  rates: Map<string, number>;
  bounds: number[];
  largest: number;
  difference: boolean;
  selected: { kind: string; id: string } | null;
  /** Edges that stay in the light while a place is chosen; null: all. */
  lit: Set<number> | null;
  label: (node: string) => string;
  edgeIds: string[];
}

const WIDEST = 13;
const HAIR = 0.35;
const SEEN = 0.004;

export class FlowMap {
  private readonly context: CanvasRenderingContext2D;
  /** Sea and land, drawn when the view moves; provinces and flows, drawn when they change. Dots lie above both. */
  private readonly ground = document.createElement("canvas");
  private readonly marks = document.createElement("canvas");
  private grounded = "";
  private scene: Scene | null = null;
  private box: Box;
  private target: Box;
  private frame = 0;
  private width = 0;
  private height = 0;
  private ratio = 1;
  private begun = performance.now();
  private dots: { arc: number; offset: number; speed: number; size: number }[] = [];
  private stale = true;
  moving = true;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly shapes: Shapes,
    private readonly colour: (name: string) => string,
    private readonly still: boolean,
  ) {
    this.context = canvas.getContext("2d")!;
    this.box = this.target = shapes.world;
    for (const under of [this.ground, this.marks]) under.className = "under-map";
    canvas.before(this.ground, this.marks);
  }

  resize(width: number, height: number): void {
    this.ratio = Math.min(devicePixelRatio || 1, 2);
    this.width = width;
    this.height = height;
    this.grounded = "";
    for (const one of [this.canvas, this.ground, this.marks]) {
      one.width = Math.max(Math.round(width * this.ratio), 1);
      one.height = Math.max(Math.round(height * this.ratio), 1);
      [one.style.width, one.style.height] = [`${width}px`, `${height}px`];
    }
    this.redraw();
  }

  show(scene: Scene): void {
    this.scene = scene;
    this.plant();
    this.stale = true;
    this.tick(performance.now()); // at once: the next frame then has the picture
  }

  /** Move to a part of the map. */
  look(box: Box, smooth = true): void {
    this.target = box;
    if (!smooth || this.still) this.box = box;
    this.begun = performance.now();
    this.redraw();
  }

  get view(): Box {
    return this.target;
  }

  /** Zoom about a point of the picture. */
  zoom(factor: number, x = this.width / 2, y = this.height / 2): void {
    const [px, py] = this.plane(x, y);
    const { left, right, top, bottom } = this.target;
    const wide = this.shapes.world.right - this.shapes.world.left;
    const size = (right - left) / factor;
    if (size > wide * 1.6 || size < wide / 60) return;
    const scale = (value: number, about: number): number => about + (value - about) / factor;
    this.look({ left: scale(left, px), right: scale(right, px), top: scale(top, py), bottom: scale(bottom, py) }, false);
  }

  pan(dx: number, dy: number): void {
    const { scale } = this.fit(this.target);
    const { left, right, top, bottom } = this.target;
    this.look({ left: left - dx / scale, right: right - dx / scale, top: top - dy / scale, bottom: bottom - dy / scale }, false);
  }

  redraw(): void {
    this.stale = true;
    if (!this.frame) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  /** Go on moving, without drawing anew what has not changed. */
  wake(): void {
    if (!this.frame) this.frame = requestAnimationFrame((now) => this.tick(now));
  }

  stop(): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.moving = false;
  }

  /** The map as it stands, in one picture. */
  whole(): HTMLCanvasElement {
    const whole = document.createElement("canvas");
    [whole.width, whole.height] = [this.canvas.width, this.canvas.height];
    const context = whole.getContext("2d")!;
    for (const one of [this.ground, this.marks, this.canvas]) context.drawImage(one, 0, 0);
    return whole;
  }

  /** What lies under a point of the picture. */
  hit(x: number, y: number): { kind: "edge" | "node" | "territory"; id: string } | null {
    const { scene, shapes } = this;
    if (!scene) return null;
    let best: { kind: "edge" | "node"; id: string } | null = null;
    let least = 9;
    for (const node of shapes.nodes) {
      const [nx, ny] = this.picture(node.at);
      const distance = Math.hypot(nx - x, ny - y);
      if (distance < least) [least, best] = [distance, { kind: "node", id: node.id }];
    }
    if (best) return best;
    least = 7;
    shapes.arcs.forEach((arc, index) => {
      const flow = scene.flows[index]!;
      if (Math.abs(total(flow)) < scene.largest * SEEN && flow.ghost < scene.largest * SEEN) return;
      for (let step = 1; step < 24; step += 1) {
        const [px, py] = this.picture(on(arc, step / 24));
        const distance = Math.hypot(px - x, py - y) - this.widthOf(Math.abs(total(flow))) / 2;
        if (distance < least) [least, best] = [distance, { kind: "edge", id: scene.edgeIds[index]! }];
      }
    });
    if (best) return best;
    const [px, py] = this.plane(x, y);
    const found = shapes.territories.find((one) => this.context.isPointInPath(one.path, px, py));
    return found ? { kind: "territory", id: found.id } : null;
  }

  private fit(box: Box): { scale: number; x: number; y: number } {
    const scale = Math.min(this.width / (box.right - box.left), this.height / (box.bottom - box.top));
    return {
      scale,
      x: this.width / 2 - ((box.left + box.right) / 2) * scale,
      y: this.height / 2 - ((box.top + box.bottom) / 2) * scale,
    };
  }

  private picture([px, py]: Point): Point {
    const { scale, x, y } = this.fit(this.box);
    return [px * scale + x, py * scale + y];
  }

  private plane(x: number, y: number): Point {
    const fit = this.fit(this.box);
    return [(x - fit.x) / fit.scale, (y - fit.y) / fit.scale];
  }

  private get near(): number {
    const zoom = (this.shapes.world.right - this.shapes.world.left) / (this.box.right - this.box.left);
    return Math.min(Math.sqrt(Math.max(zoom, 1)), 2);
  }

  private widthOf(tonnes: number): number {
    const largest = this.scene?.largest ?? 0;
    return largest > 0 ? Math.max((WIDEST * this.near * tonnes) / largest, HAIR) : HAIR;
  }

  private tick(now: number): void {
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    const eased = 1 - Math.exp(-(now - this.begun) / 140);
    if (this.box !== this.target) {
      const mix = (a: number, b: number): number => a + (b - a) * Math.min(eased, 1);
      const { box, target } = this;
      this.box = {
        left: mix(box.left, target.left), right: mix(box.right, target.right),
        top: mix(box.top, target.top), bottom: mix(box.bottom, target.bottom),
      };
      if (Math.abs(this.box.left - target.left) + Math.abs(this.box.top - target.top) < 1e-4) this.box = target;
      this.stale = true;
    }
    if (this.stale) {
      this.drawGround();
      this.drawMarks();
      this.stale = this.box !== this.target;
    }
    const { context } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const animated = this.moving && !this.still && !document.hidden;
    if (animated) this.drawDots(now);
    if (animated || this.stale) this.frame = requestAnimationFrame((later) => this.tick(later));
  }

  private drawGround(): void {
    const { left, right, top, bottom } = this.box;
    const now = [left, right, top, bottom, ...["sea", "land", "coast"].map(this.colour)].join(" ");
    if (now === this.grounded) return;
    this.grounded = now;
    const context = this.ground.getContext("2d")!;
    const { shapes } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.fillStyle = this.colour("sea");
    context.fillRect(0, 0, this.ground.width, this.ground.height);
    const { scale } = this.inPlane(context);
    context.fillStyle = this.colour("land");
    context.fill(shapes.land);
    context.lineWidth = 0.6 / scale;
    context.strokeStyle = this.colour("coast");
    context.stroke(shapes.borders);
  }

  /** Let a canvas draw in the coordinates of the map. */
  private inPlane(context: CanvasRenderingContext2D): { scale: number } {
    const { scale, x, y } = this.fit(this.box);
    context.setTransform(this.ratio * scale, 0, 0, this.ratio * scale, this.ratio * x, this.ratio * y);
    return { scale };
  }

  private drawMarks(): void {
    const context = this.marks.getContext("2d")!;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.marks.width, this.marks.height);
    this.drawTerritories(context);
    this.drawFlows(context);
  }

  private drawTerritories(context: CanvasRenderingContext2D): void {
    const { scene, shapes } = this;
    const { scale } = this.inPlane(context);
    for (const one of shapes.territories) {
      const rate = scene?.rates.get(one.id);
      let name = "province";
      if (scene && rate !== undefined && scene.bounds.length && (rate !== 0 || !scene.difference)) {
        const level = classOf(Math.abs(rate), scene.bounds);
        name = scene.difference ? `${rate > 0 ? "more" : "less"}-${level}` : `seq-${level}`;
      }
      context.fillStyle = this.colour(name);
      context.fill(one.path);
      const chosen = scene?.selected?.kind === "territory" && scene.selected.id === one.id;
      context.strokeStyle = this.colour(chosen ? "ink" : "paper");
      context.lineWidth = (chosen ? 2 : 0.7) / scale;
      context.stroke(one.path);
    }
  }

  private drawFlows(context: CanvasRenderingContext2D): void {
    const { scene, shapes } = this;
    if (!scene) return;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.lineCap = "butt";
    const order = scene.flows.map((_, index) => index).sort((a, b) => Math.abs(total(scene.flows[a]!)) - Math.abs(total(scene.flows[b]!)));
    const strands: [keyof Flow & ("delivered" | "seized" | "destroyed"), string][] = [
      ["delivered", this.colour("scenario")],
      ["seized", this.colour("seized")],
      ["destroyed", this.colour("destroyed")],
    ];
    for (const index of order) {
      const flow = scene.flows[index]!;
      const sum = total(flow);
      const chosen = scene.selected?.kind === "edge" && scene.selected.id === scene.edgeIds[index];
      const dim = scene.lit && !scene.lit.has(index);
      if (Math.abs(sum) < scene.largest * SEEN && flow.ghost < scene.largest * SEEN && !chosen) continue;
      if (!scene.difference && Math.abs(flow.ghost - sum) > scene.largest * SEEN) {
        context.globalAlpha = dim ? 0.06 : 0.4;
        this.stroke(context, index, 0, this.widthOf(flow.ghost), this.colour("baseline"));
      }
      context.globalAlpha = dim ? 0.1 : scene.difference && flow.unclear ? 0.3 : 0.82;
      const width = this.widthOf(Math.abs(sum));
      if (chosen) this.stroke(context, index, 0, width + 5, this.colour("ink"));
      if (scene.difference) {
        this.stroke(context, index, 0, width, this.colour(sum < 0 ? "down" : "up"));
      } else {
        let side = -width / 2;
        for (const [part, colour] of strands) {
          const strand = sum > 0 ? (width * flow[part]) / sum : 0;
          if (strand < 0.15) continue;
          this.stroke(context, index, side + strand / 2, strand, colour);
          side += strand;
        }
      }
    }
    context.globalAlpha = 1;
    this.drawNodes(context, shapes);
  }

  /** A strand of an arc, moved sideways by `offset` pixels. */
  private stroke(context: CanvasRenderingContext2D, index: number, offset: number, width: number, colour: string): void {
    const arc = this.shapes.arcs[index]!;
    const [a, c, b] = [this.picture(arc.a), this.picture(arc.c), this.picture(arc.b)];
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]) || 1;
    const nx = (-(b[1] - a[1]) / length) * offset;
    const ny = ((b[0] - a[0]) / length) * offset;
    context.beginPath();
    context.moveTo(a[0] + nx, a[1] + ny);
    context.quadraticCurveTo(c[0] + nx, c[1] + ny, b[0] + nx, b[1] + ny);
    context.lineWidth = width;
    context.strokeStyle = colour;
    context.stroke();
  }

  private drawNodes(context: CanvasRenderingContext2D, shapes: Shapes): void {
    const scene = this.scene!;
    const close = this.box.right - this.box.left < (shapes.world.right - shapes.world.left) * 0.45;
    const taken: [number, number, number, number][] = [];
    const rank = { market: 0, source: 1, port: 2, entry: 3, hub: 4, sea: 5 } as Record<string, number>;
    const sorted = [...shapes.nodes].sort((a, b) => (rank[a.kind] ?? 9) - (rank[b.kind] ?? 9));
    context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    for (const node of sorted) {
      const [x, y] = this.picture(node.at);
      if (x < -20 || y < -20 || x > this.width + 20 || y > this.height + 20) continue;
      const chosen = scene.selected?.kind === "node" && scene.selected.id === node.id;
      const size = node.kind === "market" ? 4.5 : node.kind === "source" ? 3.5 : 2.4;
      context.beginPath();
      context.arc(x, y, chosen ? size + 3 : size, 0, Math.PI * 2);
      context.fillStyle = this.colour(node.kind === "source" ? "flow-group" : node.kind === "market" ? "flow-market" : "ink");
      context.fill();
      context.lineWidth = 1;
      context.strokeStyle = this.colour("paper");
      context.stroke();
      if (!chosen && !close && node.kind !== "market") continue;
      if (!chosen && close && node.kind === "sea") continue;
      const text = scene.label(node.id);
      const width = context.measureText(text).width;
      const left = x + 7 + width > this.width - 2;
      const spot: [number, number, number, number] = [left ? Math.max(x - 7 - width, 2) : x + 7, y - 7, width, 14];
      if (!chosen && taken.some((one) => spot[0] < one[0] + one[2] && one[0] < spot[0] + spot[2] && spot[1] < one[1] + one[3] && one[1] < spot[1] + spot[3])) continue;
      taken.push(spot);
      context.lineWidth = 3;
      context.lineJoin = "round";
      context.strokeStyle = this.colour("paper");
      context.globalAlpha = 0.85;
      context.strokeText(text, spot[0], y + 4);
      context.globalAlpha = 1;
      context.fillStyle = this.colour("ink");
      context.fillText(text, spot[0], y + 4);
    }
  }

  /** Dots for the flows on the map: more and larger ones where more flows. */
  private plant(): void {
    const { scene, shapes } = this;
    this.dots = [];
    if (!scene || scene.largest <= 0) return;
    scene.flows.forEach((flow, arc) => {
      const share = Math.abs(total(flow)) / scene.largest;
      if (share < 0.02 || (scene.lit && !scene.lit.has(arc))) return;
      const count = Math.min(1 + Math.round(share * 5), 6);
      const length = Math.max(shapes.arcs[arc]!.length, 0.02);
      for (let one = 0; one < count; one += 1) {
        this.dots.push({ arc, offset: one / count + ((arc * 0.618) % 1), speed: 0.00006 / Math.sqrt(length), size: 0.9 + share * 1.7 });
      }
    });
  }

  private drawDots(now: number): void {
    const { context, shapes } = this;
    const scene = this.scene!;
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.fillStyle = this.colour("dot");
    context.globalAlpha = 0.9;
    context.beginPath();
    for (const dot of this.dots) {
      let t = (dot.offset + now * dot.speed) % 1;
      if (scene.difference && total(scene.flows[dot.arc]!) < 0) t = 1 - t;
      const [x, y] = this.picture(on(shapes.arcs[dot.arc]!, t));
      context.moveTo(x + dot.size, y);
      context.arc(x, y, dot.size, 0, Math.PI * 2);
    }
    context.fill();
    context.globalAlpha = 1;
  }
}

function total(flow: Flow): number {
  return flow.delivered + flow.seized + flow.destroyed;
}
