// The list of canned replies above the field: "/" at its start or after a space opens it, what follows searches. The focus
// stays in the field, a text area, whose role may not be another one (ARIA in HTML). Enter sends no shortcut without a reply.

import { CannedFiles } from "./canned-files.js";
import { knownReplies, loadReplies } from "./canned-list.js";
import { search } from "./canned-search.js";
import { extrasOf, fill } from "./canned-text.js";

const QUERY = /(?:^|\s)\/((?:[^\s/][^\n/]{0,40})?)$/;
const MOST_SHOWN = 50;
const WITH_LIST = { "aria-haspopup": "listbox", "aria-controls": "canned-replies-list", "aria-autocomplete": "list" };
const STEPS = { ArrowDown: 1, ArrowUp: -1 };

class CannedReplies extends HTMLElement {
  connectedCallback() {
    this.composer = this.parentElement;
    this.panel = this.querySelector(".canned-replies-panel");
    this.list = this.querySelector(".canned-replies-list");
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.closest(".conversation").addEventListener("keydown", this.press, { capture: true, signal }); // before all in the composer
    for (const name of ["input", "keyup", "click"]) this.composer.addEventListener(name, this.look, { signal });
    this.composer.addEventListener("focusout", this.leave, { signal });
    this.panel.onmousedown = (event) => event.preventDefault(); // which would leave the field
    this.list.onclick = this.click;
    new CannedFiles(this, signal);
  }

  disconnectedCallback() {
    this.listeners.abort();
  }

  get field() {
    return this.composer.querySelector("message-composer textarea");
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  look = ({ target }) => {
    const { field } = this;
    if (target !== field) return;
    const query = field.readOnly || field.selectionStart !== field.selectionEnd ? null : this.queryBeforeCaret();
    if (query === null) this.dismissed = null;
    if (query === null || this.dismissed === this.start) this.close();
    else if (!this.isOpen || query !== this.query) this.open(query);
  };

  queryBeforeCaret() {
    const match = this.field.value.slice(0, this.field.selectionStart).match(QUERY);
    if (match) this.start = this.field.selectionStart - match[1].length - 1;
    return match && match[1];
  }

  open(query) {
    this.query = query;
    if (!this.isOpen) this.load(this.dataset.url);
    this.show();
  }

  async load(url) {
    [this.replies, this.isLoading] = [knownReplies(url), true];
    [this.replies, this.isLoading] = [await loadReplies(url), false];
    if (this.isOpen) this.show();
  }

  // Close the list if it has nothing but a note and several words were typed: it would cover the thread for nothing.
  show() {
    this.found = search(this.replies ?? [], this.query);
    if (this.replies && !this.found.length && this.query.includes(" ")) return this.close();
    this.list.replaceChildren(...this.found.slice(0, MOST_SHOWN).map((reply, at) => this.option(reply, at)));
    this.panel.hidden = false;
    for (const [name, value] of Object.entries(WITH_LIST)) this.field.setAttribute(name, value);
    this.querySelector(".canned-replies-note").textContent = this.note;
    this.querySelector(".canned-replies-status").textContent = this.note || this.dataset.found.replace("#", this.found.length);
    this.activate(0);
  }

  get note() {
    const { loading, failed, empty, unmatched, more } = this.dataset;
    if (!this.replies) return this.isLoading ? loading : failed;
    if (!this.found.length) return this.replies.length ? unmatched : empty;
    return this.found.length > MOST_SHOWN ? more.replace("#", this.found.length - MOST_SHOWN) : "";
  }

  option(reply, at) {
    const option = this.querySelector("template").content.firstElementChild.cloneNode(true);
    option.id = `canned-reply-${at}`;
    const parts = { shortcut: `/${reply.shortcut}`, folder: reply.folder, text: this.textOf(reply), files: extrasOf(reply) };
    for (const [name, words] of Object.entries(parts)) option.querySelector(`.canned-option-${name}`).textContent = words;
    return option;
  }

  activate(at) {
    this.active = at;
    [...this.list.children].forEach((option, number) => option.setAttribute("aria-selected", number === at));
    const option = this.list.children[at];
    this.field.setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
    this.querySelector(".canned-replies-preview").textContent = option ? this.textOf(this.found[at]) : "";
  }

  isShortcut = () => this.replies?.length !== 0 && this.field.value.trim() === `/${this.query}`;
  textOf = (reply) => fill(reply.text, JSON.parse(this.dataset.values));

  press = (event) => {
    const { key } = event;
    if (!this.isOpen || event.isComposing || event.shiftKey || event.ctrlKey || event.altKey || event.metaKey) return;
    if (key === "Escape") this.dismiss();
    else if (!this.found.length && !(key === "Enter" && this.isShortcut())) return;
    else if (key in STEPS) this.activate((this.active + STEPS[key] + this.list.children.length) % this.list.children.length);
    else if (key === "Enter" || key === "Tab") this.found.length && this.insert(this.found[this.active]);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  click = ({ target }) => {
    const option = target.closest("[role=option]");
    if (option) this.insert(this.found[[...this.list.children].indexOf(option)]);
  };

  // Replace "/" and the query, in a way that the browser can undo.
  insert(reply) {
    const { field, start } = this;
    const text = this.textOf(reply);
    this.close();
    field.focus();
    field.setSelectionRange(start, start + 1 + this.query.length);
    document.execCommand(text ? "insertText" : "delete", false, text);
    this.dispatchEvent(new CustomEvent("canned-reply-inserted", { bubbles: true, detail: { reply, start } }));
  }

  dismiss() {
    this.dismissed = this.start;
    this.close();
  }

  leave = ({ target }) => target === this.field && this.close();

  close() {
    if (!this.isOpen) return;
    this.panel.hidden = true;
    for (const name of [...Object.keys(WITH_LIST), "aria-activedescendant"]) this.field.removeAttribute(name);
    this.querySelector(".canned-replies-status").textContent = "";
  }
}

customElements.define("canned-replies", CannedReplies);
