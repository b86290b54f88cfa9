/** The parts of ECharts that the page draws with, on canvas. */

import { BarChart, CustomChart, LineChart, SankeyChart } from "echarts/charts";
import { GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent } from "echarts/components";
import { type EChartsCoreOption, type EChartsType, init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, CustomChart, LineChart, SankeyChart, GridComponent, MarkAreaComponent, MarkLineComponent, TooltipComponent, CanvasRenderer]);

export { init };
export type { EChartsCoreOption as Option, EChartsType as Drawn };
