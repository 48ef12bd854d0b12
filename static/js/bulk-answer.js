// An answer of the console to the bar of bulk actions.

import { isOurs, leaveIfSentAway } from "./csrf.js";

// The connection may also drop in the middle of an answer: then it is none.
export async function ask(request) {
  const response = await request.catch(() => null);
  const isAnswer = response && !leaveIfSentAway(response) && isOurs(response);
  const body = isAnswer ? await response.text().catch(() => null) : null;
  return body === null ? null : { ok: response.ok, status: response.status, body };
}
