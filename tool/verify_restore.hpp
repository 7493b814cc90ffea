// The strongest proof of a backup: it is restored into a scratch database, compared with its manifest, and dropped.
#pragma once

#include "backups.hpp"
#include "invocation.hpp"
#include "output.hpp"

namespace pitstop::tool {

// What came out; a backup that is not whole is a proof that did not pass. Raises Failure where no verdict is possible: no
// connection, no right to create databases, a missing extension.
Proof prove_by_restoring(const Invocation &invocation, Output &output, const WantedBackup &wanted);

}  // namespace pitstop::tool
