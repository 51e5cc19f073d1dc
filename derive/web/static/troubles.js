// What to say, and when to try again, where the server does not do what it was asked.

import { Refusal } from "./stream.js";

const NO_ACCESS =
  "This page may no longer ask the server. Open the address that derive serve printed; save your text first.";
const LONGEST_WAIT = 15;

// One line for the page and the seconds until another try; null: only once the text has changed.
export function remedyOf(error, failures) {
  const wait = Math.min(2 ** (failures - 1), LONGEST_WAIT);
  if (!(error instanceof Refusal)) {
    return { message: "The server does not answer. Your text is still here; the page keeps trying.", seconds: wait };
  }
  if (error.status === 401 || error.status === 403) {
    return { message: NO_ACCESS, seconds: null };
  }
  if (error.status === 413) {
    return { message: error.isExplained ? error.message : "This document is too long to be checked.", seconds: null };
  }
  if (error.status === 429) {
    return { message: "The server is asked too often; the page waits a little.", seconds: error.seconds ?? wait };
  }
  if (error.status >= 500) {
    const message = "The server has too much to do, or met a problem of its own; the page keeps trying.";
    return { message, seconds: error.seconds ?? Math.max(wait, 2) };
  }
  return { message: error.message, seconds: null };
}
