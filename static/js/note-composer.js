// Where an agent writes a note. The text stays in the field until the console has confirmed it, and is kept like a draft
// while the agent looks at another conversation.

import "./composer-switch.js"; // defined before it opens
import { agent } from "./csrf.js";
import { isEnter } from "./enter-key.js";
import { newKey } from "./outbox.js";
import { CONFIRMED, deliver } from "./outbox-delivery.js";

class NoteComposer extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("textarea");
    this.kept = `note-${agent}-${this.dataset.conversation}`;
    this.form.addEventListener("submit", this.submit);
    this.field.addEventListener("keydown", this.enter);
    this.field.addEventListener("input", this.input);
    this.field.value ||= sessionStorage.getItem(this.kept) ?? "";
    if (this.field.value) this.dispatchEvent(new CustomEvent("note-kept", { bubbles: true }));
  }

  enter = (event) => {
    if (!isEnter(event) || event.defaultPrevented) return;
    event.preventDefault();
    this.form.requestSubmit();
  };

  // Another text is another note, also where the console has got the one before and could not say so.
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
    const key = this.form.elements.idempotency_key.value;
    const { outcome, problem } = await deliver({ url: this.form.action, text, key });
    this.show({ isUnderWay: false });
    if (outcome === CONFIRMED) this.confirmed();
    else this.show({ problem: problem?.trim() || this.dataset.unanswered });
  };

  confirmed() {
    this.field.value = "";
    this.input();
    document.body.dispatchEvent(new CustomEvent(`live-conversation-${this.dataset.conversation}`));
    if (this.isConnected) this.closest(".conversation").querySelector("message-list").toEnd();
  }

  keep() {
    if (this.field.value) sessionStorage.setItem(this.kept, this.field.value);
    else sessionStorage.removeItem(this.kept);
    this.show({});
  }

  show({ isUnderWay = false, problem = "" }) {
    this.field.readOnly = isUnderWay;
    this.form.ariaBusy = isUnderWay;
    this.querySelector(".problem").textContent = problem;
  }
}

customElements.define("note-composer", NoteComposer);
