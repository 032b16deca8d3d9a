// An actor's page: ECharts draws the option that the server made; the neighbours are drawn by the server already.
import * as echarts from "./vendor/echarts.mjs";
import { darkness, ink, onPage, read, save, shaded, tip } from "./chart.js";
import { saveSvg } from "./picture.js";

let chart;
let watching;

function dressed(option) {
  const [text, soft, rule] = [ink("ink"), ink("soft"), ink("rule")];
  option.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily };
  option.legend.textStyle = { color: text, fontSize: 13 };
  option.legend.pageTextStyle = { color: text };
  for (const title of option.title) title.textStyle.color = soft;
  for (const axis of option.xAxis) {
    axis.axisLabel.color = soft;
    axis.axisLine = { lineStyle: { color: soft } };
  }
  for (const axis of option.yAxis) {
    axis.axisLabel.color = soft;
    axis.splitLine = { lineStyle: { color: rule } };
  }
  for (const series of option.series) if (series.type === "scatter") series.label.color = soft;
  option.tooltip = { ...option.tooltip, formatter: tip, backgroundColor: ink("ground"), borderColor: rule, textStyle: { color: text, fontSize: 13 } };
  return option;
}

function draw() {
  chart?.dispose();
  watching?.disconnect();
  chart = undefined;
  drawings();
  const box = document.getElementById("money-chart");
  if (!box) return;
  box.closest("figure").hidden = false;
  chart = echarts.init(box, null, { renderer: "svg" });
  const paint = () => {
    chart.setOption(dressed(shaded(read("money-option"), read("money-dark"))), true);
    box.dataset.drawn = "true";
  };
  paint();
  watching = new ResizeObserver(() => chart?.resize());
  watching.observe(box);
  repaint = paint;
  document.getElementById("save-money")?.addEventListener("click", () => {
    save(chart.getDataURL({ type: "svg", backgroundColor: ink("ground") }), "subsidia-actor-money.svg");
  });
}

function drawings() {
  const button = document.getElementById("save-neighbours");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    saveSvg(document.getElementById("neighbour-picture"), "subsidia-actor-neighbours");
  });
}

let repaint;
darkness.addEventListener("change", () => chart && repaint?.());
onPage(draw);
