// Lines between the days, and groups of messages of one speaker. Both depend on what stands above and on the reader's time
// zone, so they are found here, in the same way for entries of the page, older ones and live ones.

import { language } from "./language.js";

const GROUPED = 60_000; // ms between two messages under one name
const DAY = 86_400_000; // ms

const weekday = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
const withYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
const near = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

export function arrange(thread) {
  const lines = new Map([...thread.querySelectorAll(".thread-day")].map((line) => [line.dataset.day, line]));
  let above = null;
  for (const entry of [...thread.children].filter((child) => child.id)) {
    const day = dayOf(entry);
    if (day !== (above && dayOf(above))) {
      putAbove(entry, lines.get(day) ?? newLine("day"), day);
      lines.delete(day);
    }
    entry.toggleAttribute("data-continues", continues(entry, above));
    above = entry;
  }
  for (const line of lines.values()) line.remove();
}

// Return a line of this kind, made from its template.
export function newLine(kind) {
  return document.querySelector(`template[data-line="${kind}"]`).content.firstElementChild.cloneNode(true);
}

// The place of an entry begins with its moment in microseconds. A line stands just before the entry below it.
export function placeAbove(entry) {
  return entry.dataset.place.replace(/-.*/, "-");
}

function putAbove(entry, line, day) {
  line.dataset.day = day;
  line.dataset.place = placeAbove(entry);
  line.firstElementChild.textContent = nameOf(momentOf(entry));
  const below = entry.previousElementSibling?.matches(".thread-new") ? entry.previousElementSibling : entry;
  if (line.nextElementSibling !== below) below.before(line);
}

function continues(entry, above) {
  const isSame = Boolean(above?.dataset.speaker) && above.dataset.speaker === entry.dataset.speaker;
  return isSame && entry.previousElementSibling === above && momentOf(entry) - momentOf(above) < GROUPED;
}

function momentOf(entry) {
  return new Date(parseInt(entry.dataset.place, 10) / 1_000);
}

function dayOf(entry) {
  return momentOf(entry).toDateString();
}

function nameOf(moment) {
  const today = new Date();
  const days = Math.round((new Date(moment.toDateString()) - new Date(today.toDateString())) / DAY);
  if (days === 0 || days === -1) return capitalised(near.format(days, "day"));
  return (moment.getFullYear() === today.getFullYear() ? weekday : withYear).format(moment);
}

function capitalised(words) {
  return words.charAt(0).toLocaleUpperCase() + words.slice(1);
}
