// The page on which a derivation is typed and judged: joins the parts, each of which knows one thing.

import { Busy } from "./busy.js";
import { Checking } from "./checking.js";
import { saveReport, saveText } from "./downloading.js";
import { Editor } from "./editor.js";
import { Equations } from "./equations.js";
import { Notice } from "./notice.js";
import { Opening } from "./opening.js";
import { Problems, wordsOf } from "./problems.js";
import { joinScrolling } from "./scrolling.js";
import { showSummary } from "./summary.js";
import { setWords } from "./text.js";
import { remedyOf } from "./troubles.js";
import { chooseViews } from "./views.js";
import { Voice } from "./voice.js";

const part = (name) => document.getElementById(name);
const main = document.querySelector("main");
const name = part("name");
const notice = new Notice(part("notice"));
const editor = new Editor(part("text"), part("mirror"), part("paper"));
const equations = new Equations(part("equations"));
const problems = new Problems(editor);
const voice = new Voice(part("voice"));
const busy = new Busy(part("busy"));
const checking = new Checking(() => ({ ...contents(), held: equations.keys }));
const opening = new Opening({ button: part("open"), input: part("file"), overlay: part("overlay") });
const reveal = chooseViews(document.querySelectorAll("#views button"), main);
let saved = editor.text;

// --- What is checked, and what is said of it ------------------------------------------------------

// The name of this tab: the server ends a check when the same tab asks again.
const page = crypto.getRandomValues(new Uint32Array(4)).join("-");

function contents() {
  return { page, name: name.value.trim() || "notes.md", text: editor.text, exercise: main.dataset.exercise || null };
}

// What keeps the whole document from being checked: as a step of no equation, in the line that it is about, if any.
let hindrance = null;

function showHindrance() {
  const { message = "", line = null } = hindrance ?? {};
  const place = part("hindrance").querySelector("button");
  setWords(part("hindrance").querySelector(".words"), message);
  setWords(place, line === null ? "" : `line ${line}`);
  place.hidden = line === null;
  part("hindrance").hidden = hindrance === null;
}

const takers = {
  headings: (event) => equations.placeHeadings(event.headings),
  pending: (event) => equations.place(event),
  equation: (event) => equations.place(event),
  problem: ({ message, line }) => {
    hindrance = { verdict: "unreadable", message, line, start: null, end: null };
    equations.rest();
    busy.end();
    if (line !== null) show({ unreadable: 1 });
    voice.say("summary", message);
  },
  verdicts: (event) => {
    busy.end();
    show(event.summary);
  },
  done: (event) => {
    busy.end();
    hindrance = null;
    equations.finish();
    show(event.summary);
    part("nothing").hidden = event.equations > 0 || isEmpty();
  },
};

function show(counts) {
  voice.say("summary", showSummary(part("summary"), counts));
}

checking.addEventListener("begin", () => {
  equations.begin();
  busy.begin();
});
checking.addEventListener("events", ({ detail }) => {
  for (const event of detail) takers[event.event]?.(event);
  equations.arrange();
  showProblems();
  showCurrent();
});
checking.addEventListener("trouble", ({ detail }) => {
  if (detail) busy.end();
  if (detail) notice.say("server", detail);
  else notice.takeBack("server");
});

// --- The text and its equations -------------------------------------------------------------------

function isEmpty() {
  return editor.text.trim() === "";
}

function showProblems() {
  showHindrance();
  problems.take(hindrance?.line ? [hindrance] : equations.steps);
  part("problems").hidden = problems.count === 0;
}

function showProblemAtCaret(isAskedFor) {
  const problem = problems.atCaret();
  const line = part("problem");
  const words = problem ? wordsOf(problem, editor.starts) : "";
  setWords(line, words);
  line.className = problem?.verdict ?? "";
  voice.say("problem", words, isAskedFor);
}

// Shows what is at the caret: its equation, and what is wrong there.
function showCurrent(isAskedFor = false) {
  const passage = editor.passageAt(editor.caret);
  if (passage) equations.showCurrent(editor.lineAt(passage.start), editor.line);
  else equations.showCurrent(0, 0);
  showProblemAtCaret(isAskedFor);
}

editor.addEventListener("change", ({ detail }) => {
  equations.move(detail);
  if (hindrance?.line) hindrance.line = detail.movedLine(hindrance.line);
  showProblems();
  part("welcome").hidden = !isEmpty();
  showCurrent();
  notice.takeBack("file");
  checking.soon();
});
editor.addEventListener("caret", () => showCurrent());
equations.addEventListener("place", ({ detail: line }) => goToLine(line));
part("hindrance").querySelector("button").addEventListener("click", () => goToLine(hindrance.line));
joinScrolling(editor, equations);

function goToLine(line) {
  reveal("text");
  editor.goToLine(line);
}

function goToProblem(isBackwards) {
  const problem = problems.neighbour(isBackwards);
  if (!problem) return;
  reveal("text");
  editor.select(problem.start, problem.end);
  showCurrent(true);
  equations.revealCurrent();
}

function openReasons() {
  showCurrent();
  if (!equations.current) return;
  reveal("equations");
  equations.openReasons(problems.atCaret()?.step);
}

// --- Keys -----------------------------------------------------------------------------------------

const keys = {
  F8: () => goToProblem(false),
  "Shift+F8": () => goToProblem(true),
  "Control+Enter": openReasons,
  "Control+s": saveTheText,
  "Control+o": () => part("open").click(),
};

document.addEventListener("keydown", (event) => {
  const control = event.ctrlKey || event.metaKey ? "Control+" : "";
  const action = event.altKey ? null : keys[`${control}${event.shiftKey ? "Shift+" : ""}${event.key}`];
  if (!action || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  action();
});
part("equations").addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  reveal("text");
  editor.field.focus();
});

// --- Files ----------------------------------------------------------------------------------------

// Puts a document in place of all; unsaved text that stood there can be brought back.
function take(text, itsName) {
  const [formerText, formerName] = [editor.text, name.value];
  const isUnsaved = formerText !== saved && !isEmpty();
  putInPlace(text, itsName);
  saved = editor.text;
  const bringBack = { words: "Bring it back", act: () => putInPlace(formerText, formerName) };
  if (isUnsaved) notice.say("file", `${itsName} stands in place of what you had written.`, bringBack);
}

function putInPlace(text, itsName) {
  name.value = itsName;
  editor.setLatex(itsName.toLowerCase().endsWith(".tex"));
  editor.replaceAll(text);
}

function saveTheText() {
  saveText(contents().name, editor.text);
  saved = editor.text;
}

opening.addEventListener("opened", ({ detail }) => take(detail.text, detail.name));
opening.addEventListener("refused", ({ detail }) => notice.say("file", detail));
name.addEventListener("input", () => {
  editor.setLatex(name.value.trim().toLowerCase().endsWith(".tex"));
  checking.soon();
});
part("save").addEventListener("click", saveTheText);
part("report")?.addEventListener("click", () => {
  saveReport(contents()).catch((error) => notice.say("file", remedyOf(error, 1).message));
});
addEventListener("beforeunload", (event) => {
  if (editor.text !== saved && !isEmpty()) event.preventDefault();
});

// --- The rest -------------------------------------------------------------------------------------

part("next").addEventListener("click", () => goToProblem(false));
part("previous").addEventListener("click", () => goToProblem(true));
part("help-button").addEventListener("click", () => part("help").showModal());
part("example")?.addEventListener("click", async () => {
  const response = await fetch("/static/example.md");
  if (response.ok) take(await response.text(), "example.md");
});
part("welcome").hidden = !isEmpty();
editor.setLatex(contents().name.toLowerCase().endsWith(".tex"));
if (!isEmpty()) checking.soon(0);

// What the page is called saved from now on: it was handed over.
function keepAsSaved() {
  saved = editor.text;
}

export { checking, contents, editor, keepAsSaved };
