// The network: vis-network shows what pyvis wrote down. Places come from the server; nothing is simulated.
import { DataSet, Network } from "./vendor/vis-network.mjs";
import { darkness, ink, onPage, read, save, saveText, shaded } from "./chart.js";
import { picture } from "./network_svg.js";

const LETTERS = 12.5;
const MANY = 600;
const REST = 400;
let drawn;
// where the reader was looking, for the next picture of the same actors
let view;

function redraw() {
  drawn?.destroy();
  drawn = document.getElementById("network-canvas") ? new Drawing() : undefined;
}

class Drawing {
  constructor() {
    this.box = document.getElementById("network-canvas");
    this.said = document.getElementById("node-said");
    this.frame = read("network-frame");
    this.given = { nodes: read("network-nodes"), edges: read("network-edges"), options: read("network-options") };
    this.names = new Map(this.given.nodes.map((node) => [node.id, node]));
    this.neighbours = new Map(this.given.nodes.map((node) => [node.id, new Set([node.id])]));
    for (const edge of this.given.edges) {
      this.neighbours.get(edge.from).add(edge.to);
      this.neighbours.get(edge.to).add(edge.from);
    }
    // the largest are named first, and nobody whose name would lie on another's
    this.ranked = [...this.given.nodes].sort((one, other) => other.size - one.size || (one.id < other.id ? -1 : 1));
    this.marked = new Set((this.said.dataset.marked || "").split(" ").filter((id) => this.names.has(id)));
    this.key = this.given.nodes.map((node) => `${node.id} ${node.x} ${node.y}`).join("\n");
    this.start();
  }

  start() {
    const { box } = this;
    box.closest("figure").hidden = false;
    box.setAttribute("aria-label", box.parentElement.dataset.label);
    this.colours();
    const lit = this.lit();
    const letters = this.namedAt(this.fitting());
    this.named = letters.named;
    this.nodes = new DataSet(this.given.nodes.map((node) => ({ ...node, ...this.dressedNode(node, letters, lit) })));
    this.edges = new DataSet(this.given.edges.map((edge, place) => ({ ...edge, ...this.dressedEdge(edge, place, lit) })));
    // a large picture is pushed about as it was drawn, and drawn anew where it comes to rest
    this.pushed = this.given.nodes.length + this.given.edges.length > MANY;
    const interaction = { ...this.given.options.interaction, hideEdgesOnZoom: this.pushed, hover: !this.pushed, dragView: !this.pushed };
    this.network = new Network(box, { nodes: this.nodes, edges: this.edges }, { ...this.given.options, interaction });
    this.look();
    this.listen();
    this.rename();
    if (this.marked.size) this.tell([...this.marked][0]);
    box.dataset.drawn = String(this.nodes.length);
  }

  colours() {
    this.ink = { ink: ink("ink"), soft: ink("soft"), rule: ink("rule"), ground: ink("ground"), accent: ink("accent") };
    this.face = getComputedStyle(document.body).fontFamily;
  }

  // about the scale at which the whole picture fits
  fitting() {
    if (view?.key === this.key) return view.scale;
    const right = this.frame.bands.reduce((end, band) => Math.max(end, band.x + band.width), 1);
    const last = this.frame.lanes.at(-1);
    return 0.9 * Math.min(this.box.clientWidth / right, this.box.clientHeight / (last.y + last.height), 1);
  }

  // the whole picture, or where the reader was; a small screen begins at the left, in letters that can be read
  look() {
    const { network, box, frame } = this;
    if (view?.key === this.key) {
      network.moveTo(view);
      return;
    }
    network.fit({ animation: false });
    network.moveTo({ scale: network.getScale() * 0.94, offset: { x: 34, y: 8 } });
    if (box.clientWidth < 600) {
      const last = frame.lanes.at(-1);
      const scale = Math.max(network.getScale(), (box.clientHeight - 70) / (last.y + last.height + 60));
      network.moveTo({ scale, position: { x: box.clientWidth / scale / 2 - 60 / scale, y: (last.y + last.height) / 2 - 40 } });
    }
  }

  namedAt(scale) {
    const size = LETTERS / Math.min(scale, 1);
    const taken = [];
    const named = new Set();
    const lit = this.lit();
    const first = [...this.marked].map((id) => this.names.get(id));
    for (const node of [...first, ...(lit ? this.ranked.filter((each) => lit.has(each.id)) : this.ranked)]) {
      if (named.has(node.id)) continue;
      const width = Math.min(node.label.length * 0.56, 9.4) * size;
      const height = Math.ceil((node.label.length * 0.56) / 9) * size * 1.25 + 2 * node.size;
      const box = [node.x - width / 2, node.y - node.size, node.x + width / 2, node.y + height];
      if (taken.some((other) => box[0] < other[2] && other[0] < box[2] && box[1] < other[3] && other[1] < box[3])) continue;
      taken.push(box);
      named.add(node.id);
    }
    return { named, size };
  }

  // who stands out: the selected with their neighbours, else those on the path, else all (undefined)
  lit() {
    if (this.marked.size) return new Set([...this.marked].flatMap((id) => [...this.neighbours.get(id)]));
    const path = this.given.edges.filter((edge) => edge.onPath);
    return path.length ? new Set(path.flatMap((edge) => [edge.from, edge.to])) : undefined;
  }

  dressedNode(node, { named, size }, lit) {
    const shown = !lit || lit.has(node.id);
    const chosen = this.marked.has(node.id);
    const colour = shown ? shaded(node.color, this.frame.dark) : this.ink.rule;
    return {
      id: node.id,
      color: { background: colour, border: chosen ? this.ink.ink : colour, hover: colour, highlight: colour },
      label: named.has(node.id) ? node.label : " ",
      font: { color: this.ink.ink, size, strokeWidth: size / 4, strokeColor: this.ink.ground, face: this.face },
      widthConstraint: { maximum: size * 9 },
      borderWidth: chosen ? 4 : 1,
    };
  }

  dressedEdge(edge, place, lit) {
    const some = this.marked.size > 0;
    const touched = some ? this.marked.has(edge.from) || this.marked.has(edge.to) : !lit || edge.onPath;
    const plain = this.given.edges.length > 600 ? 0.32 : 0.45;
    const colour = edge.onPath ? this.ink.accent : shaded(edge.color, this.frame.dark);
    const opacity = edge.onPath ? 1 : touched ? (some ? 0.9 : plain) : 0.05;
    return { id: place, width: edge.onPath ? edge.width + 3 : edge.width, color: { color: colour, opacity, inherit: false } };
  }

  dress() {
    const letters = this.namedAt(this.network.getScale());
    const lit = this.lit();
    this.named = letters.named;
    this.nodes.update(this.given.nodes.map((node) => this.dressedNode(node, letters, lit)));
    this.edges.update(this.given.edges.map((edge, place) => this.dressedEdge(edge, place, lit)));
  }

  // after a change of scale only those change who have a name, or had one
  rename() {
    const letters = this.namedAt(this.network.getScale());
    const lit = this.lit();
    const changed = this.given.nodes.filter((node) => letters.named.has(node.id) || this.named.has(node.id));
    this.named = letters.named;
    this.nodes.update(changed.map((node) => this.dressedNode(node, letters, lit)));
  }

  // lanes and bands lie behind the network
  behind(context) {
    const { frame, network } = this;
    const right = frame.bands.reduce((end, band) => Math.max(end, band.x + band.width), 0);
    const bottom = frame.lanes.reduce((end, lane) => Math.max(end, lane.y + lane.height), 0);
    context.lineWidth = 1 / network.getScale();
    context.strokeStyle = this.ink.rule;
    context.beginPath();
    for (const lane of frame.lanes) {
      context.moveTo(-40, lane.y - 52);
      context.lineTo(right + 24, lane.y - 52);
    }
    for (const band of frame.bands) {
      context.moveTo(band.x + band.width + 23, -52);
      context.lineTo(band.x + band.width + 23, bottom);
    }
    context.stroke();
  }

  // their names stay at the edges while the picture moves
  before(context) {
    const { frame, network } = this;
    const scale = network.getScale();
    const edge = network.DOMtoCanvas({ x: 4, y: 4 });
    context.font = `${12 / scale}px ${this.face}`;
    context.textBaseline = "top";
    const write = (text, x, y, align, room) => {
      const width = context.measureText(text).width + 6 / scale;
      if (room && width > room * 1.7) return;
      context.globalAlpha = 0.85;
      context.fillStyle = this.ink.ground;
      context.fillRect(align === "center" ? x - width / 2 : x, y, width, 16 / scale);
      context.globalAlpha = 1;
      context.fillStyle = this.ink.soft;
      context.textAlign = align;
      context.fillText(text, align === "center" ? x : x + 3 / scale, y + 2 / scale);
    };
    for (const lane of frame.lanes) write(lane.name, edge.x, lane.y - 52 + 3 / scale, "left");
    for (const band of frame.bands) write(band.name, band.x + band.width / 2, Math.max(-52 - 20 / scale, edge.y), "center", band.width + 46);
  }

  listen() {
    const { network, box } = this;
    const on = (id, event, act) => document.getElementById(id).addEventListener(event, act);
    network.on("beforeDrawing", (context) => this.behind(context));
    network.on("afterDrawing", (context) => this.before(context));
    network.on("zoom", () => {
      clearTimeout(this.waiting);
      this.waiting = setTimeout(() => this.rename(), 120);
    });
    network.on("dragEnd", () => this.remember());
    if (this.pushed) this.push();
    network.on("click", ({ nodes: hit }) => !this.moved && this.choose(hit.length && !this.marked.has(hit[0]) ? hit[0] : null));
    network.on("doubleClick", ({ nodes: hit }) => hit.length && (location.href = this.names.get(hit[0]).address));
    network.on("hoverNode", () => (box.style.cursor = "pointer"));
    network.on("blurNode", () => (box.style.cursor = ""));
    on("zoom-in", "click", () => this.zoom(1.5));
    on("zoom-out", "click", () => this.zoom(1 / 1.5));
    on("zoom-fit", "click", () => {
      view = undefined;
      this.look();
      this.rename();
    });
    on("save-png", "click", () => this.savePng());
    on("save-svg", "click", () => {
      const letters = this.namedAt(0.7);
      const text = picture(this.frame, this.nodes.get(), this.edges.get(), letters.named, { ...this.ink, face: this.face });
      saveText(text, "image/svg+xml", "subsidia-network.svg");
    });
    this.search();
    const form = document.getElementById("kinds");
    // ticking a box is enough where script runs; what is usual stays out of the address
    form?.addEventListener("change", () => form.requestSubmit());
    form?.addEventListener("formdata", ({ formData }) => {
      if (formData.get("size") === "degree") formData.delete("size");
      if (formData.get("colour") === "level") formData.delete("colour");
    });
    this.shade = () => {
      this.colours();
      this.dress();
    };
    darkness.addEventListener("change", this.shade);
  }

  // moves the picture as one bitmap while it is dragged; once at rest it is drawn where it has come to
  push() {
    const canvas = this.box.querySelector("canvas");
    let from;
    const rest = () => {
      if (!from) return;
      const { x, y } = this.network.getViewPosition();
      const scale = this.network.getScale();
      const [dx, dy] = [from.to.x - from.x, from.to.y - from.y];
      canvas.style.transform = "";
      this.network.moveTo({ position: { x: x - dx / scale, y: y - dy / scale }, animation: false });
      this.network.redraw();
      from = { ...from.to, to: from.to, id: from.id };
      this.remember();
    };
    const move = (event) => {
      if (!from || event.pointerId !== from.id) return;
      event.stopPropagation();
      from.to = { x: event.clientX, y: event.clientY };
      const [dx, dy] = [from.to.x - from.x, from.to.y - from.y];
      if (!this.moved && Math.hypot(dx, dy) < 4) return;
      this.moved = true;
      canvas.style.transform = `translate(${dx}px, ${dy}px)`;
      clearTimeout(this.resting);
      this.resting = setTimeout(rest, REST);
    };
    const up = () => {
      clearTimeout(this.resting);
      if (this.moved) rest();
      from = undefined;
      // the click that ends a drag chooses nobody
      setTimeout(() => (this.moved = false), 350);
    };
    this.box.addEventListener("pointerdown", (event) => {
      if (!event.isPrimary || event.button) from = undefined;
      else {
        from = { x: event.clientX, y: event.clientY, to: { x: event.clientX, y: event.clientY }, id: event.pointerId };
        this.moved = false;
        window.addEventListener("pointerup", up, { once: true });
        window.addEventListener("pointercancel", up, { once: true });
      }
    }, true);
    this.box.addEventListener("pointermove", move, true);
    this.box.addEventListener("mousemove", (event) => from && event.stopPropagation(), true);
  }

  search() {
    const field = document.getElementById("node-search");
    const called = (node) => node.title.split("\n")[0].toLowerCase();
    field.addEventListener("input", () => {
      const words = field.value.trim().toLowerCase();
      const exact = this.given.nodes.find((node) => called(node) === words);
      if (exact) this.choose(exact.id, true);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const words = field.value.trim().toLowerCase();
      const hit = words && this.ranked.find((node) => called(node).includes(words));
      if (hit) this.choose(hit.id, true);
      else if (words) this.missing(field.value.trim());
    });
  }

  missing(words) {
    const { none, draw, more } = this.said.dataset;
    const parts = [`${none} `];
    const known = [...(document.getElementById("network-names")?.options ?? [])].find((each) => each.value.toLowerCase() === words.toLowerCase());
    if (known) parts.push(this.link(draw, more.replace("__", encodeURIComponent(known.value))));
    this.said.replaceChildren(...parts);
  }

  zoom(factor) {
    this.network.moveTo({ scale: this.network.getScale() * factor, animation: false });
    this.rename();
    this.remember();
  }

  remember() {
    view = { key: this.key, scale: this.network.getScale(), position: this.network.getViewPosition() };
  }

  link(words, address) {
    const link = document.createElement("a");
    link.href = address;
    link.textContent = words;
    return link;
  }

  // says who is selected, and what can be done with it
  tell(id) {
    const node = this.names.get(id);
    const slug = encodeURIComponent(id.split("/").pop());
    const { neighbours, alone, grow, from, clear, of, more } = this.said.dataset;
    this.said.replaceChildren(this.link(node.title.split("\n")[0], node.address), `, ${neighbours.replace("__", this.neighbours.get(id).size - 1)}`);
    const parts = [" · "];
    parts.push(this.link(alone, of.replace("__", slug)), " · ", this.link(grow, more.replace("__", slug)), " · ");
    const start = document.querySelector("form.ends [name=start]");
    if (start) {
      const begin = this.link(from, "#path");
      begin.addEventListener("click", () => {
        start.value = node.title.split("\n")[0];
        document.querySelector("form.ends [name=goal]").focus();
      });
      parts.push(begin, " · ");
    }
    const end = document.createElement("button");
    Object.assign(end, { type: "button", className: "plain", textContent: clear });
    end.addEventListener("click", () => this.choose(null));
    document.getElementById("node-acts").replaceChildren(...parts, end);
  }

  // a selection goes into the address, and along to the other pages
  choose(id, move = false) {
    this.marked = new Set(id ? [id] : []);
    for (const part of [this.said, document.getElementById("node-acts")]) part.replaceChildren();
    if (id) this.tell(id);
    if (move) this.network.focus(id, { scale: Math.max(0.9, this.network.getScale()), animation: false });
    const mark = id?.includes("/id/actor/") ? `actor/${id.split("/").pop()}` : "";
    const before = new URL(location.href).searchParams.get("mark");
    history.replaceState(null, "", marking(location.href, mark, before));
    for (const link of document.querySelectorAll(".top nav a, main a[href*='/network?'], #filters a")) link.href = marking(link.href, mark, before);
    for (const form of document.querySelectorAll("#filters, #kinds, form.ends")) keep(form, mark);
    for (const row of document.querySelectorAll("#node-table tr[data-actor]")) row.classList.toggle("marked-row", row.dataset.actor === id);
    document.querySelector("p.selected")?.remove();
    this.dress();
  }

  savePng() {
    const canvas = this.box.querySelector("canvas");
    const copy = document.createElement("canvas");
    copy.width = canvas.width;
    copy.height = canvas.height;
    const context = copy.getContext("2d");
    context.fillStyle = this.ink.ground;
    context.fillRect(0, 0, copy.width, copy.height);
    context.drawImage(canvas, 0, 0);
    save(copy.toDataURL("image/png"), "subsidia-network.png");
  }

  destroy() {
    clearTimeout(this.waiting);
    clearTimeout(this.resting);
    darkness.removeEventListener("change", this.shade);
    this.network.destroy();
  }
}

// links that ask for another selection than that of before keep it
function marking(address, mark, before) {
  const changed = new URL(address);
  if (changed.searchParams.get("mark") !== before) return address;
  if (mark) changed.searchParams.set("mark", mark);
  else changed.searchParams.delete("mark");
  return changed.href;
}

function keep(form, mark) {
  let field = form.querySelector("[name=mark]");
  if (!field) {
    field = Object.assign(document.createElement("input"), { type: "hidden", name: "mark" });
    form.append(field);
  }
  field.value = mark;
  field.disabled = !mark;
}

onPage(redraw);
