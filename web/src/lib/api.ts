// The JSON API as docs/api.md describes it: its types, and commands as calls.

export type CallState =
  | 'dialing'
  | 'ringback'
  | 'ringing'
  | 'talking'
  | 'held'
  | 'held-by-remote'
  | 'transferring'
  | 'ended';
export type Action = 'answer' | 'reject' | 'hold' | 'resume' | 'transfer' | 'hangup';
export type ForwardKind = 'always' | 'busy' | 'no-answer';

export interface Account {
  index: number;
  label: string;
  user: string;
  domain: string;
  registered: boolean;
  status: string;
}

export interface Call {
  id: number;
  direction: 'incoming' | 'outgoing';
  state: CallState;
  /** Of this state; milliseconds since the server's start. */
  since: number;
  peer: { name: string; number: string; uri: string };
  /** SRTP protects what is said and heard. */
  encrypted: boolean;
  /** Rings while another call is up. */
  waiting: boolean;
  note: string;
  actions: Action[];
  /** DTMF: the keys pressed here, as the screen may show them, and those of the other side. */
  digits: { sent: string; heard: string };
}

export interface Phone {
  name: string;
  number: string;
  label: string;
  model: string;
  mac: string;
  local: string;
  registered: boolean;
  accounts: Account[];
  calls: Call[];
  dnd: boolean;
  forward: string;
  hears: string[];
}

export interface Message {
  number: number;
  /** Milliseconds since the server's start. */
  time: number;
  from: string;
  to: string;
  source: string;
  destination: string;
  protocol: string;
  label: string;
  request: boolean;
  /** Of a response: that of its request. */
  method: string;
  status?: number;
  call_id: string;
  cseq: number;
  retransmission: boolean;
  lost: boolean;
  summary: string;
}

export type PushEvent =
  | { type: 'snapshot'; version: string; now: number; phones: Phone[]; messages: Message[] }
  | { type: 'phone'; phone: Phone }
  | { type: 'hearing'; phone: string; hears: string[] }
  | { type: 'message'; message: Message };

/** The sentence that the server gives for a refusal. */
async function reasonOf(response: Response): Promise<string> {
  try {
    const body = (await response.json()) as { error?: string };
    if (body.error) return body.error;
  } catch {
    // No JSON: not our server, or it died while it answered.
  }
  return `the server answered ${response.status}`;
}

/** Tells a phone to do something; throws an Error with a sentence for a person. */
export async function command(phone: string, action: string, body: object = {}): Promise<void> {
  let response: Response;
  try {
    response = await fetch(`/api/phones/${encodeURIComponent(phone)}/${action}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Error('the server does not answer');
  }
  if (!response.ok) throw new Error(await reasonOf(response));
}

export async function messageText(number: number): Promise<string> {
  const response = await fetch(`/api/messages/${number}`);
  if (!response.ok) throw new Error(await reasonOf(response));
  return ((await response.json()) as { text: string }).text;
}
