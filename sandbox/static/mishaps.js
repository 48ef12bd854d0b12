// The mishaps themselves: faults that are set, and switches that are turned on and off.

import * as api from "./api.js";

export const HOURS_25_S = 25 * 3600;

const PERSONAS_REFUSED = {
  message: "Your message couldn't be sent because it includes content that other people on Facebook have reported as abusive.",
  type: "OAuthException",
  code: 368,
  error_subcode: 1346003,
};
const TOKEN_EXPIRED = {
  message: "Error validating access token: Session has expired on Friday, 20-Nov-26 10:00:00 PST. The current time is Friday, 20-Nov-26 11:00:00 PST.",
  type: "OAuthException",
  code: 190,
  error_subcode: 463,
};
const FEW_CALLS = { page: { calls: 5, per_s: 60 } };

const SENDING = { method: "POST", path: "/messages", body: '"message"' }; // not typing, which speaks to the same address
const MAKING_PERSONAS = { method: "POST", path: "/personas" };

export const FAULTS = [
  ["Fail three times", "Error 500 on the next 3 calls", { times: 3 }],
  ["Be slow", "Every call takes 3 s", { delay_s: 3 }],
  ["Cut the line", "The next message arrives, its answer does not", { match: SENDING, times: 1, drop: "after" }],
  ["Refuse personas", "Error 368 on every new one", { match: MAKING_PERSONAS, status: 400, error: PERSONAS_REFUSED }],
  ["Expire the token", "Error 190 on every call", { status: 400, error: TOKEN_EXPIRED }],
];

// `is(world)`: whether it is on, where the world tells; else `amiss` says it; `needs`: what it is about, a customer or their Page.
export const SWITCHES = [
  {
    name: "Hold webhooks",
    means: "Nothing reaches the console",
    key: "pause",
    is: ({ webhooks }) => webhooks.pause,
    turn: (on) => api.webhooks({ pause: on }),
  },
  {
    name: "Deliver twice",
    means: "Every webhook comes two times",
    key: "duplicate",
    is: ({ webhooks }) => webhooks.duplicate,
    turn: (on) => api.webhooks({ duplicate: on }),
  },
  {
    name: "Limit calls",
    means: "Error 80006 after 5 a minute",
    amiss: "calls limited",
    key: "limits",
    turn: (on) => api.limits(on ? FEW_CALLS : {}),
  },
  {
    name: "Restrict the Page",
    means: "It may not send for now",
    amiss: "Page restricted",
    key: "restrict",
    needs: "page_id",
    turn: (on, { page_id }) => api.restrict(page_id, on),
  },
  {
    name: "Hide the profile",
    means: "The Page learns no name",
    amiss: "profile hidden",
    key: "profile",
    needs: "psid",
    turn: (on, { psid }) => api.customer(psid).profile(on ? "empty" : "full"),
  },
];
