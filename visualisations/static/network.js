// The network: vis-network shows what pyvis wrote down. Places come from the server; nothing is simulated.
import { DataSet, Network } from "./vendor/vis-network.mjs";
import { darkness, ink, read, save, shaded } from "./chart.js";

const box = document.getElementById("network-canvas");
const frame = read("network-frame");
const given = { nodes: read("network-nodes"), edges: read("network-edges"), options: read("network-options") };
box.closest("figure").hidden = false;

const names = new Map(given.nodes.map((node) => [node.id, node]));
const neighbours = new Map(given.nodes.map((node) => [node.id, new Set([node.id])]));
for (const edge of given.edges) {
  neighbours.get(edge.from).add(edge.to);
  neighbours.get(edge.to).add(edge.from);
}
// the best connected are named first, and nobody whose name would lie on another's
const ranked = [...given.nodes].sort((one, other) => other.ties - one.ties || (one.id < other.id ? -1 : 1));
const LETTERS = 12.5;
let chosen = null;

function namedAt(scale) {
  const size = LETTERS / Math.min(scale, 1);
  const taken = [];
  const named = new Set();
  const lit = chosen ? neighbours.get(chosen) : null;
  for (const node of lit ? [names.get(chosen), ...ranked.filter((each) => lit.has(each.id))] : ranked) {
    const width = Math.min(node.label.length * 0.56, 9.4) * size;
    const height = Math.ceil((node.label.length * 0.56) / 9) * size * 1.25 + 2 * node.size;
    const box = [node.x - width / 2, node.y - node.size, node.x + width / 2, node.y + height];
    if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
    taken.push(box);
    named.add(node.id);
  }
  return { named, size };
}

function dressed(node, { named, size }) {
  const lit = !chosen || neighbours.get(chosen).has(node.id);
  return {
    id: node.id,
    color: lit ? node.color : ink("rule"),
    label: named.has(node.id) ? node.label : " ",
    font: { color: ink("ink"), size, strokeWidth: size / 4, strokeColor: ink("ground"), face: getComputedStyle(document.body).fontFamily },
    widthConstraint: { maximum: size * 9 },
    borderWidth: node.id === chosen ? 3 : 1,
  };
}

const nodes = new DataSet();
const edges = new DataSet();
const network = new Network(box, { nodes, edges }, given.options);

function dress() {
  const shades = frame.dark;
  const letters = namedAt(network.getScale());
  nodes.update(given.nodes.map((node) => dressed({ ...node, color: shaded(node.color, shades) }, letters)));
  edges.update(
    given.edges.map((edge, place) => {
      const lit = !chosen || edge.from === chosen || edge.to === chosen;
      return { id: place, color: { color: shaded(edge.color, shades), opacity: lit ? (chosen ? 0.95 : 0.5) : 0.06, inherit: false } };
    }),
  );
}

function start() {
  nodes.add(given.nodes.map((node) => ({ ...node, label: " " })));
  edges.add(given.edges.map((edge, place) => ({ ...edge, id: place })));
  network.fit({ animation: false });
  network.moveTo({ scale: network.getScale() * 0.94, offset: { x: 34, y: 8 } });
  if (box.clientWidth < 600) {
    // a small screen begins at the left of the picture, in letters that can be read
    const last = frame.lanes.at(-1);
    const scale = Math.max(network.getScale(), (box.clientHeight - 70) / (last.y + last.height + 60));
    network.moveTo({ scale, position: { x: box.clientWidth / scale / 2 - 60 / scale, y: (last.y + last.height) / 2 - 40 } });
  }
  dress();
}

// lanes and bands lie behind the network
network.on("beforeDrawing", (context) => {
  const scale = network.getScale();
  const right = frame.bands.reduce((end, band) => Math.max(end, band.x + band.width), 0);
  const bottom = frame.lanes.reduce((end, lane) => Math.max(end, lane.y + lane.height), 0);
  context.lineWidth = 1 / scale;
  context.strokeStyle = ink("rule");
  for (const lane of frame.lanes) {
    context.beginPath();
    context.moveTo(-40, lane.y - 52);
    context.lineTo(right + 24, lane.y - 52);
    context.stroke();
  }
  for (const band of frame.bands) {
    context.beginPath();
    context.moveTo(band.x + band.width + 23, -52);
    context.lineTo(band.x + band.width + 23, bottom);
    context.stroke();
  }
});

// their names stay at the edges while the picture moves
network.on("afterDrawing", (context) => {
  const scale = network.getScale();
  const edge = network.DOMtoCanvas({ x: 4, y: 4 });
  context.font = `${12 / scale}px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = "top";
  const write = (text, x, y, align) => {
    const width = context.measureText(text).width + 6 / scale;
    context.globalAlpha = 0.85;
    context.fillStyle = ink("ground");
    context.fillRect(align === "center" ? x - width / 2 : x, y, width, 16 / scale);
    context.globalAlpha = 1;
    context.fillStyle = ink("soft");
    context.textAlign = align;
    context.fillText(text, align === "center" ? x : x + 3 / scale, y + 2 / scale);
  };
  for (const lane of frame.lanes) write(lane.name, edge.x, lane.y - 52 + 3 / scale, "left");
  for (const band of frame.bands) write(band.name, band.x + band.width / 2, Math.max(-52 - 20 / scale, edge.y), "center");
});

let said;
network.on("zoom", () => {
  clearTimeout(said);
  said = setTimeout(() => {
    dress();
  }, 120);
});

function choose(id, move = false) {
  chosen = id;
  const status = document.getElementById("node-said");
  if (id) {
    const node = names.get(id);
    const link = document.createElement("a");
    link.href = node.address;
    link.textContent = node.title.split("\n")[0];
    status.replaceChildren(link, `, ${neighbours.get(id).size - 1} neighbours`);
    if (move) network.focus(id, { scale: Math.max(0.9, network.getScale()), animation: false });
  } else status.replaceChildren();
  dress();
}

network.on("click", ({ nodes: hit }) => {
  if (!hit.length) choose(null);
  else if (hit[0] === chosen) location.href = names.get(chosen).address;
  else choose(hit[0]);
});
network.on("hoverNode", () => (box.style.cursor = "pointer"));
network.on("blurNode", () => (box.style.cursor = ""));

const search = document.getElementById("node-search");
search.addEventListener("input", () => {
  const words = search.value.trim().toLowerCase();
  const exact = given.nodes.find((node) => node.title.split("\n")[0].toLowerCase() === words);
  if (exact) choose(exact.id, true);
});
search.addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  const words = search.value.trim().toLowerCase();
  const hit = words && ranked.find((node) => node.title.split("\n")[0].toLowerCase().includes(words));
  if (hit) choose(hit.id, true);
  else document.getElementById("node-said").textContent = "no such actor in this picture";
});

function zoom(factor) {
  network.moveTo({ scale: network.getScale() * factor, animation: false });
  dress();
}
document.getElementById("zoom-in").addEventListener("click", () => zoom(1.5));
document.getElementById("zoom-out").addEventListener("click", () => zoom(1 / 1.5));
document.getElementById("zoom-fit").addEventListener("click", () => {
  network.fit({ animation: false });
  choose(null);
});
document.getElementById("save-png").addEventListener("click", () => {
  const canvas = box.querySelector("canvas");
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  const context = copy.getContext("2d");
  context.fillStyle = ink("ground");
  context.fillRect(0, 0, copy.width, copy.height);
  context.drawImage(canvas, 0, 0);
  save(copy.toDataURL("image/png"), "subsidia-network.png");
});
// ticking a box is enough where script runs
for (const tick of document.querySelectorAll("#kinds input[type=checkbox]"))
  tick.addEventListener("change", () => tick.form.requestSubmit());
darkness.addEventListener("change", dress);
start();
box.dataset.drawn = String(nodes.length);
