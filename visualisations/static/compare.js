// The comparison is drawn by the server; here it is only saved as a picture, and empty boxes stay out of the address.
import { onPage } from "./chart.js";
import { savePng, saveSvg } from "./picture.js";

onPage(() => {
  const drawing = document.getElementById("compare-svg");
  document.getElementById("save-svg")?.addEventListener("click", () => saveSvg(drawing, "subsidia-compare"));
  document.getElementById("save-png")?.addEventListener("click", () => savePng(drawing, "subsidia-compare"));
  document.querySelector("form.choices")?.addEventListener("formdata", (event) => {
    const places = event.formData.getAll("place").filter((each) => each.trim());
    event.formData.delete("place");
    for (const each of places) event.formData.append("place", each);
  });
});
