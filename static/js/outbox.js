// What this agent has entered and the console has not yet confirmed, for each conversation. It goes out one by one, in
// order, also while the agent looks elsewhere. An entry without an answer holds those behind it and is sent again by
// itself; a refusal lets them pass. Each entry keeps its key, so sending it again cannot send it twice.
//
// It is kept under the agent's id, so nobody else who logs in here sees or sends it. Texts outlive a reload. Files cannot:
// of them only the name and the key are left, and the agent is asked for the file again.

import { agent, isOurs, isSentAway, leaveIfSentAway, post } from "./csrf.js";

const FIRST_PAUSE = 1_000; // ms before it is sent again, then twice as long each time
const LONGEST_PAUSE = 30_000; // ms
const WITHIN = 20_000; // ms, then there was no answer …
const SLOWEST = 8; // … bytes/ms of a file come on top: so slow may it arrive at the console
const BARRED = 409; // for now, by the holder or the window
const TOO_LARGE = 413; // said before it is known whose it is
const FINAL = [TOO_LARGE, 422]; // it can never pass
const OWN_SENTENCE = [BARRED, 422]; // whatever else comes is not meant for an agent
const PASSING = [408, 425, 429]; // says nothing about the reply
const STORED = `outbox-${agent}-`;
const outboxes = new Map();

export class Outbox {
  static of(conversation, about) {
    if (!outboxes.has(conversation)) outboxes.set(conversation, new Outbox(conversation));
    return Object.assign(outboxes.get(conversation), about);
  }

  // Those that hold something the agent should know of, beside what is just on its way.
  static get stuck() {
    return [...outboxes.values()].filter((outbox) => outbox.isStuck);
  }

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
  wayIsOpen(isOpen, sentence) {
    if (isOpen) for (const entry of this.entries) if (entry.isBarred) entry.problem = sentence;
  }

  isHeld(entry) {
    const before = this.entries.slice(0, this.entries.indexOf(entry));
    return before.some((other) => other.problem && other.reply && other.reply === entry.reply);
  }

  isLost(entry) {
    return Boolean(entry.name) && !entry.file;
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

  // Whether the console gave an answer. One that does not name what changed is somebody's before it.
  async send(entry) {
    const within = AbortSignal.timeout(WITHIN + Math.ceil((entry.file?.size ?? 0) / SLOWEST));
    const response = await post(this.url, fields(entry), within).catch(() => null);
    if (response && !leaveIfSentAway(response)) {
      if (response.ok && isOurs(response) && response.headers.has("HX-Trigger")) return this.sent(entry);
      if (isRefusal(response)) return this.refuse(entry, response);
    }
    entry.isUnanswered = true;
    this.changed();
    return false;
  }

  sent(entry) {
    this.pause = FIRST_PAUSE;
    this.remove(entry);
    document.body.dispatchEvent(new CustomEvent(this.topic));
    return true;
  }

  async refuse(entry, response) {
    const { status } = response;
    const sentence = OWN_SENTENCE.includes(status) ? (await response.text().catch(() => "")).trim() : "";
    const facts = { isUnanswered: false, isBarred: status === BARRED, isFinal: FINAL.includes(status) };
    Object.assign(entry, facts, { problem: sentence || " " });
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

function isRefusal(response) {
  const { status } = response;
  return status === TOO_LARGE || (isOurs(response) && status >= 400 && status < 500 && !PASSING.includes(status));
}

function fields({ text, file, key }) {
  if (!file) return { text, key };
  const form = new FormData();
  form.append("key", key);
  form.append("files", file);
  return form;
}

// crypto.randomUUID exists under https only.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const hurry = () => outboxes.forEach((outbox) => outbox.hurry());

addEventListener("online", hurry);
document.addEventListener("visibilitychange", hurry);
document.body.addEventListener("live-hello", hurry);

addEventListener("beforeunload", (event) => {
  const entries = [...outboxes.values()].flatMap((outbox) => outbox.entries);
  if (entries.some((entry) => entry.file || !isSentAway())) event.preventDefault();
});

for (const stored of Object.keys(sessionStorage).filter((name) => name.startsWith(STORED)))
  Outbox.of(stored.slice(STORED.length)).run();
