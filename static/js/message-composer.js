// The field for a reply. At a desk Enter sends and Shift+Enter breaks the line; on a phone, which has no Shift+Enter,
// Enter breaks the line. The reply goes into the outbox at the end of the thread. While this agent may not answer,
// data-locked says why, and the draft is kept to read.

import { ChosenFiles } from "./chosen-files.js";
import { copy } from "./clipboard.js";
import { Draft } from "./draft.js";
import { IS_AT_A_DESK, submitOnEnter } from "./enter-key.js";
import { describeLength } from "./message-length.js";
import { QuickReplyField } from "./quick-reply-field.js";
import { putIntoOutbox } from "./reply.js";
import { ReplyQuote } from "./reply-quote.js";
import { TypingDots } from "./typing-dots.js";
import { UnseenQuestion } from "./unseen-question.js";

const UNREADABLE = ["NotFoundError", "NotReadableError"]; // a file that was moved, changed or deleted

class MessageComposer extends HTMLElement {
  static get observedAttributes() {
    return ["data-locked"];
  }

  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("textarea");
    this.quote = new ReplyQuote(this);
    this.quickReplies = new QuickReplyField(this);
    this.draft = new Draft(this);
    this.dots = new TypingDots(this.dataset.typingUrl);
    this.files = new ChosenFiles(this);
    this.question = new UnseenQuestion(this, this.sendNow);
    this.form.addEventListener("submit", this.submit);
    this.form.querySelector(".composer-copy").onclick = () => copy(this.field.value);
    this.field.addEventListener("keydown", submitOnEnter);
    this.field.addEventListener("input", this.input);
    this.field.addEventListener("blur", () => this.dots.stop());
    // A click on Send must not take the focus from the field first: that would end the dots before the message does.
    this.form.querySelector("[type=submit]").addEventListener("mousedown", (event) => event.preventDefault());
    this.draft.load();
    this.showLength();
    this.showState();
    this.field.selectionStart = this.field.textLength; // the agent goes on with the draft
    if (!this.isLocked && IS_AT_A_DESK.matches) this.field.focus();
  }

  disconnectedCallback() {
    for (const part of [this.files, this.quote, this.quickReplies, this.draft]) part.leave();
    this.dots.stop();
  }

  attributeChangedCallback() {
    if (!this.files) return;
    this.complain("");
    this.question.show(0);
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

  // The element that had the focus may be gone: the button that was pressed, or the empty field.
  catchFocus() {
    const { activeElement } = document;
    if (activeElement !== document.body && activeElement.checkVisibility()) return;
    if (!this.isLocked && IS_AT_A_DESK.matches) this.field.focus();
    else this.closest(".conversation").querySelector("h1").focus();
  }

  submit = (event) => {
    event.preventDefault();
    const text = this.field.value.trim();
    if (this.isTooLong(text)) return this.complain(describeLength(text, this.dataset));
    if (!this.isLocked && !this.question.ask()) this.sendNow();
  };

  sendNow = () => {
    const text = this.field.value.trim();
    this.field.value = "";
    this.showLength();
    this.dots.end();
    this.send(text, this.files.take(), { ...this.quote.take(), ...this.quickReplies.take() });
  };

  // Discard the draft when the outbox has the text.
  async send(text, files, more) {
    try {
      await this.putIntoOutbox(text, files, more);
      this.draft.keep();
    } catch (error) {
      this.takeBack({ text, ...more });
      this.files.putBack(files);
      this.complain(UNREADABLE.includes(error?.name) ? this.dataset.unreadable : this.dataset.unkept);
    }
  }

  putIntoOutbox = (...reply) => putIntoOutbox(this, ...reply);

  input = () => {
    this.keep();
    if (this.field.value.trim()) this.dots.move();
    else this.dots.stop();
  };

  write(text) {
    this.field.value = text;
    this.keep();
  }

  // Put a text of the outbox back into the field, before anything written meanwhile, with its quote and its quick replies.
  takeBack({ text, replyTo, quickReplies }) {
    if (replyTo) this.quote.show(replyTo);
    if (quickReplies) this.quickReplies.putBack(quickReplies);
    this.write([text, this.field.value].filter(Boolean).join("\n"));
    this.field.focus();
  }

  keep() {
    this.draft.keep();
    this.showLength();
  }

  showLength() {
    const { value } = this.field;
    this.querySelector("output").textContent = describeLength(value.trim(), this.dataset);
    this.field.ariaInvalid = this.isTooLong(value.trim()) || null;
    this.showDraft();
    this.complain("");
    this.question.show(0);
  }

  showDraft() {
    this.form.classList.toggle("has-draft", Boolean(this.field.value || this.files.files.length));
  }

  complain(problem) {
    this.querySelector(".composer-problem").textContent = problem;
  }

  isTooLong = (text) => text.length > this.dataset.most;
}

customElements.define("message-composer", MessageComposer);
