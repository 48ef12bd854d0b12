// The canned replies of each Page, loaded when the list is first opened. Afterwards the list opens with the loaded ones,
// while the browser asks whether they changed: the console sends them again only then.

import { prepared } from "./canned-search.js";
import { headers, isOurs, leaveIfSentAway } from "./csrf.js";

const loaded = new Map(); // by address

export const knownReplies = (url) => loaded.get(url)?.replies;

// Return the canned replies, or nothing if there was no answer.
export async function loadReplies(url) {
  const response = await fetch(url, { headers: headers() }).catch(() => null);
  if (!response || leaveIfSentAway(response) || !response.ok || !isOurs(response)) return knownReplies(url);
  const tag = response.headers.get("ETag");
  if (tag !== loaded.get(url)?.tag) loaded.set(url, { tag, replies: (await response.json()).map(prepared) });
  return knownReplies(url);
}
