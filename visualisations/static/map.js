// The map is drawn by the server; here it is moved, its tips are shown at once, and it is saved.
import { ink, onPage, save, saveText } from "./chart.js";

const DEEPEST = 12;
const KEPT = ["fill", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linejoin", "opacity", "font-family", "font-size", "font-weight", "paint-order", "dominant-baseline", "display", "vector-effect", "transform", "r"];

onPage(() => {
  const box = document.getElementById("map-box");
  if (!box) return;
  const map = document.getElementById("map");
  const { width, height } = { width: Number(map.dataset.width), height: Number(map.dataset.height) };
  const given = map.viewBox.baseVal;
  let view = { x: given.x + given.width / 2, y: given.y + given.height / 2, zoom: width / given.width };
  let told;

  function show(next, tell = true) {
    const zoom = Math.min(DEEPEST, Math.max(1, next.zoom));
    const [wide, high] = [width / zoom, height / zoom];
    const x = Math.min(width - wide / 2, Math.max(wide / 2, next.x));
    const y = Math.min(height - high / 2, Math.max(high / 2, next.y));
    view = { x, y, zoom };
    map.setAttribute("viewBox", `${x - wide / 2} ${y - high / 2} ${wide} ${high}`);
    map.style.setProperty("--zoom", zoom);
    const unit = width / zoom / (box.clientWidth || width); // no width yet: the style sheet is still to come
    map.style.setProperty("--unit", `${unit}px`);
    map.classList.toggle("near", zoom >= 2);
    for (const pattern of map.querySelectorAll("pattern"))
      pattern.setAttribute("patternTransform", `${pattern.id === "map-hatch" ? "rotate(45) " : ""}scale(${unit})`);
    box.classList.toggle("moved", zoom > 1);
    if (!tell) return;
    clearTimeout(told);
    told = setTimeout(remember, 250);
  }

  // the view is part of the address, so that a link opens the same; the filters take it along
  function remember() {
    if (!box.isConnected || document.body.classList.contains("embed")) return;
    const address = new URL(location.href);
    const text = view.zoom === 1 ? null : [view.x.toFixed(1), view.y.toFixed(1), view.zoom.toFixed(2)].join(",");
    if (text) address.searchParams.set("view", text);
    else if (address.searchParams.has("country")) address.searchParams.set("view", `${width / 2},${height / 2},1`);
    else address.searchParams.delete("view");
    history.replaceState(null, "", address);
    for (const form of document.querySelectorAll("#filters, form.choices")) {
      let field = form.querySelector('input[name="view"]');
      if (!field) {
        field = Object.assign(document.createElement("input"), { type: "hidden", name: "view" });
        form.append(field);
      }
      field.value = address.searchParams.get("view") ?? "";
      field.disabled = !field.value;
    }
  }

  // zooms about a point of the picture that stays where it is
  function zoom(factor, point = view) {
    const next = Math.min(DEEPEST, Math.max(1, view.zoom * factor));
    const part = view.zoom / next;
    show({ x: point.x + (view.x - point.x) * part, y: point.y + (view.y - point.y) * part, zoom: next });
  }
  function spot(event) {
    const edge = box.getBoundingClientRect();
    const at = (value, start, length, all, middle) => middle + ((value - start) / length - 0.5) * (all / view.zoom);
    return { x: at(event.clientX, edge.left, edge.width, width, view.x), y: at(event.clientY, edge.top, edge.height, height, view.y) };
  }
  const whole = () => show({ x: width / 2, y: height / 2, zoom: 1 });
  for (const [id, act] of [["map-in", () => zoom(1.6)], ["map-out", () => zoom(1 / 1.6)], ["map-whole", whole]]) {
    const button = document.getElementById(id);
    button.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation();
      act();
    });
    button.addEventListener("keydown", (event) => {
      if (event.key !== " ") return;
      event.preventDefault();
      act();
    });
  }
  box.addEventListener("keydown", (event) => {
    const step = 0.15 / view.zoom;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.target !== box || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") zoom(1.6);
    else if (event.key === "-") zoom(1 / 1.6);
    else if (event.key === "0") whole();
    else if (moves[event.key] && view.zoom > 1) show({ ...view, x: view.x + moves[event.key][0] * step * width, y: view.y + moves[event.key][1] * step * height });
    else return;
    event.preventDefault();
  });
  // the wheel scrolls the page, unless the map has been chosen (a click, the keyboard) or a key says that it zooms
  box.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && document.activeElement !== box) return;
    event.preventDefault();
    zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.002)), spot(event));
  }, { passive: false });
  box.addEventListener("dblclick", (event) => zoom(2, spot(event)));

  // one pointer moves the picture, two bring it nearer
  const pointers = new Map();
  let moved = 0;
  box.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    pointers.set(event.pointerId, event);
    moved = 0;
  });
  const let_go = (event) => pointers.delete(event.pointerId);
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) box.addEventListener(name, let_go);
  box.addEventListener("pointermove", (event) => {
    tip(event);
    const before = pointers.get(event.pointerId);
    if (!before) return;
    pointers.set(event.pointerId, event);
    const others = [...pointers.values()].filter((each) => each.pointerId !== event.pointerId);
    if (others.length === 1) {
      const far = (one) => Math.hypot(one.clientX - others[0].clientX, one.clientY - others[0].clientY);
      zoom(far(event) / Math.max(1, far(before)), spot(event));
    } else if (view.zoom > 1) {
      const unit = width / view.zoom / box.clientWidth;
      moved += Math.abs(event.clientX - before.clientX) + Math.abs(event.clientY - before.clientY);
      if (moved > 6 && !box.hasPointerCapture(event.pointerId)) box.setPointerCapture(event.pointerId);
      show({ ...view, x: view.x - (event.clientX - before.clientX) * unit, y: view.y - (event.clientY - before.clientY) * unit });
    }
  });
  box.addEventListener("dragstart", (event) => event.preventDefault());
  box.addEventListener("click", (event) => {
    if (moved <= 6) return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  // the titles are read at once, not after a second
  const note = Object.assign(document.createElement("div"), { id: "map-tip", hidden: true });
  box.append(note);
  const words = new Map();
  for (const title of map.querySelectorAll("title")) {
    words.set(title.parentNode, title.textContent);
    title.remove();
  }
  function tip(event) {
    if (event.pointerType === "touch") return;
    let hit = event.target;
    while (hit && hit !== box && !words.has(hit)) hit = hit.parentNode;
    note.hidden = !words.has(hit);
    if (note.hidden) return;
    note.textContent = words.get(hit);
    const edge = box.getBoundingClientRect();
    const [x, y] = [event.clientX - edge.left, event.clientY - edge.top];
    note.style.left = `${Math.max(4, Math.min(x + 14, edge.width - note.offsetWidth - 4))}px`;
    note.style.top = `${y + 18 + note.offsetHeight > edge.height ? y - note.offsetHeight - 10 : y + 18}px`;
  }
  box.addEventListener("pointerleave", () => (note.hidden = true));

  const sizes = new ResizeObserver(() => (box.isConnected ? show(view, false) : sizes.disconnect()));
  sizes.observe(box);
  show(view, false);

  // saves the drawing with the styles that it has on the page, since a file knows no style sheet
  function standalone() {
    const copy = map.cloneNode(true);
    const copies = [copy, ...copy.querySelectorAll("*")];
    for (const [place, each] of [map, ...map.querySelectorAll("*")].entries()) {
      const style = getComputedStyle(each);
      for (const name of KEPT) {
        const value = style.getPropertyValue(name);
        if (value && value !== "none") copies[place].style.setProperty(name, value.replace(/url\("[^"#]*#/, 'url("#'));
        else if (value && (name === "fill" || name === "display")) copies[place].style.setProperty(name, value);
      }
    }
    for (const link of copy.querySelectorAll("a")) link.setAttribute("href", new URL(link.getAttribute("href"), location.href));
    for (const [element, text] of words) {
      const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
      title.textContent = text;
      copies[[map, ...map.querySelectorAll("*")].indexOf(element)].prepend(title);
    }
    copy.style.background = ink("ground");
    copy.setAttribute("width", box.clientWidth);
    copy.setAttribute("height", box.clientHeight);
    copy.removeAttribute("aria-hidden");
    return new XMLSerializer().serializeToString(copy);
  }
  const buttons = { svg: document.getElementById("map-svg"), png: document.getElementById("map-png") };
  buttons.svg.hidden = buttons.png.hidden = false;
  buttons.svg.addEventListener("click", () => saveText(standalone(), "image/svg+xml", "subsidia-map.svg"));
  buttons.png.addEventListener("click", async () => {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(standalone())}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: box.clientWidth * 2, height: box.clientHeight * 2 });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    save(canvas.toDataURL("image/png"), "subsidia-map.png");
  });
  for (const choice of document.querySelectorAll("form.choices select"))
    choice.addEventListener("change", () => choice.form.requestSubmit());
  map.dataset.drawn = "true";
});
