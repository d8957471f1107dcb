// What the ladder shows, computed from the messages alone: its columns and the numbers F1, F2, … of its arrows.
import type { Message } from './api';

/** The proxy stands behind the first phone, as the guide draws it: A, P, B, C; strangers come last. */
export function columnsOf(phones: string[], messages: Message[]): string[] {
  const proxy = 'P';
  const parties = new Set(messages.flatMap((m) => [m.from, m.to]));
  const [first, ...others] = phones;
  const known = [...(first ? [first] : []), ...(parties.has(proxy) ? [proxy] : []), ...others];
  return [...known, ...[...parties].filter((party) => !known.includes(party)).sort()];
}

// A request and its response on one hop have the same key; the ACK of a refused INVITE belongs to it.
function exchange(m: Message): string {
  const [client, server] = m.request ? [m.from, m.to] : [m.to, m.from];
  const method = m.method === 'ACK' ? 'INVITE' : m.method;
  return [client, server, m.call_id, m.cseq, method].join('\n');
}

/**
 * The guide's numbers, by message number. The guide's ladders show neither registration nor 100 Trying; what was sent
 * twice counts once, and a request that was only asked for its password (401, 407) is not a step of the call.
 */
export function marksOf(messages: Message[]): Map<number, string> {
  const challenged = new Set(messages.filter((m) => m.status === 401 || m.status === 407).map(exchange));
  const marks = new Map<number, string>();
  for (const m of messages) {
    const aside = m.method === 'REGISTER' || m.status === 100 || m.retransmission || challenged.has(exchange(m));
    if (!aside) marks.set(m.number, `F${marks.size + 1}`);
  }
  return marks;
}

/** Inserts or replaces by number; keeps the youngest `limit`. */
export function withMessage(messages: Message[], message: Message, limit: number): Message[] {
  const last = messages[messages.length - 1];
  if (!last || last.number < message.number) return [...messages.slice(-(limit - 1)), message];
  const at = messages.findIndex((m) => m.number >= message.number);
  const replace = messages[at]?.number === message.number ? 1 : 0;
  return [...messages.slice(0, at), message, ...messages.slice(at + replace)];
}
