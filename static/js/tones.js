// The sounds of calls: two tones for what is the agent's own, a lower one for the queue.

export const TONES = { mine: [660, 880], queue: [520] }; // Hz
const TONE = 0.14; // s
const GAIN = 0.3; // at full volume

// volume: in percent.
export function play(audio, tones, volume) {
  tones.forEach((hertz, number) => playOne(audio, hertz, (volume / 100) * GAIN, audio.currentTime + number * TONE));
}

function playOne(audio, hertz, gain, at) {
  const [tone, volume] = [audio.createOscillator(), audio.createGain()];
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(gain, at);
  volume.gain.exponentialRampToValueAtTime(0.001, at + TONE);
  tone.connect(volume).connect(audio.destination);
  tone.start(at);
  tone.stop(at + TONE);
}
