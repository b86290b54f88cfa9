/** The parts of ECharts that the report needs, and one way to put a chart on the page. */

import { BarChart, CustomChart, LineChart, SankeyChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { h } from "./dom";
import { PAPER_WIDTH, isPrinting } from "./theme";

use([
  BarChart,
  CustomChart,
  LineChart,
  SankeyChart,
  AriaComponent,
  GridComponent,
  MarkAreaComponent,
  MarkLineComponent,
  TooltipComponent,
  SVGRenderer,
]);

/**
 * Call back when the width of `element` changes.
 *
 * What is watched is an empty line inside it, whose size no drawing can change: the call may draw at once.
 */
export function onResize(element: HTMLElement, change: () => void): void {
  const gauge = h("div", { "aria-hidden": "true" });
  element.prepend(gauge);
  new ResizeObserver(change).observe(gauge);
}

export interface Chart {
  draw(): void;
  svg(): SVGSVGElement | null;
}

/**
 * Put a chart into `place`; `option` is asked again at every change of size, colours or choice.
 *
 * The chart fills its parent. On a screen narrower than `narrowest` the chart keeps that width, and its parent scrolls.
 */
export function chart(
  place: HTMLElement,
  option: (width: number) => EChartsCoreOption,
  height: (width: number) => number,
  narrowest = 0,
): Chart {
  let drawn: ReturnType<typeof init> | null = null;
  let width = 0;
  let room = 0;
  let watched = false;
  const draw = (): void => {
    const frame = place.parentElement!;
    if (!watched) onResize(frame, () => frame.clientWidth !== room && draw());
    watched = true;
    room = frame.clientWidth;
    if (room === 0) return;
    width = isPrinting() ? PAPER_WIDTH : Math.max(room, narrowest);
    place.style.width = `${width}px`;
    place.style.height = `${height(width)}px`;
    drawn ??= init(place, null, { renderer: "svg", width, height: height(width) });
    drawn.resize({ width, height: height(width) });
    drawn.setOption({ animation: false, ...option(width) }, { notMerge: true });
  };
  return { draw, svg: () => place.querySelector("svg") };
}
