// Somebody who reads the page in a browser, at a time that stands still until it is moved on.
import {createRequire} from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

const require = createRequire(path.join(process.env.PITSTOP_BUILD, 'page-test/package.json'));
const {chromium} = require('playwright-core');
const axe = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

const patienceMs = 15000;
// One second after the fixtures' reports.
const noon = new Date('2026-06-01T12:00:01Z');

// Root, whom CI runs as, gets no sandbox from Chromium.
export const openBrowser = () => chromium.launch({
  executablePath: process.env.PITSTOP_BROWSER,
  args: process.getuid() === 0 ? ['--no-sandbox'] : [],
  timeout: 60000,
});

// An evaluation has no deadline of its own.
function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`not done within ${ms} ms`)), ms); });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class Reader {
  static async open(browser, server, {width = 1100, scheme = 'light', locale = 'en-GB', motion = 'no-preference'} = {}) {
    const context = await browser.newContext({
      viewport: {width, height: 900}, colorScheme: scheme, locale, reducedMotion: motion, timezoneId: 'UTC',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const reader = new Reader();
    reader.context = context;
    reader.page = await context.newPage();
    reader.page.setDefaultTimeout(patienceMs);
    reader.listen();
    // The clock runs until it is told not to.
    await reader.page.clock.install({time: noon.getTime() - 60000});
    await reader.page.clock.pauseAt(noon);
    await reader.page.goto(server.address);
    await reader.page.waitForSelector('main[aria-busy=false]');
    return reader;
  }

  // All that a console would show in red, a violation of the policy too. That an answer has a status of failure is no fault.
  listen() {
    this.faults = [];
    this.page.on('console', message => {
      if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource'))
        this.faults.push(message.text());
    });
    this.page.on('requestfailed', request => request.url().endsWith('/health') || this.faults.push(request.url()));
    this.page.on('response', response => response.status() === 404 && this.faults.push(response.url()));
    this.page.on('pageerror', error => this.faults.push(error.message));
  }

  close() {
    return this.context.close();
  }

  // Moves the time on; what the page asks in that time is answered in real time.
  async pass(seconds) {
    await this.page.clock.runFor(seconds * 1000);
  }

  text(selector) {
    return this.page.locator(selector).first().innerText();
  }

  texts(selector) {
    return this.page.locator(selector).allInnerTexts();
  }

  count(selector) {
    return this.page.locator(selector).count();
  }

  isVisible(selector) {
    return this.page.locator(selector).first().isVisible();
  }

  style(selector, property, pseudo) {
    return this.page.locator(selector).first().evaluate(
      (node, [name, of]) => getComputedStyle(node, of).getPropertyValue(name), [property, pseudo]);
  }

  // Whether it comes to be so before the patience ends.
  async sees(selector, text) {
    try {
      await this.page.locator(selector, {hasText: text}).first().waitFor();
      return true;
    } catch {
      return false;
    }
  }

  overflow() {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  // axe waits with timers, so the time goes on from here.
  async complaintsOfAxe() {
    await this.page.clock.resume();
    await this.page.evaluate(axe);
    const {violations} = await within(30000, this.page.evaluate(() => globalThis.axe.run()));
    return violations.filter(({impact}) => ['serious', 'critical'].includes(impact)).flatMap(({id, nodes}) =>
      nodes.map(node => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`));
  }
}
