// The demo as a process and its page as a person sees it: what all browser tests share. Waits are for conditions only.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';

const { chromium } = createRequire(new URL('../../web/package.json', import.meta.url))('playwright-core');

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** `offhook demo`, once it serves its page: { url, port, stop() }. */
export async function startDemo(http = '127.0.0.1:0') {
  const binary = process.env.OFFHOOK;
  assert(binary, 'OFFHOOK names the binary');
  const child = spawn(binary, ['demo', '--http', http], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  // A test that dies takes its demo along.
  const kill = () => child.kill('SIGKILL');
  process.on('exit', kill);

  let url;
  for await (const line of readline.createInterface({ input: child.stdout })) {
    if (line.startsWith('http://')) {
      url = line.trim();
      break;
    }
  }
  assert(url, 'the demo ended before it served its page');
  child.stdout.resume();
  return {
    url,
    port: Number(new URL(url).port),
    async stop() {
      child.kill('SIGTERM');
      const [code, signal] = await exited;
      process.off('exit', kill);
      assert.equal(code, 0, `the demo's exit code (signal ${signal})`);
    },
  };
}

export async function startBrowser(more = []) {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: [...flags, ...more] });
}

/** The page of a demo, with all three phones registered. `errors` gathers what its console complains about; `prepare` gets the page before it loads. */
export async function openPage(browser, url, options = {}, prepare = async () => {}) {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1250 }, ...options });
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  // Nothing may come from anywhere else.
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) errors.push(`request to ${request.url()}`);
  });
  await prepare(page);
  await page.goto(url);
  const office = new Page(page, errors);
  for (const phone of ['A', 'B', 'C']) await office.has(`phone-${phone}-lamp`, 'data-registered', 'true');
  return office;
}

/** A person's hands and eyes. */
class Page {
  constructor(page, errors) {
    this.page = page;
    this.errors = errors;
  }

  at(testid) {
    return this.page.getByTestId(testid);
  }
  click(testid) {
    return this.at(testid).click();
  }
  /** Waits until the element has the attribute's value. */
  has(testid, attribute, value) {
    return this.page.locator(`[data-testid="${testid}"][${attribute}="${value}"]`).waitFor();
  }
  /** Waits until the element shows that text. */
  reads(testid, text) {
    return this.at(testid).filter({ hasText: text }).first().waitFor();
  }
  gone(testid) {
    return this.at(testid).waitFor({ state: 'detached' });
  }

  async dial(phone, number) {
    await this.at(`phone-${phone}-number`).fill(number);
    await this.at(`phone-${phone}-number`).press('Enter');
  }
  press(phone, call, action) {
    return this.click(`phone-${phone}-call-${call}-${action}`);
  }
  state(phone, call, state) {
    return this.has(`phone-${phone}-call-${call}`, 'data-state', state);
  }
  hears(phone, who) {
    return this.at(`phone-${phone}-hears`).getByText(`hears: ${who}`, { exact: true }).waitFor();
  }
  /** A calls `callee` and it answers; both calls are the first of their phones. */
  async connect(caller, callee, number) {
    await this.dial(caller, number);
    await this.state(callee, 1, 'ringing');
    await this.press(callee, 1, 'answer');
    await this.state(caller, 1, 'talking');
    await this.state(callee, 1, 'talking');
  }

  mark(name) {
    return this.page.locator(`[data-testid="arrow"][data-mark="${name}"]`);
  }
  /** The numbered arrows from top to bottom: "F1 A>P INVITE". */
  ladder() {
    return this.page
      .locator('[data-testid="arrow"]:not([data-mark=""])')
      .evaluateAll((arrows) => arrows.map(({ dataset: d }) => `${d.mark} ${d.from}>${d.to} ${d.label}`));
  }

  screenshot(name) {
    return this.page.screenshot({ path: path.join(process.env.SCREENSHOTS ?? '.', `${name}.png`) });
  }
}
