// Requests of the parts that load on demand, and what the console answers.

import { headers, isOurs, leaveIfSentAway, parse } from "./csrf.js";

export const get = (url) => ask(fetch(url, { headers: headers() }));

// The connection may also drop in the middle of an answer: then it is none.
export async function ask(request) {
  const response = await request.catch(() => null);
  const isAnswer = response && !leaveIfSentAway(response) && isOurs(response);
  const body = isAnswer ? await response.text().catch(() => null) : null;
  return body === null ? null : { ok: response.ok, status: response.status, body };
}

// The elements at an address, or none.
export async function elementsAt(url) {
  const answer = await get(url);
  return parse(answer?.ok ? answer.body : "");
}
