// The field for a note. The text stays in the field until the console has confirmed it, and is kept like a draft
// while the agent looks at another conversation: with its key, so that it cannot become two notes.

import "./composer-switch.js"; // defined before it opens
import { agent } from "./csrf.js";
import { submitOnEnter } from "./enter-key.js";
import { newKey } from "./outbox-entries.js";
import { CONFIRMED, deliver } from "./outbox-delivery.js";

class NoteComposer extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("textarea");
    this.kept = `note-${agent}-${this.dataset.conversation}`;
    this.form.addEventListener("submit", this.submit);
    this.field.addEventListener("keydown", submitOnEnter);
    this.field.addEventListener("input", this.input);
    if (!this.field.value) this.load(keptUnder(this.kept));
    if (this.field.value) this.dispatchEvent(new CustomEvent("note-kept", { bubbles: true }));
  }

  load({ text, key }) {
    this.field.value = text;
    this.form.elements.idempotency_key.value = key || this.key;
  }

  get key() {
    return this.form.elements.idempotency_key.value;
  }

  // Another text is another note, even if the console has got the one before and its answer was lost.
  input = () => {
    this.form.elements.idempotency_key.value = newKey();
    this.keep();
  };

  submit = async (event) => {
    event.preventDefault();
    if (this.field.readOnly) return; // it is under way
    const text = this.field.value.trim();
    if (!text) return;
    this.show({ isUnderWay: true });
    const { key } = this;
    const { outcome, problem } = await deliver({ url: this.form.action, text, key });
    this.show({ isUnderWay: false });
    if (outcome === CONFIRMED) this.confirmed(key);
    else this.show({ problem: problem?.trim() || this.dataset.unanswered });
  };

  // The agent may have opened another conversation and come back: then another element shows the note.
  confirmed(key) {
    const { conversation } = this.dataset;
    const shown = document.querySelector(`note-composer[data-conversation="${conversation}"]`);
    if (keptUnder(this.kept).key === key) sessionStorage.removeItem(this.kept);
    if (shown?.key === key) shown.empty();
    document.body.dispatchEvent(new CustomEvent(`live-conversation-${conversation}`));
    shown?.closest(".conversation").querySelector("message-list").toEnd();
  }

  empty() {
    this.field.value = "";
    this.input();
  }

  keep() {
    const kept = { text: this.field.value, key: this.key };
    if (kept.text) sessionStorage.setItem(this.kept, JSON.stringify(kept));
    else sessionStorage.removeItem(this.kept);
    this.show({});
  }

  show({ isUnderWay = false, problem = "" }) {
    this.field.readOnly = isUnderWay;
    this.form.ariaBusy = isUnderWay;
    this.querySelector(".problem").textContent = problem;
  }
}

const keptUnder = (name) => JSON.parse(sessionStorage.getItem(name)) ?? { text: "", key: "" };

customElements.define("note-composer", NoteComposer);
