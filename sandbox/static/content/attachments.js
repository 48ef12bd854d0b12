// Everything that can be attached. What a payload says may also stand beside it; what we do not know is named.

import { el, isAddress, picture } from "../dom.js";
import { templateElements } from "../templates/index.js";
import { audioElement } from "./audio.js";
import { picturesElement } from "./pictures.js";
import { appointmentElement, fileElement, linkElement, placeElement } from "./rows.js";

const KINDS = {
  audio: ({ url }) => audioElement(url),
  video: ({ url }) => el("video.video", { src: url, controls: true, preload: "metadata", playsInline: true, "aria-label": "Video" }),
  reel: linkElement,
  ig_reel: linkElement,
  post: linkElement,
  ig_post: linkElement,
  share: linkElement,
  fallback: linkElement,
  sticker: ({ url }) => picture(".sticker", url, "Sticker"),
  file: fileElement,
  location: placeElement,
  appointment_booking: appointmentElement,
};
const NEEDS_ADDRESS = new Set(["audio", "video", "file", "sticker"]);

export function attachmentElements(attachments, acts) {
  const known = attachments.map((attachment) => ({ ...attachment.payload, ...attachment }));
  const pictures = known.filter(isPicture).map(({ url }) => url);
  const others = known.filter((attachment) => !isPicture(attachment)).flatMap((attachment) => oneElement(attachment, acts));
  return pictures.length ? [picturesElement(pictures), ...others] : others;
}

const isPicture = ({ type, sticker_id }) => type === "image" && !sticker_id;

function oneElement(attachment, acts) {
  const type = attachment.sticker_id ? "sticker" : attachment.type;
  if (type === "template") return templateElements(attachment.payload ?? {}, acts);
  if (NEEDS_ADDRESS.has(type) && !isAddress(attachment.url)) return el("p.bubble.quiet", {}, "Attachment unavailable");
  return KINDS[type]?.(attachment) ?? el("p.bubble.quiet", {}, `Attachment: ${type}`);
}
