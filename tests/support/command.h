// Commands of the machine that tests run: docker, helm, node, our own binaries.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace bw::testing_support {

struct CommandResult {
  /// -1 when it could not be started or did not end in time.
  int exit_code = -1;
  /// stdout and stderr, in the order of writing.
  std::string output;
};

/// Runs `program` (a path, or a name looked for in PATH) to its end.
CommandResult RunCommand(const std::string& program, const std::vector<std::string>& args,
                         const std::vector<std::string>& environment = {},
                         std::chrono::seconds limit = std::chrono::seconds(60));

/// The path of a program in PATH; empty when the machine has none.
std::string FindProgram(const std::string& name);

}  // namespace bw::testing_support
