// A mark that a check is at work, shown only where it takes long enough to be missed.

const PATIENCE = 400;

export class Busy {
  #timer = null;

  constructor(element) {
    this.element = element;
  }

  // From now on a check is at work; a writer who goes on sees no flicker.
  begin() {
    this.#timer ??= setTimeout(() => (this.element.hidden = false), PATIENCE);
  }

  end() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.element.hidden = true;
  }
}
