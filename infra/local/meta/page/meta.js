// What the page asks of the simulated Meta, and tells it.

const PATIENCE_MS = 30_000;

export class Lost extends Error {}

async function answerTo(path, options) {
  try {
    const answer = await fetch(path, { ...options, signal: AbortSignal.timeout(PATIENCE_MS) });
    return await answer.json();
  } catch (error) {
    throw new Lost(path, { cause: error });
  }
}

// Returns the answer to a GET; raises Lost where there is none.
export function ask(path, fields) {
  return answerTo(`${path}?${new URLSearchParams(fields)}`);
}

// Returns the answer to a POST; raises Lost where there is none.
export function tell(path, body) {
  return answerTo(path, { method: "POST", body: JSON.stringify(body) });
}
