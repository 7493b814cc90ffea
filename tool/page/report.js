// What /health says, in the terms of this page. What is missing or odd in it is unknown, never an error.

const badness = {ok: 0, warning: 1, unknown: 2, critical: 3};

// "status" is pass, warn or fail, as the format wants it; "state" also tells what is critical from what is unknown.
const statusOf = json => json.state in badness ? json.state : 'unknown';
const worseOf = (a, b) => badness[b] > badness[a] ? b : a;

const dateOf = text => {
  const date = new Date(text ?? NaN);
  return isNaN(date) ? undefined : date;
};
const listOf = value => Array.isArray(value) ? value : [];
const numberOf = value => typeof value === 'number' ? value : undefined;

function observationOf(json) {
  return {
    subject: json.componentId ?? '',
    value: numberOf(json.observedValue),
    unit: json.observedUnit ?? '',
    status: statusOf(json),
    note: json.output ?? '',
    examples: listOf(json.examples),
  };
}

function checkOf(code, list) {
  const [first] = list;
  const observations = list.map(observationOf);
  return {
    code,
    title: first.title ?? code,
    unit: observations.find(each => each.unit)?.unit ?? '',
    status: observations.map(each => each.status).reduce(worseOf, 'ok'),
    since: dateOf(first.since),
    time: dateOf(first.time),
    thresholds: first.thresholds ?? {},
    mend: first.mend ?? '',
    error: first.error ?? '',
    observations,
  };
}

const backupOf = json => ({
  name: String(json.name ?? ''),
  time: dateOf(json.started_at),
  bytes: numberOf(json.bytes) ?? 0,
  proven: json.proven === true,
  how: json.how ?? '',
});

const seriesOf = json => ({
  code: String(json.check ?? ''),
  points: listOf(json.points).map(([time, value]) => ({time: dateOf(time), value})).filter(
    point => point.time && typeof point.value === 'number'),
});

export function reportOf(json) {
  if (typeof json?.checks !== 'object')
    throw new TypeError('this is no health report');
  return {
    at: dateOf(json.time) ?? new Date(),
    since: dateOf(json.since),
    status: statusOf(json),
    database: String(json.database ?? ''),
    version: json.version ?? '',
    checks: Object.entries(json.checks).filter(([, list]) => listOf(list).length > 0).map(([code, list]) => checkOf(code, list)),
    backups: listOf(json.backups).map(backupOf).filter(backup => backup.time).sort((a, b) => b.time - a.time),
    series: listOf(json.series).map(seriesOf).filter(series => series.points.length > 1),
  };
}

export const check = (report, code) => report.checks.find(each => each.code === code);
export const isDatabaseGone = report => check(report, 'connection')?.status === 'critical';

// The worst first; among equals as the catalogue has them. Without a database that nobody knows more is no news.
export function problemsOf(report) {
  const isProblem = isDatabaseGone(report) ? status => status === 'warning' || status === 'critical' : status => status !== 'ok';
  return report.checks.filter(each => isProblem(each.status)).sort((a, b) => badness[b.status] - badness[a.status]);
}

export function othersOf(report) {
  const problems = new Set(problemsOf(report));
  return report.checks.filter(each => !problems.has(each));
}
