// How many steps got which verdict.

import { patch } from "./patching.js";

const VERDICTS = ["written", "proved", "convention", "refuted", "unknown", "unreadable", "definition"];
const MARKS = { written: "", proved: "✓", convention: "≈", refuted: "✗", unknown: "?", unreadable: "!", definition: "·" };
const PLURALS = { convention: "by convention", definition: "definitions" };

// Shows the counts, and gives them in words.
export function showSummary(list, counts) {
  const present = VERDICTS.filter((verdict) => counts[verdict] > 0);
  const wanted = list.cloneNode(false);
  wanted.append(...present.map((verdict) => item(verdict, counts[verdict])));
  patch(list, wanted);
  return present.map((verdict) => phrase(verdict, counts[verdict])).join(", ") || "No equation yet";
}

function item(verdict, count) {
  const made = document.createElement("li");
  const mark = document.createElement("span");
  mark.setAttribute("aria-hidden", "true");
  mark.append(`${MARKS[verdict]} `);
  const word = document.createElement("span");
  word.className = "word";
  word.append(wordFor(verdict, count));
  made.className = verdict;
  made.append(mark, `${count} `, word);
  return made;
}

function phrase(verdict, count) {
  return `${count} ${wordFor(verdict, count)}`;
}

function wordFor(verdict, count) {
  return count === 1 && verdict === "definition" ? "definition" : (PLURALS[verdict] ?? verdict);
}
