// Gaps in the reply: Tab goes to the next one, and a reply with a gap is sent only after a question.

import { gapsIn, select } from "./gaps.js";

class ReplyGaps extends HTMLElement {
  connectedCallback() {
    this.composer = this.parentElement;
    this.dialog = this.querySelector("dialog");
    this.dialog.onclose = this.answered;
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.composer.addEventListener("keydown", this.press, { capture: true, signal });
    this.composer.addEventListener("submit", this.submit, { capture: true, signal });
    this.composer.addEventListener("canned-reply-inserted", this.inserted, { signal });
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  get field() {
    return this.composer.querySelector("message-composer textarea");
  }

  get gaps() {
    return gapsIn(this.field.value, JSON.parse(this.dataset.gaps));
  }

  // After the last gap Tab leaves the field, as everywhere.
  press = (event) => {
    if (event.key !== "Tab" || event.target !== this.field || event.isComposing) return;
    const { selectionStart, selectionEnd } = this.field;
    const before = this.gaps.filter(({ end }) => end <= selectionStart).at(-1);
    const gap = event.shiftKey ? before : this.gaps.find(({ start }) => start >= selectionEnd);
    if (!gap) return;
    event.preventDefault();
    select(this.field, gap);
  };

  inserted = ({ detail: { start } }) => {
    const gap = this.gaps.find((gap) => gap.start >= start);
    if (gap) select(this.field, gap);
  };

  submit = (event) => {
    if (event.target !== this.field.form || this.isAllowed || !this.gaps.length) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.querySelector(".reply-gaps-names").textContent = [...new Set(this.gaps.map(({ gap }) => gap))].join(" ");
    this.dialog.returnValue = "";
    this.dialog.showModal();
  };

  answered = () => {
    const [gap] = this.gaps;
    if (this.dialog.returnValue !== "send") return gap && select(this.field, gap);
    this.isAllowed = true;
    this.field.form.requestSubmit();
    this.isAllowed = false;
  };
}

customElements.define("reply-gaps", ReplyGaps);
