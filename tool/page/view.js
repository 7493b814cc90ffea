// The page's sections, made anew from what is known. `now` is the server's clock: ages are right whatever the reader's says.
import {curve, mark, scale, timeline} from './charts.js';
import {element} from './dom.js';
import {icon} from './icons.js';
import {check, isDatabaseGone, othersOf, problemsOf} from './report.js';

const shownObservations = 8;
const shownBackups = 60;
const timelineDays = 30;

// A call that can be run as it stands, and not a sentence about one.
const isCall = mend => /^(SELECT .*\)|pitstop [\w -]+)$/.test(mend);

export class View {
  constructor(format, language) {
    this.format = format;
    this.language = language;
    this.copied = null;  // the call that was copied a moment ago
  }

  ago(date, now) {
    return element('time', {datetime: date.toISOString(), title: this.format.moment(date)}, this.format.ago((now - date) / 1000));
  }

  // A word with a time in it, as nodes.
  sayTime(name, date, now) {
    const [before, after] = this.format.say(name, {time: '\0'}).split('\0');
    return [before, this.ago(date, now), after];
  }

  // "for 3 days", as nodes.
  saySpan(name, date, now) {
    const [before, after] = this.format.say(name, {span: '\0'}).split('\0');
    const span = this.format.wholeSpan((now - date) / 1000);
    return [before, element('time', {datetime: date.toISOString(), title: this.format.moment(date)}, span), after];
  }

  // What the server says is English, whatever the page is.
  english(text) {
    return element('span', {lang: this.language === 'en' ? undefined : 'en'}, text);
  }

  title(check) {
    return this.format.words.checks[check.code] ?? this.english(check.title);
  }

  subject(text) {
    const [, id] = /^car (\d+)$/.exec(text) ?? [];
    return id ? this.format.say('car', {id}) : this.english(text);
  }

  badge(status) {
    return element('span', {class: `badge ${status}`}, this.format.words[status]);
  }

  // ---- the state

  headline(report) {
    if (isDatabaseGone(report))
      return this.format.words.headline_database_gone;
    const count = report.checks.filter(each => each.status === report.status).length;
    return this.format.say(`headline_${report.status}`, {count});
  }

  besides(report) {
    return ['warning', 'unknown'].filter(status => status !== report.status).map(status => {
      const count = report.checks.filter(each => each.status === status).length;
      return count > 0 && this.format.say(`and_${status}`, {count});
    }).filter(Boolean);
  }

  state(report, now) {
    const since = isDatabaseGone(report) ? check(report, 'connection').since : report.since;
    const lines = [since && this.saySpan('state_for', since, now), isDatabaseGone(report) && this.format.words.database_gone];
    const facts = [...this.besides(report).map(text => [text]), this.sayTime('as_of', report.at, now)];
    return element('div', {class: `state ${report.status}`}, icon(report.status),
                   element('div', {}, element('h1', {id: 'headline'}, this.headline(report)),
                           lines.filter(Boolean).map(line => element('p', {}, line)),
                           element('p', {class: 'facts'}, facts.map(fact => element('span', {}, fact)))));
  }

  unreachable({since, isKnown, reason}, now) {
    const words = this.format.words;
    const clock = element('time', {datetime: since.toISOString()}, this.format.clock(since, now));
    const [before, after] = this.format.say('unreachable', {time: '\0'}).split('\0');
    return element('div', {class: 'reach'}, icon('unreachable'),
                   element('div', {}, element('p', {class: 'loud'}, before, clock, after, ' (', this.ago(since, now), ')'),
                           element('p', {}, [reason, isKnown ? words.unreachable_kept : words.unreachable_never].filter(Boolean).join(' '))));
  }

  // ---- checks

  // Their unit is known from a value only.
  thresholds({thresholds, unit, observations}) {
    if (observations.every(each => each.value === undefined))
      return [];
    const direction = thresholds.lowIsBad ? 'below' : 'from';
    return ['warning', 'critical'].filter(name => typeof thresholds[name] === 'number').map(name =>
      this.format.say(`${name}_${direction}`, {value: this.format.value(thresholds[name], unit)}));
  }

  observation(each) {
    const parts = [
      each.subject && element('span', {class: 'subject'}, this.subject(each.subject)),
      each.value !== undefined && element('span', {class: 'value'}, this.format.value(each.value, each.unit)),
      each.note && this.english(each.note),
      each.examples.length > 0 && element('span', {class: 'soft'}, this.format.say('examples', {ids: each.examples.join(', ')})),
    ].filter(Boolean);
    return element('li', {}, icon(each.status), element('div', {}, parts.flatMap((part, index) => index ? [' · ', part] : [part])));
  }

  observations(list) {
    const more = list.length - shownObservations;
    return element('ul', {class: 'observations'}, list.slice(0, shownObservations).map(each => this.observation(each)),
                   more > 0 && element('li', {class: 'soft'}, this.format.say('more', {count: more})));
  }

  mend(check) {
    const words = this.format.words;
    if (!check.mend)
      return null;
    if (!isCall(check.mend))
      return element('p', {class: 'mend'}, element('span', {class: 'soft'}, words.mend), ' ', this.english(check.mend));
    return element('div', {class: 'mend'}, element('span', {class: 'soft'}, words.mend),
                   element('span', {class: 'call'}, element('code', {lang: 'en'}, check.mend),
                   element('button', {type: 'button', 'data-copy': check.mend,
                                      'aria-label': this.format.say('copy_what', {call: check.mend})},
                           this.copied === check.mend ? words.copied : words.copy)));
  }

  problem(check, now) {
    const bad = check.observations.filter(each => each.status !== 'ok' && (each.subject || each.note || each.value !== undefined));
    const facts = [
      check.since && this.saySpan('for', check.since, now),
      check.time ? this.sayTime('seen', check.time, now) : [this.format.words.never_seen],
      ...this.thresholds(check).map(text => [text]),
    ].filter(Boolean);
    return element('article', {class: `problem ${check.status}`, 'data-key': check.code, 'aria-labelledby': `problem-${check.code}`},
                   element('div', {class: 'head'}, icon(check.status),
                           element('h3', {id: `problem-${check.code}`}, this.title(check)), this.badge(check.status)),
                   bad.length > 0 && this.observations(bad),
                   check.error && element('p', {class: 'error'}, this.english(check.error)),
                   this.mend(check),
                   element('p', {class: 'facts'}, facts.map(fact => element('span', {}, fact))));
  }

  problems(report, now) {
    return problemsOf(report).map(each => this.problem(each, now));
  }

  summary(check) {
    const [first] = check.observations;
    if (check.observations.length > 1)
      return element('span', {class: 'soft'}, this.format.say('things', {count: check.observations.length}));
    if (first.value !== undefined)
      return element('span', {class: 'value'}, this.format.value(first.value, first.unit));
    return element('span', {class: 'soft'}, this.english(first.note));
  }

  row(check) {
    const row = [icon(check.status), element('span', {class: 'title'}, this.title(check)), this.summary(check),
                 element('span', {class: 'only-heard'}, this.format.words[check.status])];
    const hasMore = check.observations.length > 1 || (check.observations[0].note && check.observations[0].value !== undefined);
    return element('li', {'data-key': check.code}, hasMore
      ? element('details', {}, element('summary', {class: 'row'}, row), this.observations(check.observations))
      : element('div', {class: 'row'}, row));
  }

  checks(report) {
    const others = othersOf(report);
    return others.length > 0 ? [element('ul', {class: 'rows'}, others.map(each => this.row(each)))] : [];
  }

  // ---- cars

  car(each, seen, now) {
    const newest = each.value === undefined ? null : new Date(seen - each.value * 1000);
    return element('li', {'data-key': each.subject}, icon(each.status), element('div', {},
      element('p', {class: 'subject'}, this.subject(each.subject)),
      newest && element('p', {}, this.sayTime('newest_position', newest, now)),
      each.note && element('p', {class: 'soft'}, this.english(each.note))),
      each.status === 'ok' ? element('span', {class: 'only-heard'}, this.format.words.ok) : this.badge(each.status));
  }

  cars(report, now) {
    const positions = check(report, 'positions');
    if (!positions)
      return [];
    const cars = positions.observations.filter(each => each.subject);
    if (cars.length === 0)
      return [element('p', {class: 'soft'}, this.format.words.no_cars)];
    return [element('ul', {class: 'cars'}, cars.map(each => this.car(each, positions.time ?? report.at, now)))];
  }

  // ---- backups

  proof(backup) {
    return this.format.words[!backup.proven ? 'unproven' : backup.how === 'read' ? 'proven_read'
      : backup.how === 'restore' ? 'proven_restore' : 'proven'];
  }

  backupTable(backups, now) {
    const words = this.format.words;
    const row = backup => element('tr', {'data-key': backup.name}, element('th', {scope: 'row'}, backup.name), element('td', {}, this.ago(backup.time, now)),
                                  element('td', {}, this.format.size(backup.bytes)),
                                  element('td', {}, mark(backup.proven), ' ', this.proof(backup)));
    const more = backups.length - shownBackups;
    return element('details', {}, element('summary', {}, words.all_backups),
      element('div', {class: 'table'}, element('table', {},
        element('thead', {}, element('tr', {}, ['name', 'time', 'size', 'proof'].map(name =>
          element('th', {scope: 'col'}, words[`backup_${name}`])))),
        element('tbody', {}, backups.slice(0, shownBackups).map(row)))),
      more > 0 && element('p', {class: 'soft'}, this.format.say('more', {count: more})));
  }

  backups(report, now) {
    const {backups} = report;
    if (backups.length === 0)
      return check(report, 'backup') ? [element('p', {class: 'soft'}, this.format.words.no_backups)] : [];
    const start = new Date(now - timelineDays * 86400e3);
    const recent = backups.filter(backup => backup.time >= start);
    const drawn = recent.length > 0 ? recent : backups;
    const from = drawn.at(-1).time;
    const said = this.format.say('backups_said', {
      count: backups.length,
      proven: backups.filter(backup => backup.proven).length,
      newest: this.format.ago((now - backups[0].time) / 1000),
    });
    const titleOf = backup => [backup.name, this.format.moment(backup.time), this.format.size(backup.bytes), this.proof(backup)].join('\n');
    const older = backups.length - drawn.length;
    return [
      timeline({backups: drawn, from, to: now, label: said, titleOf}),
      scale(this.format.day(from), this.format.words.now),
      element('p', {class: 'legend soft', 'aria-hidden': 'true'}, element('span', {}, mark(true), ' ', this.format.words.proven),
              element('span', {}, mark(false), ' ', this.format.words.unproven)),
      element('p', {}, said),
      older > 0 && element('p', {class: 'soft'}, this.format.say('older_backups', {count: older})),
      this.backupTable(backups, now),
    ].filter(Boolean);
  }

  // ---- series

  chart({code, points}, report) {
    const of = check(report, code);
    const unit = of?.unit ?? '';
    const title = of ? this.title(of) : code;
    const [first, last] = [points[0], points.at(-1)];
    const values = points.map(point => point.value);
    const value = number => this.format.value(number, unit);
    const span = this.format.span((last.time - first.time) / 1000);
    const label = this.format.say('series_said', {
      title: title.textContent ?? title, first: value(first.value), last: value(last.value),
      first_time: this.format.day(first.time), last_time: this.format.day(last.time),
      least: value(Math.min(...values)), most: value(Math.max(...values)),
    });
    const change = last.value === first.value ? this.format.say('series_steady', {span})
      : this.format.say('series_change', {change: this.format.change(last.value - first.value, unit), span});
    return element('figure', {'data-key': code}, element('figcaption', {}, element('span', {class: 'title'}, title),
                   element('span', {class: 'value'}, value(last.value)), element('span', {class: 'soft'}, change)),
                   curve({points, label}), scale(this.format.day(first.time), this.format.day(last.time)));
  }

  series(report) {
    return report.series.map(each => this.chart(each, report));
  }
}
