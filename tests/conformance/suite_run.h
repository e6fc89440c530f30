// One run of the official conformance suite against a server, and what it found.
#pragma once

#include <string>
#include <vector>

namespace bw::conformance {

struct Finding {
  std::string scenario;
  std::string check;
  /// "FAILURE", "WARNING" or "SKIPPED": what was not looked at was not proven.
  std::string status;
  std::string message;
};

struct SuiteRun {
  /// 0 if and only if every scored scenario passed.
  int exit_code = -1;
  std::vector<std::string> scored_passed;
  std::vector<std::string> scored_failed;
  /// Run and reported by the suite, but no requirement of the revision.
  std::vector<std::string> unscored_passed;
  std::vector<std::string> unscored_failed;
  std::vector<Finding> findings;
  std::string output;

  /// "FAILURE tools-list/check: why", of scored scenarios; warnings and skipped checks too.
  std::vector<std::string> ScoredFindings() const;
  std::vector<std::string> UnscoredFindings() const;
  /// For people: the counts, and everything found.
  std::string Report() const;

 private:
  std::vector<std::string> Findings(bool scored) const;
};

/// Runs exactly what `revision` requires, with no list of expected failures.
SuiteRun RunSuite(const std::string& mcp_url, const std::string& revision);

/// What a finished run printed and left in `folder`; for RunSuite and its test.
SuiteRun ReadRun(int exit_code, const std::string& output, const std::string& folder);

}  // namespace bw::conformance
