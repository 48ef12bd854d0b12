// The entries of this agent in a conversation that the console has not yet confirmed. They are sent one by one, in order,
// even while another conversation is open. An entry without an answer holds those behind it and is sent again by itself;
// a refusal lets them pass. Each entry keeps its key, so sending it again cannot send it twice. They are kept under the
// agent's id, so nobody else who logs in here sees or sends them.

import { agent } from "./csrf.js";
import { GrowingPause } from "./growing-pause.js";
import { CONFIRMED, REFUSED, deliver } from "./outbox-delivery.js";
import { CLEAN, joinedEntries, newEntries } from "./outbox-entries.js";
import { underLock } from "./outbox-lock.js";
import { firstOf, timeToUndo } from "./outbox-state.js";
import { add, change, fileOf } from "./outbox-store.js";

const SHOWN = 3_000; // ms at most for which a confirmed entry stands in the thread until its message does
const NOT_TRIED = { isTried: false, isUnanswered: false };

export class Outbox {
  // changed: has all tabs read the store. progressed: reports how much of a file has been uploaded.
  constructor(conversation, changed, progressed) {
    Object.assign(this, { conversation, changed, progressed });
    this.entries = [];
    this.confirmed = [];
    this.pause = new GrowingPause();
  }

  // Store one Send after another: a file takes longer than a text.
  add(...reply) {
    return (this.adding = Promise.allSettled([this.adding]).then(() => this.enter(...reply)));
  }

  // The entries of one Send stay together: when one of its files is refused, its text waits.
  async enter(text, files, about, more) {
    const { entries, copies } = await newEntries(text, files, { ...about, conversation: this.conversation }, more);
    await add(entries, copies);
    await this.changed();
  }

  // seen: the last message that the agent has seen by now.
  async again(entry, seen) {
    await this.change(entry, (stored) => ({ ...stored, ...CLEAN, seen }));
    this.retryNow();
  }

  // All waiting entries were written before the agent saw that message.
  sendAnyway({ newest }) {
    return this.changeAll((stored) => ({ ...stored, ...(stored.newest && CLEAN), seen: Math.max(stored.seen, newest) }));
  }

  // End the time in which its entries can be undone.
  leaveNow() {
    return this.changeAll((stored) => ({ ...stored, due: 0 }));
  }

  remove(entry) {
    return this.change(entry, () => null);
  }

  removeAll() {
    return this.changeAll(() => null);
  }

  // Return whether the entry was still here: the console may have it by now.
  async takeBack(entry) {
    return (await this.change(entry, ({ isTried }) => (isTried ? undefined : null))) === null;
  }

  // Take back what can be of one Send; return its content: {text, files, replyTo, quickReplies}.
  async undo({ reply }) {
    const taken = [];
    for (const entry of this.entries.filter((other) => other.reply === reply).reverse()) {
      const file = await fileOf(entry);
      if (!(await this.takeBack(entry))) break;
      taken.unshift({ ...entry, file });
    }
    return joinedEntries(taken);
  }

  async changeAll(verb) {
    for (const entry of this.entries) await change(entry, verb);
    await this.changed();
    this.retryNow();
  }

  async change(entry, verb) {
    const after = await change(entry, verb);
    await this.changed();
    return after;
  }

  // The entries that the store has of this conversation.
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
  retryNow() {
    this.pause.end?.();
    this.run();
  }

  // Return whether the console gave an answer. The entry may have been taken back just before.
  async send(entry) {
    const tried = await change(entry, (stored) => ({ ...stored, isTried: true }));
    if (!tried) return this.changed().then(() => true);
    const { outcome, ...refusal } = await deliver(tried, await fileOf(tried), this.progressed);
    if (outcome === CONFIRMED) await this.confirm(tried);
    else if (outcome === REFUSED) await this.refuse(tried, refusal);
    else return this.change(tried, (stored) => ({ ...stored, isUnanswered: true })).then(() => false);
    this.tellThread();
    return true;
  }

  refuse(entry, refusal) {
    return this.change(entry, (stored) => ({ ...stored, ...NOT_TRIED, ...refusal, refusedAt: Date.now() }));
  }

  async confirm(entry) {
    this.pause.begin();
    this.confirmed.push(entry);
    setTimeout(() => this.confirmed.shift() && this.changed(), SHOWN);
    await this.remove(entry);
  }

  // Has the thread ask for new entries.
  tellThread() {
    document.body.dispatchEvent(new CustomEvent(`live-conversation-${this.conversation}`));
  }
}
