// The rows of the setting, each with an input where it can be corrected. A row that is being changed keeps its input as
// it is while the others follow the text. It says "correct" with a row and a value.

import { elementFrom } from "./trusted.js";

const HEADINGS = { symbols: "Given", model: "Computed", dims: "Sizes" };
const ORIGINS = { written: "", inferred: "inferred: ", asked: "" };

export class SettingTable extends EventTarget {
  #rows = new Map();

  constructor(element) {
    super();
    this.element = element;
  }

  show(rows) {
    const present = new Set(rows.map(keyOf));
    for (const [key, { element }] of this.#rows) {
      if (!present.has(key)) element.remove();
      if (!present.has(key)) this.#rows.delete(key);
    }
    for (const section of Object.keys(HEADINGS)) this.#showSection(section, rows.filter((row) => row.section === section));
  }

  // The rows of a section below its heading, in their order.
  #showSection(section, rows) {
    const body = this.#body(section);
    body.closest("table").hidden = rows.length === 0;
    const focused = document.activeElement;
    rows.forEach((row, at) => {
      const known = this.#rows.get(keyOf(row)) ?? this.#made(row);
      known.update(row);
      if (body.children[at] !== known.element) body.insertBefore(known.element, body.children[at] ?? null);
    });
    if (body.contains(focused)) focused.focus({ preventScroll: true }); // an element that moves loses it
  }

  #body(section) {
    const found = this.element.querySelector(`tbody[data-section="${section}"]`);
    if (found) return found;
    const table = document.createElement("table");
    const caption = table.createCaption();
    caption.textContent = HEADINGS[section];
    const body = table.createTBody();
    body.dataset.section = section;
    this.element.append(table);
    return body;
  }

  #made(row) {
    const made = new Row(row, (value) => this.dispatchEvent(new CustomEvent("correct", { detail: { row, value } })));
    this.#rows.set(keyOf(row), made);
    return made;
  }

  // Says what is wrong with a correction, at its row.
  tell(row, words) {
    this.#rows.get(keyOf(row))?.tell(words);
  }

  // A correction was taken.
  accept(row) {
    if (row) this.#rows.get(keyOf(row))?.accept();
  }
}

function keyOf({ section, name }) {
  return `${section} ${name}`;
}

class Row {
  constructor(row, correct) {
    this.row = row;
    this.element = document.createElement("tr");
    this.heading = document.createElement("th");
    this.heading.scope = "row";
    const name = document.createElement("span");
    name.className = "unseen";
    name.append(row.name);
    this.heading.append(name, elementFrom(`<span aria-hidden="true">${row.html}</span>`));
    this.value = document.createElement("td");
    this.why = document.createElement("td");
    this.why.className = "why";
    this.element.append(this.heading, this.value, this.why);
    if (row.section !== "model") this.#addInput(row, correct);
  }

  #addInput(row, correct) {
    this.input = document.createElement("input");
    this.input.setAttribute("aria-label", `${row.section === "dims" ? "Size" : "Declaration"} of ${row.name}`);
    Object.assign(this.input, { value: row.declaration, autocomplete: "off", autocapitalize: "none", spellcheck: false, maxLength: 300 });
    this.problem = document.createElement("p");
    this.problem.className = "row-problem";
    this.problem.setAttribute("role", "alert");
    this.value.append(this.input, this.problem);
    this.input.addEventListener("change", () => {
      const value = this.input.value.trim();
      this.tell("");
      if (value === "" || value === this.row.declaration) this.input.value = this.row.declaration;
      else correct(value);
    });
    this.input.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      this.input.value = this.row.declaration;
      this.tell("");
    });
  }

  update(row) {
    const isChanged = this.input && this.input.value.trim() !== this.row.declaration;
    this.row = row;
    this.element.className = row.origin;
    if (this.input && !isChanged) this.input.value = row.declaration;
    if (this.input) this.input.placeholder = row.origin === "asked" ? "N x D, scalar, …" : "";
    if (row.shown) this.value.replaceChildren(elementFrom(`<span>${row.shown}</span>`));
    const why = row.because === "" ? "" : `${ORIGINS[row.origin]}${row.because}`;
    if (this.said !== why) this.why.replaceChildren(elementFrom(`<span>${why}</span>`));
    this.said = why;
  }

  tell(words) {
    if (!this.input) return;
    this.problem.textContent = words;
    this.input.setAttribute("aria-invalid", String(words !== ""));
  }

  accept() {
    this.row = { ...this.row, declaration: this.input?.value.trim() ?? this.row.declaration };
    this.tell("");
  }
}
