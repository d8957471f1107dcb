// The rest of the page: transfer, do not disturb, forward, refusals, the ladder's keys and scrolling, a narrow window.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPage, startBrowser, startDemo } from './support.mjs';

test('features in the page', async (t) => {
  const demo = await startDemo();
  const browser = await startBrowser();
  t.after(() => browser.close());
  const office = await openPage(browser, demo.url);
  // Ended calls stay in sight for a while: the next step waits for an empty screen.
  const quiet = async () => {
    for (const phone of ['A', 'B', 'C']) await office.at(`phone-${phone}-calls`).locator('.idle').waitFor();
  };

  await t.test('hold and resume', async () => {
    await office.connect('A', 'B', '1002');
    await office.press('A', 1, 'hold');
    await office.state('B', 1, 'held-by-remote');
    await office.hears('B', 'nobody');
    await office.press('A', 1, 'resume');
    await office.state('B', 1, 'talking');
    await office.hears('B', 'A');
  });

  await t.test('B transfers A to C', async () => {
    await office.press('B', 1, 'transfer');
    await office.at('phone-B-call-1-transfer-to').fill('1003');
    await office.click('phone-B-call-1-transfer-go');
    await office.state('C', 1, 'ringing');
    await office.press('C', 1, 'answer');
    await office.hears('A', 'C');
    await office.hears('C', 'A');
    await office.press('C', 1, 'hangup');
    await quiet();
  });

  await t.test('a phone that does not want to be disturbed', async () => {
    await office.click('phone-B-dnd');
    await office.at('phone-B-dnd').and(office.page.locator(':checked')).waitFor();
    await office.dial('A', '1002');
    await office.page.locator('[data-testid^="phone-A-call-"][data-state="ended"]').waitFor();
    await office.click('phone-B-dnd');
    await office.at('phone-B-dnd').and(office.page.locator(':not(:checked)')).waitFor();
    await quiet();
  });

  await t.test('a phone that forwards', async () => {
    await office.click('phone-B-forward');
    await office.at('phone-B-forward-to').fill('1003');
    await office.click('phone-B-forward-on');
    await office.reads('phone-B-forward', '1003');
    await office.dial('A', '1002');
    const ringing = office.page.locator('[data-testid^="phone-C-call-"][data-state="ringing"]');
    await ringing.waitFor();
    await ringing.getByText('Reject').click();
    await office.click('phone-B-forward');
    await office.click('phone-B-forward-off');
    await office.reads('phone-B-forward', 'off');
    await quiet();
  });

  await t.test('what a phone refuses is said', async () => {
    await office.dial('A', '1002');
    await office.page.locator('[data-testid^="phone-A-call-"][data-state="ringback"]').waitFor();
    await office.dial('A', '1003');
    await office.reads('phone-A-trouble', 'still being dialled');
    await office.page.locator('[data-testid="phone-A-calls"]').getByText('Hang up').click();
    await quiet();
  });

  await t.test('the arrow keys go along the ladder', async () => {
    const last = office.at('arrow').last();
    await last.focus();
    await last.press('ArrowUp');
    const chosen = await office.at('message-panel').getAttribute('data-number');
    assert.equal(chosen, await office.at('arrow').nth(-2).getAttribute('data-number'));
    await office.page.keyboard.press('Home');
    await office.has('message-panel', 'data-number', await office.at('arrow').first().getAttribute('data-number'));
    await office.page.keyboard.press('Escape');
  });

  await t.test('who reads further up is left there', async () => {
    const rows = office.at('ladder-rows');
    await rows.evaluate((list) => (list.scrollTop = 0));
    await office.at('ladder-newest').waitFor();
    const before = await office.at('arrow').count();
    await office.dial('B', '1003');
    await office.page.waitForFunction((n) => document.querySelectorAll('[data-testid="arrow"]').length > n, before);
    assert.equal(await rows.evaluate((list) => list.scrollTop), 0);
    await office.click('ladder-newest');
    await office.gone('ladder-newest');
    await office.page.locator('[data-testid="phone-B-calls"]').getByText('Hang up').click();
    await quiet();
    await office.page.waitForFunction(() => {
      const list = document.querySelector('[data-testid="ladder-rows"]');
      return list.scrollHeight - list.scrollTop - list.clientHeight < 24;
    });
  });

  await t.test('a narrow window has no sideways scroll', async () => {
    await office.page.setViewportSize({ width: 390, height: 844 });
    assert.equal(await office.page.evaluate(() => document.documentElement.scrollWidth), 390);
    await office.page.screenshot({ path: `${process.env.SCREENSHOTS ?? '.'}/narrow.png`, fullPage: true });
  });

  // The one refusal above is an answer 409, which the console notes.
  assert.deepEqual(office.errors.filter((error) => !error.includes('409')), []);
  await browser.close();
  await demo.stop();
});
