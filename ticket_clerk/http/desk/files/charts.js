// Draws the charts of a page with uPlot, of the figures in the table beside them.
"use strict";

const UTC = "Etc/UTC";
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
const COUNTS = [1, 2, 5].flatMap((n) => [1, 10, 100, 1e3, 1e4, 1e5].map((by) => n * by));
COUNTS.sort((a, b) => a - b);

function readTable() {
  // The newest is the table's first row, and the chart's last bar.
  return [...document.querySelectorAll("tr[data-day]")].reverse().map((row) => row.dataset);
}

function colorOf(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function axis(more) {
  const lines = { stroke: colorOf("line"), width: 1 };
  return { stroke: colorOf("soft"), font: "12px system-ui, sans-serif", grid: lines, ticks: lines, ...more };
}

function seriesOf(figure, format) {
  return figure.dataset.series.split(" ").map((pair) => {
    const [name, color] = pair.split("=");
    const label = figure.dataset[`label${name[0].toUpperCase()}${name.slice(1)}`] ?? name;
    const value = (_plot, number) => (number == null ? "--" : format(number));
    const paths = uPlot.paths.bars({ size: [0.8, 64] });
    return { name, label, value, paths, fill: colorOf(color), stroke: colorOf(color), width: 0, points: { show: false } };
  });
}

function draw(figure, rows) {
  const currency = figure.dataset.currency;
  const style = currency ? { style: "currency", currency, maximumFractionDigits: 0 } : {};
  const rounded = new Intl.NumberFormat("en", style);
  const exact = new Intl.NumberFormat("en", currency ? { style: "currency", currency } : {});
  const series = seriesOf(figure, (number) => exact.format(number));
  const days = rows.map((row) => Date.parse(row.day) / 1000);
  const half = (days[1] - days[0]) / 2;
  const box = figure.querySelector("div");
  const options = {
    width: box.clientWidth,
    height: 220,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), UTC),
    cursor: { drag: { x: false, y: false } },
    scales: { x: { range: (_plot, low, high) => [low - half, high + half] }, y: { range: (_plot, _low, high) => [0, high || 1] } },
    axes: [axis({ space: 64, values: (_plot, all) => all.map((one) => DATE.format(one * 1000)) }), axis({ size: 72, values: (_plot, all) => all.map((one) => rounded.format(one)), ...(currency ? {} : { incrs: COUNTS }) })],
    series: [{ label: half > 43200 ? "week from" : "day", value: "{YYYY}-{MM}-{DD}" }, ...series],
  };
  const data = [days, ...series.map(({ name }) => rows.map((row) => Number(row[name])))];
  return new uPlot(options, data, box);
}

function drawAll() {
  const rows = readTable();
  for (const figure of document.querySelectorAll("figure[data-series]")) {
    figure.hidden = false;
    figure.querySelector("div").replaceChildren();
    draw(figure, rows);
  }
}

drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
let drawn = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === drawn) return;
  drawn = innerWidth;
  drawAll();
});
