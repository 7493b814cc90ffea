// How often somebody may come: a bucket of tokens each, filled at a steady rate. Pure: the clock is an argument.
#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace pitstop::tool {

class RateLimit {
public:
    using Time = std::chrono::steady_clock::time_point;

    // At most `burst` at once and `per_second` in the long run. Beyond `most_remembered` it forgets who has not come for the
    // longest time, as if he never had.
    RateLimit(double per_second, double burst, std::size_t most_remembered);

    // Zero: he may come, and has taken a token. Otherwise the whole seconds, up to a day, after which there will be one.
    std::chrono::seconds take(std::string_view who, Time now);

    std::size_t remembered() const noexcept { return buckets_.size(); }

private:
    struct Bucket {
        std::string who;
        double tokens;
        Time filled_at;
    };
    Bucket &bucket_of(std::string_view who, Time now);

    double per_second_;
    double burst_;
    std::size_t most_remembered_;
    std::list<Bucket> buckets_;                                                  // who came last is first
    std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_name_;  // the keys are the buckets' own
};

}  // namespace pitstop::tool
