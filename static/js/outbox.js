// What this agent has entered in a conversation and the console has not yet confirmed. It goes out one by one, in
// order, also while the agent looks elsewhere. An entry without an answer holds those behind it and is sent again by
// itself; a refusal lets them pass. Each entry keeps its key, so sending it again cannot send it twice.
//
// It is kept under the agent's id, so nobody else who logs in here sees or sends it. Texts outlive a reload. Files cannot:
// of them only the name and the key are left, and the agent is asked for the file again.

import { agent } from "./csrf.js";
import { CONFIRMED, REFUSED, deliver } from "./outbox-delivery.js";

const FIRST_PAUSE = 1_000; // ms before it is sent again, then twice as long each time
const LONGEST_PAUSE = 30_000; // ms
export const STORED = `outbox-${agent}-`;

export class Outbox {
  constructor(conversation) {
    this.conversation = conversation;
    this.topic = `live-conversation-${conversation}`;
    this.entries = [];
    this.pause = FIRST_PAUSE;
    Object.assign(this, JSON.parse(sessionStorage.getItem(STORED + conversation)));
  }

  // What one Send said stays together: when a file of it is refused, its text waits.
  add(text, files) {
    const reply = newKey();
    const entries = files.map((file) => ({ text: "", file, name: file.name }));
    if (text) entries.push({ text });
    this.entries.push(...entries.map((entry) => ({ ...entry, reply, key: newKey(), problem: "" })));
    this.changed();
    this.run();
  }

  again(entry, file = entry.file) {
    Object.assign(entry, { file, problem: "", isBarred: false });
    this.changed();
    this.hurry();
  }

  remove(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
    this.changed();
    this.run();
  }

  // Why the console refused it then is not true any more.
  composerIsOpen(isOpen, sentence) {
    if (isOpen) for (const entry of this.entries) if (entry.isBarred) entry.problem = sentence;
  }

  isHeld(entry) {
    const before = this.entries.slice(0, this.entries.indexOf(entry));
    return before.some((other) => other.problem && other.reply && other.reply === entry.reply);
  }

  isLost(entry) {
    return Boolean(entry.name) && !entry.file;
  }

  // The state of one entry, for display. `mayBeThere`: the console may have it, so it cannot be taken back.
  stateOf(entry) {
    const isRefused = Boolean(entry.problem);
    const isLost = this.isLost(entry);
    const isHeld = !isRefused && this.isHeld(entry);
    const isBehind = !isRefused && !isHeld && this.isStuck && entry !== this.first;
    const mayBeThere = Boolean(entry.isUnanswered) || (!isRefused && !isHeld && !isBehind);
    const isStuck = isRefused || isHeld || isBehind || isLost || Boolean(entry.isUnanswered);
    return { isRefused, isLost, isHeld, isBehind, mayBeThere, isStuck };
  }

  // The first that was not refused: nothing overtakes it.
  get first() {
    return this.entries.find((entry) => !entry.problem && !this.isHeld(entry));
  }

  get next() {
    const { first } = this;
    return first && !this.isLost(first) ? first : null;
  }

  get isStuck() {
    return this.entries.some((entry) => entry.problem || entry.isUnanswered || this.isLost(entry));
  }

  // The console has refused all that is stuck: none of it was sent.
  get isRefused() {
    return this.entries.some((entry) => entry.problem) && !this.first;
  }

  async run() {
    if (this.isRunning) return;
    this.isRunning = true;
    let entry;
    while ((entry = this.next)) if (!(await this.send(entry))) await this.rest();
    this.isRunning = false;
  }

  // The network may be back: no need to wait for the end of the pause.
  hurry() {
    this.wake?.();
    this.run();
  }

  rest() {
    const { pause } = this;
    this.pause = Math.min(2 * pause, LONGEST_PAUSE);
    return new Promise((resolve) => {
      this.wake = resolve;
      setTimeout(resolve, pause);
    });
  }

  // Returns whether the console gave an answer.
  async send(entry) {
    const { outcome, ...refusal } = await deliver(this.url, entry);
    if (outcome === CONFIRMED) return this.confirmed(entry);
    if (outcome === REFUSED) return this.refused(entry, refusal);
    entry.isUnanswered = true;
    this.changed();
    return false;
  }

  confirmed(entry) {
    this.pause = FIRST_PAUSE;
    this.remove(entry);
    document.body.dispatchEvent(new CustomEvent(this.topic));
    return true;
  }

  refused(entry, refusal) {
    Object.assign(entry, { isUnanswered: false }, refusal);
    this.changed();
    return true;
  }

  changed() {
    const { url, name } = this;
    const entries = this.entries.map((entry) => ({ ...entry, file: undefined }));
    if (entries.length) sessionStorage.setItem(STORED + this.conversation, JSON.stringify({ url, name, entries }));
    else sessionStorage.removeItem(STORED + this.conversation);
    document.dispatchEvent(new CustomEvent("outbox-changed", { detail: this }));
  }
}

// crypto.randomUUID exists under https only.
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
