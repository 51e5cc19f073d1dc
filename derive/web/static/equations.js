// The equations as the server sends them. What comes anew is matched with what is shown by the line of the text in which
// it stands; what is not told again yet is dimmed. It says "place" when the place of an equation is chosen.

import { patch } from "./patching.js";
import { moved } from "./text.js";
import { elementFrom } from "./trusted.js";

// How long an equation may be undecided before the page shows so; most are decided at once.
const PATIENCE = 150;

export class Equations extends EventTarget {
  #shown = [];
  #round = 0;

  constructor(element) {
    super();
    this.element = element;
    element.addEventListener("click", ({ target }) => {
      const button = target.closest("button.place");
      if (button) this.#choose(button.closest(".equation"));
    });
  }

  // From now on, what is shown is old.
  begin() {
    this.#round += 1;
    for (const each of this.#shown) each.element.classList.add("stale");
    this.element.setAttribute("aria-busy", "true");
  }

  // Places an equation that is being decided, or is decided.
  place({ event, number, line, html, steps }) {
    const shown = this.#find(number, line);
    Object.assign(shown, { number, line, round: this.#round });
    clearTimeout(shown.timer);
    if (event === "pending") {
      shown.timer = setTimeout(() => draw(shown, html), shown.html === null ? 0 : PATIENCE);
      return;
    }
    shown.steps = steps;
    draw(shown, html);
    shown.element.classList.remove("stale");
  }

  // All is told: what was not is no longer there.
  finish() {
    const gone = this.#shown.filter(({ round }) => round !== this.#round);
    const hadFocus = gone.some(({ element }) => element.contains(document.activeElement));
    for (const { element, timer } of gone) {
      clearTimeout(timer);
      element.remove();
    }
    this.#shown = this.#shown.filter(({ round }) => round === this.#round);
    if (hadFocus) this.element.focus();
    this.rest();
  }

  // Nothing more is being decided.
  rest() {
    this.element.setAttribute("aria-busy", "false");
  }

  // The places of the equations follow a change of the text; a step whose text is gone has no place in it.
  move({ change, movedLine }) {
    const follow = (step) => ({ ...step, start: step.start && moved(step.start, change), end: step.end && moved(step.end, change) });
    const isThere = ({ start, end }) => start === null || start < end;
    for (const shown of this.#shown) {
      shown.line = movedLine(shown.line);
      shown.steps = shown.steps.map(follow).filter(isThere);
    }
  }

  // The steps with their verdicts, each with the line of its equation.
  get steps() {
    return this.#shown.flatMap(({ steps, line, number }) => steps.map((step) => ({ ...step, line, number })));
  }

  // Where equations stand: {line, top}, in the order shown.
  get places() {
    return this.#shown.map(({ line, element }) => ({ line, top: element.offsetTop }));
  }

  // Shows which equation is the caret's: the last that begins in one of some lines.
  showCurrent(first, last) {
    const current = this.#shown.findLast(({ line }) => first <= line && line <= last) ?? null;
    for (const { element } of this.#shown) {
      const isCurrent = element === current?.element;
      element.classList.toggle("current", isCurrent);
      if (isCurrent) element.setAttribute("aria-current", "true");
      else element.removeAttribute("aria-current");
    }
    return current?.element ?? null;
  }

  // Opens the reasons of a step and puts the focus there; the first step that has some, where none is named.
  openReasons(element, step) {
    const wanted = step && element.querySelector(`details[data-step="${Number(step)}"]`);
    const details = wanted ?? element.querySelector("details");
    if (!details) return false;
    details.open = true;
    details.querySelector("summary").focus();
    return true;
  }

  #choose(element) {
    const { line } = this.#shown.find((shown) => shown.element === element);
    this.dispatchEvent(new CustomEvent("place", { detail: line }));
  }

  // What is shown already of an equation: told in this round, or standing in its line; else room for it.
  #find(number, line) {
    const isNow = ({ round }) => round === this.#round;
    const known = this.#shown.find((shown) => isNow(shown) && shown.number === number);
    return known ?? this.#shown.find((shown) => !isNow(shown) && shown.line === line) ?? this.#makeRoom(number);
  }

  #makeRoom(number) {
    const element = document.createElement("section");
    const before = this.#shown.findLastIndex((shown) => shown.round === this.#round && shown.number < number);
    if (before >= 0) this.#shown[before].element.after(element);
    else this.element.prepend(element);
    const made = { element, html: null, steps: [], timer: null };
    this.#shown.splice(before + 1, 0, made);
    return made;
  }
}

// Draws an equation, if it is other than before; the reasons of a step stay open.
function draw(shown, html) {
  if (shown.html === html) return;
  const hadFocus = shown.element.contains(document.activeElement);
  const opened = new Set([...shown.element.querySelectorAll("details[open]")].map(({ dataset }) => dataset.step));
  const wanted = elementFrom(html);
  for (const place of wanted.querySelectorAll(".place")) place.replaceWith(placeButton(place.textContent));
  wanted.classList.toggle("current", shown.element.classList.contains("current"));
  if (shown.element.hasAttribute("aria-current")) wanted.setAttribute("aria-current", "true");
  wanted.classList.toggle("stale", shown.element.classList.contains("stale"));
  patch(shown.element, wanted);
  for (const details of shown.element.querySelectorAll("details")) details.open = opened.has(details.dataset.step);
  if (hadFocus && !shown.element.contains(document.activeElement)) shown.element.querySelector("summary, button")?.focus();
  shown.html = html;
}

function placeButton(words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "place";
  button.title = "Go there in the text";
  button.append(words);
  return button;
}
