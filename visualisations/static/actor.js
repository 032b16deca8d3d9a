// An actor's page: ECharts draws the option that the server made; the neighbours are drawn by the server already.
import * as echarts from "./vendor/echarts.mjs";
import { darkness, ink, onPage, read, save, shaded } from "./chart.js";

let chart;
let watching;

function tip(point) {
  const lines = document.createElement("div");
  for (const [place, text] of (point.data?.tip ?? []).entries()) {
    const line = document.createElement(place ? "div" : "b");
    line.textContent = text;
    lines.append(line);
  }
  lines.style.whiteSpace = "normal";
  lines.style.maxWidth = "20rem";
  return lines;
}

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

// the drawing with the colours that the page gives it, as a file that stands alone
const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-weight", "text-anchor", "font-family"];

function standalone(drawing) {
  const copy = drawing.cloneNode(true);
  const pairs = [[drawing, copy]];
  for (const [place, element] of [...drawing.querySelectorAll("*")].entries()) pairs.push([element, copy.querySelectorAll("*")[place]]);
  for (const [shown, written] of pairs) {
    const style = getComputedStyle(shown);
    for (const name of KEPT) written.setAttribute(name, style.getPropertyValue(name));
  }
  const { width, height } = drawing.viewBox.baseVal;
  copy.setAttribute("width", width);
  copy.setAttribute("height", height);
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of [["width", width], ["height", height], ["fill", ink("ground")]]) ground.setAttribute(name, value);
  copy.prepend(ground);
  return new XMLSerializer().serializeToString(copy);
}

function drawings() {
  const button = document.getElementById("save-neighbours");
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    const text = standalone(document.getElementById("neighbour-picture"));
    save(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`, "subsidia-actor-neighbours.svg");
  });
}

let repaint;
darkness.addEventListener("change", () => chart && repaint?.());
onPage(draw);
