// Every request of ours carries the token of the cookie, which a log-in in another tab may have changed since this page
// came, and the agent whose page this is: the console refuses it once somebody else is logged in here.

import { idleSeconds } from "./idle.js";

export const agent = document.body.dataset.agent ?? "";

const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

// The stream of this browser: with the thread that it asks for, the console notes what it shows. And a moment, at first
// that of its last hello: the console may answer with rows that it has read since then for others.
const stream = () => ({ "X-Stream": document.body.dataset.stream ?? "", "X-Hello": document.body.dataset.hello ?? "" });

// A change came, so rows that were read before this moment are out of date.
export function readAfter(moment) {
  const { dataset } = document.body;
  if (dataset.hello < moment) dataset.hello = moment;
}

export const headers = () => ({ "HX-Request": "true", "X-Agent": agent, "X-CSRFToken": token(), "X-Idle": idleSeconds(), ...stream() });

const MOST_ALIVE = 20_000; // bytes: a browser refuses to keep more than 64 KB alive, of all requests together

// Post a request that outlives its page, unless its body is long.
export const post = (url, fields = {}, signal = null) => {
  const body = new URLSearchParams(fields);
  return fetch(url, { method: "POST", body, headers: headers(), keepalive: `${body}`.length < MOST_ALIVE, signal });
};

// An answer is ours if the console gave it, to this agent. While the console is being restarted a proxy answers in its
// place, and in a hotel or a train a portal does, even with 200: such answers are ignored.
export const isOurs = (response) => response.headers.get("X-Agent") === agent;

// The elements of an answer, before they stand in the page.
export const parse = (html) => Object.assign(document.createElement("template"), { innerHTML: html }).content;

// The console may send the whole page away: its agent is logged out, or somebody else is in. Texts stay in this browser
// then, under the agent's id, so there is no reason to ask before leaving.
let isLeaving = false;

const sendsAway = ({ headers }) => headers.has("HX-Redirect") || headers.has("HX-Refresh");

export const isSentAway = () => isLeaving;

export function leaveIfSentAway(response) {
  if (!sendsAway(response)) return false;
  leave();
  location.reload();
  return true;
}

function leave() {
  isLeaving = true;
  setTimeout(() => (isLeaving = false), 2_000); // the agent stayed after all
}

const ANSWERS = [409, 422]; // beside success: refusals, in the words of the console
const GONE = [403, 404]; // what was asked for was deleted, or the agent has lost the right to it

// A form contains the token of its time, which counts more than the token of the headers.
function renewToken({ target }) {
  const field = target.elements.csrfmiddlewaretoken;
  if (field) field.value = token();
}

document.addEventListener("submit", renewToken, true);

document.addEventListener("htmx:config:request", ({ detail }) => Object.assign(detail.ctx.request.headers, headers()));
document.addEventListener("htmx:before:response", (event) => {
  const { response } = event.detail.ctx;
  if (sendsAway(response)) return leave();
  if (isOurs(response)) dispatch("answered", event.detail.ctx);
  if (isOurs(response) && (response.status < 400 || ANSWERS.includes(response.status))) return;
  event.preventDefault();
  dispatch(isOurs(response) && GONE.includes(response.status) ? "gone" : "unanswered", event.detail.ctx);
});
document.addEventListener("htmx:error", ({ detail: { ctx } }) => ctx && !ctx.response && dispatch("unanswered", ctx));

// verb-state.js says so beside the button. connection-pill.js says so above the desk, and live-stream.js asks for everything again.
const dispatch = (what, ctx) => document.dispatchEvent(new CustomEvent(what, { detail: { ctx } }));
