// The parts of an exercise and what is known of the answer to each, as the server tells it.

import { elementFrom } from "./trusted.js";

const REST = 1500;

export class Parts {
  #timer = null;

  constructor(element, voice, whole) {
    this.list = element.querySelector("ul");
    this.voice = voice;
    this.whole = whole;
    this.items = new Map([...this.list.children].map((item) => [item.dataset.part, item]));
  }

  // From now on, what is shown is old.
  begin() {
    this.list.classList.add("stale");
  }

  rest() {
    this.list.classList.remove("stale");
  }

  // Takes what is known of one part.
  take({ id, status, mark, words, points, html }) {
    const item = this.items.get(id);
    if (!item) return;
    item.className = status;
    item.querySelector(".mark").textContent = mark;
    item.querySelector(".state").textContent = words;
    item.querySelector(".points").textContent = points;
    const why = item.querySelector(".why");
    if (status === "right" || html === "") why.replaceChildren();
    else why.replaceChildren(elementFrom(`<div>${html}</div>`));
  }

  // All parts are told.
  finish({ points, problem }) {
    this.rest();
    this.whole.hidden = !problem;
    this.whole.textContent = problem ?? "";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const words = `${this.list.querySelectorAll(".right").length} of ${this.items.size} right, ${points}`;
      if (this.voice.textContent !== words) this.voice.textContent = words;
    }, REST);
  }
}
