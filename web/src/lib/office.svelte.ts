// All that the server tells, kept up to date over a WebSocket that opens again by itself.
import type { Message, Phone, PushEvent } from './api';
import { withMessage } from './ladder';

const KEPT = 2000;
const RETRY_FIRST = 500;
const RETRY_MOST = 5000;

export class Office {
  phones = $state<Phone[]>([]);
  messages = $state.raw<Message[]>([]);
  version = $state('');
  connected = $state(false);
  /** False until the first snapshot: there is nothing to show yet, and nothing was lost. */
  known = $state(false);
  /** Ticks while the page is open: now, on the server's scale of milliseconds. */
  now = $state(0);

  #offset = 0;
  #retry = RETRY_FIRST;
  #closed = false;
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Opens the connection; what it returns closes it for good. */
  open(): () => void {
    this.#connect();
    const ticker = setInterval(() => (this.now = performance.now() - this.#offset), 500);
    return () => {
      this.#closed = true;
      clearInterval(ticker);
      clearTimeout(this.#timer);
      this.#socket?.close();
    };
  }

  #connect() {
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(`${scheme}//${location.host}/api/events`);
    this.#socket = socket;
    socket.onmessage = (event) => this.#take(JSON.parse(event.data as string) as PushEvent);
    // An error is always followed by a close.
    socket.onclose = () => {
      this.connected = false;
      if (this.#closed) return;
      this.#timer = setTimeout(() => this.#connect(), this.#retry);
      this.#retry = Math.min(this.#retry * 2, RETRY_MOST);
    };
  }

  #take(event: PushEvent) {
    switch (event.type) {
      case 'snapshot':
        this.version = event.version;
        this.phones = event.phones;
        this.messages = event.messages;
        this.#offset = performance.now() - event.now;
        this.now = event.now;
        this.#retry = RETRY_FIRST;
        this.connected = true;
        this.known = true;
        break;
      case 'phone': {
        const at = this.phones.findIndex((phone) => phone.name === event.phone.name);
        if (at >= 0) this.phones[at] = event.phone;
        break;
      }
      case 'hearing': {
        const phone = this.phones.find((candidate) => candidate.name === event.phone);
        if (phone) phone.hears = event.hears;
        break;
      }
      case 'message':
        this.messages = withMessage(this.messages, event.message, KEPT);
        break;
    }
  }
}
