// One line at the top of the page: what is wrong with the server or with a file, and what can be done about it.

export class Notice {
  #subject = null;

  constructor(element) {
    this.element = element;
    this.line = element.querySelector("p");
    this.button = element.querySelector("button");
    this.button.addEventListener("click", () => {
      const act = this.act;
      this.#show(null, "", null);
      act();
    });
  }

  // Says something about a subject, with something to do: {words, act}, or nothing.
  say(subject, words, remedy = null) {
    this.#show(subject, words, remedy);
  }

  // Takes back what was said about a subject, and about no other.
  takeBack(subject) {
    if (this.#subject === subject) this.#show(null, "", null);
  }

  #show(subject, words, remedy) {
    this.#subject = subject;
    this.line.textContent = words;
    this.element.hidden = !words;
    this.button.hidden = !remedy;
    this.button.textContent = remedy?.words ?? "";
    this.act = remedy?.act;
  }
}
