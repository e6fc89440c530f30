// Why the dashboard's API refuses: one of Bandwidth's codes, and what it says.
#pragma once

#include <string>
#include <vector>

namespace bw::sandbox {

struct DashboardProblem {
  int code = 0;
  std::string description;
  /// The HTTP status of the refusal.
  int status = 400;
  /// The telephone numbers it is about, for answers that name them.
  std::vector<std::string> numbers = {};
  bool operator==(const DashboardProblem&) const = default;
};

}  // namespace bw::sandbox
