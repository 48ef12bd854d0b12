// Where the agent writes. Enter sends, Shift+Enter breaks the line. What was entered stands above the field until the
// console has it; what the console refuses stays there with the reason.

import { Outbox } from "./outbox.js";
import { countParts } from "./parts.js";
import { TypingDots } from "./typing-dots.js";


class MessageComposer extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("textarea");
    this.draft = `draft-${this.dataset.conversation}`;
    this.dots = new TypingDots(this.dataset.typingUrl);
    this.outbox = Outbox.of(this.dataset.conversation, this.form.action);
    this.outbox.onchange = () => this.showOutbox();
    this.form.addEventListener("submit", this.submit);
    this.field.addEventListener("keydown", this.enter);
    this.field.addEventListener("input", this.input);
    this.field.addEventListener("blur", this.blur);
    // A click on Send must not leave the field first: that would end the dots before the message does.
    this.form.querySelector("button").addEventListener("mousedown", (event) => event.preventDefault());
    addEventListener("beforeunload", this.warn);
    this.write(this.field.value || (sessionStorage.getItem(this.draft) ?? ""));
    this.showOutbox();
    if (matchMedia("(pointer: fine)").matches) this.field.focus();
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.warn);
    this.outbox.onchange = () => {};
    this.dots.stop();
  }

  enter = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.form.requestSubmit();
  };

  submit = (event) => {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    this.write("");
    this.dots.end();
    this.outbox.add(text);
  };

  input = () => {
    this.keep();
    if (this.field.value.trim()) this.dots.move();
    else this.dots.stop();
  };

  blur = () => this.dots.stop();

  warn = (event) => this.outbox.isBusy && event.preventDefault();

  write(text) {
    this.field.value = text;
    this.keep();
  }

  // A draft outlives a visit to another conversation.
  keep() {
    const { value } = this.field;
    if (value) sessionStorage.setItem(this.draft, value);
    else sessionStorage.removeItem(this.draft);
    this.querySelector("output").textContent = this.size(value);
    this.querySelector(".problem").textContent = "";
  }

  // In UTF-16 units, which is how JavaScript and Facebook count.
  size(text) {
    const { part, most, parts } = this.dataset;
    if (text.length > most) return `${text.length} / ${most}`;
    return text.length > part ? parts.replace("#", countParts(text, Number(part))) : "";
  }

  showOutbox() {
    const template = this.querySelector("template").content.firstElementChild;
    const items = this.outbox.entries.map((entry) => this.showEntry(template.cloneNode(true), entry));
    this.querySelector(".outbox").replaceChildren(...items);
  }

  showEntry(item, entry) {
    item.querySelector(".text").textContent = entry.text;
    item.classList.toggle("is-stuck", Boolean(entry.problem));
    if (entry.problem.trim()) item.querySelector(".why").textContent = entry.problem;
    const [again, edit] = item.querySelectorAll("button");
    again.onclick = () => this.outbox.again(entry);
    edit.onclick = () => {
      this.outbox.remove(entry);
      this.write([entry.text, this.field.value].filter(Boolean).join("\n"));
      this.field.focus();
    };
    return item;
  }
}

customElements.define("message-composer", MessageComposer);
