// When the text is checked: soon after the last key, one request at a time, the newest wins; again after a while where
// the server did not answer. It says "begin", "events" (some of the server's) and "trouble" (one line, or none).

import { linesOf } from "./stream.js";
import { remedyOf } from "./troubles.js";

// Longer than a key that is held down takes to repeat.
const PAUSE = 40;

export class Checking extends EventTarget {
  #timer = null;
  #request = null;
  #failures = 0;

  // `contents` says what is to be checked: the body of the request.
  constructor(contents) {
    super();
    this.contents = contents;
    addEventListener("online", () => this.#failures && this.soon());
  }

  // What was asked for before is given up: its places are those of a text that is no more.
  soon(pause = PAUSE) {
    clearTimeout(this.#timer);
    this.#request?.abort();
    this.#timer = setTimeout(() => this.#check(), pause);
  }

  async #check() {
    const request = new AbortController();
    this.#request = request;
    this.#tell("begin");
    try {
      await this.#follow(request.signal);
      this.#failures = 0;
      this.#tell("trouble", null);
    } catch (error) {
      if (!request.signal.aborted) this.#despair(error);
    }
  }

  // Tells what the server says, until it has said the last.
  async #follow(signal) {
    let isLast = false;
    for await (const events of linesOf("/live/check", this.contents(), signal)) {
      if (signal.aborted) return;
      isLast ||= events.some(({ event }) => ["done", "problem", "superseded"].includes(event));
      this.#tell("events", events);
    }
    if (!isLast && !signal.aborted) throw new TypeError("the answer broke off");
  }

  #despair(error) {
    this.#failures += 1;
    const { message, seconds } = remedyOf(error, this.#failures);
    this.#tell("trouble", message);
    if (seconds !== null) this.soon(1000 * seconds);
  }

  #tell(what, detail) {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}
