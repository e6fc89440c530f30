#include "tests/support/command.h"

#include <cstdlib>
#include <sstream>

#include <unistd.h>

#include "tests/support/child_process.h"

namespace bw::testing_support {

CommandResult RunCommand(const std::string& program, const std::vector<std::string>& args,
                         const std::vector<std::string>& environment, std::chrono::seconds limit) {
  const std::string path = program.find('/') == std::string::npos ? FindProgram(program) : program;
  if (path.empty()) return {-1, program + " is not in PATH"};
  const auto process =
      ChildProcess::Start({.program = path, .args = args, .environment = environment});
  if (!process.ok()) return {-1, ToString(process.status())};
  const auto exit_code = (*process)->WaitForExit(limit);
  std::string output = (*process)->Log();
  if (!exit_code.ok()) return {-1, output + "\n" + ToString(exit_code.status())};
  return {*exit_code, std::move(output)};
}

std::string FindProgram(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "/usr/bin:/bin" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const std::string candidate = folder + "/" + name;
    if (access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

}  // namespace bw::testing_support
