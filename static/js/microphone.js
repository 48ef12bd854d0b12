// An open microphone: its sound in parts, and how loud it is.

const PART = 1_000; // ms: a crash loses no more
const LOUD = 0.25; // root mean square of a loud voice

export class Microphone {
  // received: is called with each part. ended: is called after the last one, whoever stopped it.
  static async open(received, ended) {
    if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) throw new DOMException("", "NotSupportedError");
    return new Microphone(await navigator.mediaDevices.getUserMedia({ audio: true }), received, ended);
  }

  constructor(stream, received, ended) {
    this.recorder = new MediaRecorder(stream);
    this.recorder.ondataavailable = ({ data }) => data.size && received(data);
    this.recorder.onstop = () => {
      for (const track of stream.getTracks()) track.stop();
      this.context.close();
      ended();
    };
    this.listen(stream);
    this.recorder.start(PART);
    this.beganAt = performance.now();
  }

  listen(stream) {
    this.context = new AudioContext();
    this.analyser = this.context.createAnalyser();
    this.samples = new Float32Array(this.analyser.fftSize);
    this.context.createMediaStreamSource(stream).connect(this.analyser);
  }

  get seconds() {
    return (performance.now() - this.beganAt) / 1000;
  }

  // The loudness, from 0 to 1.
  get level() {
    this.analyser.getFloatTimeDomainData(this.samples);
    const power = this.samples.reduce((sum, sample) => sum + sample * sample, 0) / this.samples.length;
    return Math.min(1, Math.sqrt(power) / LOUD);
  }

  close() {
    if (this.recorder.state !== "inactive") this.recorder.stop();
  }
}
