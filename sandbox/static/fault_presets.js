// The faults and switches that the phone offers.

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

const SENDING = { method: "POST", path: "/messages", body: '"message"' }; // not typing, which has the same path
const MAKING_PERSONAS = { method: "POST", path: "/personas" };

export const FAULTS = [
  ["Fail three calls", "Error 500 on the next 3 calls", { times: 3 }],
  ["Slow responses", "Every call takes 3 s", { delay_s: 3 }],
  ["Drop a response", "The next message is sent, its response is lost", { match: SENDING, times: 1, drop: "after" }],
  ["Refuse new personas", "Error 368 for each", { match: MAKING_PERSONAS, status: 400, error: PERSONAS_REFUSED }],
  ["Expire the token", "Error 190 on every call", { status: 400, error: TOKEN_EXPIRED }],
];

// `isOn(world)` reads the state where the world shows it; `status` describes it elsewhere; `needs`: the id that it applies to.
export const SWITCHES = [
  {
    name: "Pause webhooks",
    means: "They wait in the sandbox",
    key: "pause",
    isOn: ({ webhooks }) => webhooks.pause,
    turn: (on) => api.setWebhookDelivery({ pause: on }),
  },
  {
    name: "Duplicate webhooks",
    means: "Each is delivered twice",
    key: "duplicate",
    isOn: ({ webhooks }) => webhooks.duplicate,
    turn: (on) => api.setWebhookDelivery({ duplicate: on }),
  },
  {
    name: "Rate limit",
    means: "Error 80006 after 5 calls a minute",
    status: "rate limit on",
    key: "limits",
    turn: (on) => api.setRateLimits(on ? FEW_CALLS : {}),
  },
  {
    name: "Restrict the Page",
    means: "It cannot send messages",
    status: "Page restricted",
    key: "restrict",
    needs: "page_id",
    turn: (on, { page_id }) => api.restrict(page_id, on),
  },
  {
    name: "Hide the profile",
    means: "The Page does not get the name",
    status: "profile hidden",
    key: "profile",
    needs: "psid",
    turn: (on, { psid }) => api.customer(psid).profile(on ? "empty" : "full"),
  },
];
