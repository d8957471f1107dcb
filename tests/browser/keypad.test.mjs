// The page's keys: before a call they make a number, in a call each says its digit (RFC 4733), and the other phone's screen shows it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage, startBrowser, startDemo } from './support.mjs';

test('keys in a call are digits that the other hears', async (t) => {
  const demo = await startDemo();
  const browser = await startBrowser();
  t.after(() => browser.close());
  const office = await openPage(browser, demo.url);
  const press = async (phone, keys) => {
    for (const key of keys) await office.click(`phone-${phone}-key-${key}`);
  };
  const callsOf = async (phone) => (await (await fetch(`${demo.url}/api/phones/${phone}`)).json()).calls;
  const exactly = (testid, text) => office.at(testid).filter({ hasText: new RegExp(`^${text.replace(/[*]/g, '\\*')}$`) }).waitFor();

  await t.test('without a call they make a number', async () => {
    await office.has('phone-A-pad', 'data-for', 'number');
    await press('A', '1002');
    assert.equal(await office.at('phone-A-number').inputValue(), '1002');
    await office.click('phone-A-dial');
    await office.state('B', 1, 'ringing');
    await office.has('phone-A-pad', 'data-for', 'number');
    await office.press('B', 1, 'answer');
    await office.state('A', 1, 'talking');
    await office.has('phone-A-pad', 'data-for', 'call');
  });

  await t.test('in a call each is heard once', async () => {
    await press('A', '0011*#9');
    await exactly('phone-B-call-1-heard', '0011*#9');
    await exactly('phone-A-call-1-sent', '0011*#9');
    assert.equal(await office.at('phone-A-number').inputValue(), '', 'no number was made');
    await press('B', '42');
    await exactly('phone-A-call-1-heard', '42');
    const [call] = await callsOf('B');
    assert.deepEqual(call.digits.keys.map(({ digit, way }) => `${digit} ${way}`), [...'0011*#9'].map((digit) => `${digit} event`));
    await office.screenshot('keypad');
  });

  await t.test('on hold they make a number again', async () => {
    await office.press('A', 1, 'hold');
    await office.state('A', 1, 'held');
    await press('A', '7');
    assert.equal(await office.at('phone-A-number').inputValue(), '7');
    await office.click('phone-A-delete');
    await office.press('A', 1, 'resume');
    await office.state('A', 1, 'talking');
    await press('A', '5');
    await exactly('phone-B-call-1-heard', '0011*#95');
    await office.press('A', 1, 'hangup');
  });

  assert.deepEqual(office.errors, []);
  await browser.close();
  await demo.stop();
});
