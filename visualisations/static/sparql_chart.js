// The chart of a result: one column of numbers by one column of names, as the rows stand; nothing is added up.
import { darkness, ink, save } from "./chart.js";
import { make } from "./sparql_results.js";

const MOST = 60;
const lang = () => document.documentElement.lang;
const numeric = (value) => value.trim() !== "" && Number.isFinite(Number(value));

// Columns in which each value is a number, and there is at least one.
export function numbers({ columns, rows }) {
  return columns.filter((name) => {
    const bound = rows.map((row) => row[name]).filter(Boolean);
    return bound.length > 0 && bound.every((term) => term.type !== "uri" && term.type !== "bnode" && numeric(term.value) && !/#(gYear|date|string)/.test(term.datatype ?? ""));
  });
}

function choice(label, names, chosen) {
  const select = make("select", {}, ...names.map((name) => make("option", { value: name, selected: name === chosen }, name)));
  return [make("label", {}, `${label} `, select), select];
}

export function chart(panel, shown, { words, fill, short }) {
  const values = numbers(shown);
  const names = shown.columns.filter((name) => !values.includes(name));
  const [one, value] = choice(words.value, values, values.at(-1));
  const [other, name] = choice(words.name, names.length ? names : shown.columns, names[0] ?? shown.columns[0]);
  const kept = make("button", { type: "button", className: "plain", textContent: words.save });
  const box = make("div", { className: "drawn", role: "img" });
  const below = make("p", { className: "small" });
  panel.append(make("p", { className: "tools" }, one, other, kept), box, below);
  let drawing;
  const draw = async () => {
    const echarts = await import("./vendor/echarts.mjs");
    if (!box.isConnected) return stop();
    const rows = shown.rows.filter((row) => row[value.value]);
    const unknown = shown.rows.length - rows.length;
    const bars = rows.slice(0, MOST).map((row) => [label(row[name.value], short), Number(row[value.value].value)]);
    const time = bars.every(([text]) => /^\d{4}(-\d\d(-\d\d)?)?$/.test(text));
    box.style.height = time ? "22rem" : `${Math.max(8, bars.length * 1.75 + 4)}rem`;
    box.setAttribute("aria-label", `${value.value} / ${name.value}: ${bars.map(([text, n]) => `${text} ${n.toLocaleString(lang())}`).join("; ")}`);
    below.textContent = fill(words.drawn, { shown: bars.length.toLocaleString(lang()), all: shown.rows.length.toLocaleString(lang()), unknown: unknown.toLocaleString(lang()) });
    drawing?.dispose();
    drawing = echarts.init(box, null, { renderer: "svg" });
    drawing.setOption(option(bars, time, value.value, Math.min(280, box.clientWidth * 0.36)));
    box.dataset.drawn = String(bars.length);
  };
  const size = new ResizeObserver(() => drawing?.resize());
  const stop = () => {
    size.disconnect();
    darkness.removeEventListener("change", draw);
    drawing?.dispose();
  };
  size.observe(box);
  darkness.addEventListener("change", draw);
  for (const each of [value, name]) each.addEventListener("change", draw);
  kept.addEventListener("click", () => save(drawing.getDataURL({ type: "svg", backgroundColor: ink("ground") }), "subsidia-query.svg"));
  draw();
}

function label(term, short) {
  if (!term) return "–";
  return term.type === "uri" ? short(term.value) : term.value;
}

function option(bars, time, title, width) {
  const text = { color: ink("ink"), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };
  const names = { type: "category", data: bars.map(([each]) => each), inverse: !time, axisTick: { show: false }, axisLine: { lineStyle: { color: ink("rule") } }, axisLabel: { ...text, width: time ? undefined : width, overflow: time ? "none" : "truncate" } };
  const sizes = { type: "value", name: title, nameTextStyle: text, nameLocation: "end", splitNumber: 3, splitLine: { lineStyle: { color: ink("rule") } }, axisLabel: { ...text, hideOverlap: true, formatter: (n) => n.toLocaleString(lang(), { notation: Math.abs(n) >= 1e5 ? "compact" : "standard" }) } };
  return {
    animation: false,
    textStyle: text,
    grid: { left: 8, right: 90, top: 28, bottom: 8, containLabel: true },
    tooltip: { trigger: "item", backgroundColor: ink("ground"), borderColor: ink("rule"), textStyle: text, valueFormatter: (n) => n.toLocaleString(lang()) },
    xAxis: time ? names : sizes,
    yAxis: time ? sizes : names,
    series: [{ type: "bar", data: bars.map(([, n]) => n), itemStyle: { color: ink("accent") }, barMaxWidth: 22, label: { show: !time, position: "right", ...text, formatter: (each) => each.value.toLocaleString(lang()) } }],
  };
}
