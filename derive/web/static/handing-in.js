// Handing an answer in: asks for the name, sends it with the answer, and says "handed-in" with the marks as an element;
// with none where the page is to be loaded anew, since nothing more can be written.

import { Refusal, post } from "./stream.js";
import { elementFrom } from "./trusted.js";

export class HandingIn extends EventTarget {
  constructor(dialog, contents) {
    super();
    this.dialog = dialog;
    this.contents = contents;
    this.form = dialog.querySelector("form");
    this.problem = dialog.querySelector("[role=alert]");
    dialog.querySelector("#not-yet").addEventListener("click", () => dialog.close());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
  }

  ask() {
    this.#say("");
    this.dialog.showModal();
    this.form.elements.student.focus();
  }

  async #send() {
    const button = this.form.querySelector("[type=submit]");
    const { name, text } = this.contents();
    button.disabled = true;
    this.#say("");
    try {
      const response = await post(this.form.dataset.link, { student: this.form.elements.student.value, name, text });
      const { html, is_exam: isLast } = await response.json();
      this.dialog.close();
      this.dispatchEvent(new CustomEvent("handed-in", { detail: isLast ? null : elementFrom(html) }));
    } catch (error) {
      this.#say(error instanceof Refusal ? error.message : "The server does not answer; your text is still here.");
    } finally {
      button.disabled = false;
    }
  }

  #say(words) {
    this.problem.textContent = words;
    this.problem.hidden = words === "";
  }
}
