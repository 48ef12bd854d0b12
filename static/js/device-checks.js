// The checks of this device. Each returns its outcome, for which the page has a sentence, and the number in that sentence.

import { post } from "./csrf.js";
import { claim, giveBack, isInMemory } from "./outbox-store.js";

const WORKER_WITHIN = 5_000; // ms
const PUSH_WITHIN = 15_000; // ms
const LIVE_WITHIN = 10_000; // ms
const CLOCK_WITHIN = 5_000; // ms by which a clock may differ
const LEAST_ROOM = 50; // MB
const MB = 1_000_000; // bytes
const TURN = "device-check";

const within = (time, promise) => Promise.race([promise, new Promise((resolve) => setTimeout(resolve, time))]);
const seconds = (time) => Math.round(time / 100) / 10;

export async function worker() {
  if (!navigator.serviceWorker) return [isSecureContext ? "unable" : "insecure"];
  await navigator.serviceWorker.register("/service-worker.js");
  return [(await within(WORKER_WITHIN, navigator.serviceWorker.ready)) ? "fine" : "failed"];
}

export async function permission() {
  if (!window.Notification) return ["unable"];
  return [{ granted: "fine", default: "ask", denied: "denied" }[Notification.permission]];
}

// The service worker says here that the test has arrived.
export async function push({ push }) {
  if (!navigator.serviceWorker || !window.PushManager) return ["unable"];
  const registration = await navigator.serviceWorker.getRegistration();
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return ["unsubscribed"];
  const [test, began] = [`${Date.now()}`, performance.now()];
  const arrived = arrivalOf(test);
  const { ok, status } = await post(push, { endpoint: subscription.endpoint, test });
  if (!ok) return [status === 404 ? "unknown" : "failed"];
  return (await arrived) ? ["fine", seconds(performance.now() - began)] : ["lost", seconds(PUSH_WITHIN)];
}

function arrivalOf(test) {
  const listening = new AbortController();
  const { signal } = listening;
  const arrived = new Promise((resolve) => {
    navigator.serviceWorker.addEventListener("message", ({ data }) => data.arrived === test && resolve(true), { signal });
  });
  return within(PUSH_WITHIN, arrived).finally(() => listening.abort());
}

export async function live({ live }) {
  const began = performance.now();
  const source = new EventSource(live);
  const hello = new Promise((resolve) => {
    source.onmessage = ({ data }) => data.startsWith("hello") && resolve(true);
  });
  const isThere = await within(LIVE_WITHIN, hello);
  source.close();
  return isThere ? ["fine", seconds(performance.now() - began)] : ["lost", seconds(LIVE_WITHIN)];
}

// The answer was made about in the middle between question and answer.
export async function clock({ time }) {
  const asked = Date.now();
  const response = await fetch(time, { cache: "no-store" });
  if (!response.ok) return ["failed"];
  const ahead = (asked + Date.now()) / 2 - (await response.json()).now;
  const outcome = ahead > 0 ? "ahead" : "behind";
  return [Math.abs(ahead) > CLOCK_WITHIN ? outcome : "fine", seconds(Math.abs(ahead))];
}

export async function storage() {
  await claim(TURN, TURN, 0);
  await giveBack(TURN);
  if (isInMemory()) return ["memory"];
  const { quota, usage } = (await navigator.storage?.estimate()) ?? {};
  const room = Math.floor((quota - usage) / MB);
  return [room < LEAST_ROOM ? "full" : "fine", Number.isNaN(room) ? "?" : room];
}
