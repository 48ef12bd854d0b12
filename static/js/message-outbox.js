// Show the outbox of the open conversation above the field: each entry with its state, the reason if it was refused, and
// the buttons that apply. While this agent may not answer (data-locked), entries can only be read, copied and removed.

import { copy } from "./clipboard.js";
import { sizeOf } from "./file-preview.js";
import { outboxOf } from "./outboxes.js";

class MessageOutbox extends HTMLElement {
  static observedAttributes = ["data-locked"];

  connectedCallback() {
    this.list = this.querySelector(".outbox");
    const { conversation, name, url } = this.dataset;
    this.outbox = outboxOf(conversation, { url, name });
    document.addEventListener("outbox-changed", this.outboxChanged);
    this.showState();
  }

  disconnectedCallback() {
    document.removeEventListener("outbox-changed", this.outboxChanged);
  }

  attributeChangedCallback() {
    if (this.outbox) this.showState();
  }

  outboxChanged = ({ detail }) => detail === this.outbox && this.show();

  get isLocked() {
    return "locked" in this.dataset;
  }

  get composer() {
    return this.parentElement.querySelector("message-composer");
  }

  showState() {
    this.outbox.composerIsOpen(!this.isLocked, this.dataset.again);
    this.show();
  }

  show() {
    const hadFocus = this.list.contains(document.activeElement);
    this.list.replaceChildren(...this.outbox.entries.map((entry) => this.item(entry)));
    if (hadFocus) setTimeout(() => this.composer.catchFocus()); // once all of the page has changed
  }

  item(entry) {
    const item = this.querySelector("template").content.firstElementChild.cloneNode(true);
    const state = this.outbox.stateOf(entry);
    const why = this.why(entry, state);
    item.classList.toggle("is-stuck", state.isStuck);
    item.classList.toggle("is-held", !state.isRefused && !state.isLost);
    item.querySelector(".outbox-text").textContent = words(entry);
    if (why) item.querySelector(".outbox-why").textContent = why;
    this.offer(item, this.verbs(entry, state));
    return item;
  }

  why(entry, { isLost, isHeld, isBehind }) {
    const { lost, held, behind, unanswered } = this.dataset;
    if (entry.problem.trim()) return entry.problem;
    if (isLost) return lost;
    if (isHeld) return held;
    if (isBehind) return behind;
    return entry.isUnanswered ? unanswered : "";
  }

  // By the name of the button: [is it offered, what does it do].
  verbs(entry, { isLost, isHeld, isBehind, mayBeThere }) {
    const { isLocked } = this;
    const isFile = Boolean(entry.name);
    return {
      again: [!isLocked && !isLost && !isHeld && !isBehind && !entry.isFinal, () => this.outbox.again(entry)],
      choose: [!isLocked && isLost && !entry.isFinal, () => this.chooseAgain(entry)],
      edit: [!isLocked && !isFile && !mayBeThere, () => this.edit(entry)],
      copy: [isLocked && !isFile, () => copy(entry.text)],
      remove: [(isLocked && !mayBeThere) || isFile, () => this.outbox.remove(entry)],
    };
  }

  offer(item, verbs) {
    for (const button of item.querySelectorAll("[data-verb]")) {
      const [isOffered, verb] = verbs[button.dataset.verb];
      button.hidden = !isOffered;
      button.onclick = verb;
    }
  }

  edit(entry) {
    this.outbox.remove(entry);
    this.composer.takeBack(entry.text);
  }

  // Under its old key: if the console had got it after all, it stays one message.
  chooseAgain(entry) {
    const input = Object.assign(document.createElement("input"), { type: "file" });
    input.onchange = () => this.outbox.again(entry, input.files[0]);
    input.click();
  }
}

function words({ text, name, file }) {
  return text || [name, file && sizeOf(file)].filter(Boolean).join(" · ");
}

customElements.define("message-outbox", MessageOutbox);
