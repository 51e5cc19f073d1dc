// A stream of JSON lines, as they come.

// Sends a request and tells what the server answers, some lines at a time. Throws `Refusal` where it refuses, a
// `TypeError` where it cannot be reached, an `AbortError` where the request was given up.
export async function* linesOf(path, body, signal) {
  const response = await post(path, body, signal);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    yield lines.filter(Boolean).map((line) => JSON.parse(line));
  }
  if (rest) yield [JSON.parse(rest)];
}

// An answer that is a success; throws as above.
export async function post(path, body, signal) {
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
  if (!response.ok) throw new Refusal(response, await messageOf(response));
  return response;
}

// What a server says that does not do what it was asked.
export class Refusal extends Error {
  constructor(response, message) {
    super(message ?? `The server answers ${response.status}.`);
    this.status = response.status;
    this.isExplained = message !== null;
    this.seconds = Number(response.headers.get("Retry-After")) || null;
  }
}

async function messageOf(response) {
  if (!response.headers.get("Content-Type")?.includes("json")) return null;
  const { message } = await response.json().catch(() => ({}));
  return typeof message === "string" ? message : null;
}
