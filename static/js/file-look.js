// How a chosen file is shown: its size in words, and a look at a picture.

const SIDE = 96; // px of a look

export function sizeOf({ size }) {
  const [unit, of] = size < 1024 * 1024 ? ["kilobyte", 1024] : ["megabyte", 1024 * 1024];
  const digits = unit === "megabyte" ? 1 : 0;
  return new Intl.NumberFormat(undefined, { style: "unit", unit, maximumFractionDigits: digits }).format(size && Math.max(size / of, 1));
}

// Drawn, because our policy lets no page show an address of the browser's own.
export async function look(file, canvas) {
  const picture = await createImageBitmap(file).catch(() => null);
  if (!picture) return;
  const scale = Math.max(SIDE / picture.width, SIDE / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  canvas.width = canvas.height = SIDE;
  canvas.hidden = false;
  canvas.getContext("2d").drawImage(picture, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
  picture.close();
}
