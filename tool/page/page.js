// Asks /health every 15 seconds and shows what it says. What was known last stays when nobody answers.
import {element, showChildren} from './dom.js';
import {Format} from './format.js';
import {isDatabaseGone, reportOf} from './report.js';
import {View} from './view.js';

const refreshMs = 15000;
const patienceMs = 10000;
const tickMs = 1000;
const copiedMs = 2000;

const words = JSON.parse(document.getElementById('words').textContent);
const language = document.documentElement.lang;
// Dates as they are written where the reader lives, when it is a place of the page's language.
const locale = navigator.languages.find(each => each.split('-')[0] === language) ?? language;
const format = new Format(locale, words);
const view = new View(format, language);
const byId = id => document.getElementById(id);

let report = null;
let receivedAtMs = 0;  // by performance.now(), which no change of the clock touches
let lastHeard = new Date();
let silence = null;  // {since, reason} while nobody answers
let asking = null;

class Unanswered extends Error {}

const now = () => report ? new Date(report.at.getTime() + performance.now() - receivedAtMs) : new Date();

async function ask() {
  const impatience = new AbortController();
  const timer = setTimeout(() => impatience.abort(), patienceMs);
  try {
    const answer = await fetch('health', {cache: 'no-store', signal: impatience.signal});
    if (answer.status === 401)
      throw new Unanswered(words.sign_in);
    // A health report comes with a status of failure too.
    if (!answer.headers.get('Content-Type')?.includes('json'))
      throw new Unanswered(format.say('unreachable_status', {status: String(answer.status)}));
    return reportOf(await answer.json());
  } finally {
    clearTimeout(timer);
  }
}

// For those who hear the page: only what changed.
function announce(text) {
  if (byId('announcement').textContent !== text)
    byId('announcement').textContent = text;
}

function showSection(id, nodes) {
  byId(id).hidden = nodes.length === 0;
  showChildren(byId(id).querySelector('.body'), nodes);
}

function showReport() {
  const at = now();
  showChildren(byId('state'), [view.state(report, at)]);
  for (const section of ['problems', 'cars', 'backups', 'series', 'checks'])
    showSection(section, view[section](report, at));
  byId('database').textContent = report.database;
  showChildren(byId('about'), [element('p', {}, format.say('about', {version: report.version}), ' · ', words.refreshes)]);
}

function show() {
  const main = document.querySelector('main');
  main.setAttribute('aria-busy', 'false');
  document.body.classList.toggle('silent', Boolean(silence));
  document.body.classList.toggle('stale', Boolean(silence) || Boolean(report && isDatabaseGone(report)));
  showChildren(byId('reach'), silence ? [view.unreachable({...silence, isKnown: Boolean(report)}, new Date())] : []);
  if (report)
    showReport();
  byId('state').hidden = !report && Boolean(silence);
}

function settle() {
  const isWell = report?.status === 'ok' && !silence;
  const headline = silence ? words.heard_unreachable : view.headline(report);
  document.title = `${isWell ? '' : '⚠ '}${headline} – pitstop`;
  announce(headline);
  show();
}

async function refresh() {
  try {
    report = await ask();
    receivedAtMs = performance.now();
    lastHeard = new Date();
    silence = null;
  } catch (error) {
    silence = {since: silence?.since ?? lastHeard, reason: error instanceof Unanswered ? error.message : ''};
  }
  settle();
}

// One question at a time, however many want an answer.
function refreshOnce() {
  asking ??= refresh().finally(() => { asking = null; });
}

async function copy(button) {
  const code = button.parentElement.querySelector('code');
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // Without TLS there is no clipboard: what is selected can be copied by hand at least.
    getSelection().selectAllChildren(code);
    if (!document.execCommand('copy'))
      return;
  }
  view.copied = button.dataset.copy;
  announce(words.copied);
  show();
  setTimeout(() => { view.copied = null; }, copiedMs);
}

document.addEventListener('click', event => {
  const button = event.target.closest('button[data-copy]');
  if (button)
    copy(button);
});
document.addEventListener('visibilitychange', () => document.hidden || refreshOnce());
setInterval(() => document.hidden || show(), tickMs);
setInterval(refreshOnce, refreshMs);
refreshOnce();
