// How many steps got which verdict: as words on the page at once, and said to a screen reader once the writer rests.

const VERDICTS = ["written", "proved", "convention", "refuted", "unknown", "unreadable", "definition"];
const MARKS = { written: "", proved: "✓", convention: "≈", refuted: "✗", unknown: "?", unreadable: "!", definition: "·" };
const PLURALS = { convention: "by convention", definition: "definitions" };
const REST = 1500;

export class Summary {
  #timer = null;

  constructor(list, voice) {
    this.list = list;
    this.voice = voice;
  }

  show(counts) {
    const present = VERDICTS.filter((verdict) => counts[verdict] > 0);
    this.list.replaceChildren(...present.map((verdict) => item(verdict, counts[verdict])));
    this.#say(present.map((verdict) => phrase(verdict, counts[verdict])).join(", ") || "No equation yet");
  }

  // Says words, unless others come within a moment.
  #say(words) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.voice.textContent !== words) this.voice.textContent = words;
    }, REST);
  }
}

function item(verdict, count) {
  const made = document.createElement("li");
  const mark = document.createElement("span");
  mark.setAttribute("aria-hidden", "true");
  mark.append(`${MARKS[verdict]} `);
  made.className = verdict;
  made.append(mark, phrase(verdict, count));
  return made;
}

function phrase(verdict, count) {
  const word = count === 1 && verdict === "definition" ? "definition" : (PLURALS[verdict] ?? verdict);
  return `${count} ${word}`;
}
