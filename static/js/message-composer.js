// Where the agent writes. At a desk Enter sends and Shift+Enter breaks the line; on a phone, which has no Shift+Enter, Enter
// breaks the line. What was entered stands above the field until the
// console has it; what the console refuses stays there with the reason. While this agent may not answer, data-shut says
// why, and all of it is kept to read.

import { agent } from "./csrf.js";
import { ChosenFiles, size } from "./chosen-files.js";
import { Outbox } from "./outbox.js";
import { countParts } from "./parts.js";
import { TypingDots } from "./typing-dots.js";

const IS_AT_A_DESK = matchMedia("(pointer: fine)"); // elsewhere a keyboard would jump up
const COMPOSING = 229; // the key code while an input method composes; Safari has ended the composition by its last Enter

class MessageComposer extends HTMLElement {
  static observedAttributes = ["data-shut"];

  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("textarea");
    this.list = this.querySelector(".outbox");
    this.draft = `draft-${agent}-${this.dataset.conversation}`;
    this.dots = new TypingDots(this.dataset.typingUrl);
    const { conversation, name } = this.dataset;
    this.outbox = Outbox.of(conversation, { url: this.form.action, name });
    document.addEventListener("outbox-changed", this.outboxChanged);
    this.files = new ChosenFiles(this);
    this.form.addEventListener("submit", this.submit);
    this.form.querySelector(".copy").onclick = () => copy(this.field.value);
    this.field.addEventListener("keydown", this.enter);
    this.field.addEventListener("input", this.input);
    this.field.addEventListener("blur", this.blur);
    // A click on Send must not leave the field first: that would end the dots before the message does.
    this.form.querySelector("[type=submit]").addEventListener("mousedown", (event) => event.preventDefault());
    this.write(this.field.value || (sessionStorage.getItem(this.draft) ?? ""));
    this.showWay();
    if (!this.isShut && IS_AT_A_DESK.matches) this.field.focus();
  }

  disconnectedCallback() {
    this.files.leave();
    document.removeEventListener("outbox-changed", this.outboxChanged);
    this.dots.stop();
  }

  attributeChangedCallback() {
    if (!this.outbox) return;
    this.complain("");
    this.showWay();
    setTimeout(() => this.catchFocus()); // once all of the page has changed
  }

  get isShut() {
    return "shut" in this.dataset;
  }

  showWay() {
    this.field.readOnly = this.isShut;
    if (this.isShut) this.dots.stop();
    this.outbox.wayIsOpen(!this.isShut, this.dataset.again);
    this.showOutbox();
  }

  // What had it may be gone: the button that was pressed, or the field that has nothing in it.
  catchFocus() {
    const { activeElement } = document;
    if (activeElement !== document.body && activeElement.checkVisibility()) return;
    if (!this.isShut && IS_AT_A_DESK.matches) this.field.focus();
    else this.closest(".conversation").querySelector("h1").focus();
  }

  enter = (event) => {
    if (event.key !== "Enter" || event.shiftKey || !IS_AT_A_DESK.matches) return;
    if (event.isComposing || event.keyCode === COMPOSING) return;
    event.preventDefault();
    this.form.requestSubmit();
  };

  submit = (event) => {
    event.preventDefault();
    const text = this.field.value.trim();
    if (this.isShut) return;
    if (this.isTooLong(text)) return this.complain(this.size(text));
    this.write("");
    this.dots.end();
    this.outbox.add(text, this.files.take());
  };

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

  // A draft outlives a visit to another conversation.
  keep() {
    const { value } = this.field;
    if (value) sessionStorage.setItem(this.draft, value);
    else sessionStorage.removeItem(this.draft);
    this.querySelector("output").textContent = this.size(value.trim());
    this.field.toggleAttribute("aria-invalid", this.isTooLong(value.trim()));
    this.showDraft();
    this.complain("");
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

  // In UTF-16 units, which is how JavaScript and Facebook count.
  size(text) {
    const { part, most, parts, tooLong } = this.dataset;
    if (this.isTooLong(text)) return tooLong.replace("#", text.length - most);
    return text.length > part ? parts.replace("#", countParts(text, Number(part))) : "";
  }

  outboxChanged = ({ detail }) => detail === this.outbox && this.showOutbox();

  showOutbox() {
    const hadFocus = this.list.contains(document.activeElement);
    const template = this.querySelector("template").content.firstElementChild;
    this.list.replaceChildren(...this.outbox.entries.map((entry) => this.showEntry(template.cloneNode(true), entry)));
    if (hadFocus) this.catchFocus();
  }

  showEntry(item, entry) {
    const isFile = Boolean(entry.name);
    const isLost = this.outbox.isLost(entry);
    const isRefused = Boolean(entry.problem);
    const isHeld = !isRefused && this.outbox.isHeld(entry);
    const isBehind = !isRefused && !isHeld && this.outbox.isStuck && entry !== this.outbox.first;
    const mayBeThere = entry.isUnanswered || (!isRefused && !isHeld && !isBehind);
    item.querySelector(".text").textContent = entry.text || [entry.name, entry.file && size(entry.file)].filter(Boolean).join(" · ");
    item.classList.toggle("is-stuck", isRefused || isHeld || isBehind || isLost || Boolean(entry.isUnanswered));
    item.classList.toggle("is-held", !isRefused && !isLost);
    const why = this.why(entry, isLost, isHeld, isBehind);
    if (why) item.querySelector(".why").textContent = why;
    const verbs = {
      again: [!this.isShut && !isLost && !isHeld && !isBehind && !entry.isFinal, () => this.outbox.again(entry)],
      choose: [!this.isShut && isLost && !entry.isFinal, () => this.chooseAgain(entry)],
      edit: [!this.isShut && !isFile && !mayBeThere, () => this.edit(entry)],
      copy: [this.isShut && !isFile, () => copy(entry.text)],
      remove: [(this.isShut && !mayBeThere) || isFile, () => this.outbox.remove(entry)],
    };
    for (const [name, [isOffered, verb]] of Object.entries(verbs)) {
      const button = item.querySelector(`.${name}`);
      button.hidden = !isOffered;
      button.onclick = verb;
    }
    return item;
  }

  why(entry, isLost, isHeld, isBehind) {
    const { lost, held, behind, unanswered } = this.dataset;
    if (entry.problem.trim()) return entry.problem;
    if (isLost) return lost;
    if (isHeld) return held;
    if (isBehind) return behind;
    return entry.isUnanswered ? unanswered : "";
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

// The clipboard exists under https only.
function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = Object.assign(document.createElement("textarea"), { value: text });
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

customElements.define("message-composer", MessageComposer);
