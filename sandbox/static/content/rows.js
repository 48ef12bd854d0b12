// What is shown as an icon with a line or two beside it: files, links, places, appointments.

import { el, icon, isAddress, link } from "../dom.js";

export function fileElement({ url, name }) {
  const title = name ?? nameIn(url);
  const row = link(".bubble.tile", url, icon("file"), words(title, "Save"));
  row.download = title;
  return row;
}

// A shared link, or something that Facebook shared as one. It may have neither address nor title.
export function linkElement({ url, title }) {
  if (!isAddress(url)) return el("p.bubble.quiet", {}, title ?? "Attachment unavailable");
  return link(".bubble.tile", url, icon("link"), words(title ?? url, hostOf(url)));
}

export function placeElement({ coordinates, title }) {
  const { lat, long } = coordinates ?? {};
  const url = `https://www.openstreetmap.org/?mlat=${Number(lat)}&mlon=${Number(long)}#map=15/${Number(lat)}/${Number(long)}`;
  return link(".bubble.tile", url, icon("pin"), words(title ?? "Location", `${lat}, ${long}`));
}

export function appointmentElement({ status, start_time, end_time }) {
  const when = [start_time, end_time].filter(Boolean).map((seconds) => new Date(seconds * 1000));
  const [from, to] = when.map((time) => time.toLocaleString([], { dateStyle: "medium", timeStyle: "short" }));
  return el("div.bubble.tile", {}, icon("calendar"), words(`Appointment ${status ?? ""}`.trim(), [from, to].filter(Boolean).join(" – ")));
}

function words(title, beneath) {
  return el("span.words", {}, el("strong", {}, title), beneath ? el("small", {}, beneath) : null);
}

function nameIn(url) {
  const last = new URL(url, location).pathname.split("/").pop();
  return /\.\w{1,5}$/.test(last) ? decode(last) : "File";
}

function decode(name) {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

const hostOf = (url) => new URL(url, location).host;
