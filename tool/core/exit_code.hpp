// What the program's exit status says. Documented in docs/tool.md; scripts rely on it.
#pragma once

namespace pitstop::tool {

enum class ExitCode : int {
    done = 0,        // all that was asked for is done
    failed = 1,      // something else went wrong: a file, a disk, a query
    usage = 2,       // an unknown command or option, an argument that cannot be
    connection = 3,  // no connection to the server, or it was lost
    program = 4,     // pg_dump, pg_restore, age, rclone or a hook failed or is missing
    busy = 5,        // another pitstop holds the lock, or other sessions are connected
    not_proven = 6,  // a backup is damaged or not what its manifest says
    refused = 7,     // a version, a role or a disk on which this cannot go well; nothing was touched
    partial = 8,     // some of it is done, some is not; the output says which
    // 128 + the signal: ended by SIGINT (130) or SIGTERM (143), after clearing up
};

}  // namespace pitstop::tool
