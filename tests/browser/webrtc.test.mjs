// A browser as the other end: Chromium, with JsSIP over secure WebSocket, calls a desk phone and is called by it through the proxy. Keys by DTLS, the address
// by ICE, with the phone as a lite agent and as a full one; who hears whom is proven by a tone each. Then a browser whose certificate is not the one that it
// announces, and a proxy whose certificate it does not trust.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { test } from 'node:test';
import { servePage } from './jssip.mjs';
import { startBrowser } from './support.mjs';
import { makeCertificate } from './tls.mjs';
import { wavOf } from './tone.mjs';

const PHONE_HZ = 500;
const BROWSER_HZ = 900;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offhook-webrtc-'));
process.on('exit', () => fs.rmSync(folder, { recursive: true }));

/** A process of ours whose lines can be waited for; it does not outlive its test. */
function start(t, ...argv) {
  const child = spawn(process.env.OFFHOOK, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  const lines = [];
  let waiting = [];
  readline.createInterface({ input: child.stdout }).on('line', (line) => {
    if (process.env.VERBOSE) console.error(line);
    lines.push(line);
    waiting = waiting.filter(({ pattern, from, done }) => !(lines.length > from && pattern.test(line)) || done(line));
  });
  return {
    mark: () => lines.length,
    /** The first line from `from` on that matches. */
    line(pattern, from = 0) {
      const found = lines.slice(from).find((line) => pattern.test(line));
      if (found) return Promise.resolve(found);
      return new Promise((resolve) => waiting.push({ pattern, from, done: (line) => resolve(line) }));
    },
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      assert.equal((await exited)[0], 0);
    },
  };
}

const proxyPorts = { udp: 5060, wss: 8089 };
const trusted = makeCertificate(folder);

async function startProxy(t, { certificate, key } = trusted) {
  const proxy = start(t, 'proxy', '--listen', `udp:127.0.0.1:${proxyPorts.udp}`, '--listen', `wss:127.0.0.1:${proxyPorts.wss}`,
    '--tls-certificate', certificate, '--tls-key', key, '--user', '1001:1001', '--user', '1002:1002');
  await proxy.line(/^ready$/);
  return proxy;
}

/** A desk phone 1002 that says PHONE_HZ and tells when it hears BROWSER_HZ. */
async function startPhone(t, settings) {
  const lines = {
    'account.1.enable': 1, 'account.1.label': 1002, 'account.1.user_name': 1002, 'account.1.auth_name': 1002, 'account.1.password': 1002,
    'account.1.sip_server.1.address': '127.0.0.1', 'account.1.sip_server.1.port': proxyPorts.udp, 'sip.listen_port': 5072,
    'network.port.min_rtpport': 20000, 'network.port.max_rtpport': 20098, 'account.1.srtp_encryption': 2, 'account.1.srtp.dtls': 2, ...settings,
  };
  const file = path.join(folder, 'phone.cfg');
  fs.writeFileSync(file, ['#!version:1.0.0.1', ...Object.entries(lines).map(([name, value]) => `${name} = ${value}`), ''].join('\n'));
  const phone = start(t, 'phone', '--config', file, '--name', '1002', '--model', 'T23G', '--api', '127.0.0.1:8082', '--audio-in', `tone:${PHONE_HZ}`, '--hear', String(BROWSER_HZ));
  await phone.line(/\[1002@\S+ registered\]/);
  phone.act = async (action, body = {}) => {
    const answer = await fetch(`http://127.0.0.1:8082/api/phones/1002/${action}`, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json' } });
    assert.equal(answer.status, 200, `${action}: ${await answer.text()}`);
  };
  phone.calls = async () => (await (await fetch('http://127.0.0.1:8082/api/phones/1002')).json()).calls;
  return phone;
}

/** In the page: user 1001 of JsSIP, who answers every call, and whose ear tells which tone is loudest. */
function makePhone({ url }) {
  const media = {
    mediaConstraints: { audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false }, video: false },
    pcConfig: { iceServers: [], rtcpMuxPolicy: 'require' },
  };
  const ua = new JsSIP.UA({ sockets: [new JsSIP.WebSocketInterface(url)], uri: 'sip:1001@127.0.0.1', password: '1001', session_timers: false });
  const phone = { ua, media, seen: [], waiting: [], change: null };
  phone.note = (what) => {
    console.log(`page: ${what}`);
    phone.seen.push(what);
    phone.waiting = phone.waiting.filter((wait) => (wait.what === what ? wait.done() : true));
  };
  phone.until = (what) =>
    phone.seen.includes(what) ? Promise.resolve() : new Promise((resolve) => phone.waiting.push({ what, done: () => (resolve(), false) }));
  phone.listen = (connection) => {
    connection.addEventListener('track', ({ track }) => {
      const stream = new MediaStream([track]);
      // Chromium gives a stream's sound to WebAudio only while an element plays it, too.
      phone.element = Object.assign(new Audio(), { srcObject: stream, muted: true });
      void phone.element.play();
      phone.audio ??= new AudioContext();
      phone.ear = phone.audio.createAnalyser();
      phone.ear.fftSize = 8192;
      phone.audio.createMediaStreamSource(stream).connect(phone.ear);
    });
  };
  phone.loudest = () => {
    if (!phone.ear) return 0;
    const bins = new Float32Array(phone.ear.frequencyBinCount);
    phone.ear.getFloatFrequencyData(bins);
    const top = bins.indexOf(Math.max(...bins));
    return bins[top] > -50 ? (top * phone.audio.sampleRate) / phone.ear.fftSize : 0;
  };
  for (const event of ['connected', 'disconnected', 'registered', 'registrationFailed']) ua.on(event, () => phone.note(event));
  ua.on('newRTCSession', ({ session, originator }) => {
    phone.session = session;
    for (const event of ['confirmed', 'ended', 'failed', 'hold', 'unhold']) session.on(event, (e) => phone.note(`${event}${e?.cause ? ' ' + e.cause : ''}`));
    session.on('sdp', (event) => {
      if (event.originator === 'local' && phone.change) event.sdp = event.sdp.replace(...phone.change());
    });
    if (originator === 'local') {
      phone.listen(session.connection ?? { addEventListener: (...a) => session.on('peerconnection', ({ peerconnection }) => peerconnection.addEventListener(...a)) });
    } else {
      session.on('peerconnection', ({ peerconnection }) => phone.listen(peerconnection));
      session.answer(media);
    }
  });
  window.phone = phone;
  ua.start();
}

const until = (page, what) => page.evaluate((w) => window.phone.until(w), what);
const forget = (page) => page.evaluate(() => void (window.phone.seen = []));
const call = (page) => page.evaluate(() => void window.phone.ua.call('sip:1002@127.0.0.1', window.phone.media));
/** Waits until the loudest tone that the page hears is that one; 0: none. */
const hears = (page, hz) => page.waitForFunction((wanted) => Math.abs(window.phone.loudest() - wanted) < 15, hz, { polling: 100 });
/** What the connection says of itself. */
const facts = (page) =>
  page.evaluate(async () => {
    const out = {};
    for (const report of (await window.phone.session.connection.getStats()).values()) {
      if (report.type === 'transport') Object.assign(out, { dtls: report.dtlsState, srtp: report.srtpCipher, role: report.dtlsRole });
      if (report.type === 'codec') (out.codecs ??= []).push(report.mimeType);
      if (report.type === 'inbound-rtp') Object.assign(out, { lost: report.packetsLost, received: report.packetsReceived });
      if (report.type === 'remote-inbound-rtp') out.reported = report.packetsLost;
    }
    return out;
  });

/** JsSIP's page, once it `has` come so far. */
async function openPage(t, has = 'registered') {
  fs.writeFileSync(path.join(folder, 'microphone.wav'), wavOf(BROWSER_HZ));
  const browser = await startBrowser([
    trusted.trust,
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-audio-capture=${path.join(folder, 'microphone.wav')}`,
    '--autoplay-policy=no-user-gesture-required',
    // The machine has no other network than loopback.
    '--allow-loopback-in-peer-connection',
    '--disable-features=WebRtcHideLocalIpsWithMdns',
  ]);
  t.after(() => browser.close());
  const server = await servePage();
  t.after(() => server.close());
  const page = await browser.newPage();
  if (process.env.VERBOSE) {
    page.on('console', (message) => console.error(message.text()));
    page.on('websocket', (socket) => {
      for (const event of ['framesent', 'framereceived']) socket.on(event, ({ payload }) => console.error(`${event}\n${payload}`));
    });
  }
  page.on('pageerror', (error) => assert.fail(String(error)));
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.evaluate(makePhone, { url: `wss://127.0.0.1:${proxyPorts.wss}` });
  await until(page, has);
  return page;
}

async function bothHear(page, phone, from) {
  await hears(page, PHONE_HZ);
  await phone.line(new RegExp(`^1002: hears ${BROWSER_HZ} Hz$`), from);
}

/** What the phone says of itself: a full agent, or a lite one. */
async function expectAgent(page, settings) {
  const described = await page.evaluate(() => window.phone.session.connection.remoteDescription.sdp);
  assert.equal(/^a=ice-lite/m.test(described), !settings['ice.enable'], described);
  assert.equal(/^a=ice-options:ice2/m.test(described), Boolean(settings['ice.enable']), described);
}

async function browserCalls({ page, phone, codec, settings }) {
  await call(page);
  await phone.line(/\[\d+ ringing 1001/);
  await phone.act('answer');
  await until(page, 'confirmed');
  await bothHear(page, phone, 0);
  await expectAgent(page, settings);
  const connection = await facts(page);
  console.log(JSON.stringify(connection));
  assert.equal(connection.dtls, 'connected');
  assert.equal(connection.role, 'server', 'the phone is the active one');
  assert(connection.codecs.includes(codec), `${connection.codecs} with ${codec}`);
  assert.deepEqual((await phone.calls()).filter((c) => c.state === 'talking').map((c) => c.encrypted), [true]);
}

/** Hold and resume, by either; then the browser hangs up. */
async function bothHold({ page, phone }) {
  let mark = phone.mark();
  await phone.act('hold');
  await phone.line(/\[\d+ held 1001\]/, mark);
  await hears(page, 0);
  mark = phone.mark();
  await phone.act('resume');
  await phone.line(/\[\d+ talking 1001\]/, mark);
  await bothHear(page, phone, mark);
  mark = phone.mark();
  await page.evaluate(() => window.phone.session.hold());
  await phone.line(/^1002: hears nobody$/, mark);
  mark = phone.mark();
  await page.evaluate(() => window.phone.session.unhold());
  await bothHear(page, phone, mark);
  await page.evaluate(() => window.phone.session.terminate());
  await phone.line(/\[\d+ ended 1001/, mark);
}

async function phoneCalls({ page, phone, codec, settings }) {
  await forget(page);
  const mark = phone.mark();
  await phone.act('dial', { number: '1001' });
  await until(page, 'confirmed');
  await bothHear(page, phone, mark);
  await expectAgent(page, settings);
  const connection = await facts(page);
  console.log(JSON.stringify(connection));
  assert.equal(connection.dtls, 'connected');
  assert(connection.codecs.includes(codec), `${connection.codecs} with ${codec}`);
  await phone.act('hangup');
  await until(page, 'ended Terminated');
}

const noG722 = { 'account.1.codec.g722.enable': 0 };
for (const [name, settings, codec] of [
  ['G.711', noG722, 'audio/PCMU'],
  ['full ICE', { ...noG722, 'ice.enable': 1 }, 'audio/PCMU'],
  ['Opus', { ...noG722, 'account.1.codec.opus.enable': 1, 'account.1.codec.opus.priority': 1 }, 'audio/opus'],
]) {
  test(`a browser and a desk phone hear each other, ${name}`, async (t) => {
    const proxy = await startProxy(t);
    const phone = await startPhone(t, settings);
    const two = { page: await openPage(t), phone, codec, settings };
    await browserCalls(two);
    await bothHold(two);
    await phoneCalls(two);
    await phone.stop();
    await proxy.stop();
  });
}

test('a browser with another certificate than it announces is not spoken with', async (t) => {
  const proxy = await startProxy(t);
  const phone = await startPhone(t, {});
  const page = await openPage(t);
  await page.evaluate(() => {
    // The first byte of the fingerprint becomes another one.
    window.phone.change = () => [/(a=fingerprint:sha-256 )(..)/g, (_, name, byte) => name + (byte === '00' ? '01' : '00')];
  });
  await call(page);
  await phone.line(/\[\d+ ringing 1001/);
  await phone.act('answer');
  await phone.line(/\[\d+ ended 1001/);
  assert.deepEqual((await phone.calls()).map((c) => c.note), ['no encryption: certificate of the other side is not the one that it has announced']);
  await until(page, 'ended Terminated');
  await phone.stop();
  await proxy.stop();
});

test('a browser does not talk to a proxy whose key it does not trust', async (t) => {
  const proxy = await startProxy(t, makeCertificate(folder, 'another'));
  const page = await openPage(t, 'disconnected');
  assert.deepEqual(await page.evaluate(() => window.phone.seen), ['disconnected']);
  await proxy.stop();
});
