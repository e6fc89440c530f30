// Start, run until told to stop, drain: the same for every binary.
#pragma once

#include <chrono>
#include <cstdio>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/config/environment.h"
#include "common/config/options.h"
#include "common/status/status.h"

namespace bw::process {

/// How long a process may take to finish what is in flight once it was told to stop; Kubernetes'
/// default grace period is 30 s.
constexpr std::chrono::milliseconds kDrainLimit{25'000};

constexpr int kExitOk = 0;
constexpr int kExitFailure = 1;
/// Configuration was refused: nothing was started, no port opened.
constexpr int kExitUsage = 2;

/// Blocks SIGINT and SIGTERM for this and all later threads and ignores SIGPIPE. Make one before
/// the first thread starts.
class StopSignal {
 public:
  StopSignal();
  /// Returns at the first SIGINT, SIGTERM or RequestStop. From then on a second signal ends the
  /// process at once, as a person pressing Ctrl-C twice expects.
  void Wait();
  /// From any thread: as if the signal had come.
  static void RequestStop();
};

/// Prints the problems of a refused configuration on stderr.
void PrintUsageError(const std::string& program, const Status& status);

/// Gives back what starting needed and serving does not: reading documents leaves the heap many
/// times larger than what stays in use. A few milliseconds.
void ReleaseUnusedMemory();

/// main() of every binary. Load returns StatusOr<config::Outcome<Config>>, Start returns
/// StatusOr<std::unique_ptr<App>>; App has Drain(milliseconds) and may have OnFinished(callback),
/// called when it ended by itself (stdin closed).
template <typename Load, typename Start>
int Main(int argc, char** argv, Load load, Start start) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  auto loaded = load(config::Environment::FromProcess(), std::span<const std::string>(args));
  if (!loaded.ok()) {
    PrintUsageError(argv[0], loaded.status());
    return kExitUsage;
  }
  if (loaded->text_to_print) {
    std::fputs(loaded->text_to_print->c_str(), stdout);
    return kExitOk;
  }
  StopSignal stop;
  auto app = start(loaded->config);
  if (!app.ok()) {
    PrintUsageError(argv[0], app.status());
    return app.status().code() == StatusCode::kInvalidArgument ? kExitUsage : kExitFailure;
  }
  if constexpr (requires { (*app)->OnFinished([] {}); }) {
    (*app)->OnFinished([] { StopSignal::RequestStop(); });
  }
  ReleaseUnusedMemory();
  stop.Wait();
  (*app)->Drain(kDrainLimit);
  return kExitOk;
}

}  // namespace bw::process
