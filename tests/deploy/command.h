// Commands of the machine that these tests run.
#pragma once

#include "tests/support/command.h"

namespace bw::deploy {

using testing_support::CommandResult;
using testing_support::FindProgram;
using testing_support::RunCommand;

/// `docker compose version` works; the daemon need not run.
inline bool HasDockerCompose() {
  return RunCommand("docker", {"compose", "version"}).exit_code == 0;
}

}  // namespace bw::deploy
