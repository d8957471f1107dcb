// The demo goes away and comes back: the page says so, and goes on by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage, startBrowser, startDemo } from './support.mjs';

test('the page survives its server', async (t) => {
  const demo = await startDemo();
  const browser = await startBrowser();
  t.after(() => browser.close());
  const office = await openPage(browser, demo.url);
  await office.click('ladder-clear');
  await demo.stop();
  await office.at('connection-notice').waitFor();
  await office.has('connection', 'data-connected', 'false');

  const again = await startDemo(`127.0.0.1:${demo.port}`);
  await office.has('connection', 'data-connected', 'true');
  await office.gone('connection-notice');
  await office.connect('A', 'B', '1002');
  // Message numbers began anew; "Clear" of the life before does not hide them.
  await office.mark('F8').waitFor();
  assert.equal((await office.ladder())[0], 'F1 A>P INVITE');
  await office.press('A', 1, 'hangup');
  await office.gone('phone-B-call-1-hangup');
  await browser.close();
  await again.stop();
});
