import { describe, expect, it } from "vitest";
import { curve } from "../src/map/curve";
import { frameOf, together } from "../src/map/frame";
import { labelSpot, shadeClass, shortName } from "../src/map/layer";
import { boxOf, equalEarth, fit, ringPath } from "../src/map/projection";
import { classOf, classes, legendValues, lineWidth } from "../src/map/scales";
import { stretched } from "../src/mapView";
import type { PlaceNode } from "../src/payload";

const node = (id: string, lon: number, lat: number): PlaceNode => ({
  id, lon, lat, name: id, kind: "hub", country: "", territory: "",
});

describe("equalEarth", () => {
  it("agrees with the published size of the map", () => {
    // Equal Earth spans 2 x 2.7066 by 2 x 1.3174 on the unit sphere.
    const project = equalEarth(0);
    expect(project(180, 0)[0]).toBeCloseTo(2.7066, 3);
    expect(project(0, 90)[1]).toBeCloseTo(-1.3173, 3);
    expect(project(0, 0)).toEqual([0, -0]);
  });
  it("keeps areas: a cell at the equator and one at 60 degrees, of equal area on the sphere, are equal on the map", () => {
    const project = equalEarth(0);
    const cell = (lat: number, height: number): number => {
      const [x0, y0] = project(0, lat);
      const [, y1] = project(0, lat + height);
      return (project(0.01, lat + height / 2)[0] - x0) * (y0 - y1);
    };
    const onSphere = (lat: number, height: number): number => Math.sin(((lat + height) * Math.PI) / 180) - Math.sin((lat * Math.PI) / 180);
    expect(cell(60, 0.1) / onSphere(60, 0.1)).toBeCloseTo(cell(0, 0.1) / onSphere(0, 0.1), 4);
  });
});

describe("frame", () => {
  it("leaves out what lies beyond a wide gap and sets it at the edge", () => {
    expect(together([-120, -80, -79, -60, -30, 5, 20, 90, 150], 40)).toEqual([-120, 20]);
    const { box, positions, beyond } = frameOf([node("a", -80, 0), node("b", -60, 20), node("c", -40, -20), node("far", 120, 10)]);
    expect([...beyond]).toEqual(["far"]);
    expect(positions.get("far")![0]).toBeLessThan(box.right);
    expect(positions.get("far")![0]).toBeGreaterThan(positions.get("c")![0]);
  });
  it("fits a box to a width and stretches it to a shape", () => {
    const box = boxOf([[0, 0], [2, 1]]);
    expect(fit(box, 200).height).toBe(100);
    expect(fit(box, 200).toPicture([2, 1])).toEqual([200, 100]);
    expect(stretched(box, 1)).toEqual({ left: 0, right: 2, top: -0.5, bottom: 1.5 });
    expect(stretched(box, 0.1)).toEqual(box);
  });
  it("does not draw a line across the far meridian", () => {
    const path = ringPath([179, 0, -179, 0, -179, 1], (lon, lat) => [lon, lat]);
    expect(path.match(/M/g)).toHaveLength(2);
  });
});

describe("lines and shades", () => {
  it("bend opposite directions apart", () => {
    const there = curve([0, 0], [10, 0]);
    const back = curve([10, 0], [0, 0]);
    expect(there.head.y * back.head.y).toBeLessThan(0);
    expect(there.head.angle).not.toBe(back.head.angle);
  });
  it("are as wide as tonnes are many", () => {
    expect(lineWidth(50, 100, 10)).toBe(5);
    expect(lineWidth(-50, 100, 10)).toBe(5);
    expect(lineWidth(0.001, 100, 10)).toBe(0.4);
    expect(legendValues(270)).toEqual([200, 40, 8]);
    expect(legendValues(0)).toEqual([]);
  });
  it("fall into round classes", () => {
    expect(classes(47, 5)).toEqual([10, 20, 30, 40, 50]);
    expect(classOf(0, [10, 20])).toBe(0);
    expect(classOf(15, [10, 20])).toBe(1);
    expect(classOf(99, [10, 20])).toBe(1);
    const one = { rate: -15 } as Parameters<typeof shadeClass>[0];
    expect(shadeClass(one, { bounds: [10, 20], signed: true })).toBe("province less-1");
    expect(shadeClass(undefined, { bounds: [10], signed: false })).toBe("province");
  });
  it("labels where there is room", () => {
    const used = [{ left: 50, right: 90, top: 40, bottom: 60 }];
    expect(labelSpot([45, 50], 30, 10, 200, 100, used)!.anchor).toBe("end");
    expect(labelSpot([2, 50], 300, 10, 200, 100, [])).toBeNull();
    expect(shortName("Putumayo, Caquetá (Colombia)")).toBe("Putumayo");
  });
});
