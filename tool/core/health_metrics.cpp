#include <algorithm>
#include <initializer_list>
#include <set>
#include <utility>

#include "tool/core/health_text.hpp"
#include "tool/core/words.hpp"

namespace pitstop::tool {

namespace {

using Labels = std::initializer_list<std::pair<const char *, std::string_view>>;

// Only UTF-8 is allowed, and nobody wants to see the rest in a label.
std::string escaped(std::string_view value)
{
    std::string text;
    for (const char c : printable(value)) {
        if (c == '\\' || c == '"')
            text += '\\';
        text += c;
    }
    return text;
}

// A metric with all its samples: they have to stand together.
class Family {
public:
    Family(const char *name, const char *help)
        : name_(name), head_("# HELP " + name_ + ' ' + help + "\n# TYPE " + name_ + " gauge\n")
    {
    }

    // Of two samples with the same labels the first counts: Prometheus refuses them.
    void add(Labels labels, double value)
    {
        std::string sample = name_;
        for (const auto &[label, text] : labels)
            sample.append(sample.size() == name_.size() ? "{" : ",").append(label) += "=\"" + escaped(text) + '"';
        if (labels.size() > 0)
            sample += '}';
        if (there_.insert(sample).second)
            samples_ += sample + ' ' + number_text(value) + '\n';
    }

    std::string text() const { return samples_.empty() ? "" : head_ + samples_; }

private:
    std::string name_;
    std::string head_;
    std::string samples_;
    std::set<std::string> there_;
};

// Prometheus writes units out.
std::string_view unit_of(const HealthCheck &check)
{
    return check.unit == "s" ? "seconds" : check.unit;
}

std::string statuses(const HealthReport &report)
{
    Family whole("pitstop_status", "The worst of all checks: 0 ok, 1 warning, 2 critical, 3 unknown.");
    whole.add({}, static_cast<int>(report.status));
    Family each("pitstop_check_status", "What a check is: 0 ok, 1 warning, 2 critical, 3 unknown.");
    for (const CheckReport &check : report.checks)
        each.add({{"check", check.check->code}}, static_cast<int>(check.status));
    return whole.text() + each.text();
}

std::string values(const HealthReport &report)
{
    Family values("pitstop_check_value", "What a check observed last, in its unit.");
    Family thresholds("pitstop_check_threshold", "From where a value is bad, in the check's unit.");
    for (const CheckReport &check : report.checks) {
        const std::string_view code = check.check->code;
        const std::string_view unit = unit_of(*check.check);
        for (const JudgedObservation &each : check.observations)
            if (each.observation.value)
                values.add({{"check", code}, {"subject", each.observation.subject}, {"unit", unit}},
                           *each.observation.value);
        if (check.thresholds.warning)
            thresholds.add({{"check", code}, {"level", "warning"}, {"unit", unit}}, *check.thresholds.warning);
        if (check.thresholds.critical)
            thresholds.add({{"check", code}, {"level", "critical"}, {"unit", unit}}, *check.thresholds.critical);
    }
    return values.text() + thresholds.text();
}

std::string looks(const HealthReport &report)
{
    Family ages("pitstop_check_observation_age_seconds", "Time since a check was last looked at with success.");
    Family failures("pitstop_check_failing", "1 while there is an error instead of a newer observation, else 0.");
    for (const CheckReport &check : report.checks) {
        if (check.observed_at)
            ages.add({{"check", check.check->code}},
                     static_cast<double>(report.at.seconds - check.observed_at->seconds));
        failures.add({{"check", check.check->code}}, check.error.empty() ? 0 : 1);
    }
    return ages.text() + failures.text();
}

std::string backups(const HealthReport &report)
{
    const auto is_proven = [](const BackupReport &backup) { return backup.proven; };
    const auto &all = report.backups;
    const auto proven = std::count_if(all.begin(), all.end(), is_proven);
    Family counts("pitstop_backups", "Backups that are there, proven to be whole or not.");
    counts.add({{"proven", "true"}}, static_cast<double>(proven));
    counts.add({{"proven", "false"}}, static_cast<double>(all.size()) - static_cast<double>(proven));

    Family dates("pitstop_backup_newest_timestamp_seconds", "When the newest proven backup was begun.");
    Family sizes("pitstop_backup_newest_size_bytes", "Size of the newest proven backup.");
    if (const auto newest = std::find_if(all.begin(), all.end(), is_proven); newest != all.end()) {
        dates.add({}, static_cast<double>(newest->started_at.seconds));
        sizes.add({}, static_cast<double>(newest->bytes));
    }
    return counts.text() + dates.text() + sizes.text();
}

}  // namespace

std::string metrics_text(const HealthReport &report)
{
    Family build("pitstop_build_info", "1, with the version of pitstop and the name of the database.");
    build.add({{"version", report.version}, {"database", report.database}}, 1);
    return build.text() + statuses(report) + values(report) + looks(report) + backups(report);
}

}  // namespace pitstop::tool
