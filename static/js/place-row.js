// Put a row of the queue into its section, by the place that it carries. A section shows all its rows, or the rows of the
// pages that were opened. When it has fewer or more than these pages hold, the queue is loaded.

import { renew } from "./place-message.js";

export const PAGE = 25; // rows, as console/views/queue.py has it

// Return whether all sections have as many rows as they should. An answer that was read after the row knows better: then
// only older copies of the row go away.
export function placeRow(row, name, at) {
  const copies = [...document.querySelectorAll(`[id="${row.id}"]`)];
  const section = document.getElementById(`section-${name}`);
  const sections = new Set([...copies.map(sectionOf), section]);
  const newer = copies.find((copy) => readAt(copy) > at);
  const kept = newer ?? (hasRoom(section, row, at) ? insert(section, copies[0], row, at) : null);
  for (const copy of copies) if (copy !== kept) copy.remove();
  return [...sections].filter((changed) => changed && isRead(changed) && !isWhole(changed)).length === 0;
}

const sectionOf = (row) => row.closest(".queue-section");

const more = (section) => section.querySelector(".queue-more");

// A row of the live stream says when it was read; the others were read with their section.
const readAt = (row) => Number(row.dataset.at ?? more(sectionOf(row)).dataset.at);

// More was swapped away for rows that were read later than those above them: each says so, and the section stays as old as it is.
export function keepAge(old) {
  const last = more(document.getElementById(`section-${old.querySelector("input").name}`));
  const { at } = last.dataset;
  for (const row of rowsOf(sectionOf(last))) if (row.dataset.place > old.dataset.end) row.dataset.at ??= at;
  last.dataset.at = old.dataset.at;
}

// The place from which on a section shows its rows, if it has dropped those before it. A row that goes has no section.
const beginOf = (section) => section?.querySelector(".queue-earlier")?.dataset.begin;

const isOlder = (section, at) => section && isRead(section) && more(section).dataset.at < at;

const isShownAt = (section, { dataset }) => !(dataset.place > more(section).dataset.end) && !(dataset.place < beginOf(section));

const hasRoom = (section, row, at) => isOlder(section, at) && isShownAt(section, row);

// Return whether the section does not show the rows at the place of this one, which is newer.
export function isBeyond(row, name, at) {
  const section = document.getElementById(`section-${name}`);
  return isOlder(section, at) && !isShownAt(section, row);
}

// The element stays, and with it the focus and the marks of scripts.
function insert(section, old, row, at) {
  const hadFocus = old?.contains(document.activeElement);
  const kept = old ?? row;
  if (old) renewRow(old, row);
  kept.dataset.at = at;
  const next = rowsOf(section).find((other) => other !== kept && other.dataset.place > kept.dataset.place);
  const place = next ?? more(section);
  if (kept.nextElementSibling !== place) place.before(kept);
  if (!old) htmx.process(kept);
  if (hadFocus) kept.querySelector("a").focus({ preventScroll: true });
  return kept;
}

function renewRow(old, row) {
  for (const { name, value } of row.attributes) old.setAttribute(name, value);
  renew(old.firstElementChild, row.firstElementChild);
}

// A folded section is read when it is opened.
const isRead = (section) => section.open !== false && Boolean(section.querySelector(".queue-empty"));

export const rowsOf = (section) => [...section.querySelectorAll("li[data-place]")];

// Return whether a section has as many rows as it should.
function isWhole(section) {
  const [rows, last] = [rowsOf(section), more(section)];
  const input = last.querySelector("input");
  const room = "end" in last.dataset ? Number(input.value) : Math.max(input.value, PAGE);
  section.querySelector(".queue-empty").hidden = rows.length > 0 || Boolean(beginOf(section));
  if (!rows.length && beginOf(section)) return false;
  if (!("end" in last.dataset)) input.value = Math.min(rows.length, room);
  else if (rows.length > room) cut(rows, room, last);
  return "end" in last.dataset ? rows.length >= room : rows.length <= room;
}

export function cut(rows, room, last) {
  drop(rows.slice(room));
  last.dataset.end = rows[room - 1].dataset.place;
  const link = last.querySelector("a");
  link.hidden = false;
  const address = `${link.pathname}?after=${last.dataset.end}&shown=${room}`;
  for (const name of ["href", "hx-get"]) if (link.hasAttribute(name)) link.setAttribute(name, address);
}

// Take rows away whose conversations stay in the section.
export function drop(rows) {
  document.dispatchEvent(new CustomEvent("rows-dropped", { detail: rows }));
  for (const row of rows) row.remove();
}
