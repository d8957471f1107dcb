// In the browser's audio thread: the microphone in frames of 20 ms out, frames from the phone in, at the context's rate.
// Both sides of the port speak Int16Array.

// The worklet's own globals, which TypeScript's DOM library does not know.
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
declare const sampleRate: number;

const FRAME = sampleRate / 50;
/** Frames that gather before the first is played, and that may wait: more would only be delay. */
const START = 3;
const MOST = 10;

class Line extends AudioWorkletProcessor {
  private said = new Int16Array(FRAME);
  private saidLength = 0;
  private waiting: Int16Array[] = [];
  private at = 0;
  private plays = false;

  constructor() {
    super();
    this.port.onmessage = ({ data }: MessageEvent<Int16Array>) => {
      this.waiting.push(data);
      if (this.waiting.length > MOST) this.waiting.splice(0, this.waiting.length - START);
      this.plays ||= this.waiting.length >= START;
    };
  }

  process(inputs: Float32Array[][], outputs: Float32Array[][]): boolean {
    const microphone = inputs[0]?.[0];
    if (microphone) this.take(microphone);
    for (const channel of outputs[0]?.slice(0, 1) ?? []) this.play(channel);
    return true;
  }

  private take(microphone: Float32Array) {
    for (const sample of microphone) {
      this.said[this.saidLength++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32767)));
      if (this.saidLength < FRAME) continue;
      this.port.postMessage(this.said, [this.said.buffer]);
      this.said = new Int16Array(FRAME);
      this.saidLength = 0;
    }
  }

  private play(channel: Float32Array) {
    for (let i = 0; i < channel.length; i++) {
      const frame = this.plays ? this.waiting[0] : undefined;
      if (!frame) {
        this.plays = false;
        channel[i] = 0;
        continue;
      }
      channel[i] = (frame[this.at++] ?? 0) / 32768;
      if (this.at < frame.length) continue;
      this.at = 0;
      this.waiting.shift();
    }
  }
}

registerProcessor('line', Line);
