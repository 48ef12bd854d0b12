// What this agent has entered in a conversation and the console has not yet confirmed. It goes out one by one, in
// order, also while the agent looks elsewhere. An entry without an answer holds those behind it and is sent again by
// itself; a refusal lets them pass. Each entry keeps its key, so sending it again cannot send it twice.
//
// It is kept under the agent's id, so nobody else who logs in here sees or sends it.

import { joined, messagesIn } from "./canned-text.js";
import { agent } from "./csrf.js";
import { GrowingPause } from "./growing-pause.js";
import { CONFIRMED, REFUSED, deliver } from "./outbox-delivery.js";
import { underLock } from "./outbox-lock.js";
import { firstOf, timeToUndo } from "./outbox-state.js";
import { add, change, fileOf } from "./outbox-store.js";

const SHOWN = 3_000; // ms at most for which a confirmed entry stands in the thread until its message does
const NOT_TRIED = { isTried: false, isUnanswered: false };
const CLEAN = { problem: "", isBarred: false, isGone: false, isFinal: false, newest: 0 };

export class Outbox {
  // changed: has all tabs read the store. progressed: tells them how much of a file has been uploaded.
  constructor(conversation, changed, progressed) {
    Object.assign(this, { conversation, changed, progressed });
    this.entries = [];
    this.confirmed = [];
    this.pause = new GrowingPause();
  }

  // One Send after another: a file takes longer than a text.
  add(...reply) {
    return (this.adding = Promise.allSettled([this.adding]).then(() => this.enter(...reply)));
  }

  // What one Send said stays together: when a file of it is refused, its text waits.
  async enter(text, files, about, quote) {
    const reply = { ...about, ...CLEAN, agent, conversation: this.conversation, reply: newKey(), text: "" };
    const named = files.map((file) => ({ ...reply, key: newKey(), fileName: file.name, size: file.size }));
    const copies = await Promise.all(files.map(copyOf));
    const texts = messagesIn(text).map((part) => ({ ...reply, key: newKey(), text: part }));
    Object.assign(texts[0] ?? named[0] ?? {}, quote);
    await add([...named, ...texts], named.map(({ key }, at) => [key, copies[at]]));
    await this.changed();
  }

  // seen: the last message that the agent has seen by now.
  async again(entry, seen) {
    await this.change(entry, (stored) => ({ ...stored, ...CLEAN, seen }));
    this.hurry();
  }

  // All that waits was written before the agent saw that message.
  async sendAnyway({ newest }) {
    for (const entry of this.entries)
      await change(entry, (stored) => ({ ...stored, ...(stored.newest && CLEAN), seen: Math.max(stored.seen, newest) }));
    await this.changed();
    this.hurry();
  }

  // Nothing of it can be undone any more.
  async leaveNow() {
    for (const entry of this.entries) await change(entry, (stored) => ({ ...stored, due: 0 }));
    await this.changed();
    this.hurry();
  }

  remove(entry) {
    return this.change(entry, () => null);
  }

  async removeAll() {
    for (const entry of this.entries) await this.remove(entry);
  }

  // Return whether it was still here: the console may have it by now.
  async takeBack(entry) {
    return (await this.change(entry, ({ isTried }) => (isTried ? undefined : null))) === null;
  }

  // Return what could be taken back of all that one Send said: {text, files, replyTo}.
  async undo({ reply }) {
    const taken = { text: "", files: [] };
    for (const entry of this.entries.filter((other) => other.reply === reply).reverse()) {
      const file = await fileOf(entry);
      if (!(await this.takeBack(entry))) break;
      if (file) taken.files.unshift(file);
      else taken.text = joined([entry.text, taken.text]);
      taken.replyTo ??= entry.replyTo;
    }
    return taken;
  }

  async change(entry, verb) {
    const after = await change(entry, verb);
    await this.changed();
    return after;
  }

  // All that the store has of it.
  show(entries) {
    this.entries = entries;
    this.run();
  }

  get next() {
    return firstOf(this.entries);
  }

  async run() {
    if (this.isRunning || !this.next) return;
    this.isRunning = true;
    await underLock(`outbox-${agent}-${this.conversation}`, () => this.drain()).catch(() => this.pause.grow());
    this.isRunning = false;
    this.run();
  }

  async drain() {
    await this.changed(); // another tab may have sent some of it
    while (this.next) {
      const wait = timeToUndo(this.next);
      if (wait) await this.pause.rest(wait);
      else if (!(await this.send(this.next))) await this.pause.grow();
    }
  }

  // The network may be back: no need to wait for the end of the pause.
  hurry() {
    this.pause.end?.();
    this.run();
  }

  // Return whether the console gave an answer. The entry may have been taken back just before.
  async send(entry) {
    const tried = await change(entry, (stored) => ({ ...stored, isTried: true }));
    if (!tried) return this.changed().then(() => true);
    const { outcome, ...refusal } = await deliver(tried, await fileOf(tried), this.progressed);
    if (outcome === CONFIRMED) return this.confirm(tried);
    if (outcome === REFUSED) return this.refuse(tried, refusal);
    await this.change(tried, (stored) => ({ ...stored, isUnanswered: true }));
    return false;
  }

  async refuse(entry, refusal) {
    await this.change(entry, (stored) => ({ ...stored, ...NOT_TRIED, ...refusal, refusedAt: Date.now() }));
    this.tellThread();
    return true;
  }

  async confirm(entry) {
    this.pause.begin();
    this.confirmed.push(entry);
    setTimeout(() => this.confirmed.shift() && this.changed(), SHOWN);
    await this.remove(entry);
    this.tellThread();
    return true;
  }

  // It asks for what is new.
  tellThread() {
    document.body.dispatchEvent(new CustomEvent(`live-conversation-${this.conversation}`));
  }
}

// A browser stores only where a file of the disk is. Fails once that was moved, changed or deleted.
const copyOf = async (file) => new File([await file.arrayBuffer()], file.name, { type: file.type });

// crypto.randomUUID exists under https only.
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
