// Show the outbox of the open conversation at the end of its thread: each entry with its state, the reason if it was
// refused, and the buttons that apply. While this agent may not answer, entries can only be read, copied and removed.

import { copy } from "./clipboard.js";
import { sizeOf } from "./file-preview.js";
import { outboxOf } from "./outboxes.js";
import { titlesIn } from "./quick-reply-field.js";
import { editTemplate } from "./edit-template.js";
import { stateOf, timeToUndo } from "./outbox-state.js";
import { isInMemory } from "./outbox-store.js";

const TICK = 250; // ms

class MessageOutbox extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("ol");
    this.outbox = outboxOf(this.dataset.conversation);
    document.addEventListener("outbox-changed", this.show);
    document.addEventListener("composer-changed", this.composerChanged);
    document.addEventListener("thread-changed", this.show);
    document.addEventListener("outbox-progress", this.showProgress);
    this.composerChanged();
  }

  disconnectedCallback() {
    document.removeEventListener("outbox-changed", this.show);
    document.removeEventListener("composer-changed", this.composerChanged);
    document.removeEventListener("thread-changed", this.show);
    document.removeEventListener("outbox-progress", this.showProgress);
    clearTimeout(this.ticking);
  }

  get composer() {
    return this.closest(".conversation").querySelector("message-composer");
  }

  get isLocked() {
    return "locked" in this.composer.dataset;
  }

  composerChanged = () => {
    this.openSince = this.isLocked ? Infinity : Date.now();
    this.show();
  };

  // A confirmed entry stays until its message is in the thread.
  show = () => {
    const confirmed = this.outbox.confirmed.filter(({ key }) => !document.querySelector(`.message[data-key="${key}"]`));
    const entries = [...confirmed, ...this.outbox.entries];
    const hadFocus = this.list.contains(document.activeElement);
    const known = new Map([...this.list.children].map((item) => [item.dataset.key, item]));
    const items = entries.map((entry) => this.fill(known.get(entry.key) ?? this.item(entry), entry));
    const isSame = items.length === known.size && items.every((item, at) => item === this.list.children[at]);
    if (!isSame) this.list.replaceChildren(...items);
    if (items.some(({ dataset }) => !known.has(dataset.key))) this.closest("message-list").toEnd?.();
    if (hadFocus) setTimeout(() => this.composer.catchFocus()); // once all of the page has changed
    this.querySelector(".outbox-unkept").hidden = !isInMemory();
    clearTimeout(this.ticking);
    if (this.list.querySelector(".is-due")) this.ticking = setTimeout(this.show, TICK);
  };

  item(entry) {
    const item = this.querySelector("template").content.firstElementChild.cloneNode(true);
    item.dataset.key = entry.key;
    item.querySelector(".outbox-text").textContent = words(entry);
    item.querySelector(".quick-replies").replaceChildren(...titlesIn(entry.quickReplies).map(button));
    item.querySelector("progress").hidden = !entry.fileName;
    return item;
  }

  fill(item, entry) {
    const isConfirmed = !this.outbox.entries.includes(entry);
    const state = isConfirmed ? {} : stateOf(entry, this.outbox.entries);
    item.classList.toggle("is-waiting", Boolean(state.isWaiting));
    item.classList.toggle("is-refused", Boolean(state.isRefused));
    item.classList.toggle("is-due", Boolean(state.isDue));
    item.querySelector(".outbox-quote").textContent = isUnsent(entry.replyTo) ? "" : (entry.quoted ?? "");
    item.querySelector(".outbox-undo span").textContent = this.dataset.due.replace("#", Math.ceil(timeToUndo(entry) / 1000));
    item.querySelector(".outbox-undo button").onclick = () => this.undo(entry);
    const why = this.why(entry, state);
    if (item.querySelector(".outbox-why").textContent !== why) item.querySelector(".outbox-why").textContent = why;
    this.offer(item, this.verbs(entry, state));
    return item;
  }

  why(entry, { isHeld, isBehind }) {
    const { again, held, behind, refused, gone, tooLarge, unanswered } = this.dataset;
    if (entry.isGone) return gone;
    if (entry.isBarred && !this.isLocked && entry.refusedAt < this.openSince) return again; // it was refused before
    if (entry.problem) return entry.problem.trim() || (entry.isFinal ? tooLarge : refused);
    if (isHeld) return held;
    if (isBehind) return behind;
    return entry.isUnanswered ? unanswered : "";
  }

  // {name of the button: [whether it is offered, its action]}
  verbs(entry, { isRefused, isHeld, isBehind }) {
    const { isLocked } = this;
    const isFile = Boolean(entry.fileName || entry.template);
    const isHere = !entry.isTried;
    return {
      again: [!isLocked && !isHeld && !isBehind && !entry.isFinal && !entry.newest, () => this.outbox.again(entry, this.list.closest("message-list").dataset.seen ?? "")],
      anyway: [!isLocked && entry.newest, () => this.outbox.sendAnyway(entry)],
      edit: [!isLocked && (!entry.fileName || entry.template) && isHere, () => this.edit(entry)],
      copy: [isLocked && !isFile, () => copy(entry.text)],
      remove: [isHere && (isLocked || isFile || isRefused), () => this.outbox.takeBack(entry)],
    };
  }

  offer(item, verbs) {
    for (const button of item.querySelectorAll("[data-verb]")) {
      const [isOffered, verb] = verbs[button.dataset.verb];
      button.hidden = !isOffered;
      button.onclick = verb;
    }
  }

  async edit(entry) {
    const { composer } = this; // another conversation may be open by then
    if (entry.template) return editTemplate(this.outbox, entry, { composer, edited: this.dataset.edited });
    if (await this.outbox.takeBack(entry)) composer.takeBack(entry);
  }

  async undo(entry) {
    if (entry.template) return this.edit(entry);
    const { composer } = this;
    const reply = await this.outbox.undo(entry);
    composer.takeBack(reply);
    composer.files.putBack(reply.files);
  }

  showProgress = ({ detail: { key, part } }) => {
    const progress = this.list.querySelector(`[data-key="${key}"] progress`);
    if (progress) progress.value = part;
  };
}

// The customer may unsend the quoted message.
const isUnsent = (key) => key && document.querySelector(`#message-${key}:not(:has([data-reply-to]))`);

function button(title) {
  const item = document.createElement("li");
  item.textContent = title;
  return item;
}

const words = ({ text, fileName, size, words }) => text || words || `${fileName} · ${sizeOf({ size })}`;

customElements.define("message-outbox", MessageOutbox);
