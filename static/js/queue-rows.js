// Changes of the rows of the queue: the server renders each row once for all agents who see it in the same section.

import { parse, readAfter } from "./csrf.js";
import { PAGE, cut, drop, isBeyond, keepAge, placeRow, rowsOf } from "./place-row.js";
import { forLongSections } from "./on-demand.js";
import { showCounts } from "./section-counts.js";

const KEPT = 30; // s for which rows are kept, in case an answer that was read before them comes after them
const ASK_AFTER = 500; // ms, and up to twice as long
const ASK_EVERY = 5_000; // ms, while sections go on having too few rows or too many
const LONGEST_PRESS = 5_000; // ms, in case the browser keeps the release to itself

class QueueRows extends HTMLElement {
  cut = cut;
  drop = drop;
  rowsOf = rowsOf;

  connectedCallback() {
    this.recent = new Map(); // the last of each row
    this.askedAt = -ASK_EVERY;
    document.body.addEventListener("live-row", this.place);
    document.body.addEventListener("live-views", this.askSoon);
    document.addEventListener("htmx:before:swap", this.beforeSwap);
    document.addEventListener("htmx:after:swap", this.swapped);
    document.addEventListener("pointerdown", this.press);
    for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, this.release);
  }

  disconnectedCallback() {
    document.body.removeEventListener("live-row", this.place);
    document.body.removeEventListener("live-views", this.askSoon);
    document.removeEventListener("htmx:before:swap", this.beforeSwap);
    document.removeEventListener("htmx:after:swap", this.swapped);
    document.removeEventListener("pointerdown", this.press);
    for (const end of ["pointerup", "pointercancel"]) document.removeEventListener(end, this.release);
  }

  place = ({ detail: { words, html } }) => {
    const row = { section: words[0], at: Number(words[1]), html };
    this.keep(row);
    if (this.held) return this.held.push(row);
    this.put(row);
    this.show();
  };

  // A row that moves between the press and the release takes the click away, so the queue stands still meanwhile.
  press = ({ button, target }) => {
    if (button !== 0 || !target.closest("#queue")) return;
    this.held ??= [];
    clearTimeout(this.pressed);
    this.pressed = setTimeout(this.goOn, LONGEST_PRESS);
  };

  // The click follows the release.
  release = () => setTimeout(this.goOn);

  goOn = () => {
    clearTimeout(this.pressed);
    const held = this.held ?? [];
    this.held = null;
    for (const row of held) this.put(row);
    if (held.length) this.show();
    if (this.missed) this.ask();
    this.missed = false;
  };

  beforeSwap = (event) => {
    if (!this.held || event.detail.ctx.sourceElement.id !== "queue") return;
    event.preventDefault();
    this.missed = true;
  };

  // The oldest rows come first.
  keep(row) {
    const { id } = parse(row.html).firstElementChild;
    this.recent.delete(id);
    this.recent.set(id, row);
    for (const [other, { at }] of this.recent) {
      if (at > row.at - KEPT) break;
      this.recent.delete(other);
    }
  }

  // Rows that came before an answer are put in again if they were read after it.
  swapped = ({ detail }) => {
    if (detail.ctx.end?.matches(".queue-more")) keepAge(detail.ctx.end);
    if (detail.ctx.sourceElement.closest("#queue, .queue-more, .queue-earlier")) {
      for (const row of this.recent.values()) this.put(row);
      showCounts();
    }
    if (document.querySelector(".queue-earlier")) forLongSections();
    setTimeout(() => this.show()); // once the address is that of the conversation which was opened
  };

  put({ section, at, html }) {
    const [row, notice] = parse(html).children;
    if (!placeRow(row, section, at)) this.askOnce(at);
    const shown = document.getElementById(row.id);
    if (!shown || Number(shown.dataset.at) === at) this.announce(row.id.replace("row", "newly-assigned"), (shown || isBeyond(row, section, at)) && notice);
  }

  announce(id, notice) {
    document.getElementById(id)?.remove();
    if (!notice) return;
    document.getElementById("newly-assigned").append(notice);
    htmx.process(notice);
  }

  askOnce(at) {
    readAfter(at);
    this.askSoon();
  }

  askSoon = () => {
    if (this.asking) return;
    const pause = Math.max(ASK_AFTER, this.askedAt + ASK_EVERY - performance.now());
    this.asking = setTimeout(() => this.ask(), pause * (1 + Math.random()));
  };

  ask() {
    this.asking = null;
    this.askedAt = performance.now();
    document.body.dispatchEvent(new CustomEvent("queue-incomplete"));
  }

  // The parts that depend on this browser alone: which conversation is open, and how much is unread in what is shown.
  show() {
    for (const row of document.querySelectorAll("a.row"))
      if (row.pathname === location.pathname) row.setAttribute("aria-current", "page");
      else row.removeAttribute("aria-current");
    document.querySelector(`#newly-assigned a[href="${location.pathname}"]`)?.parentElement.remove();
    const sections = ["mine", "waiting"].map((name) => document.getElementById(`section-${name}`));
    const first = sections.flatMap((section) => rowsOf(section).slice(0, PAGE));
    const mentions = rowsOf(document.getElementById("section-mentions")).length;
    const unread = first.reduce((sum, { dataset }) => sum + Number(dataset.unread), mentions);
    const hasMore = sections.some((section) => rowsOf(section).length > PAGE || section.querySelector("[data-end], [data-begin]"));
    document.querySelector("queue-count").dataset.unread = hasMore ? `${unread}+` : unread;
  }
}

customElements.define("queue-rows", QueueRows);
