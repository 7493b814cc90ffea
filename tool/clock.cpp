#include "clock.hpp"

#include <ctime>

namespace pitstop::tool {

Instant instant_now()
{
    const auto steady = std::chrono::steady_clock::now().time_since_epoch();
    return {Moment{std::time(nullptr)}, std::chrono::duration_cast<std::chrono::seconds>(steady)};
}

}  // namespace pitstop::tool
