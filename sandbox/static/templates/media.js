// A picture or a video with buttons; and a song or page known by its address alone.

import { el, icon, isAddress, link } from "../dom.js";
import { picturesElement } from "../content/pictures.js";
import { linkElement } from "../content/rows.js";
import { buttonRow } from "./buttons.js";
import { card } from "./card.js";

// Facebook takes its own addresses only, which are pages; a copy that we keep can be shown.
export function media({ elements }, acts) {
  return elements.map((element) => card(shown(element), buttonRow(element.buttons, acts)));
}

function shown({ media_type, media_url, url, attachment_id }) {
  const file = media_url ?? url;
  if (isFile(file)) {
    return media_type === "video"
      ? el("video.cover", { src: file, controls: true, preload: "metadata", "aria-label": "Video" })
      : picturesElement([file]);
  }
  const name = media_type === "video" ? "Video" : "Picture";
  return link(".cover.lost", file, icon(media_type === "video" ? "video" : "picture"), `${name} ${attachment_id ?? "on Facebook"}`);
}

const isFile = (url) => isAddress(url) && !/^https?:\/\/([^/]+\.)?facebook\.com\//i.test(url);

export function openGraph({ elements }, acts) {
  return elements.map((element) => card(linkElement(element), buttonRow(element.buttons, acts)));
}
