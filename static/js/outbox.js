// What an agent has entered and the console has not yet confirmed, for each conversation. It goes out one by one, in order,
// also while the agent looks elsewhere. Each entry keeps its key, so sending it again after a lost answer cannot send it
// twice. Texts outlive a reload. Files cannot: of them only the name and the key are left, and the agent is asked for the
// file again.

import { post } from "./csrf.js";

const TRIES = 4;
const BARRED = 409; // for now, by the holder or the window
const FINAL = [413, 422]; // it can never pass
const REFUSED = [403, BARRED, ...FINAL];
const outboxes = new Map();

export class Outbox {
  static of(conversation, url) {
    if (!outboxes.has(conversation)) outboxes.set(conversation, new Outbox(conversation, url));
    return outboxes.get(conversation);
  }

  constructor(conversation, url) {
    this.topic = `live-conversation-${conversation}`;
    this.storage = `outbox-${conversation}`;
    this.url = url;
    this.entries = JSON.parse(sessionStorage.getItem(this.storage) ?? "[]");
    for (const entry of this.entries) entry.problem ||= " "; // the page went while it was on its way
    this.onchange = () => {};
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
    this.run();
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

  get next() {
    return this.entries.find((entry) => !entry.problem && !this.isHeld(entry));
  }

  get isBusy() {
    return Boolean(this.next);
  }

  async run() {
    if (this.isRunning) return;
    this.isRunning = true;
    let entry;
    while ((entry = this.next)) await this.send(entry);
    this.isRunning = false;
  }

  async send(entry) {
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const response = await post(this.url, fields(entry)).catch(() => null);
      if (response?.headers.has("HX-Redirect")) return this.fail(entry, " ", location.reload());
      if (response?.ok) return this.sent(entry);
      if (REFUSED.includes(response?.status)) return this.refuse(entry, response);
      await new Promise((resolve) => setTimeout(resolve, 500 * 2 ** attempt));
    }
    this.fail(entry, " ");
  }

  sent(entry) {
    this.remove(entry);
    document.body.dispatchEvent(new CustomEvent(this.topic));
  }

  async refuse(entry, response) {
    const { status } = response;
    this.fail(Object.assign(entry, { isBarred: status === BARRED, isFinal: FINAL.includes(status) }), await sentence(response));
  }

  fail(entry, problem) {
    entry.problem = problem;
    this.changed();
  }

  changed() {
    const kept = this.entries.map((entry) => ({ ...entry, file: undefined }));
    sessionStorage.setItem(this.storage, JSON.stringify(kept));
    this.onchange();
  }
}

function fields({ text, file, key }) {
  if (!file) return { text, key };
  const form = new FormData();
  form.append("key", key);
  form.append("files", file);
  return form;
}

// A refusal of ours is one sentence; whatever else comes is not meant for an agent.
async function sentence(response) {
  return response.status === 403 || response.status === 413 ? " " : (await response.text()).trim() || " ";
}

// crypto.randomUUID exists under https only.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
