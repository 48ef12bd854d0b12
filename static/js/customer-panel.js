// The panel about the customer: a third column where there is room for it, which this browser remembers, else a sheet.
// Its content is loaded as it opens, and again when the holder, the labels or entries of the thread that it shows change.

import "./customer-clock.js";
import { areKept, keep } from "./panel-fields.js";

const WIDE = matchMedia("(width >= 80rem)");
const REMEMBERED = "customer-panel";
const SHOWN = ".is-incoming, [id^=note-]"; // entries of the thread
const SOON = 500; // ms; what comes meanwhile is shown together

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
    document.addEventListener("thread-changed", this.notice);
    WIDE.addEventListener("change", this.settle);
    this.settle();
  }

  disconnectedCallback() {
    this.pane.removeEventListener("click", this.press);
    for (const topic of this.topics) document.body.removeEventListener(topic, this.refresh);
    document.body.removeEventListener("missing-field", this.fillIn);
    document.removeEventListener("thread-changed", this.notice);
    WIDE.removeEventListener("change", this.settle);
  }

  get switch() {
    return this.pane.querySelector(".customer-panel-switch a");
  }

  get isOpen() {
    return this.sheet.open || !this.column.hidden;
  }

  // Open at the present width of the window. A sheet never opens by itself.
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

  // Go to an entry of the thread.
  follow(event, link) {
    if (!link || link.origin !== location.origin) return; // that of a custom field leads elsewhere
    if (!this.dataset.url.startsWith(link.pathname)) return; // into a conversation with the same customer on another Page
    event.preventDefault();
    this.sheet.close();
    this.pane.querySelector("message-list").jumpTo(link.hash.slice(1));
  }

  // Go to the field that has to be filled in before closing.
  fillIn = async ({ detail }) => {
    this.open();
    await this.refreshing;
    document.getElementById(`custom-field-${detail.field}`)?.focus();
  };

  // A verb that failed is shown until it is tried again.
  refresh = () => {
    clearTimeout(this.refreshingSoon);
    this.refreshingSoon = null;
    const hasProblem = this.details.querySelector(".problem-of-verb");
    this.isStale = this.isOpen && Boolean(hasProblem || areKept(this.details));
    if (this.isOpen && !hasProblem) this.refreshing = this.ask();
  };

  // A list that was made longer stays so.
  notice = ({ detail: { entries } }) => {
    if (!this.isLonger && entries.some((entry) => entry.matches(SHOWN))) this.refreshingSoon ??= setTimeout(this.refresh, SOON);
  };

  catchUp = () => setTimeout(() => this.isStale && this.refresh());

  async ask() {
    await htmx.ajax("GET", this.dataset.url, { source: this.details, target: this.details, swap: "innerMorph" });
    this.problem.hidden = this.details.childElementCount > 0;
  }

  noteMore = ({ detail }) => {
    if (detail.ctx.target === this.details) [this.isLonger] = [false, keep(this.details, detail.tasks[0].fragment)];
    const more = detail.ctx.sourceElement.closest?.(".customer-part-more");
    if (more) this.isLonger = true;
    this.rowBefore = more?.previousElementSibling;
  };

  // The button that had the focus is gone: focus the first row that Show more added, or the button for the next step.
  swapped = ({ detail }) => {
    this.rowBefore?.nextElementSibling?.querySelector("a")?.focus();
    this.rowBefore = null;
    if (detail.ctx.sourceElement.closest?.(".moderation")) this.querySelector(".moderation :is(button, summary)")?.focus();
  };
}

customElements.define("customer-panel", CustomerPanel);
