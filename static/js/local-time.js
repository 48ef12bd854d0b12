// A moment in the reader's own time zone: the clock time, with the day when it was not today, and its year when that was
// another; or, with `clock`, never more than the clock time, below a line with the day; or, with `ago`, how long ago;
// or, with `left`, how long until then, and an event when it is over.

import { language } from "./language.js";

const TICK = 10_000; // ms
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const clock = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
const year = new Intl.DateTimeFormat(language, { year: "numeric", month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "medium" });
const unit = (unit, unitDisplay = "narrow") => new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay });
const [minutes, hours, days] = ["minute", "hour", "day"].map((name) => unit(name));
const [wholeMinutes, wholeHours] = ["minute", "hour"].map((name) => unit(name, "short"));

class LocalTime extends HTMLElement {
  static get observedAttributes() {
    return ["datetime", "clock", "ago", "left"];
  }

  connectedCallback() {
    this.begin();
    this.timer = setInterval(() => this.show(), TICK);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
    clearTimeout(this.end);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.begin();
  }

  begin() {
    this.moment = new Date(this.getAttribute("datetime"));
    this.title = full.format(this.moment);
    this.show();
  }

  show() {
    const { moment } = this;
    if (this.hasAttribute("left")) this.count(moment - Date.now());
    else if (this.hasAttribute("clock")) this.write(clock.format(moment));
    else this.write(this.hasAttribute("ago") ? ago(Date.now() - moment) : when(moment));
  }

  // Most words stay as they are: written anew with each tick, they would make the browser lay out all rows and messages again.
  write(words) {
    if (this.textContent !== words) this.textContent = words;
  }

  // The server decides by its own clock whether the time is over: this asks the server, and again until it agrees.
  count(ms) {
    this.write(left(Math.max(0, ms)));
    this.parentElement.classList.toggle("is-short", ms < HOUR);
    clearTimeout(this.end);
    const ask = () => this.dispatchEvent(new CustomEvent("time-over", { bubbles: true }));
    if (ms < TICK) this.end = setTimeout(ask, Math.max(0, ms));
  }
}

function when(moment) {
  const now = new Date();
  if (moment.toDateString() === now.toDateString()) return clock.format(moment);
  return (moment.getFullYear() === now.getFullYear() ? day : year).format(moment);
}

function ago(ms) {
  if (ms < MINUTE) return `<${minutes.format(1)}`;
  if (ms < HOUR) return minutes.format(Math.floor(ms / MINUTE));
  return ms < DAY ? hours.format(Math.floor(ms / HOUR)) : days.format(Math.floor(ms / DAY));
}

function left(ms) {
  if (ms < MINUTE) return `<${wholeMinutes.format(1)}`;
  const rest = wholeMinutes.format(Math.floor((ms % HOUR) / MINUTE));
  return ms < HOUR ? rest : `${wholeHours.format(Math.floor(ms / HOUR))} ${rest}`;
}

customElements.define("local-time", LocalTime);
