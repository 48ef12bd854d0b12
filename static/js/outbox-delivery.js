// Send an entry of the outbox to the console once, and return the meaning of the answer.

import { isOurs, leaveIfSentAway, post } from "./csrf.js";
import { upload } from "./upload.js";

export const CONFIRMED = "confirmed";
export const REFUSED = "refused";
const UNANSWERED = "unanswered";

const WITHIN = 20_000; // ms, then there was no answer …
const SLOWEST = 8; // … bytes/ms of a file come on top: so slow may it arrive at the console
const BARRED = 409; // for now, by the holder or the window
const GONE = 404; // this agent may no longer see the conversation
const TOO_LARGE = 413; // said before it is known whose it is
const FINAL = [TOO_LARGE, 422]; // it can never pass
const OWN_SENTENCE = [BARRED, 422]; // whatever else comes is not meant for an agent
const PASSING = [408, 425, 429]; // says nothing about the reply

// progressed: is called with an entry and the part of its file that has been uploaded.
export async function deliver(entry, file, progressed) {
  const within = AbortSignal.timeout(WITHIN + Math.ceil((file?.size ?? 0) / SLOWEST));
  const posted = file ? upload(entry.url, formOf(entry, file), within, (part) => progressed(entry, part)) : post(entry.url, fieldsOf(entry), within);
  const response = await posted.catch(() => null);
  if (!response || leaveIfSentAway(response)) return { outcome: UNANSWERED };
  if (isConfirmation(response)) return { outcome: CONFIRMED };
  if (isRefusal(response)) return { outcome: REFUSED, ...(await reasonOf(response)) };
  return { outcome: UNANSWERED };
}

const fieldsOf = ({ text, key, seen = "", replyTo = "", quickReplies = "", template = "" }) => ({
  text,
  seen,
  idempotency_key: key,
  reply_to: replyTo,
  quick_replies: quickReplies,
  template,
});

function formOf(entry, file) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fieldsOf(entry))) form.append(name, value);
  form.append("files", file, entry.fileName);
  return form;
}

// A proxy in front of the console may answer too, but cannot name what changed.
const isConfirmation = (response) => response.ok && isOurs(response) && response.headers.has("HX-Trigger");

function isRefusal(response) {
  const { status } = response;
  return status === TOO_LARGE || (isOurs(response) && status >= 400 && status < 500 && !PASSING.includes(status));
}

async function reasonOf(response) {
  const { status } = response;
  const newest = Number(response.headers.get("X-Newest"));
  const sentence = OWN_SENTENCE.includes(status) ? (await response.text().catch(() => "")).trim() : "";
  return { problem: sentence || " ", newest, isBarred: status === BARRED && !newest, isGone: status === GONE, isFinal: FINAL.includes(status) };
}
