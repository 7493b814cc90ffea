#include "tool/core/rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace pitstop::tool {

namespace {

constexpr double longest_wait_seconds = 86400;

}  // namespace

RateLimit::RateLimit(double per_second, double burst, std::size_t most_remembered)
    : per_second_(per_second), burst_(burst), most_remembered_(most_remembered)
{
}

std::chrono::seconds RateLimit::take(std::string_view who, Time now)
{
    Bucket &bucket = bucket_of(who, now);
    const std::chrono::duration<double> passed = now - bucket.filled_at;
    bucket.tokens = std::min(burst_, bucket.tokens + std::max(0.0, passed.count()) * per_second_);
    bucket.filled_at = std::max(bucket.filled_at, now);
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return std::chrono::seconds::zero();
    }
    const double seconds = std::ceil((1 - bucket.tokens) / per_second_);
    return std::chrono::seconds(static_cast<std::chrono::seconds::rep>(std::clamp(seconds, 1.0, longest_wait_seconds)));
}

RateLimit::Bucket &RateLimit::bucket_of(std::string_view who, Time now)
{
    if (const auto found = by_name_.find(who); found != by_name_.end()) {
        buckets_.splice(buckets_.begin(), buckets_, found->second);
        return buckets_.front();
    }
    if (buckets_.size() >= most_remembered_) {
        by_name_.erase(buckets_.back().who);
        buckets_.pop_back();
    }
    buckets_.push_front({std::string(who), burst_, now});
    by_name_.emplace(buckets_.front().who, buckets_.begin());
    return buckets_.front();
}

}  // namespace pitstop::tool
