// Charts drawn from the table that stands behind them: <div data-chart="bar|line|funnel" data-table="id">. The table stays
// on the page for everybody who reads rather than looks.
import { BarChart, FunnelChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { readTable } from "./table.ts";

use([BarChart, LineChart, FunnelChart, GridComponent, LegendComponent, TooltipComponent, SVGRenderer]);

const css = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function draw(element: HTMLElement): void {
  const table = document.getElementById(element.dataset.table ?? "");
  if (!(table instanceof HTMLTableElement)) return;
  const { labels, series } = readTable(table);
  const kind = element.dataset.chart;
  const chart = init(element, null, { renderer: "svg" });
  const text = { color: css("--ink"), fontFamily: css("--font") };
  const colors = [css("--brand"), css("--gold"), css("--info"), css("--good")];
  if (kind === "funnel") {
    chart.setOption({
      color: colors,
      textStyle: text,
      tooltip: { trigger: "item" },
      series: [{ type: "funnel", sort: "none", label: { position: "inside" }, data: labels.map((name, i) => ({ name, value: series[0]?.values[i] ?? 0 })) }],
    });
  } else {
    const flat = element.dataset.flat !== undefined;
    const names = { type: "category" as const, data: labels, axisLabel: { color: css("--ink-soft") }, inverse: flat };
    const values = { type: "value" as const, axisLabel: { color: css("--ink-soft") }, splitLine: { lineStyle: { color: css("--line") } } };
    chart.setOption({
      color: colors,
      textStyle: text,
      tooltip: { trigger: "axis" },
      legend: series.length > 1 ? { textStyle: text } : undefined,
      grid: { left: 8, right: 16, top: series.length > 1 ? 40 : 12, bottom: 8, containLabel: true },
      xAxis: flat ? values : names,
      yAxis: flat ? names : values,
      series: series.map((one) => ({ name: one.name, type: kind === "line" ? "line" : "bar", data: one.values, barMaxWidth: 28 })),
    });
  }
  new ResizeObserver(() => chart.resize()).observe(element);
}

document.querySelectorAll<HTMLElement>("[data-chart]").forEach(draw);
