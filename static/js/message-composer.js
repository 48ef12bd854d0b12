// Where the agent writes. At a desk Enter sends and Shift+Enter breaks the line; on a phone, which has no Shift+Enter, Enter
// breaks the line. What was entered goes into the outbox at the end of the thread. While this agent may not answer, data-locked says
// why, and the draft is kept to read.

import { agent } from "./csrf.js";
import { ChosenFiles } from "./chosen-files.js";
import { copy } from "./clipboard.js";
import { IS_AT_A_DESK, isEnter } from "./enter-key.js";
import { describeLength } from "./message-length.js";
import { outboxOf } from "./outboxes.js";
import { fill } from "./seen.js";
import { TypingDots } from "./typing-dots.js";
import { UnseenQuestion } from "./unseen-question.js";

class MessageComposer extends HTMLElement {
  static observedAttributes = ["data-locked"];

  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("textarea");
    this.draft = `draft-${agent}-${this.dataset.conversation}`;
    this.dots = new TypingDots(this.dataset.typingUrl);
    this.files = new ChosenFiles(this);
    this.question = new UnseenQuestion(this, this.sendNow);
    this.form.addEventListener("submit", this.submit);
    this.form.querySelector(".composer-copy").onclick = () => copy(this.field.value);
    this.field.addEventListener("keydown", this.enter);
    this.field.addEventListener("input", this.input);
    this.field.addEventListener("blur", this.blur);
    // A click on Send must not leave the field first: that would end the dots before the message does.
    this.form.querySelector("[type=submit]").addEventListener("mousedown", (event) => event.preventDefault());
    this.write(this.field.value || (sessionStorage.getItem(this.draft) ?? ""));
    this.showState();
    if (!this.isLocked && IS_AT_A_DESK.matches) this.field.focus();
  }

  disconnectedCallback() {
    this.files.leave();
    this.dots.stop();
  }

  attributeChangedCallback() {
    if (!this.files) return;
    this.complain("");
    this.showState();
    document.dispatchEvent(new CustomEvent("composer-changed"));
    setTimeout(() => this.catchFocus()); // once all of the page has changed
  }

  get isLocked() {
    return "locked" in this.dataset;
  }

  showState() {
    this.field.readOnly = this.isLocked;
    if (this.isLocked) this.dots.stop();
  }

  // What had it may be gone: the button that was pressed, or the field that has nothing in it.
  catchFocus() {
    const { activeElement } = document;
    if (activeElement !== document.body && activeElement.checkVisibility()) return;
    if (!this.isLocked && IS_AT_A_DESK.matches) this.field.focus();
    else this.closest(".conversation").querySelector("h1").focus();
  }

  enter = (event) => {
    if (!isEnter(event)) return;
    event.preventDefault();
    this.form.requestSubmit();
  };

  submit = (event) => {
    event.preventDefault();
    const text = this.field.value.trim();
    if (this.isLocked) return;
    if (this.isTooLong(text)) return this.complain(describeLength(text, this.dataset));
    if (!this.question.ask()) this.sendNow();
  };

  sendNow = () => {
    const text = this.field.value.trim();
    this.write("");
    this.dots.end();
    this.send(text, this.files.take());
  };

  async send(text, files) {
    const { conversation, customer, unkept } = this.dataset;
    fill(this.form.elements.seen);
    const undoSeconds = Number(this.dataset.undoSeconds);
    const sent = { seen: this.form.elements.seen.value, undoSeconds, due: Date.now() + undoSeconds * 1000 };
    try {
      await outboxOf(conversation).add(text, files, { url: this.form.getAttribute("action"), customer, ...sent });
    } catch {
      this.takeBack(text);
      this.files.keep([...files, ...this.files.files]);
      this.complain(unkept);
    }
  }

  input = () => {
    this.keep();
    if (this.field.value.trim()) this.dots.move();
    else this.dots.stop();
  };

  blur = () => this.dots.stop();

  write(text) {
    this.field.value = text;
    this.keep();
  }

  // Put a text of the outbox back into the field, before anything written meanwhile.
  takeBack(text) {
    this.write([text, this.field.value].filter(Boolean).join("\n"));
    this.field.focus();
  }

  // A draft outlives a visit to another conversation.
  keep() {
    const { value } = this.field;
    if (value) sessionStorage.setItem(this.draft, value);
    else sessionStorage.removeItem(this.draft);
    this.querySelector("output").textContent = describeLength(value.trim(), this.dataset);
    this.field.toggleAttribute("aria-invalid", this.isTooLong(value.trim()));
    this.showDraft();
    this.complain("");
    this.question.show(0);
  }

  showDraft() {
    this.form.classList.toggle("has-draft", Boolean(this.field.value || this.files.files.length));
  }

  complain(problem) {
    this.querySelector(".problem").textContent = problem;
  }

  isTooLong(text) {
    return text.length > this.dataset.most;
  }
}

customElements.define("message-composer", MessageComposer);
