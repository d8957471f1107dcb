// A stranger in a browser: JsSIP over secure WebSocket (RFC 7118) registers with digest, calls, is called, hangs up.
// Prints the ladder that the page saw. It offers to hear and says nothing: no microphone is needed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { test } from 'node:test';
import { servePage } from './jssip.mjs';
import { startBrowser } from './support.mjs';
import { makeCertificate } from './tls.mjs';

const folder = mkdtempSync(path.join(os.tmpdir(), 'offhook-wss-'));
process.on('exit', () => rmSync(folder, { recursive: true }));

async function startProxy() {
  const { certificate, key, trust } = makeCertificate(folder);
  const child = spawn(process.env.OFFHOOK, ['proxy', '--listen', 'wss:127.0.0.1:0', '--listen', 'ws:127.0.0.1:0', '--listen', 'udp:127.0.0.1:0',
    '--domain', 'offhook.test', '--user', '1001:one', '--user', '1002:two', '--tls-certificate', certificate, '--tls-key', key],
    { stdio: ['ignore', 'pipe', 'inherit'] });
  process.on('exit', () => child.kill('SIGKILL'));
  const urls = {};
  for await (const line of readline.createInterface({ input: child.stdout })) {
    const listening = line.match(/^listening on (wss?):(.*)$/);
    if (listening) urls[listening[1]] = `${listening[1]}://${listening[2]}`;
    if (line === 'ready') break;
  }
  child.stdout.resume();
  return {
    urls,
    trust,
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      assert.equal((await exited)[0], 0);
    },
  };
}

/** In the page: a phone of JsSIP whose events can be waited for. */
function makePhone({ url, user, password }) {
  const socket = new JsSIP.WebSocketInterface(url);
  const ua = new JsSIP.UA({ sockets: [socket], uri: `sip:${user}@offhook.test`, password, register: false, session_timers: false });
  const phone = { ua, seen: [], waiting: [], answer: true };
  phone.note = (what, data) => {
    console.log(`${user}: ${what}`);
    phone.seen.push(what);
    phone.waiting = phone.waiting.filter((wait) => (wait.what === what ? wait.done(data) : true));
  };
  phone.until = (what) =>
    phone.seen.includes(what) ? Promise.resolve() : new Promise((resolve) => phone.waiting.push({ what, done: () => (resolve(), false) }));
  for (const event of ['connected', 'registered', 'unregistered', 'registrationFailed']) ua.on(event, (e) => phone.note(event, e));
  ua.on('newRTCSession', ({ session, originator }) => {
    phone.session = session;
    for (const event of ['progress', 'accepted', 'confirmed', 'ended', 'failed']) session.on(event, (e) => phone.note(`${event}${e?.cause ? ' ' + e.cause : ''}`, e));
    if (originator === 'remote' && phone.answer) session.answer({ mediaConstraints: { audio: false, video: false } });
    phone.note(`session ${originator}`);
  });
  window.phones ??= {};
  window.phones[user] = phone;
  ua.start();
}

async function inPage(page, body, argument) {
  return page.evaluate(body, argument);
}
const until = (page, user, what) => inPage(page, ([u, w]) => window.phones[u].until(w), [user, what]);
const call = (page, from, to) =>
  inPage(page, ([u, target]) => void window.phones[u].ua.call(`sip:${target}@offhook.test`, { mediaConstraints: { audio: false, video: false }, rtcOfferConstraints: { offerToReceiveAudio: true } }), [from, to]);
const hangUp = (page, user) => inPage(page, (u) => window.phones[u].session.terminate(), user);
const forget = (page) => inPage(page, () => Object.values(window.phones).forEach((phone) => (phone.seen = [])));

for (const transport of ['wss', 'ws']) {
  test(`JsSIP over ${transport}: register, call both ways, hang up`, async (t) => {
    const proxy = await startProxy();
    const server = await servePage();
    t.after(() => server.close());
    const browser = await startBrowser([proxy.trust]);
    t.after(() => browser.close());
    const page = await browser.newPage();
    if (process.env.VERBOSE) page.on('console', (message) => console.error(message.text()));
    page.on('pageerror', (error) => assert.fail(String(error)));
    const frames = [];
    page.on('websocket', (socket) => {
      for (const [event, arrow] of [['framesent', '->'], ['framereceived', '<-']])
        socket.on(event, ({ payload }) => {
          frames.push(`${arrow} ${String(payload).split('\r\n')[0]}`);
          if (process.env.VERBOSE) console.error(`${arrow}\n${payload}`);
        });
    });
    // A browser that sees no network but loopback gathers candidates for ever. No media is wanted: it has them all.
    await page.addInitScript(() => Object.defineProperty(RTCPeerConnection.prototype, 'iceGatheringState', { get: () => 'complete' }));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    for (const [user, password] of [['1001', 'one'], ['1002', 'two']]) {
      await inPage(page, makePhone, { url: proxy.urls[transport], user, password });
      await until(page, user, 'connected');
      await inPage(page, (u) => window.phones[u].ua.register(), user);
      await until(page, user, 'registered');
    }

    await call(page, '1001', '1002');
    await until(page, '1002', 'session remote');
    await until(page, '1001', 'confirmed');
    await until(page, '1002', 'confirmed');
    await hangUp(page, '1001');
    await until(page, '1002', 'ended Terminated');

    // The other way round, and the callee hangs up: each in-dialog request finds the connection of a page that nobody can connect to.
    await forget(page);
    await call(page, '1002', '1001');
    await until(page, '1001', 'confirmed');
    await until(page, '1002', 'confirmed');
    await hangUp(page, '1001');
    await until(page, '1002', 'ended Terminated');

    // A caller who gives up while it rings.
    await forget(page);
    await inPage(page, () => (window.phones['1002'].answer = false));
    await call(page, '1001', '1002');
    await until(page, '1002', 'session remote');
    await hangUp(page, '1001');
    await until(page, '1002', 'failed Canceled');

    await inPage(page, () => window.phones['1001'].ua.unregister());
    await until(page, '1001', 'unregistered');
    console.log(frames.filter((line) => line.length > 3).join('\n'));
    assert.ok(frames.some((line) => line === '<- SIP/2.0 401 Unauthorized'), 'it was challenged');
    await browser.close();
    await proxy.stop();
  });
}

