// A person at a phone: microphone and loudspeaker of the browser, over the WebSocket of docs/api.md.
import worklet from './talk-worklet.ts?worker&url';

/** Of the phone's sound; the browser converts the microphone's. */
const RATE = 16_000;

export interface Talk {
  /** Of the last 20 ms that were heard, 0 to 1. */
  level(): number;
  end(): void;
}

function peakOf(frame: Int16Array): number {
  let peak = 0;
  for (const sample of frame) peak = Math.max(peak, Math.abs(sample));
  return peak / 32768;
}

async function microphone(): Promise<MediaStream> {
  // Browsers show their microphones to pages of the same machine and of https only.
  if (!navigator.mediaDevices) throw new Error('the browser gives its microphone only to pages of localhost or https');
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 },
    });
  } catch (error) {
    throw new Error(error instanceof Error && error.name === 'NotAllowedError' ? 'the microphone is not allowed' : 'there is no microphone');
  }
}

function connect(phone: string): Promise<WebSocket> {
  const url = new URL(`/api/phones/${encodeURIComponent(phone)}/audio`, location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const socket = new WebSocket(url);
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve, reject) => {
    socket.onopen = () => resolve(socket);
    socket.onerror = () => reject(new Error('somebody talks through this phone already'));
  });
}

/** Throws an Error with a sentence for a person. `ended` when the server hangs up the line. */
export async function talk(phone: string, ended: () => void): Promise<Talk> {
  const stream = await microphone();
  const context = new AudioContext({ sampleRate: RATE, latencyHint: 'interactive' });
  const stop = () => {
    stream.getTracks().forEach((track) => track.stop());
    void context.close();
  };
  try {
    await context.audioWorklet.addModule(worklet);
    const socket = await connect(phone);
    const line = new AudioWorkletNode(context, 'line', { outputChannelCount: [1] });
    let level = 0;
    line.port.onmessage = ({ data }: MessageEvent<Int16Array>) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
    };
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      if (typeof data === 'string') return;
      const frame = new Int16Array(data);
      level = peakOf(frame);
      line.port.postMessage(frame, [frame.buffer]);
    };
    socket.onclose = () => {
      stop();
      ended();
    };
    context.createMediaStreamSource(stream).connect(line).connect(context.destination);
    await context.resume();
    return { level: () => level, end: () => socket.close() };
  } catch (error) {
    stop();
    throw error;
  }
}
