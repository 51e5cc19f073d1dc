// The equations as the server sends them, below the headings of their sections. What comes anew is matched with what is
// shown by the line of the text in which it stands; what is not told again yet is dimmed. It says "place" with a line
// when the place of an equation or a heading is chosen.

import { patch } from "./patching.js";
import { showWithin } from "./scrolling.js";
import { moved } from "./text.js";
import { elementFrom } from "./trusted.js";

// How long an equation may be undecided, in milliseconds, before the page shows so; most are decided at once.
const PATIENCE = 200;

export class Equations extends EventTarget {
  #shown = [];
  #headings = [];
  #held = new Map();
  #round = 0;
  #timer = null;
  current = null;

  constructor(element) {
    super();
    this.element = element;
    element.addEventListener("click", ({ target }) => {
      const button = target.closest("button.place");
      if (button) this.#choose(button.closest(".equation, .heading"));
    });
  }

  // The keys of what is shown. What the server draws again under one of them it does not send.
  get keys() {
    return this.#shown.flatMap(({ key }) => key ?? []);
  }

  // From now on, what is shown is old; what still is after a while looks so.
  begin() {
    this.#round += 1;
    this.#held = new Map(this.#shown.map(({ key, html }) => [key, html]));
    for (const { timer } of this.#shown) clearTimeout(timer);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#dim(), PATIENCE);
    this.element.setAttribute("aria-busy", "true");
  }

  #dim() {
    for (const { element, round } of this.#shown) element.classList.toggle("stale", round !== this.#round);
  }

  // Takes the headings of a text: {line, html} each, in its order.
  placeHeadings(headings) {
    headings.forEach(({ line, html }, at) => {
      const known = this.#headings[at];
      const element = known?.html === html ? known.element : withButton(elementFrom(html));
      if (known && known.element !== element) known.element.replaceWith(element);
      this.#headings[at] = { line, html, element };
    });
    for (const { element } of this.#headings.splice(headings.length)) element.remove();
  }

  // Puts each heading before the first equation below it; one that stands there already stays.
  arrange() {
    let at = 0;
    const below = this.#headings.map(({ line }) => {
      while (at < this.#shown.length && this.#shown[at].line < line) at += 1;
      return this.#shown[at]?.element ?? null;
    });
    for (let number = this.#headings.length - 1; number >= 0; number -= 1) {
      const { element } = this.#headings[number];
      const isLast = number + 1 === below.length || below[number] !== below[number + 1];
      const following = isLast ? below[number] : this.#headings[number + 1].element;
      if (!element.isConnected || element.nextElementSibling !== following) this.element.insertBefore(element, following);
    }
  }

  // Places an equation that is being decided, or is decided.
  place({ event, number, line, key = null, html, steps }) {
    const shown = this.#find(number, line);
    Object.assign(shown, { number, line, round: this.#round });
    clearTimeout(shown.timer);
    if (event === "pending" && shown.html !== null) {
      shown.timer = setTimeout(() => drawPending(shown, html), PATIENCE);
      return;
    }
    shown.steps = steps ?? [];
    draw(shown, html ?? this.#held.get(key));
    shown.key = key;
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
    if (!this.current?.isConnected) this.current = null;
    this.rest();
  }

  // Nothing more is being decided.
  rest() {
    this.element.setAttribute("aria-busy", "false");
  }

  // The places of the equations follow a change of the text; a step whose text is gone has no place in it.
  move({ change, movedLine }) {
    const place = (offset) => (offset === null ? null : moved(offset, change));
    const follow = (step) => ({ ...step, start: place(step.start), end: place(step.end) });
    const isThere = ({ start, end }) => start === null || start < end;
    for (const heading of this.#headings) heading.line = movedLine(heading.line);
    for (const shown of this.#shown) {
      shown.line = movedLine(shown.line);
      shown.steps = shown.steps.map(follow).filter(isThere);
    }
  }

  // The steps with their verdicts, each with the line of its equation.
  get steps() {
    return this.#shown.flatMap(({ steps, line, number }) => steps.map((step) => ({ ...step, line, number })));
  }

  // Where headings and equations stand: {line, top}, in the order shown.
  get places() {
    const places = [...this.#headings, ...this.#shown].map(({ line, element }) => ({ line, top: element.offsetTop }));
    return places.sort((a, b) => a.top - b.top);
  }

  // Marks the equation of the caret: the last that begins in one of some lines. A new one is scrolled into view.
  showCurrent(first, last) {
    const found = this.#shown.findLast(({ line }) => first <= line && line <= last)?.element ?? null;
    if (found === this.current) return;
    this.#markCurrent(this.current, false);
    this.#markCurrent(found, true);
    this.current = found;
    this.revealCurrent();
  }

  revealCurrent() {
    if (this.current) showWithin(this.element, this.current.offsetTop, this.current.offsetHeight);
  }

  #markCurrent(element, isCurrent) {
    element?.classList.toggle("current", isCurrent);
    if (isCurrent) element?.setAttribute("aria-current", "true");
    else element?.removeAttribute("aria-current");
  }

  // Opens the reasons of a step of the caret's equation and goes there; of its first step, where none is named.
  openReasons(step) {
    const all = [...this.current.querySelectorAll("details.step")];
    const details = all.find(({ dataset }) => Number(dataset.step) === step) ?? all[0];
    if (!details) return;
    details.open = true;
    details.querySelector("summary").focus({ preventScroll: true });
    this.revealCurrent();
  }

  #choose(element) {
    const { line } = [...this.#headings, ...this.#shown].find((each) => each.element === element);
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
    const made = { element, key: null, html: null, steps: [], timer: null };
    this.#shown.splice(before + 1, 0, made);
    return made;
  }
}

function drawPending(shown, html) {
  draw(shown, html);
  shown.key = null;
}

// Draws an equation, if it is other than before; the reasons of a step stay open, and what has the focus keeps it.
function draw(shown, html) {
  if (shown.html === html) return;
  const { element } = shown;
  const hadFocus = element.contains(document.activeElement);
  const opened = new Set([...element.querySelectorAll("details.step[open]")].map(({ dataset }) => dataset.step));
  patch(element, wantedFor(element, html));
  for (const details of element.querySelectorAll("details.step")) details.open = opened.has(details.dataset.step);
  if (hadFocus && !element.contains(document.activeElement)) element.querySelector("summary, button")?.focus();
  shown.html = html;
}

// What an equation is to be like: as the server sends it, its place a button, marked as it is marked.
function wantedFor(element, html) {
  const wanted = withButton(elementFrom(html));
  for (const mark of ["current", "stale"]) wanted.classList.toggle(mark, element.classList.contains(mark));
  if (element.hasAttribute("aria-current")) wanted.setAttribute("aria-current", "true");
  return wanted;
}

// Makes the place of an equation or a heading a button.
function withButton(element) {
  for (const place of element.querySelectorAll(".place")) place.replaceWith(placeButton(place.textContent));
  return element;
}

function placeButton(words) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "place";
  button.title = "Go there in the text";
  button.append(words);
  return button;
}
