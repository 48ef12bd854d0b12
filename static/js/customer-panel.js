// The panel about the customer: a third column where there is room for it, which this browser remembers, else a sheet. What it
// shows is asked for as it opens, and again when the holder or the labels change.

import { jump } from "./message-jump.js";

const WIDE = matchMedia("(width >= 80rem)");
const REMEMBERED = "customer-panel";

class CustomerPanel extends HTMLElement {
  connectedCallback() {
    [this.column, this.sheet] = this.children;
    this.content = this.querySelector(".customer-panel-content");
    this.problem = this.querySelector(".customer-panel-problem");
    this.details = this.querySelector("#customer");
    this.pane = this.parentElement;
    this.pane.addEventListener("click", this.press);
    this.sheet.addEventListener("close", this.settle);
    this.addEventListener("focusout", this.catchUp);
    this.addEventListener("htmx:before:swap", this.noteMore);
    this.addEventListener("htmx:after:swap", this.swapped);
    this.topics = [`live-holder-${this.dataset.conversation}`, "live-hello"];
    for (const topic of this.topics) document.body.addEventListener(topic, this.refresh);
    document.body.addEventListener("missing-field", this.fillIn);
    WIDE.addEventListener("change", this.settle);
    this.settle();
  }

  disconnectedCallback() {
    this.pane.removeEventListener("click", this.press);
    for (const topic of this.topics) document.body.removeEventListener(topic, this.refresh);
    document.body.removeEventListener("missing-field", this.fillIn);
    WIDE.removeEventListener("change", this.settle);
  }

  get switch() {
    return this.pane.querySelector(".customer-panel-switch a");
  }

  get isOpen() {
    return this.sheet.open || !this.column.hidden;
  }

  // As wide as the window is now. A sheet never opens by itself.
  settle = () => {
    if (WIDE.matches && this.sheet.open) return this.sheet.close();
    this.column.hidden = !WIDE.matches || localStorage.getItem(REMEMBERED) !== "open";
    if (!this.column.hidden) this.column.append(this.content);
    this.switch.ariaExpanded = this.isOpen;
    this.refresh();
  };

  open() {
    if (this.isOpen) return;
    if (WIDE.matches) localStorage.setItem(REMEMBERED, "open");
    else {
      this.sheet.append(this.content);
      this.sheet.showModal();
    }
    this.settle();
  }

  close() {
    if (this.sheet.open) return this.sheet.close();
    localStorage.setItem(REMEMBERED, "closed");
    this.settle();
    this.switch.focus();
  }

  press = (event) => {
    const { target } = event;
    const field = target.closest("a[href*='#custom-field-']");
    if (field) this.goTo(event, field);
    else if (target.closest(".customer-panel-switch a")) this.toggle(event);
    else if (target.closest(".customer-panel-close") || target === this.sheet) this.close();
    else if (this.contains(target)) this.follow(event, target.closest("a[href*='#']"));
  };

  toggle(event) {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    if (this.isOpen) this.close();
    else this.open();
  }

  goTo(event, link) {
    event.preventDefault();
    this.fillIn({ detail: { field: link.hash.replace("#custom-field-", "") } });
  }

  // Lead to an entry of the thread.
  follow(event, link) {
    if (link?.origin !== location.origin) return; // that of a custom field leads elsewhere
    event.preventDefault();
    this.sheet.close();
    jump(this.pane.querySelector("message-list"), link.hash.slice(1));
  }

  // Lead to the field without which the conversation cannot be closed.
  fillIn = async ({ detail }) => {
    this.open();
    await this.refreshing;
    document.getElementById(`custom-field-${detail.field}`)?.focus();
  };

  // What is being filled in stays as it is until the focus leaves, and what could not be saved until it is.
  refresh = () => {
    this.isStale = this.isOpen && Boolean(this.details.querySelector(":is(input, select):focus, .custom-field-problem, .problem-of-verb"));
    if (this.isOpen && !this.isStale) this.refreshing = this.ask();
  };

  catchUp = () => setTimeout(() => this.isStale && this.refresh());

  async ask() {
    await htmx.ajax("GET", this.dataset.url, { source: this.details, target: this.details, swap: "innerMorph" });
    this.problem.hidden = this.details.childElementCount > 0;
  }

  noteMore = ({ detail }) => {
    const more = detail.ctx.sourceElement.closest?.(".customer-part-more");
    this.rowBefore = more?.previousElementSibling;
  };

  // The button that had the focus is gone: the first row that Show more brought gets it, or the button for the next step.
  swapped = ({ detail }) => {
    this.rowBefore?.nextElementSibling?.querySelector("a")?.focus();
    this.rowBefore = null;
    if (detail.ctx.sourceElement.closest?.(".moderation")) this.querySelector(".moderation :is(button, summary)")?.focus();
  };
}

customElements.define("customer-panel", CustomerPanel);
