// Words, numbers and times in the reader's language.

const steps = [
  ['year', 365.25 * 86400], ['month', 30.4375 * 86400], ['day', 86400], ['hour', 3600], ['minute', 60], ['second', 1],
];
const sizes = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'];

// The largest unit of which there is one at least.
const stepOf = seconds => steps.find(([, length]) => Math.abs(seconds) >= length) ?? steps.at(-1);

export class Format {
  constructor(locale, words) {
    this.locale = locale;
    this.words = words;
    this.plural = new Intl.PluralRules(locale);
    this.relative = new Intl.RelativeTimeFormat(locale, {numeric: 'always'});
  }

  // say('since', {time: …}); of a word with plural forms the one for {count}.
  say(name, values = {}) {
    const word = this.words[name];
    const text = typeof word === 'string' ? word : word[this.plural.select(values.count)] ?? word.other;
    return text.replace(/\{(\w+)\}/g, (_, key) =>
      typeof values[key] === 'number' ? this.number(values[key]) : values[key]);
  }

  number(value, options = {}) {
    return new Intl.NumberFormat(this.locale, {maximumFractionDigits: 2, ...options}).format(value);
  }

  quantity(value, unit, options = {}) {
    const digits = Math.abs(value) < 10 ? 1 : 0;
    return this.number(value, {style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: digits, ...options});
  }

  span(seconds, options = {}) {
    if (Math.abs(seconds) < 1)
      return this.quantity(seconds * 1000, 'millisecond', options);
    const [unit, length] = stepOf(seconds);
    return this.quantity(seconds / length, unit, {unitDisplay: 'long', ...options});
  }

  // Whole units, as ago() has them.
  wholeSpan(seconds) {
    const [unit, length] = stepOf(seconds);
    return this.quantity(Math.max(0, Math.trunc(seconds / length)), unit, {unitDisplay: 'long'});
  }

  // Rounding must not make 1000 of a unit.
  size(bytes, options = {}) {
    let exponent = 0;
    while (exponent < sizes.length - 1 && Math.abs(bytes) / 1000 ** exponent >= 999.5)
      ++exponent;
    return this.quantity(bytes / 1000 ** exponent, sizes[exponent], options);
  }

  value(value, unit, options = {}) {
    switch (unit) {
    case 's': return this.span(value, options);
    case 'bytes': return this.size(value, options);
    case 'ratio': return this.number(value, {style: 'percent', maximumFractionDigits: 0, ...options});
    default: return this.number(value, options);
    }
  }

  change(value, unit) {
    return this.value(value, unit, {signDisplay: 'always'});
  }

  // Whole units that have passed: "1 hour ago" until it is two.
  ago(seconds) {
    if (Math.abs(seconds) < 5)
      return this.words.just_now;
    const [unit, length] = stepOf(seconds);
    return this.relative.format(-Math.trunc(seconds / length), unit);
  }

  moment(date) {
    return new Intl.DateTimeFormat(this.locale, {dateStyle: 'medium', timeStyle: 'medium'}).format(date);
  }

  day(date) {
    return new Intl.DateTimeFormat(this.locale, {day: 'numeric', month: 'short'}).format(date);
  }

  clock(date, now) {
    const isToday = date.toDateString() === now.toDateString();
    return new Intl.DateTimeFormat(this.locale, isToday ? {timeStyle: 'medium'} : {dateStyle: 'medium', timeStyle: 'short'}).format(date);
  }
}
