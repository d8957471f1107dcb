// A person talks through phone A: the browser's microphone (a file that sounds like phone C) and loudspeaker instead of A's own sound.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openPage, startBrowser, startDemo } from './support.mjs';
import { wavOf } from './tone.mjs';

const A = 500;
const B = 700;
const C = 900;

/** The share of a tone in all the power of a frame of 20 ms. */
function share(samples, hz, rate) {
  let [re, im, power] = [0, 0, 0];
  samples.forEach((sample, i) => {
    re += sample * Math.cos((2 * Math.PI * hz * i) / rate);
    im += sample * Math.sin((2 * Math.PI * hz * i) / rate);
    power += sample * sample;
  });
  return power === 0 ? 0 : (2 * (re * re + im * im)) / samples.length / power;
}

test('a person talks through a phone', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'offhook-talk-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.writeFileSync(path.join(folder, 'microphone.wav'), wavOf(C));
  const demo = await startDemo();
  const browser = await startBrowser([
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    `--use-file-for-fake-audio-capture=${path.join(folder, 'microphone.wav')}`,
    '--autoplay-policy=no-user-gesture-required',
  ]);
  t.after(() => browser.close());
  // A steady tone is noise to a browser that cleans the microphone's sound.
  const plainMicrophone = () => {
    const media = globalThis.navigator.mediaDevices;
    const open = media.getUserMedia.bind(media);
    media.getUserMedia = () => open({ audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false } });
  };
  const heard = [];
  const office = await openPage(browser, demo.url, {}, async (page) => {
    await page.addInitScript(plainMicrophone);
    page.on('websocket', (socket) => {
      if (socket.url().endsWith('/audio')) socket.on('framereceived', ({ payload }) => heard.push(payload));
    });
  });

  await t.test('the phones hear each other', async () => {
    await office.connect('A', 'B', '1002');
    await office.hears('B', 'A');
    await office.hears('A', 'B');
  });

  await t.test('B hears the microphone, and the person hears B', async () => {
    await office.click('phone-A-talk');
    await office.has('phone-A-talk', 'data-state', 'on');
    await office.hears('B', 'C');
    // Half a second of it without anything else.
    const tail = () => heard.slice(-25).filter((payload) => payload.length === 640);
    await office.page.waitForFunction(() => document.querySelector('[data-testid="phone-A-level"]')?.value > 0.05);
    while (tail().length < 25) await new Promise((resolve) => setImmediate(resolve));
    const frames = tail().map((payload) => [...new Int16Array(payload.buffer.slice(payload.byteOffset, payload.byteOffset + payload.length))]);
    // The voice of a phone of the demo has a mark in it, a chirp of 40 ms now and then: that is in three frames at the most.
    const hold = (hz) => frames.filter((samples) => share(samples, hz, 16_000) > 0.9).length;
    assert(hold(B) >= 20, `of 25 frames ${hold(B)} hold B's tone`);
    assert.equal(hold(A), 0);
    assert.equal(hold(C), 0);
    await office.screenshot('talk');
  });

  await t.test('one person a phone', async () => {
    const other = await openPage(browser, demo.url);
    await other.click('phone-A-talk');
    await other.reads('phone-A-trouble', 'somebody talks through this phone already');
    await other.page.close();
  });

  await t.test('afterwards the phone says its own sound again', async () => {
    await office.click('phone-A-talk');
    await office.has('phone-A-talk', 'data-state', 'off');
    await office.hears('B', 'A');
    await office.press('A', 1, 'hangup');
  });

  assert.deepEqual(office.errors, []);
  await browser.close();
  await demo.stop();
});
