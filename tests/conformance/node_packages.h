// Programs from npm that the tests drive us with, on the node that comes with them. `./dev test`
// installs what package-lock.json names.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/command.h"

namespace bw::conformance {

/// Why they cannot run here; empty when they can.
std::string MissingPackages();
/// The absolute path of node.
std::string NodePath();
/// The absolute path of a file of a package: "@modelcontextprotocol/conformance/dist/index.js".
std::string PackageFile(const std::string& name);

/// Runs one of them to its end, in an environment without the machine's own settings.
testing_support::CommandResult RunNode(const std::vector<std::string>& args,
                                       const std::vector<std::string>& environment,
                                       std::chrono::seconds limit);

}  // namespace bw::conformance
