#include "tests/conformance/node_packages.h"

#include <array>
#include <cstdlib>
#include <filesystem>

namespace bw::conformance {
namespace {

constexpr std::array<const char*, 3> kNeeded{
    ".bin/node", "@modelcontextprotocol/conformance/dist/index.js",
    "@modelcontextprotocol/inspector/clients/launcher/build/index.js"};

}  // namespace

std::string PackageFile(const std::string& name) {
  const char* folder = std::getenv("BW_MCP_CONFORMANCE_DIR");
  return std::string(folder == nullptr ? "" : folder) + "/node_modules/" + name;
}

std::string NodePath() { return PackageFile(".bin/node"); }

std::string MissingPackages() {
  for (const char* file : kNeeded) {
    if (!std::filesystem::exists(PackageFile(file))) {
      return std::string(file) + " is not installed (npm ci in tests/conformance)";
    }
  }
  return "";
}

testing_support::CommandResult RunNode(const std::vector<std::string>& args,
                                       const std::vector<std::string>& environment,
                                       std::chrono::seconds limit) {
  return testing_support::RunCommand(NodePath(), args, environment, limit);
}

}  // namespace bw::conformance
