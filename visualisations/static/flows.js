// The Sankey: ECharts draws the option that the server made; here only what needs the browser is added.
import * as echarts from "./vendor/echarts.mjs";
import { darkness, ink, read, save, shaded } from "./chart.js";

const box = document.getElementById("sankey");
const root = document.body.dataset.root;
const made = read("sankey-option");
const dark = read("dark");

box.closest("figure").hidden = false;
const chart = echarts.init(box, null, { renderer: "svg" });

function tip(point) {
  const lines = document.createElement("div");
  for (const [place, text] of (point.data?.tip ?? []).entries()) {
    const line = document.createElement(place ? "div" : "b");
    line.textContent = text;
    lines.append(line);
  }
  lines.style.whiteSpace = "normal";
  lines.style.maxWidth = "24rem";
  return lines;
}

function draw() {
  const option = shaded(structuredClone(made), dark);
  const text = { color: ink("ink"), textBorderColor: ink("ground"), textBorderWidth: 3 };
  const columns = Math.max(1, ...option.series[0].data.map((node) => node.depth)) || 1;
  option.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily };
  for (const title of option.title) Object.assign(title.textStyle, { color: ink("soft") });
  option.tooltip = { ...option.tooltip, formatter: tip, backgroundColor: ink("ground"), borderColor: ink("rule"), textStyle: { color: ink("ink"), fontSize: 13 } };
  const series = option.series[0];
  Object.assign(series.label, text, { width: Math.max(100, Math.min(260, (box.clientWidth * 0.82) / columns - 30)) });
  for (const node of series.data) if (node.depth === columns) node.label.width = box.clientWidth * 0.18 - 20;
  Object.assign(series.edgeLabel, text);
  chart.setOption(option, true);
}

draw();
darkness.addEventListener("change", draw);
new ResizeObserver(() => {
  chart.resize();
  draw();
}).observe(box);
chart.on("click", (point) => {
  if (point.data?.actor) location.href = `${root}/actors/${point.data.actor}`;
});
document.getElementById("save-svg").addEventListener("click", () => {
  const url = chart.getDataURL({ type: "svg", backgroundColor: ink("ground") });
  save(url, "subsidia-flows.svg");
});
box.dataset.drawn = "true";
