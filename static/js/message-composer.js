// Where the agent writes. Enter sends, Shift+Enter breaks the line. What was entered stands above the field until the
// console has it; what the console refuses stays there with the reason.

import { ChosenFiles, size } from "./chosen-files.js";
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
    this.files = new ChosenFiles(this);
    this.form.addEventListener("submit", this.submit);
    this.field.addEventListener("keydown", this.enter);
    this.field.addEventListener("input", this.input);
    this.field.addEventListener("blur", this.blur);
    // A click on Send must not leave the field first: that would end the dots before the message does.
    this.form.querySelector("[type=submit]").addEventListener("mousedown", (event) => event.preventDefault());
    addEventListener("beforeunload", this.warn);
    this.write(this.field.value || (sessionStorage.getItem(this.draft) ?? ""));
    this.showOutbox();
    if (matchMedia("(pointer: fine)").matches) this.field.focus();
  }

  disconnectedCallback() {
    removeEventListener("beforeunload", this.warn);
    this.files.leave();
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
    this.write("");
    this.dots.end();
    for (const file of this.files.take()) this.outbox.addFile(file);
    if (text) this.outbox.add(text);
  };

  input = () => {
    this.keep();
    if (this.field.value.trim()) this.dots.move();
    else this.dots.stop();
  };

  blur = () => this.dots.stop();

  warn = (event) => (this.outbox.isBusy || this.files.files.length) && event.preventDefault();

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
    this.complain("");
  }

  complain(problem) {
    this.querySelector(".problem").textContent = problem;
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
    const isLost = entry.name && !entry.file;
    item.querySelector(".text").textContent = entry.text || [entry.name, entry.file && size(entry.file)].filter(Boolean).join(" · ");
    item.classList.toggle("is-stuck", Boolean(entry.problem));
    const why = entry.problem.trim() || (isLost && this.dataset.lost);
    if (why) item.querySelector(".why").textContent = why;
    const [again, choose, edit, remove] = item.querySelectorAll("button");
    again.hidden = isLost;
    choose.hidden = !isLost;
    edit.hidden = Boolean(entry.name);
    remove.hidden = !entry.name;
    again.onclick = () => this.outbox.again(entry);
    choose.onclick = () => this.chooseAgain(entry);
    edit.onclick = () => this.edit(entry);
    remove.onclick = () => this.outbox.remove(entry);
    return item;
  }

  edit(entry) {
    this.outbox.remove(entry);
    this.write([entry.text, this.field.value].filter(Boolean).join("\n"));
    this.field.focus();
  }

  // Under its old key: if the console had got it after all, it stays one message.
  chooseAgain(entry) {
    const input = Object.assign(document.createElement("input"), { type: "file" });
    input.onchange = () => this.outbox.again(entry, input.files[0]);
    input.click();
  }
}

customElements.define("message-composer", MessageComposer);
