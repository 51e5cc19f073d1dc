// What a screen reader says by itself: only what is new, and only once the writer rests.

const REST = 1500;

export class Voice {
  #news = new Map();
  #said = new Map();
  #timer = null;

  constructor(element) {
    this.element = element;
  }

  // Says words about a subject after a moment, unless others about it come before; at once where they were asked for.
  say(subject, words, isAskedFor = false) {
    if (this.#said.get(subject) === words && !isAskedFor) this.#news.delete(subject);
    else this.#news.set(subject, words);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#speak(), isAskedFor ? 0 : REST);
  }

  #speak() {
    const words = [...this.#news.values()].filter(Boolean).join(". ");
    for (const [subject, said] of this.#news) this.#said.set(subject, said);
    this.#news.clear();
    if (words) this.element.textContent = words;
  }
}
