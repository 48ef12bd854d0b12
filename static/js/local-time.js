// A moment in the reader's own time zone: the clock time, with the day when it was not today; or, with `ago`, how long ago.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const unit = (name) => new Intl.NumberFormat(undefined, { style: "unit", unit: name, unitDisplay: "narrow" });
const [minutes, hours, days] = ["minute", "hour", "day"].map(unit);

class LocalTime extends HTMLElement {
  static observedAttributes = ["datetime", "ago"];

  connectedCallback() {
    this.show();
    this.timer = setInterval(() => this.show(), 10_000);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.show();
  }

  show() {
    const moment = new Date(this.getAttribute("datetime"));
    this.title = full.format(moment);
    this.textContent = this.hasAttribute("ago") ? ago(Date.now() - moment) : when(moment);
  }
}

function when(moment) {
  return moment.toDateString() === new Date().toDateString() ? clock.format(moment) : day.format(moment);
}

function ago(ms) {
  if (ms < MINUTE) return `<${minutes.format(1)}`;
  if (ms < HOUR) return minutes.format(Math.floor(ms / MINUTE));
  return ms < DAY ? hours.format(Math.floor(ms / HOUR)) : days.format(Math.floor(ms / DAY));
}

customElements.define("local-time", LocalTime);
