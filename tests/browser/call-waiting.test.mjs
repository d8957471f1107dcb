// The guide's call waiting in the page: A and B talk, C calls A, A answers. Ladder F1…F22, who hears whom, a message.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage, startBrowser, startDemo } from './support.mjs';

// A sends its ACK to B and its 200 to C in one go: which of P's and A's next messages is first on the wire is chance.
const steps = [
  'A>P INVITE',
  'P>B INVITE',
  'B>P 180 Ringing',
  'P>A 180 Ringing',
  'B>P 200 OK',
  'P>A 200 OK',
  'A>P ACK',
  'P>B ACK',
  'C>P INVITE',
  'P>A INVITE',
  'A>P 180 Ringing',
  'P>C 180 Ringing',
  'A>P INVITE sendonly',
  'P>B INVITE sendonly',
  'B>P 200 OK recvonly',
  'P>A 200 OK recvonly',
  'A>P ACK',
  ['P>B ACK', 'A>P 200 OK'],
  'P>C 200 OK',
  'C>P ACK',
  'P>A ACK',
];

function inGuideOrder(ladder) {
  const words = ladder.map((line, i) => {
    assert(line.startsWith(`F${i + 1} `), `${line} is arrow ${i + 1}`);
    return line.slice(line.indexOf(' ') + 1);
  });
  const pair = steps.find(Array.isArray);
  const at = words.findIndex((word, i) => word === pair[1] && words[i + 1] === pair[0]);
  return at < 0 ? words : [...words.slice(0, at), ...pair, ...words.slice(at + 2)];
}

test('call waiting in the page', async (t) => {
  const demo = await startDemo();
  const browser = await startBrowser();
  t.after(() => browser.close());
  const office = await openPage(browser, demo.url);

  await t.test('A dials B on the pad', async () => {
    await office.reads('arrow', 'REGISTER');
    await office.click('ladder-clear');
    for (const key of '1002') await office.click(`phone-A-key-${key}`);
    assert.equal(await office.at('phone-A-number').inputValue(), '1002');
    await office.click('phone-A-dial');
    await office.state('A', 1, 'ringback');
    await office.state('B', 1, 'ringing');
    await office.reads('phone-B-call-1-peer', 'Alice');
  });

  await t.test('B answers and they hear each other', async () => {
    await office.press('B', 1, 'answer');
    await office.state('A', 1, 'talking');
    await office.state('B', 1, 'talking');
    await office.hears('A', 'B');
    await office.hears('B', 'A');
    await office.mark('F8').waitFor();
  });

  await t.test('C calls A, who holds B and answers', async () => {
    await office.dial('C', '1001');
    await office.state('A', 2, 'ringing');
    await office.reads('phone-A-call-2-state', 'waiting');
    await office.press('A', 2, 'answer');
    await office.state('A', 1, 'held');
    await office.state('A', 2, 'talking');
    await office.state('B', 1, 'held-by-remote');
    await office.hears('A', 'C');
    await office.hears('C', 'A');
    await office.hears('B', 'nobody');
  });

  await t.test('the ladder reads as the guide does', async () => {
    await office.mark('F22').waitFor();
    assert.deepEqual(inGuideOrder(await office.ladder()), steps.flat());
  });

  await t.test('an arrow shows its message', async () => {
    // Only what the guide draws.
    await office.click('ladder-all');
    assert.equal(await office.at('arrow').count(), 22);
    await office.mark('F1').click();
    await office.reads('message-text', 'INVITE sip:1002@');
    const text = await office.at('message-text').textContent();
    assert.match(text, /^INVITE sip:1002@\S+ SIP\/2\.0\n/);
    assert.match(text, /\nCall-ID: /);
    assert.match(text, /\nm=audio /);
    await office.screenshot('call-waiting-light');
    await office.page.emulateMedia({ colorScheme: 'dark' });
    await office.screenshot('call-waiting-dark');
    await office.page.keyboard.press('Escape');
    await office.gone('message-panel');
    await office.click('ladder-all');
    await office.reads('arrow', '100 Trying');
  });

  await t.test('all hang up', async () => {
    await office.press('A', 2, 'hangup');
    await office.press('B', 1, 'hangup');
    for (const phone of ['A', 'B', 'C']) await office.hears(phone, 'nobody');
    for (const [phone, call] of [['A', 1], ['A', 2], ['B', 1], ['C', 1]]) await office.gone(`phone-${phone}-call-${call}-hangup`);
  });

  assert.deepEqual(office.errors, []);
  await browser.close();
  await demo.stop();
});
