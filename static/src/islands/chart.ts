import {
  BarController,
  BarElement,
  CategoryScale,
  Chart,
  type ChartConfiguration,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from "chart.js";

import { stateOf } from "../lib/islands";

Chart.register(
  BarController,
  BarElement,
  CategoryScale,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
);

/** One series: bars on the left axis, which counts unless the state has a unit, lines for durations in hours on the right. */
interface Series {
  label: string;
  kind: "bar" | "line";
  values: (number | null)[];
}

export interface ChartState {
  unit?: string;
  labels: string[];
  series: Series[];
}

const COLOURS = ["--cs-chart-1", "--cs-chart-2", "--cs-chart-3", "--cs-chart-4"];

/** Draws the numbers of the table beside it; the table is what everybody can read. */
export default class RunsChart extends HTMLElement {
  private chart: Chart | undefined;
  private readonly redraw = (): void => this.draw();
  private readonly dark = window.matchMedia("(prefers-color-scheme: dark)");

  connectedCallback(): void {
    this.draw();
    document.addEventListener("countersign:theme", this.redraw);
    this.dark.addEventListener("change", this.redraw);
  }

  disconnectedCallback(): void {
    document.removeEventListener("countersign:theme", this.redraw);
    this.dark.removeEventListener("change", this.redraw);
    this.chart?.destroy();
  }

  private draw(): void {
    const canvas = this.querySelector("canvas");
    if (!canvas) return;
    this.chart?.destroy();
    Chart.defaults.font.family = getComputedStyle(this).fontFamily;
    this.chart = new Chart(canvas, configuration(stateOf<ChartState>(this), (name) => resolved(this, name)));
  }
}

export function configuration(state: ChartState, colour: (name: string) => string): ChartConfiguration {
  const text = colour("--cs-text-soft");
  const line = colour("--cs-line");
  const lines = state.series.some((series) => series.kind === "line");
  return {
    type: "bar",
    data: {
      labels: state.labels,
      datasets: state.series.map((series, index) => ({
        type: series.kind,
        label: series.label,
        data: series.values,
        yAxisID: series.kind === "bar" ? "y" : "hours",
        borderColor: colour(COLOURS[index % COLOURS.length] ?? "--cs-chart-1"),
        backgroundColor: colour(COLOURS[index % COLOURS.length] ?? "--cs-chart-1"),
        borderWidth: series.kind === "line" ? 2 : 0,
        borderRadius: 3,
        maxBarThickness: 22,
        categoryPercentage: 0.5,
        barPercentage: 1,
        pointRadius: 2,
        spanGaps: true,
      })),
    },
    options: {
      responsive: true,
      maintainAspectRatio: false,
      animation: window.matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 200 },
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { position: "bottom", labels: { color: text, boxWidth: 10, boxHeight: 10 } } },
      scales: {
        x: { grid: { display: false }, ticks: { color: text, maxRotation: 0, autoSkipPadding: 16 } },
        y: {
          beginAtZero: true,
          grid: { color: line },
          ticks: state.unit
            ? { color: text, callback: (value) => `${value} ${state.unit}` }
            : { color: text, precision: 0 },
        },
        hours: {
          display: lines,
          position: "right",
          beginAtZero: true,
          grid: { display: false },
          ticks: { color: text, callback: (value) => `${value} h` },
        },
      },
    },
  };
}

/** A token's colour as the browser draws it now: tokens hold both themes. */
function resolved(island: HTMLElement, name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  island.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
