#include "step.hpp"

#include <csignal>
#include <cstdlib>
#include <cstring>

#include "signals.hpp"

namespace pitstop::tool {

void begin_step(Output &output, const char *name)
{
    require_going_on();
    output.say(name);
    if (const char *const stop = std::getenv("PITSTOP_STOP_BEFORE"); stop != nullptr && std::strcmp(stop, name) == 0)
        std::raise(SIGSTOP);
    require_going_on();
}

}  // namespace pitstop::tool
