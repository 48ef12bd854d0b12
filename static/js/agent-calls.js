// Calls the agent by a sound for the news that the console chose for them, and by a notification of the computer while no tab of
// the desk has the focus. All tabs get each call: the one that holds the stream sounds, after the others had time to say that
// somebody looks.

import { parse } from "./csrf.js";
import { notify } from "./notification.js";
import { renew, subscribe } from "./push-device.js";
import { TONES, play } from "./tones.js";

const SAID_WITHIN = 1_000; // ms
const QUIET = 2_000; // ms between two sounds
const OF_QUEUE = new Set(["waiting", "handed-over", "queue-waits", "escalated"]); // a lower tone; the others are the agent's own

class AgentCalls extends HTMLElement {
  words = new Map(); // the name and the words of each row that came
  looked = new Map(); // what other tabs said of a row

  connectedCallback() {
    this.tabs = new BroadcastChannel("calls");
    this.tabs.onmessage = ({ data: { id, isOpen } }) => this.looked.set(id, this.looked.get(id) || isOpen);
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    document.body.addEventListener("live-row", this.remember, { signal, capture: true }); // before the row is put into its place
    document.body.addEventListener("live-call", this.callSoon, { signal });
    this.addEventListener("click", this.ask);
    this.show();
    renew().catch(() => null); // the next page does
  }

  disconnectedCallback() {
    this.tabs.close();
    this.listeners.abort();
  }

  remember = ({ detail: { html } }) => {
    const row = parse(html).firstElementChild;
    this.words.set(row.id, wordsOf(row));
  };

  callSoon = ({ detail: { words: [news, pk, volume], html: reason, id, address, isInFront } }) => {
    const call = { id, news, reason, volume: Number(volume), tag: `row-${pk}`, address };
    if (!document.querySelector("live-stream").source || isInFront) return;
    this.looked.delete(id);
    setTimeout(() => this.call(call), SAID_WITHIN);
  };

  call(call) {
    const isOpenElsewhere = this.looked.get(call.id);
    if (isOpenElsewhere) return;
    this.sound(OF_QUEUE.has(call.news) ? TONES.queue : TONES.mine, call.volume);
    const row = this.words.get(call.id) ?? wordsOf(document.getElementById(call.id));
    if (isOpenElsewhere === undefined && !document.hasFocus() && row) notify({ ...call, ...row });
  }

  // A browser lets no page sound before its first click or key; what waits for that would sound all at once.
  async sound(tones, volume) {
    if (!volume || performance.now() - this.soundedAt < QUIET) return;
    this.soundedAt = performance.now();
    this.audio ??= new AudioContext();
    if (this.audio.state !== "running") return this.audio.resume();
    play(this.audio, tones, volume);
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

// The row of a removed mention is empty.
function wordsOf(row) {
  const name = row?.querySelector(".row-name");
  return name && { title: name.textContent, words: row.querySelector(".row-words > bdi").textContent };
}

customElements.define("agent-calls", AgentCalls);
