// Has this browser call its agent while no desk is open: asks for the permission, subscribes at the browser's push service, and
// tells the console. The element is a button for that, on the page of the devices.

import { agent, isOurs, post } from "./csrf.js";

const WORKER = "/service-worker.js";
const SUBSCRIBED = 204;
const REFUSED = 422;

const registered = () => navigator.serviceWorker?.getRegistration();

// After a log-in, the console has to learn that the agent is back on this device, and the worker that nobody else is. A new key of
// the console's needs a new subscription.
export async function renew() {
  const registration = await registered();
  registration?.active?.postMessage({ agent });
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return;
  const response = await post("/push/renew/", { endpoint: subscription.endpoint });
  if (!isOurs(response) || !response.ok) return;
  const { key } = await response.json();
  if (!hasKey(subscription, key)) await subscribe();
}

// Returns whether this device calls from now on. Throws what the console says against it.
export async function subscribe() {
  if (!navigator.serviceWorker || (await Notification.requestPermission()) !== "granted") return false;
  const response = await fetch("/push/key/");
  if (!response.ok) return false;
  const { key } = await response.json();
  await navigator.serviceWorker.register(WORKER);
  const { pushManager } = await navigator.serviceWorker.ready;
  const known = await pushManager.getSubscription();
  if (known && !hasKey(known, key)) await known.unsubscribe();
  return send(await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) }));
}

async function send(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const response = await post("/push/subscribe/", { endpoint, p256dh: keys.p256dh, auth: keys.auth });
  if (response.status === REFUSED) throw new Error(await response.text());
  return response.status === SUBSCRIBED;
}

const hasKey = ({ options }, key) => new Uint8Array(options.applicationServerKey).join() === bytes(key).join();

function bytes(base64) {
  const plain = atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt());
}

class PushDevice extends HTMLElement {
  connectedCallback() {
    this.button = this.querySelector("button");
    this.words = this.querySelector("[role=status]");
    this.button.addEventListener("click", this.subscribe);
    this.show();
  }

  async show() {
    if (!navigator.serviceWorker || !window.PushManager) return this.say(this.dataset.unable);
    if (Notification.permission === "denied") return this.say(this.dataset.blocked);
    const subscription = await (await registered())?.pushManager.getSubscription();
    this.button.hidden = Boolean(subscription && "subscribed" in this.dataset);
  }

  subscribe = async () => {
    this.button.ariaBusy = "true";
    this.say("");
    try {
      if (await subscribe()) return location.reload();
      this.say(this.dataset.failed);
    } catch (error) {
      this.say(`${this.dataset.failed} ${error.message}`);
    }
    this.button.ariaBusy = null;
  };

  say(words) {
    this.words.textContent = words;
  }
}

// The hours of the rules above are those of this browser's clock.
const zone = document.querySelector("[data-time-zone]");
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone;

customElements.define("push-device", PushDevice);
