// Run by page_test.sh.
import fs from 'node:fs';
import path from 'node:path';

import {PageServer} from './page_server.mjs';
import {Reader, openBrowser} from './reader.mjs';
import {diag, done, is, like, ok} from './tap.mjs';

const build = process.env.PITSTOP_BUILD;
const source = process.env.PITSTOP_SOURCE;
const files = path.join(build, 'page');
const fixtures = path.join(source, 'test/page/fixtures');
const screenshots = path.join(build, 'page-screenshots');

const server = new PageServer(files, fixtures);

async function reading(browser, fixture, options, story) {
  server.answers = fixture;
  const reader = await Reader.open(browser, server, options);
  try {
    await story(reader);
    if (reader.faults.length > 0) {
      ok(false, 'no script fails, and nothing violates the policy');
      diag(reader.faults.join('\n'));
    }
  } finally {
    await reader.close();
  }
}

// ---- what is built in

function testWhatIsBuiltIn() {
  const program = fs.readFileSync(path.join(build, 'bin/pitstop'));
  const missing = fs.readdirSync(files).filter(name => !name.endsWith('.hpp') && !program.includes(fs.readFileSync(path.join(files, name))));
  is(missing, [], 'the program holds the page that is tested here');

  const words = language => JSON.parse(fs.readFileSync(path.join(source, `tool/page/words.${language}.json`), 'utf8'));
  is(Object.keys(words('zh')), Object.keys(words('en')), 'each word is there in both languages');
  const catalogue = fs.readFileSync(path.join(source, 'extension/core/health.cpp'), 'utf8');
  const codes = [...catalogue.matchAll(/^ {4}\{"([a-z_]+)",/gm)].map(([, code]) => code);
  is(Object.keys(words('zh').checks), codes, 'each check has a title in Chinese');
}

// ---- states

async function testWell(reader) {
  is(await reader.text('h1'), 'All is well', 'when all is well, it says so');
  is(await reader.count('#state .icon.ok'), 1, 'with the sign for it');
  is(await reader.page.title(), 'All is well – pitstop', 'and in the title');
  like(await reader.text('#state'), /for 3 days\.\s+refreshed just now/, 'and for how long');
  is(await reader.text('#database'), 'teslamate', 'the database is named');
  ok(!await reader.isVisible('#problems'), 'there are no problems to be shown');
  is(await reader.count('#checks .rows > li'), 18, 'each check is shown');
  is(await reader.texts('#cars li'), ['Car 1\n\nnewest position 1 minute ago\n\nIt is driving.\n\nOK', 'Car 2\n\nnewest position 9 hours ago\n\nIt is asleep.\n\nOK'],
     'each car is shown with the age of its data');
  is(await reader.text('#checks [data-key=disk_database] .value'), '182 GB', 'bytes are shown as a size');
  is(await reader.text('#checks [data-key=connection] .value'), '4.2 ms', 'seconds as a span');
  is(await reader.text('#checks [data-key=dead_rows] .soft'), '3 checked', 'of several things their number is shown');
  is(await reader.count('[style]'), 0, 'no style is inline');
}

async function testBackupsAndSeries(reader) {
  const said = '32 backups, 32 of them proven; the newest 9 hours ago';
  ok(await reader.sees('#backups p', said), 'the backups are told in a sentence');
  is(await reader.page.locator('.timeline').getAttribute('aria-label'), said, 'which is what the timeline is called');
  is(await reader.count('.timeline circle.proven'), 28, 'the timeline shows those of the last 30 days');
  ok(await reader.sees('#backups p', '4 older ones are in the list'), 'and tells of the older ones');
  is(await reader.count('#backups tbody tr'), 32, 'all of them are in the list');
  is(await reader.page.locator('.curve').last().getAttribute('aria-label'),
     'size of the database: 1.3 GB now. From 2 May to 1 Jun it went from 1.3 GB to 1.3 GB; the least was 1.3 GB, the most 1.3 GB.',
     'a curve has a text for those who do not see it');
  ok(await reader.sees('#series [data-key=database_size]', '+34 MB in 30 days'), 'and tell the change');
  is(await reader.text('#series [data-key=addresses] .value'), '12', 'and the value now');
}

async function testWarnings(reader) {
  is(await reader.text('h1'), '3 things need attention', 'warnings are counted');
  is(await reader.count('#state .icon.warning'), 1, 'with the warning sign');
  is(await reader.page.title(), '⚠ 3 things need attention – pitstop', 'in the title too');
  is(await reader.texts('.problem h3'), ['Drives and charges that ought to be closed', 'Drives and charges without an address', 'Share of dead rows in a table'],
     'each is shown in the order of the catalogue');
  is(await reader.texts('.problem code'), ['SELECT * FROM pitstop.close_stale()', 'SELECT * FROM pitstop.repair_addresses()'],
     'with the call that mends it');
  ok(await reader.sees('[data-key=dead_rows] .mend', 'VACUUM (ANALYZE) the table, and see that autovacuum is on.'),
     'or with a sentence, where there is no one call');
  is(await reader.texts('[data-key=dead_rows] .observations li'), ['charges · 37%'], 'only what is wrong of several is shown there');
  is(await reader.text('[data-key=open_sessions] .observations'),
     '3 · 2 drives and 1 charge were seen last more than 6 hours ago. · for example 9999, 10012, 431', 'with note and examples');
  is(await reader.texts('[data-key=dead_rows] .facts span'), ['for 2 days', 'checked 30 seconds ago', 'warning from 30%'],
     'since when it is so, how old that is, and the threshold');
  is(await reader.count('#checks .rows > li'), 14, 'the other checks follow');
}

async function testCritical(reader) {
  is(await reader.text('h1'), '2 things are wrong', 'what is critical is counted');
  is(await reader.count('#state .icon.critical'), 1, 'with the sign for it');
  is(await reader.texts('#state .facts span'), ['1 warning', '1 check could not be made', 'refreshed just now'], 'the rest is told besides');
  is(await reader.texts('.problem .badge'), ['Critical', 'Critical', 'Unknown', 'Warning'], 'the worst comes first');
  ok(await reader.sees('[data-key=geocoder] .error', 'canceling statement due to statement timeout'), 'an error is shown');
  ok(await reader.sees('[data-key=disk_backups] .facts', 'warning at 5 GB or less'), 'where little is bad, the threshold says so');
  is(await reader.count('.timeline path.unproven'), 3, 'an unproven backup has a shape of its own');
  ok(await reader.style('.timeline .proven', 'fill') !== await reader.style('.timeline .unproven', 'fill'), 'and a colour of its own');
  is(await reader.count('#cars .badge.critical'), 1, 'the car that is meant is marked');
}

async function testDatabaseGone(reader) {
  is(await reader.text('h1'), 'The database is out of reach', 'without a database it says that');
  like(await reader.text('#state'), /for 18 minutes\.\s+What you see below is what was known before\./, 'and since when');
  is(await reader.texts('.problem h3'), ['Connection to the database'], 'what is unknown for that reason is no problem of its own');
  ok(await reader.sees('.problem .error', 'connection refused'), 'the reason is shown');
  is(await reader.count('#checks .row .icon.unknown'), 4, 'what is too old is unknown');
  ok(await reader.sees('#cars', 'newest position 19 minutes ago'), 'what was known stays, as old as it is');
}

async function testEmpty(reader) {
  ok(await reader.sees('#cars', 'There is no car yet.'), 'without cars it says that');
  ok(await reader.sees('#backups', 'There is no backup yet.'), 'without backups too');
  ok(!await reader.isVisible('#series'), 'without series there is nothing of them');
  ok(await reader.sees('[data-key=backup] code', 'pitstop backup'), 'and how to make the first backup');
  is(await reader.texts('[data-key=backup] .facts span'), ['for 2 minutes', 'checked 30 seconds ago'], 'a threshold without a unit is not shown');
}

async function testHostile(reader) {
  is(await reader.count('main img, main script, main b, footer img, header img:not([alt=""])'), 0, 'no HTML in a text becomes an element');
  ok((await reader.text('#cars li')).includes('<img src=x onerror="document.title=\'owned\'">'), 'it is shown as what it is');
  ok((await reader.text('footer')).includes('</script>'), 'in the version too');
  ok(!(await reader.page.title()).includes('owned'), 'and no script in a text runs');
  ok(!/undefined|null|NaN|Invalid|\[object/.test(await reader.page.locator('body').innerText()), 'what is odd in a report is left out');
  is(await reader.count('#series figure'), 3, 'and points that are none');
}

// ---- looks

async function testLooks(browser, fixture) {
  for (const [width, scheme, locale] of [[1100, 'light', 'en-GB'], [1100, 'dark', 'en-GB'], [360, 'light', 'en-GB'], [360, 'dark', 'zh-CN']]) {
    const name = `${fixture}-${width}-${scheme}-${locale.slice(0, 2)}`;
    await reading(browser, fixture, {width, scheme, locale}, async reader => {
      is(await reader.overflow(), 0, `${name}: nothing is wider than the window`);
      await reader.page.screenshot({path: path.join(screenshots, `${name}.png`), fullPage: true});
      for (const summary of await reader.page.locator('summary').all())
        await summary.click();
      is(await reader.overflow(), 0, `${name}: not when all is unfolded either`);
      is(await reader.complaintsOfAxe(), [], `${name}: axe finds nothing serious`);
      is(reader.faults, [], `${name}: no script fails, and nothing violates the policy`);
    });
  }
}

async function testDark(browser) {
  const colours = {};
  for (const scheme of ['light', 'dark'])
    await reading(browser, 'warnings', {scheme}, async reader => {
      colours[scheme] = await Promise.all([
        reader.style('body', 'background-color'), reader.style('body', 'color'), reader.style('.problem', 'background-color'),
        reader.style('button', 'color'), reader.style('.state', 'background-color'),
      ]);
    });
  ok(colours.light.every((colour, index) => colour !== colours.dark[index]), 'in the dark all colours are others');
}

async function testMotion(browser) {
  await reading(browser, 'well', {motion: 'reduce'}, async reader => {
    is(await reader.style('summary.row .title', 'transition-duration', '::after'), '0s', 'who wants no motion gets none');
  });
}

async function testChinese(browser) {
  await reading(browser, 'critical', {locale: 'zh-CN'}, async reader => {
    is(await reader.page.locator('html').getAttribute('lang'), 'zh', 'a Chinese browser gets a Chinese page');
    is(await reader.text('h1'), '有 2 项出现问题', 'with its headline');
    is(await reader.texts('.problem h3'), ['车辆唤醒时最新位置的数据时效', '最新已验证备份的时间', '地址修复', '备份磁盘剩余空间'], 'and its titles');
    is(await reader.text('#cars .subject'), '车辆 1', 'its cars');
    like(await reader.text('#cars'), /最新位置：2天前/, 'and its times');
    is(await reader.page.locator('#cars [lang=en]').allInnerTexts(), ['It is asleep.'], 'what the server says in English is marked as such');
  });
}

// ---- over time

async function testRefresh(browser) {
  await reading(browser, 'warnings', {}, async reader => {
    server.asked = 0;
    await reader.page.locator('#backups summary').click();
    await reader.page.locator('[data-key=addresses] button').focus();
    await reader.page.evaluate(() => {
      globalThis.heard = 0;
      new MutationObserver(() => ++globalThis.heard).observe(document.getElementById('announcement'), {childList: true, characterData: true, subtree: true});
    });
    await reader.pass(14);
    is(server.asked, 0, 'nothing is asked before 15 seconds are over');
    ok(await reader.sees('[data-key=addresses] .facts', 'checked 44 seconds ago'), 'but ages go on');
    await reader.pass(1);
    ok(await reader.sees('#state', 'refreshed just now'), 'after 15 seconds it asks again');
    is(server.asked, 1, 'once');
    is(await reader.page.evaluate(() => globalThis.heard), 0, 'who hears the page is not told the same again');
    is(await reader.page.evaluate(() => document.activeElement.closest('.problem')?.dataset.key), 'addresses', 'the focus stays where it is');
    ok(await reader.page.locator('#backups details').evaluate(node => node.open), 'and what was unfolded stays so');

    server.answers = 'critical';
    await reader.pass(15);
    ok(await reader.sees('h1', '2 things are wrong'), 'what has changed is shown');
    is(await reader.text('#announcement'), '2 things are wrong', 'and is told those who hear the page');
    server.answers = 'well';
    await reader.pass(15);
    ok(await reader.sees('h1', 'All is well'), 'recovery too');
    ok(!await reader.isVisible('#problems'), 'and no problem is left');
  });
}

async function testServerGone(browser) {
  await reading(browser, 'well', {}, async reader => {
    await server.close();
    await reader.pass(15);
    ok(await reader.sees('#reach', 'pitstop has been out of reach since 12:00:01 (15 seconds ago)'), 'when the server is gone it says since when');
    is(await reader.page.title(), '⚠ pitstop is out of reach – pitstop', 'in the title too');
    is(await reader.text('#announcement'), 'pitstop is out of reach', 'and tells those who hear the page');
    is(await reader.text('h1'), 'All is well', 'what was known stays');
    is(await reader.style('#state .icon', 'color'), await reader.style('#database', 'color'), 'but in no colour of a state');
    await reader.page.screenshot({path: path.join(screenshots, 'server_gone-1100-light-en.png'), fullPage: true});
    await reader.pass(60);
    ok(await reader.sees('#reach', 'since 12:00:01 (1 minute ago)'), 'since then, however often it tried');

    await server.listen();
    await reader.pass(15);
    await reader.page.locator('#reach .reach').waitFor({state: 'detached'});
    is([await reader.page.title(), await reader.text('#announcement')], ['All is well – pitstop', 'All is well'], 'when it is back, all is as before');

    await server.close();
    await reader.pass(15);
    ok(await reader.sees('#reach', 'out of reach'), 'until it goes again');
    is(await reader.complaintsOfAxe(), [], 'axe finds nothing serious then');
  });
  await server.listen();
}

async function testOddAnswers(browser) {
  const hang = () => {};
  await reading(browser, 'well', {}, async reader => {
    server.answers = hang;
    await reader.pass(15);
    ok(!await reader.isVisible('#reach .reach'), 'a slow server is waited for');
    await reader.pass(10);
    ok(await reader.sees('#reach', 'out of reach since 12:00:01'), 'for 10 seconds');
  });
  const answering = (status, type, body) => response => response.writeHead(status, {'Content-Type': type}).end(body);
  for (const [answer, said, name] of [
    [answering(401, 'text/plain', ''), 'reload the page', 'without a token it says what to do'],
    [answering(502, 'text/html', '<p>'), 'It answered with status 502.', 'what a proxy says is no report'],
    [answering(200, 'application/json', '{"checks": '), 'Nothing is known yet.', 'half a report is none'],
    [answering(200, 'application/json', '[]'), 'Nothing is known yet.', 'other JSON is none'],
  ])
    await reading(browser, answer, {}, async reader => {
      ok(await reader.sees('#reach', said), name);
      ok(!await reader.isVisible('#state'), 'and there is no state that is not known');
    });
}

async function testKeyboard(browser) {
  await reading(browser, 'warnings', {}, async reader => {
    const {keyboard} = reader.page;
    await keyboard.press('Tab');
    is(await reader.page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Copy: SELECT * FROM pitstop.close_stale()',
       'the first that the keyboard reaches is what copies the first call');
    is(await reader.style(':focus', 'outline-style'), 'solid', 'the focus is seen');
    await keyboard.press('Enter');
    ok(await reader.sees('[data-key=open_sessions] button', 'Copied'), 'it says that it has copied');
    is(await reader.page.evaluate(() => navigator.clipboard.readText()), 'SELECT * FROM pitstop.close_stale()', 'and so it has');
    await reader.pass(4);
    is(await reader.text('[data-key=open_sessions] button'), 'Copy', 'and can do it again');
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    ok(await reader.page.locator('#backups details').evaluate(node => node.open), 'the keyboard unfolds the list of backups');
  });
}

// ---- the whole

const states = [
  ['well', testWell], ['well', testBackupsAndSeries], ['warnings', testWarnings], ['critical', testCritical], ['database_gone', testDatabaseGone],
  ['empty', testEmpty], ['hostile', testHostile],
];

async function testAll(browser) {
  testWhatIsBuiltIn();
  for (const [fixture, test] of states)
    await reading(browser, fixture, {}, test);
  for (const fixture of new Set(states.map(([name]) => name)))
    await testLooks(browser, fixture);
  for (const test of [testDark, testMotion, testChinese, testRefresh, testServerGone, testOddAnswers, testKeyboard])
    await test(browser);
}

fs.mkdirSync(screenshots, {recursive: true});
await server.listen();
const browser = await openBrowser();
try {
  await testAll(browser);
} catch (error) {
  diag(error.stack);
  ok(false, 'the test comes to its end');
} finally {
  await browser.close();
  await server.close();
}
process.exitCode = done() ? 0 : 1;
