// Calls the agent by a sound for news in their own conversations and, if they want, for a customer who begins to wait; and by a
// notification of the computer while no tab of the desk has the focus. All tabs get each row: the one that holds the stream
// calls, after the others had time to say that somebody looks.

import { listenToWorker, notify } from "./notification.js";
import { renew, subscribe } from "./push-device.js";

const SAID_WITHIN = 1_000; // ms
const QUIET = 2_000; // ms between two sounds
const JUST_NOW = 60_000; // ms of waiting
const TONES = { mine: [660, 880], waiting: [520] }; // Hz
const TONE = 0.14; // s

class AgentCalls extends HTMLElement {
  known = new Map(); // the section and the unread messages of each row that came
  looked = new Map(); // what other tabs said of a row

  connectedCallback() {
    this.tabs = new BroadcastChannel("calls");
    this.tabs.onmessage = ({ data: { id, isOpen } }) => this.looked.set(id, this.looked.get(id) || isOpen);
    document.body.addEventListener("live-row", this.compare, true); // before the row is put into its place
    document.body.addEventListener("live-hello", this.forget);
    this.addEventListener("click", this.ask);
    this.show();
    this.listeners = new AbortController();
    listenToWorker(this.listeners.signal);
    renew().catch(() => null); // the next page does
  }

  disconnectedCallback() {
    this.listeners.abort();
    this.tabs.close();
    document.body.removeEventListener("live-row", this.compare, true);
    document.body.removeEventListener("live-hello", this.forget);
  }

  // The queue is read anew, and knows better.
  forget = () => this.known.clear();

  compare = ({ detail: { words, html } }) => {
    const row = parse(html);
    const before = this.known.get(row.id) ?? stateOf(document.getElementById(row.id));
    const now = { section: words[0], unread: Number(row.dataset.unread) };
    this.known.set(row.id, now);
    if (isNewsOfMine(before, now)) this.callSoon("mine", row);
    else if (this.dataset.for === "all" && isNewInQueue(before, now, row)) this.callSoon("waiting", row);
  };

  callSoon(kind, row) {
    const isOpen = addressOf(row) === location.pathname;
    if (document.hasFocus()) this.tabs.postMessage({ id: row.id, isOpen });
    if (!document.querySelector("live-stream").source || (document.hasFocus() && isOpen)) return;
    this.looked.delete(row.id);
    setTimeout(() => this.call(kind, row), SAID_WITHIN);
  }

  call(kind, row) {
    const isOpenElsewhere = this.looked.get(row.id);
    if (isOpenElsewhere) return;
    this.sound(kind);
    if (isOpenElsewhere === undefined && !document.hasFocus()) notify(row);
  }

  // A browser lets no page sound before its first click or key; what waits for that would sound all at once.
  async sound(kind) {
    if (performance.now() - this.soundedAt < QUIET) return;
    this.soundedAt = performance.now();
    this.audio ??= new AudioContext();
    if (this.audio.state !== "running") return this.audio.resume();
    TONES[kind].forEach((hertz, number) => play(this.audio, hertz, this.audio.currentTime + number * TONE));
  }

  ask = async ({ target }) => {
    if (target.closest("button")) await subscribe().catch(() => Notification.requestPermission());
    this.show();
  };

  show() {
    const permission = window.Notification?.permission;
    this.querySelector("button").hidden = permission !== "default";
    this.querySelector("p").hidden = permission !== "denied";
  }
}

function isNewsOfMine(before, now) {
  const known = before?.section === "mine" ? before.unread : 0;
  return now.section === "mine" && now.unread > known;
}

// A row that this page has never seen may only be far down: then it is new if the customer has not waited long.
function isNewInQueue(before, now, row) {
  if (now.section !== "waiting" || before) return now.section === "waiting" && before.section !== "waiting";
  const since = row.querySelector("local-time[ago]")?.getAttribute("datetime");
  return Date.now() - new Date(since) < JUST_NOW;
}

function stateOf(row) {
  return row && { section: row.closest(".queue-section").id.replace("section-", ""), unread: Number(row.dataset.unread) };
}

const addressOf = (row) => row.querySelector("a").getAttribute("href");

function parse(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

function play(audio, hertz, at) {
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0.15, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + TONE);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + TONE);
}

customElements.define("agent-calls", AgentCalls);
