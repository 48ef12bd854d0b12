// Sound as WAV: each browser records in a format of its own, can read what it records, and Facebook takes WAV from all of them.

const RATE = 16_000; // samples a second, enough for a voice
const HEAD = 44; // bytes

export const BYTES_PER_SECOND = 2 * RATE;

// Convert a recording. Fails if this browser cannot read it.
export async function decoded(parts) {
  const content = await new Blob(parts).arrayBuffer();
  return new OfflineAudioContext(1, 1, RATE).decodeAudioData(content);
}

export function wav(sound) {
  const samples = sound.getChannelData(0);
  const view = new DataView(new ArrayBuffer(HEAD + 2 * samples.length));
  const text = (at, letters) => [...letters].forEach((letter, number) => view.setUint8(at + number, letter.charCodeAt(0)));
  const number = (at, value) => view.setUint32(at, value, true);
  text(0, "RIFF");
  number(4, HEAD - 8 + 2 * samples.length);
  text(8, "WAVEfmt ");
  number(16, 16); // bytes of the format
  view.setUint16(20, 1, true); // PCM …
  view.setUint16(22, 1, true); // … of one channel
  number(24, RATE);
  number(28, BYTES_PER_SECOND);
  view.setUint16(32, 2, true); // bytes of a sample
  view.setUint16(34, 16, true); // bits of it
  text(36, "data");
  number(40, 2 * samples.length);
  samples.forEach((sample, at) => view.setInt16(HEAD + 2 * at, Math.max(-1, Math.min(1, sample)) * 0x7fff, true));
  return view.buffer;
}

// Play a sound. ended: is called when it is over, or was stopped. Return a function that stops it.
export function play(sound, ended) {
  const context = new AudioContext();
  const source = new AudioBufferSourceNode(context, { buffer: sound });
  source.onended = () => context.close().then(ended);
  source.connect(context.destination);
  source.start();
  return () => source.stop();
}
