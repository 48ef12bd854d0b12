// Describe a chosen file: its size in words and, for an image, a preview.

import { language } from "./language.js";

const SIDE = 96; // px of a preview

export function sizeOf({ size }) {
  const [unit, of] = size < 1024 * 1024 ? ["kilobyte", 1024] : ["megabyte", 1024 * 1024];
  const digits = unit === "megabyte" ? 1 : 0;
  return new Intl.NumberFormat(language, { style: "unit", unit, maximumFractionDigits: digits }).format(size && Math.max(size / of, 1));
}

// Draw it on a canvas, because our policy does not let a page show a blob: address.
export async function drawPreview(file, canvas) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return;
  const scale = Math.max(SIDE / picture.width, SIDE / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  canvas.width = canvas.height = SIDE;
  canvas.hidden = false;
  canvas.getContext("2d").drawImage(picture, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
  picture.close();
}
