// The Sankey: ECharts draws the option that the server made; here only what needs the browser is added.
import * as echarts from "./vendor/echarts.mjs";
import { darkness, ink, onPage, read, save, shaded, tip } from "./chart.js";

const PAPER = { ground: "#ffffff", ink: "#1c2126", soft: "#565d66", accent: "#0a5a9c" };
const WIDTH = 1280;
const EDGE = 32;

let chart;
let watching;

// fits the labels to the room there is, and marks what is selected
function dressed(made, width, colours, font) {
  const option = structuredClone(made);
  const text = { color: colours.ink, textBorderColor: colours.ground, textBorderWidth: 3 };
  const series = option.series[0];
  const columns = Math.max(1, ...series.data.map((node) => node.depth)) || 1;
  option.textStyle = { fontFamily: font };
  for (const title of option.title) Object.assign(title.textStyle, { color: colours.soft });
  Object.assign(series.label, text, { width: Math.max(100, Math.min(260, (width * 0.82) / columns - 30)) });
  for (const node of series.data) {
    if (node.depth === columns) node.label.width = width * 0.18 - 20;
    if (node.marked) Object.assign(node.itemStyle, { borderColor: colours.accent, borderWidth: 4 });
    if (node.marked) node.label.rich = { name: { ...series.label.rich.name, ...text, fontSize: 13, fontFamily: font, fontWeight: 700 } };
  }
  for (const link of series.links) {
    if (link.marked) Object.assign(link.lineStyle, { borderColor: colours.accent, borderWidth: 3, borderType: "solid" });
  }
  Object.assign(series.edgeLabel, text);
  for (const [name, style] of Object.entries(series.label.rich)) {
    Object.assign(style, text, { fontSize: 13, fontFamily: font, color: name === "soft" ? colours.soft : colours.ink });
  }
  return option;
}

// double quotes would end the attribute that a kept SVG has the typeface in
const font = () => getComputedStyle(document.body).fontFamily.replaceAll('"', "'");

function draw() {
  chart?.dispose();
  watching?.disconnect();
  chart = undefined;
  const box = document.getElementById("sankey");
  if (!box) return;
  box.closest("figure").hidden = false;
  chart = echarts.init(box, null, { renderer: "svg" });
  const paint = () => {
    const colours = { ground: ink("ground"), ink: ink("ink"), soft: ink("soft"), accent: ink("accent") };
    const option = dressed(shaded(read("sankey-option"), read("sankey-dark")), box.clientWidth, colours, font());
    option.tooltip = { ...option.tooltip, formatter: tip, backgroundColor: colours.ground, borderColor: ink("rule"), textStyle: { color: colours.ink, fontSize: 13 } };
    chart.setOption(option, true);
    box.dataset.drawn = "true";
  };
  paint();
  let width = box.clientWidth;
  watching = new ResizeObserver(() => {
    if (box.clientWidth === width || !box.isConnected) return;
    width = box.clientWidth;
    chart.resize();
    paint();
  });
  watching.observe(box);
  // the table has the same link, so that a click here is a click there
  chart.on("click", (point) => {
    const pick = point.data?.pick;
    if (pick) document.querySelector(`[data-pick="${CSS.escape(pick)}"]`)?.click();
  });
  document.getElementById("save-svg").addEventListener("click", () => keep("svg"));
  document.getElementById("save-png").addEventListener("click", () => keep("png"));
  const picked = document.getElementById("picked");
  if (picked && location.hash === "#picked") picked.focus();
}

// The picture that is kept stands alone: title, what is unknown, legend, source and citation are in it.
function keep(type) {
  const { option, height } = sheet();
  const box = document.createElement("div");
  const paper = echarts.init(box, null, { renderer: type === "svg" ? "svg" : "canvas", width: WIDTH, height });
  paper.setOption(option);
  save(paper.getDataURL({ type, backgroundColor: PAPER.ground, pixelRatio: 2 }), `subsidia-flows.${type}`);
  paper.dispose();
}

const pen = document.createElement("canvas").getContext("2d");

function wrapped(text, style, width) {
  pen.font = style;
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = lines.at(-1) ? `${lines.at(-1)} ${word}` : word;
    if (lines.at(-1) && pen.measureText(longer).width > width) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}

function sheet() {
  const { title, lines, legend, words, notes, accessed } = read("sankey-sheet");
  const family = font();
  const graphic = [];
  let top = EDGE;
  const write = (text, size, colour, weight = 400) => {
    const style = `${weight} ${size}px ${family}`;
    for (const line of wrapped(text, style, WIDTH - 2 * EDGE)) {
      graphic.push({ type: "text", left: EDGE, top, silent: true, style: { text: line, font: style, fill: colour } });
      top += Math.round(size * 1.4);
    }
  };
  write(title, 26, PAPER.ink, 650);
  top += 6;
  for (const line of lines) if (line) write(line, 15, PAPER.soft);
  top += 14;
  const option = dressed(read("sankey-option"), WIDTH - 2 * EDGE, PAPER, family);
  const series = option.series[0];
  const share = (WIDTH - 2 * EDGE) / WIDTH;
  for (const each of option.title) {
    each.top += top;
    each.left = EDGE + (parseFloat(each.left) / 100) * WIDTH * share;
  }
  delete option.tooltip;
  series.left = EDGE;
  series.right = EDGE + (parseFloat(series.right) / 100) * WIDTH * share;
  series.top += top;
  top = series.top + series.height + 34;
  let left = EDGE;
  const style = `400 13px ${family}`;
  legend.forEach((look, place) => {
    pen.font = style;
    const wide = 36 + pen.measureText(words[place]).width + 26;
    if (left > EDGE && left + wide > WIDTH - EDGE) {
      left = EDGE;
      top += 22;
    }
    graphic.push(sample(look, left, top), { type: "text", left: left + 36, top, silent: true, style: { text: words[place], font: style, fill: PAPER.ink } });
    left += wide;
  });
  top += 34;
  for (const note of notes) write(note, 12, PAPER.soft);
  write(`${location.href} (${accessed} ${new Date().toISOString().slice(0, 10)})`, 12, PAPER.soft);
  option.graphic = graphic;
  return { option, height: top + EDGE - 8 };
}

function sample(look, left, top) {
  if (look.sign) return { type: "text", left: left + 8, top: top - 1, silent: true, style: { text: look.sign, font: "15px sans-serif", fill: look.color } };
  if (look.line) return { type: "rect", left, top: top + 6, silent: true, shape: { width: 28, height: 1.6 }, style: { fill: look.color, opacity: 0.9 } };
  const style = { fill: look.color, opacity: look.opacity };
  if (look.border) Object.assign(style, { stroke: look.color, lineWidth: 1, lineDash: look.border, opacity: Math.max(0.3, look.opacity) });
  return { type: "rect", left, top: top + 1, silent: true, shape: { width: 28, height: 12 }, style };
}

onPage(draw);
darkness.addEventListener("change", draw);
